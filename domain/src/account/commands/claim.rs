//! An account that somebody else opened in one's name: it has an owner who has not been there yet.

use chrono::NaiveDate;
use entities::mailed_token::MailedTokenKind;
use entities::{account, user};
use secrecy::SecretString;

use super::session::{SignedIn, open_session};
use super::sign_up::{insert_user, open_account};
use crate::account::password::{self, PasswordHash};
use crate::account::rules::NewAccount;
use crate::account::{queries, rules, store, token};
use crate::error::{Code, Error, refuse};
use crate::{Reader, Work, text};

/// Somebody in whose name an account is opened.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the names are the contract's")]
pub struct NewOwner {
    pub email: String,
    pub name: String,
    pub locale: String,
}

/// Opens an account for a person who is no user yet: they become one, without a password, until they claim it. The caller mails the
/// link. `on` is today.
pub(crate) async fn open_in_name_of(
    work: &Work,
    owner: NewOwner,
    account: NewAccount,
    on: NaiveDate,
) -> Result<(user::Model, account::Model), Error> {
    let within = |path| move |refusal: crate::error::Refusal| refusal.within([path]);
    let NewOwner { email, name, locale } = owner;
    let user = user::Model {
        id: work.new_id(),
        email: text::email("email", &email).map_err(within("owner"))?,
        name: text::line("name", &name, text::NAME).map_err(within("owner"))?,
        locale: text::locale("locale", &locale).map_err(within("owner"))?,
        password_hash: None,
        is_staff: false,
        email_verified_at: None,
        created_at: work.now(),
    };
    let account = account.checked(on).map_err(within("account"))?;
    insert_user(work, &user)
        .await
        .map_err(|error| if let Error::Refused(refusal) = error { refusal.within(["owner"]).into() } else { error })?;
    let account = open_account(work, &user, account).await?;
    Ok((user, account))
}

/// A first password for whoever has the link, checked and hashed.
#[derive(Debug, Clone)]
pub struct FirstPassword {
    token: String,
    password: PasswordHash,
}

impl FirstPassword {
    /// Checks the link first, so that nobody without one makes work, then the password, and hashes it.
    /// # Errors
    /// `TOKEN_INVALID`, `TOKEN_EXPIRED`; `INVALID_INPUT` for a password that is none.
    pub async fn prepare(reader: &Reader, token: String, password: &SecretString) -> Result<Self, Error> {
        let link = queries::mailed_link(reader, &token).await?;
        if link.kind != MailedTokenKind::ClaimAccount {
            return refuse(Code::TokenInvalid, "This link is for something else.");
        }
        let password = rules::password("password", password, &link.email)?;
        Ok(Self { token, password: password::hash(password).await? })
    }
}

/// Lets the owner of an account that was opened for them in: sets their first password, which also verifies their address, and signs
/// them in. Not again: somebody who has a password has been there.
/// # Errors
/// `TOKEN_INVALID`, `TOKEN_EXPIRED`.
pub async fn claim_account(work: &mut Work, claim: FirstPassword, ip: Option<String>) -> Result<SignedIn, Error> {
    let row = token::redeem(work, MailedTokenKind::ClaimAccount, &claim.token).await?;
    let user = match row.user_id {
        Some(user_id) => store::lock_user(work, user_id).await?,
        None => None,
    };
    let Some(mut user) = user.filter(|user| user.email == row.email && user.password_hash.is_none()) else {
        return refuse(Code::TokenInvalid, "This link is not valid.");
    };
    user.password_hash = Some(claim.password.0);
    user.email_verified_at = user.email_verified_at.or(Some(work.now()));
    store::update_user(work, &user).await?;
    token::use_up_all(work, MailedTokenKind::ClaimAccount, user.id).await?;
    let signed_in = open_session(work, user, ip).await?;
    work.record("claimAccount", None, Some(signed_in.user.id.into()));
    Ok(signed_in)
}
