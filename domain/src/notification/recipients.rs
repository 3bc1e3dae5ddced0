//! Who is mailed: the members who may know, each in their own language.

use chrono::{DateTime, Utc};
use entities::id::{AccountId, UserId};
use sea_orm::FromQueryResult;

use super::{MemberOf, Recipient};
use crate::error::Error;
use crate::permission::Permissions;
use crate::sql::Sql;
use crate::work::Work;

/// A member of an account, as somebody to write to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Addressee {
    /// As whose member they are told.
    pub member_of: MemberOf,
    /// Where, and in which language.
    pub recipient: Recipient,
}

#[derive(FromQueryResult)]
struct Row {
    account_id: AccountId,
    user_id: UserId,
    email: String,
    locale: String,
}

/// The members of these accounts whose membership holds at least one of the permissions, account by account. One statement,
/// whatever the number of accounts.
/// # Errors
/// `Storage`.
pub async fn members_with(
    work: &Work,
    account_ids: &[AccountId],
    any_of: impl Into<Permissions>,
) -> Result<Vec<Addressee>, Error> {
    let mut sql = work.sql();
    sql.push(
        r#"SELECT m.account_id, u.id AS user_id, u.email, u.locale FROM membership m JOIN "user" u ON u.id = m.user_id
        LEFT JOIN partnership g ON g.id = m.granted_through_id WHERE m.account_id "#,
    );
    let any_of = any_of.into();
    sql.any(account_ids);
    holds(&mut sql, work.now(), &any_of.bits().to_string());
    sql.push(" ORDER BY m.account_id, m.id");
    let rows = sql.all::<Row>(work.conn()).await?;
    let addressees = rows.into_iter().map(|Row { account_id, user_id, email, locale }| Addressee {
        member_of: MemberOf { account_id, any_of },
        recipient: Recipient { email, locale, user_id: Some(user_id) },
    });
    Ok(addressees.collect())
}

/// Appends that the membership `m`, which may have been granted through the partnership `g`, holds one of these bits now.
pub(super) fn holds(sql: &mut Sql, now: DateTime<Utc>, bits: &str) {
    let carried = Permissions::PARTNERSHIP.bits();
    sql.push(&format!(
        " AND (m.permissions & {bits}) <> 0 AND (m.granted_through_id IS NULL OR (g.status = 'ACTIVE' AND g.has_all_products
            AND (m.permissions & g.permissions & {bits} & {carried}) <> 0 AND (g.expires_at IS NULL OR g.expires_at > "
    ));
    sql.bind(now).push(")))");
}

#[derive(FromQueryResult)]
struct User {
    id: UserId,
    email: String,
    locale: String,
}

/// Whoever is behind each of these addresses, in their order: its user in their language, somebody unknown in the one that is said.
/// # Errors
/// `Storage`.
pub async fn behind(work: &Work, addresses: &[(&str, &str)]) -> Result<Vec<Recipient>, Error> {
    if addresses.is_empty() {
        return Ok(Vec::new());
    }
    let emails: Vec<&str> = addresses.iter().map(|(email, _)| *email).collect();
    let mut sql = work.sql();
    sql.push(r#"SELECT id, email, locale FROM "user" WHERE email "#).any_text(&emails);
    let users: Vec<User> = sql.all(work.conn()).await?;
    let recipients = addresses.iter().map(|(email, locale)| match users.iter().find(|user| user.email == **email) {
        Some(user) => Recipient { email: user.email.clone(), locale: user.locale.clone(), user_id: Some(user.id) },
        None => Recipient { email: (*email).to_owned(), locale: (*locale).to_owned(), user_id: None },
    });
    Ok(recipients.collect())
}
