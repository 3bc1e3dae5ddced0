//! Who is mailed: the members who may know, each in their own language.

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use entities::id::{AccountId, UserId};
use sea_orm::FromQueryResult;
use serde_json::json;

use super::{MemberOf, Recipient};
use crate::error::Error;
use crate::permission::{Permission, Permissions};
use crate::sql::{Sql, Type};
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

#[derive(FromQueryResult)]
struct PartyRow {
    id: AccountId,
    name: String,
    time_zone: String,
    bits: i64,
    user_id: Option<UserId>,
    email: Option<String>,
    locale: Option<String>,
}

/// An account that mails name.
#[derive(Debug, Clone)]
pub struct Party {
    /// What it is called.
    pub name: String,
    /// An IANA time zone.
    pub time_zone: String,
}

/// These accounts, and of each the members who hold the permission that is wanted of it. One statement, whatever their number.
/// # Errors
/// `Storage`.
pub async fn parties(
    work: &Work,
    wanted: &[(AccountId, Permission)],
) -> Result<(HashMap<AccountId, Party>, Vec<Addressee>), Error> {
    let bits = |permission: Permission| Permissions::from(permission).bits();
    let distinct: BTreeSet<_> = wanted.iter().map(|(id, permission)| (*id, bits(*permission))).collect();
    let rows: Vec<_> = distinct.iter().map(|(id, bits)| json!({ "id": id, "bits": bits })).collect();
    let mut sql = work.sql();
    sql.push("SELECT a.id, a.name, a.time_zone, w.bits, u.id AS user_id, u.email, u.locale FROM ");
    sql.records("w", &[("id", Type::Id), ("bits", Type::Int)], &rows)?.push(
        " JOIN account a ON a.id = w.id LEFT JOIN (membership m LEFT JOIN partnership g ON g.id = m.granted_through_id)
        ON m.account_id = a.id",
    );
    holds(&mut sql, work.now(), "w.bits");
    sql.push(r#" LEFT JOIN "user" u ON u.id = m.user_id ORDER BY a.id, m.id"#);
    let rows: Vec<PartyRow> = sql.all(work.conn()).await?;
    let any_of = |row: &PartyRow| {
        wanted.iter().map(|(_, permission)| *permission).find(|permission| i64::from(bits(*permission)) == row.bits)
    };
    let mut accounts = HashMap::new();
    let mut addressees = Vec::new();
    for row in rows {
        if let (Some(permission), Some(user_id), Some(email), Some(locale)) =
            (any_of(&row), row.user_id, row.email.clone(), row.locale.clone())
        {
            addressees.push(Addressee {
                member_of: MemberOf { account_id: row.id, any_of: permission.into() },
                recipient: Recipient { email, locale, user_id: Some(user_id) },
            });
        }
        accounts.insert(row.id, Party { name: row.name, time_zone: row.time_zone });
    }
    Ok((accounts, addressees))
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
