//! A new password by mail.

use entities::mailed_token::MailedTokenKind;
use secrecy::SecretString;

use super::session::{SignedIn, open_session};
use crate::account::job::MailPasswordReset;
use crate::account::password::{self, PasswordHash};
use crate::account::{queries, rules, store, token};
use crate::error::{Code, Error, refuse};
use crate::notification::{MailKind, Notice, Recipient};
use crate::{Reader, Work, text};

/// Asks for a link to set a new password. Says and does the same whether or not somebody has the address: a job finds out.
/// # Errors
/// `INVALID_INPUT` for what is no address at all.
pub async fn request_password_reset(work: &mut Work, email: &str) -> Result<(), Error> {
    let email = text::email("email", email)?;
    let request_id = work.new_id();
    work.enqueue(MailPasswordReset { email, request_id });
    Ok(())
}

/// The job's part: mails the link, if somebody has the address. Doing it twice mails once.
pub async fn mail_password_reset(work: &mut Work, job: MailPasswordReset) -> Result<(), Error> {
    let MailPasswordReset { email, request_id } = job;
    let Some(user) = store::user_by_email(work.conn(), &email).await? else { return Ok(()) };
    work.notify(Notice {
        kind: MailKind::ResetPassword,
        subject_id: request_id,
        step: 0,
        recipient: Recipient { email: user.email, locale: user.locale, user_id: Some(user.id) },
        member_of: None,
        written_by: None,
        data: serde_json::json!({ "name": user.name }),
    });
    Ok(())
}

/// A new password for whoever has the link, checked and hashed.
#[derive(Debug, Clone)]
pub struct NewPassword {
    token: String,
    password: PasswordHash,
}

impl NewPassword {
    /// Checks the link first, so that nobody without one makes work, then the password, and hashes it.
    pub async fn prepare(reader: &Reader, token: String, password: &SecretString) -> Result<Self, Error> {
        let link = queries::mailed_link(reader, &token).await?;
        if link.kind != MailedTokenKind::ResetPassword {
            return refuse(Code::TokenInvalid, "This link is for something else.");
        }
        let password = rules::password("password", password, &link.email)?;
        Ok(Self { token, password: password::hash(password).await? })
    }
}

/// Sets the new password, ends every session of the user, makes their other links of this kind useless, and signs them in.
pub async fn reset_password(work: &mut Work, new: NewPassword, ip: Option<String>) -> Result<SignedIn, Error> {
    let row = token::redeem(work, MailedTokenKind::ResetPassword, &new.token).await?;
    let user = match row.user_id {
        Some(user_id) => store::lock_user(work, user_id).await?,
        None => None,
    };
    let Some(mut user) = user.filter(|user| user.email == row.email) else {
        return refuse(Code::TokenInvalid, "This link is not valid.");
    };
    user.password_hash = Some(new.password.0);
    user.email_verified_at = user.email_verified_at.or(Some(work.now()));
    store::update_user(work, &user).await?;
    store::end_sessions(work, user.id).await?;
    token::use_up_all(work, MailedTokenKind::ResetPassword, user.id).await?;
    token::use_up_all(work, MailedTokenKind::ClaimAccount, user.id).await?; // who has a password has been there
    let signed_in = open_session(work, user, ip).await?;
    work.record("resetPassword", None, Some(signed_in.user.id.into()));
    Ok(signed_in)
}
