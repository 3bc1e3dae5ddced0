//! Reads about wallets: of the partner's account, by those who may see invoices there.

use std::collections::HashMap;

use entities::id::{AccountId, WalletEntryId};
use entities::{wallet, wallet_entry};
use sea_orm::{DbErr, FromQueryResult};
use serde::Serialize;
use serde_json::json;

use crate::error::Error;
use crate::nested::{self, List, Parent, grouped};
use crate::page::{ById, Order, Page};
use crate::permission::visible;
use crate::sql::{Sql, Type};
use crate::store::Reader;

/// The wallets of each of these accounts, by currency. One statement.
pub async fn wallets(reader: &Reader, accounts: &[AccountId]) -> Result<HashMap<AccountId, Vec<wallet::Model>>, Error> {
    let mut sql = reader.sql();
    sql.push("SELECT w.* FROM wallet w WHERE w.account_id ").any(accounts).push(" AND ");
    visible::wallet_entries(&mut sql, reader.viewer(), "w");
    sql.push(" ORDER BY w.account_id, w.currency");
    let rows: Vec<wallet::Model> = sql.all(reader.conn()).await?;
    Ok(grouped(rows.into_iter().map(|wallet| (wallet.account_id, wallet))))
}

/// Which wallet.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct WalletKey {
    /// Whose.
    pub account_id: AccountId,
    /// ISO 4217.
    pub currency: String,
}

impl From<&wallet::Model> for WalletKey {
    fn from(wallet: &wallet::Model) -> Self {
        Self { account_id: wallet.account_id, currency: wallet.currency.clone() }
    }
}

impl Parent for WalletKey {
    fn push(sql: &mut Sql, wallets: &[Self]) -> Result<(), DbErr> {
        let rows: Vec<_> = wallets
            .iter()
            .zip(1..)
            .map(|(key, ordinal)| json!({ "ordinal": ordinal, "account_id": key.account_id, "currency": key.currency }))
            .collect();
        let columns = [("ordinal", Type::Int), ("account_id", Type::Id), ("currency", Type::Text)];
        sql.records("k", &columns, &rows).map(drop)
    }
}

/// Newest first.
const ENTRIES: List =
    List::by_id("wallet_entry", "x.account_id = k.account_id AND x.currency = k.currency", Order::Descending);

/// A page of each wallet's entries, newest first. One statement.
pub async fn entries(
    reader: &Reader,
    wallets: &[WalletKey],
    page: &ById,
) -> Result<HashMap<WalletKey, Page<wallet_entry::Model>>, Error> {
    let seen = |sql: &mut Sql| visible::wallet_entries(sql, reader.viewer(), "x");
    nested::pages(reader, ENTRIES, wallets, page, seen).await
}

/// How many entries each wallet has.
pub async fn entry_counts(reader: &Reader, wallets: &[WalletKey]) -> Result<HashMap<WalletKey, i64>, Error> {
    nested::counts(reader, ENTRIES, wallets, |sql| visible::wallet_entries(sql, reader.viewer(), "x")).await
}

#[derive(FromQueryResult)]
struct BalanceAfter {
    id: WalletEntryId,
    balance_minor: i64,
}

/// The balance that each of these entries left, pending and available together, in minor units: what the wallet holds, less
/// what came later. So it costs as much as the page is far from the wallet's end, not as its history is long. One statement.
pub async fn balances_after(reader: &Reader, entries: &[WalletEntryId]) -> Result<HashMap<WalletEntryId, i64>, Error> {
    let mut sql = reader.sql();
    sql.push(
        "SELECT x.id, CAST(w.pending_minor + w.available_minor - coalesce((SELECT sum(n.amount_minor) FROM wallet_entry n
            WHERE n.account_id = x.account_id AND n.currency = x.currency AND n.id > x.id), 0) AS bigint) AS balance_minor
        FROM wallet_entry x JOIN wallet w ON w.account_id = x.account_id AND w.currency = x.currency WHERE x.id ",
    );
    sql.any(entries).push(" AND ");
    visible::wallet_entries(&mut sql, reader.viewer(), "x");
    let rows = sql.all::<BalanceAfter>(reader.conn()).await?;
    Ok(rows.into_iter().map(|BalanceAfter { id, balance_minor }| (id, balance_minor)).collect())
}

/// What an entry of cashback was earned on, by its names in the catalogue.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct EarnedOn {
    id: WalletEntryId,
    /// The offering's name.
    pub offering: String,
    /// The plan's.
    pub plan: String,
}

/// What each of these entries was earned on; nothing of the invoice, which stays the payer's. One statement.
pub async fn earned_on(reader: &Reader, entries: &[WalletEntryId]) -> Result<HashMap<WalletEntryId, EarnedOn>, Error> {
    let mut sql = reader.sql();
    sql.push(
        "SELECT x.id, o.name AS offering, f.name AS plan FROM wallet_entry x JOIN invoice_line l ON l.id = x.invoice_line_id
        JOIN plan f ON f.id = l.plan_id JOIN offering o ON o.id = f.offering_id WHERE x.id ",
    );
    sql.any(entries).push(" AND ");
    visible::wallet_entries(&mut sql, reader.viewer(), "x");
    let rows: Vec<EarnedOn> = sql.all(reader.conn()).await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}
