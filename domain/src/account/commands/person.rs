//! A person's own row.

use entities::id::MailedTokenId;
use entities::mailed_token::MailedTokenKind;
use entities::user;
use secrecy::SecretString;
use uuid::Uuid;

use super::sign_up::insert_user;
use crate::account::password::{self, PasswordHash};
use crate::account::{rules, store, token};
use crate::error::Error;
use crate::patch::Patch;
use crate::permission::permit_staff;
use crate::{Work, text};

/// What the mail was about whose link was followed.
#[derive(Debug, Clone)]
pub struct Verified {
    /// The user with the address, if there is one yet.
    pub user: Option<user::Model>,
    /// What the link is for.
    pub kind: MailedTokenKind,
    /// The row that the link opens, of the type that its kind says.
    pub subject_id: Option<Uuid>,
    /// The link itself, by the row of its token.
    pub token_id: MailedTokenId,
}

/// Follows a mailed link: its address is its user's. Uses up links that are for nothing else; any other stays good.
/// # Errors
/// `TOKEN_INVALID`, `TOKEN_EXPIRED`.
pub async fn verify_email(work: &mut Work, link: &str) -> Result<Verified, Error> {
    let row = token::open(work, link).await?;
    let owner = match row.user_id {
        Some(user_id) => store::lock_user(work, user_id).await?,
        None => match store::user_by_email(work.conn(), &row.email).await? {
            Some(user) => store::lock_user(work, user.id).await?,
            None => None,
        },
    };
    let mut user = owner.filter(|user| user.email == row.email);
    if let Some(user) = user.as_mut().filter(|user| user.email_verified_at.is_none()) {
        user.email_verified_at = Some(work.now());
        store::update_user(work, user).await?;
    }
    if row.kind == MailedTokenKind::VerifyEmail {
        token::use_up(work, &row).await?;
    }
    work.record("verifyEmail", None, user.as_ref().map(|user| user.id.into()));
    Ok(Verified { user, kind: row.kind, subject_id: row.subject_id, token_id: row.id })
}

/// What a person changes about themselves.
#[derive(Debug, Clone, Default)]
pub struct UpdateUser {
    /// As they call themselves.
    pub name: Patch<String>,
    /// The language of their mails.
    pub locale: Patch<String>,
}

/// Changes one's own row.
pub async fn update_user(work: &mut Work, update: UpdateUser) -> Result<user::Model, Error> {
    let UpdateUser { name, locale } = update;
    let name = name.try_map(|name| text::line("name", &name, text::NAME))?.required("name")?;
    let locale = locale.try_map(|tag| text::locale("locale", &tag))?.required("locale")?;
    let mut user = store::lock_user(work, work.in_person()?.user_id).await?.ok_or(Error::NotFound)?;
    user.name = name.unwrap_or(user.name);
    user.locale = locale.unwrap_or(user.locale);
    store::update_user(work, &user).await?;
    work.record("updateUser", None, Some(user.id.into()));
    Ok(user)
}

/// One of the provider's staff, checked, with the password hashed.
#[derive(Debug, Clone)]
pub struct AddStaff {
    email: String,
    password: PasswordHash,
}

impl AddStaff {
    /// Checks address and password, and hashes it.
    pub async fn prepare(email: &str, password: &SecretString) -> Result<Self, Error> {
        let email = text::email("email", email)?;
        let password = rules::password("password", password, &email)?;
        Ok(Self { email, password: password::hash(password).await? })
    }
}

/// Makes a staff user. An address that is a user's already is refused: nobody becomes staff, with another's password, unasked.
pub async fn add_staff(work: &mut Work, new: AddStaff) -> Result<user::Model, Error> {
    permit_staff(work).await?;
    let AddStaff { email, password } = new;
    let user = user::Model {
        id: work.new_id(),
        name: email.clone(),
        email,
        locale: "en".to_owned(),
        password_hash: Some(password.0),
        is_staff: true,
        email_verified_at: Some(work.now()),
        created_at: work.now(),
    };
    insert_user(work, &user).await?;
    work.record("addStaff", None, Some(user.id.into()));
    Ok(user)
}
