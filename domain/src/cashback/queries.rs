//! Reads about wallets: of the partner's account, by those who may see invoices there.

use std::collections::HashMap;

use entities::id::AccountId;
use entities::{wallet, wallet_entry};
use uuid::Uuid;

use crate::error::Error;
use crate::page::{ById, Order, Page};
use crate::permission::visible;
use crate::store::Reader;
use crate::work::Number;

/// The wallets of each of these accounts, by currency. One statement.
pub async fn wallets(reader: &Reader, accounts: &[Uuid]) -> Result<HashMap<Uuid, Vec<wallet::Model>>, Error> {
    let mut sql = reader.sql();
    sql.push("SELECT w.* FROM wallet w WHERE w.account_id ").any(accounts).push(" AND ");
    visible::wallet_entries(&mut sql, reader.actor(), "w");
    sql.push(" ORDER BY w.account_id, w.currency");
    let rows: Vec<wallet::Model> = sql.all(reader.conn()).await?;
    let mut by_account: HashMap<Uuid, Vec<wallet::Model>> = HashMap::new();
    for wallet in rows {
        by_account.entry(wallet.account_id.into()).or_default().push(wallet);
    }
    Ok(by_account)
}

/// An entry with the balance that it left: pending and available together, in minor units.
#[derive(Debug, Clone)]
pub struct EntryWithBalance {
    /// The entry.
    pub entry: wallet_entry::Model,
    /// The sum of the entries up to this one.
    pub balance_after_minor: i64,
}

/// A page of a wallet's entries, newest first.
///
/// Two statements: the page, and one sum up to its newest entry, from which the balances of the others follow.
pub async fn entries(
    reader: &Reader,
    account_id: AccountId,
    currency: &str,
    page: &ById,
) -> Result<Page<EntryWithBalance>, Error> {
    let mut sql = reader.sql();
    sql.add(
        "SELECT x.* FROM wallet_entry x WHERE x.account_id = ? AND x.currency = ? AND ",
        [account_id.into(), currency.into()],
    );
    visible::wallet_entries(&mut sql, reader.actor(), "x");
    page.bounds(&mut sql, "x.id", Order::Descending);
    page.order(&mut sql, "x.id", Order::Descending);
    let found: Page<wallet_entry::Model> = page.cut(sql.all(reader.conn()).await?);
    let Some(newest) = found.rows.first() else { return Ok(Page::empty()) };
    let mut sql = reader.sql();
    sql.add(
        "SELECT CAST(coalesce(sum(amount_minor), 0) AS bigint) AS n FROM wallet_entry
        WHERE account_id = ? AND currency = ? AND id <= ?",
        [account_id.into(), currency.into(), newest.id.into()],
    );
    let mut balance = sql.one::<Number>(reader.conn()).await?.map_or(0, |sum| sum.n);
    Ok(found.map(|entry| {
        let balance_after_minor = balance;
        balance -= entry.amount_minor;
        EntryWithBalance { entry, balance_after_minor }
    }))
}

/// How many entries a wallet has.
pub async fn entry_count(reader: &Reader, account_id: AccountId, currency: &str) -> Result<i64, Error> {
    let mut sql = reader.sql();
    sql.add(
        "SELECT count(*) AS n FROM wallet_entry x WHERE x.account_id = ? AND x.currency = ? AND ",
        [account_id.into(), currency.into()],
    );
    visible::wallet_entries(&mut sql, reader.actor(), "x");
    Ok(sql.one::<Number>(reader.conn()).await?.map_or(0, |count| count.n))
}
