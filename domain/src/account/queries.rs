//! Reads of people and accounts.

use std::collections::HashMap;

use entities::id::AccountId;
use entities::mailed_token;
use entities::{membership, user};
use secrecy::SecretString;

pub(crate) use super::store::lock_account;
use super::{password, rules, store, token};
use crate::actor::Actor;
use crate::error::{Code, Error, refuse};
use crate::permission::{self, Permissions, Target};
use crate::secret;
use crate::store::{Now, Reader, Store};
use crate::text;

/// Who calls, and what time it is, in one statement. Without a token, and with one of a session that is over or never was, that
/// is nobody: the edge tells the two apart.
pub async fn authenticate(store: &Store, token: Option<&str>, ip: Option<String>) -> Result<(Actor, Now), Error> {
    store::identify(store.pool(), token.map(secret::hash).as_deref(), ip).await
}

/// Proof that somebody knows a user's password.
#[derive(Debug, Clone)]
pub struct Proof {
    /// Whose.
    pub(super) user: user::Model,
}

/// Checks an address and a password: one statement and one check, whatever comes of it.
/// # Errors
/// `INVALID_CREDENTIALS`, alike for an address that nobody has and for a password that is wrong.
pub async fn prove(reader: &Reader, email: &str, password: &SecretString) -> Result<Proof, Error> {
    use secrecy::ExposeSecret as _;
    let email = text::email("email", email).unwrap_or_default(); // nobody has the empty one
    let user = store::user_by_email(reader.conn(), &email).await?;
    let stored = user.as_ref().and_then(|user| user.password_hash.clone());
    let written = rules::normalised(password.expose_secret()).into();
    let fits = password::verify(written, stored).await?;
    match user.filter(|_| fits) {
        Some(user) => Ok(Proof { user }),
        None => refuse(Code::InvalidCredentials, "The address or the password is wrong."),
    }
}

/// What a mailed link is about, for the page that it opens; nothing is changed or used up.
/// # Errors
/// As for using the link: `TOKEN_INVALID`, `TOKEN_EXPIRED`.
pub async fn mailed_link(reader: &Reader, link: &str) -> Result<MailedLink, Error> {
    let found = token::find(reader.conn(), link, "").await?;
    let row = token::usable(found, reader.now())?;
    let user = store::user_by_email(reader.conn(), &row.email).await?;
    Ok(MailedLink { kind: row.kind, email: row.email, user })
}

/// A link that can still be used.
#[derive(Debug, Clone)]
pub struct MailedLink {
    /// What it is for.
    pub kind: mailed_token::MailedTokenKind,
    /// The address that it was mailed to.
    pub email: String,
    /// The user with that address, if there is one.
    pub user: Option<user::Model>,
}

/// What the reader's actor may do in each of the accounts, all ways together, in one statement.
pub async fn held(reader: &Reader, accounts: &[AccountId]) -> Result<HashMap<AccountId, Permissions>, Error> {
    let targets: Vec<_> = accounts.iter().copied().map(Target::account).collect();
    let facts = permission::held(reader.conn(), reader.actor(), reader.now(), &targets).await?;
    Ok(facts.into_iter().map(|(target, facts)| (target.account_id, facts.held())).collect())
}

/// The owners of these accounts, in one statement, for those who may do anything there.
pub async fn owners(reader: &Reader, accounts: &[AccountId]) -> Result<Vec<membership::Model>, Error> {
    let mut sql = reader.sql();
    sql.push("SELECT m.* FROM membership m WHERE m.role = 'OWNER' AND m.account_id ").any(accounts);
    Ok(sql.all(reader.conn()).await?)
}
