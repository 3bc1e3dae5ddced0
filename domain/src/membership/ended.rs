//! What somebody held through a membership, and how all of it ends at once.

use entities::id::{AccountId, PartnershipId, UserId};
use entities::membership::{self, Role};
use entities::product;
use sea_orm::FromQueryResult;

use super::store;
use crate::contributor;
use crate::error::Error;
use crate::permission::{Permission, Permissions};
use crate::sql::Sql;
use crate::work::Work;

/// So many clients are named; the rest is counted.
const NAMED: i64 = 5;

/// What has ended with a membership.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    /// Of which account.
    pub account: String,
    /// By which role.
    pub role: Role,
    /// What it carried.
    pub permissions: Permissions,
    /// The names of the keys that they had made, for the account and through its partnerships.
    pub keys: Vec<String>,
    /// The addresses of those whom they had offered a membership, and who had not accepted.
    pub invitations: Vec<String>,
    /// The accounts that they reached through the account's partnerships.
    pub clients: Clients,
    /// The accounts of which they were a member through the account's partnerships.
    pub memberships: Vec<String>,
    /// The labels of the products to which the account contributes.
    pub contributions: Vec<String>,
}

/// Some names, and how many there are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Clients {
    /// Of all.
    pub count: i64,
    /// The oldest of them.
    pub names: Vec<String>,
}

#[derive(FromQueryResult)]
struct Text {
    text: String,
}

#[derive(FromQueryResult)]
struct Counted {
    name: String,
    n: i64,
}

#[derive(FromQueryResult)]
struct In {
    account_id: AccountId,
}

/// Ends a membership and all that hangs on it, in the same number of statements whatever there is. The row is locked.
pub(super) async fn end_all(work: &mut Work, row: &membership::Model) -> Result<Ended, Error> {
    let account = store::account(work, row.account_id).await?.name;
    let clients = clients(work, row).await?;
    let contributions = contributions(work, row).await?;
    let mut sql = work.sql();
    sql.add("DELETE FROM membership WHERE id = ?", [row.id.into()]);
    sql.execute(work.conn()).await?;
    let keys = end_keys(work, row).await?;
    let invitations = withdraw(work, row).await?;
    let elsewhere = end_elsewhere(work, row).await?;
    let memberships = store::accounts(work, &elsewhere).await?.into_iter().map(|account| account.name).collect();
    let lost: Vec<_> = elsewhere.into_iter().chain([row.account_id]).collect();
    forget_mails(work, &[row.user_id], &lost).await?;
    for account_id in lost.into_iter().chain(contributions.iter().map(|product| product.account_id)) {
        work.end_streams(account_id);
    }
    let permissions = Permissions::from_bits(row.permissions);
    let contributions = contributions.into_iter().map(|product| product.label).collect();
    Ok(Ended { account, role: row.role, permissions, keys, invitations, clients, memberships, contributions })
}

/// The products that a membership reaches because its account contributes to them.
async fn contributions(work: &Work, row: &membership::Model) -> Result<Vec<product::Model>, Error> {
    let sees = Permissions::from_bits(row.permissions).contains(Permission::ViewProducts);
    if row.granted_through_id.is_some() || !sees {
        return Ok(Vec::new());
    }
    contributor::queries::products_of(work, row.account_id).await
}

/// The accounts that a membership reaches through the account's partnerships.
async fn clients(work: &Work, row: &membership::Model) -> Result<Clients, Error> {
    if row.granted_through_id.is_some() {
        return Ok(Clients::default());
    }
    let mut sql = work.sql();
    sql.add(
        "SELECT a.name, c.n FROM (
            SELECT s.id, s.client_account_id, count(*) OVER () AS n FROM partnership s
            WHERE s.partner_id = ? AND s.status = 'ACTIVE' AND (s.expires_at IS NULL OR s.expires_at > ?)
                AND (s.permissions & ?) <> 0
            ORDER BY s.id LIMIT ?) c
        JOIN account a ON a.id = c.client_account_id ORDER BY c.id",
        [row.account_id.into(), work.now().into(), row.permissions.into(), NAMED.into()],
    );
    let rows: Vec<Counted> = sql.all(work.conn()).await?;
    let count = rows.first().map_or(0, |row| row.n);
    Ok(Clients { count, names: rows.into_iter().map(|row| row.name).collect() })
}

/// Made for the account, or through a partnership of it.
fn of_account(sql: &mut Sql, table: &str, account_id: AccountId) {
    sql.add(" AND (account_id = ? OR ", [account_id.into()]);
    through_partner(sql, table, account_id);
    sql.push(")");
}

/// Granted through a partnership of this partner.
fn through_partner(sql: &mut Sql, table: &str, partner_id: AccountId) {
    sql.push("EXISTS (SELECT 1 FROM partnership s WHERE s.id = ").push(table);
    sql.add(".granted_through_id AND s.partner_id = ?)", [partner_id.into()]);
}

async fn end_keys(work: &Work, row: &membership::Model) -> Result<Vec<String>, Error> {
    let mut sql = work.sql();
    sql.add(
        "UPDATE api_key SET revoked_at = ? WHERE created_by_id = ? AND revoked_at IS NULL",
        [work.now().into(), row.user_id.into()],
    );
    of_account(&mut sql, "api_key", row.account_id);
    texts(work, sql.push(" RETURNING name AS text").clone()).await
}

async fn withdraw(work: &Work, row: &membership::Model) -> Result<Vec<String>, Error> {
    let mut sql = work.sql();
    sql.add(
        "UPDATE member_invitation SET status = 'WITHDRAWN', answered_at = ? WHERE invited_by_id = ? AND status = 'PENDING'",
        [work.now().into(), row.user_id.into()],
    );
    of_account(&mut sql, "member_invitation", row.account_id);
    texts(work, sql.push(" RETURNING email AS text").clone()).await
}

/// Their memberships of clients that were granted through the account's partnerships.
async fn end_elsewhere(work: &Work, row: &membership::Model) -> Result<Vec<AccountId>, Error> {
    let mut sql = work.sql();
    sql.add("DELETE FROM membership WHERE user_id = ? AND ", [row.user_id.into()]);
    through_partner(&mut sql, "membership", row.account_id);
    sql.push(" RETURNING account_id");
    Ok(sql.all::<In>(work.conn()).await?.into_iter().map(|row| row.account_id).collect())
}

/// In the order of the alphabet: the database returns them in none.
async fn texts(work: &Work, sql: Sql) -> Result<Vec<String>, Error> {
    let mut found: Vec<_> = sql.all::<Text>(work.conn()).await?.into_iter().map(|row| row.text).collect();
    found.sort_unstable();
    Ok(found)
}

/// Mails to people as members of these accounts that have not left are not theirs any more.
pub(super) async fn forget_mails(work: &Work, users: &[UserId], accounts: &[AccountId]) -> Result<(), Error> {
    let mut sql = work.sql();
    sql.push("DELETE FROM notification WHERE sent_at IS NULL AND failed_at IS NULL AND user_id ").any(users);
    sql.push(" AND account_id ").any(accounts);
    sql.execute(work.conn()).await?;
    Ok(())
}

/// What was granted through a partnership, as its client is told.
#[derive(Debug, Clone, FromQueryResult)]
pub(super) struct Granted {
    pub(super) granted_through_id: PartnershipId,
    pub(super) text: String,
}
