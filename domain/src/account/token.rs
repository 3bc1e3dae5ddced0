//! Tokens that are mailed: minted when the mail is rendered, stored as hashes, good once, by the product's clock.

use chrono::{DateTime, TimeDelta, Utc};
use entities::id::{MailedTokenId, UserId};
use entities::mailed_token::{Entity, MailedTokenKind, Model};
use sea_orm::{ConnectionTrait, DbErr};
use uuid::Uuid;

use crate::Work;
use crate::error::{Code, Error, refuse};
use crate::notification::commands::trust;
use crate::secret;
use crate::sql::{self, Sql};

/// To whom a token is mailed, and what it opens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewToken {
    /// What it is for.
    pub kind: MailedTokenKind,
    /// The user, if the address is one's.
    pub user_id: Option<UserId>,
    /// The address, in the form in which addresses are stored.
    pub email: String,
    /// The row that it opens, of the type that its kind says.
    pub subject_id: Option<Uuid>,
}

/// How long a token is good, by the product's clock. Source: rules §4.
pub const fn lifetime(kind: MailedTokenKind) -> TimeDelta {
    match kind {
        MailedTokenKind::ResetPassword => TimeDelta::hours(1),
        // a payment link is never good for less long than its cart
        MailedTokenKind::Cart => TimeDelta::days(30),
        MailedTokenKind::VerifyEmail
        | MailedTokenKind::ClaimAccount
        | MailedTokenKind::Join
        | MailedTokenKind::Contribute
        | MailedTokenKind::Access
        | MailedTokenKind::Transfer => TimeDelta::days(7),
    }
}

/// Makes a token for a link; only its hash is kept, so this is the one time that it is known.
pub async fn mint(work: &Work, new: NewToken) -> Result<String, Error> {
    let NewToken { kind, user_id, email, subject_id } = new;
    let token = secret::new_token();
    let row = Model {
        id: work.new_id(),
        kind,
        token_hash: secret::hash(&token),
        user_id,
        email,
        subject_id,
        created_at: work.now(),
        expires_at: work.now() + lifetime(kind),
        used_at: None,
    };
    sql::insert::<Entity>(work.conn(), &[row]).await?;
    Ok(token)
}

/// The token's row, locked, if it can still be used.
/// # Errors
/// `TOKEN_INVALID` for one that is unknown or used, `TOKEN_EXPIRED` for one whose time is over.
pub(super) async fn open(work: &Work, token: &str) -> Result<Model, Error> {
    let found = find(work.conn(), token, "/for update/").await?;
    let row = usable(found, work.now())?;
    trust(work, &row.email); // it got there
    Ok(row)
}

/// Opens a token of this kind, and uses it up.
pub async fn redeem(work: &Work, kind: MailedTokenKind, token: &str) -> Result<Model, Error> {
    let row = open(work, token).await?;
    if row.kind != kind {
        return refuse(Code::TokenInvalid, "This link is for something else.");
    }
    use_up(work, &row).await?;
    Ok(row)
}

/// Marks a token as used.
pub(super) async fn use_up(work: &Work, row: &Model) -> Result<(), DbErr> {
    let mut sql = work.sql();
    sql.add("UPDATE mailed_token SET used_at = ? WHERE id = ?", [work.now().into(), row.id.into()]);
    sql.execute(work.conn()).await.map(drop)
}

/// From now on a token opens another row.
pub(crate) async fn point_to(work: &Work, id: MailedTokenId, subject_id: Uuid) -> Result<(), DbErr> {
    let mut sql = work.sql();
    sql.add("UPDATE mailed_token SET subject_id = ? WHERE id = ?", [subject_id.into(), id.into()]);
    sql.execute(work.conn()).await.map(drop)
}

/// Marks all tokens of one kind that a user still has as used.
pub(super) async fn use_up_all(work: &Work, kind: MailedTokenKind, user_id: UserId) -> Result<(), DbErr> {
    let mut sql = work.sql();
    sql.add(
        "UPDATE mailed_token SET used_at = ? WHERE user_id = ? AND kind = ? AND used_at IS NULL",
        [work.now().into(), user_id.into(), kind.into()],
    );
    sql.execute(work.conn()).await.map(drop)
}

/// The token's row, if there is one.
pub(super) async fn find(conn: &impl ConnectionTrait, token: &str, lock: &str) -> Result<Option<Model>, DbErr> {
    let mut sql = Sql::new(conn.get_database_backend());
    sql.add("SELECT * FROM mailed_token WHERE token_hash = ? ", [secret::hash(token).into()]).push(lock);
    sql.one(conn).await
}

/// What `open` says about a row.
pub(super) fn usable(found: Option<Model>, now: DateTime<Utc>) -> Result<Model, Error> {
    match found {
        Some(row) if row.used_at.is_some() => refuse(Code::TokenInvalid, "This link was used before."),
        Some(row) if row.expires_at <= now => refuse(Code::TokenExpired, "This link is too old."),
        Some(row) => Ok(row),
        None => refuse(Code::TokenInvalid, "This link is not valid."),
    }
}
