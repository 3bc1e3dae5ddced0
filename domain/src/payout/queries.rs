//! Reads about payouts.

use std::collections::HashMap;

use entities::id::AccountId;
use entities::payout::{self, PayoutStatus};
use entities::payout_method;

use crate::error::Error;
use crate::nested::grouped;
use crate::page::{ById, Order, Page};
use crate::permission::visible;
use crate::store::Reader;
use crate::work::Number;

/// A list without paging holds at most so many.
const LONGEST_LIST: i64 = 500;

/// Where the payouts of each of these accounts go, to those who see its ways to pay. One statement.
pub async fn methods(
    reader: &Reader,
    accounts: &[AccountId],
) -> Result<HashMap<AccountId, payout_method::Model>, Error> {
    let mut sql = reader.sql();
    sql.push("SELECT x.* FROM payout_method x WHERE x.account_id ").any(accounts).push(" AND ");
    visible::payment_methods(&mut sql, reader.viewer(), "x");
    let rows: Vec<payout_method::Model> = sql.all(reader.conn()).await?;
    Ok(rows.into_iter().map(|row| (row.account_id, row)).collect())
}

/// The payouts of each of these accounts, newest first, as many of each currency as a list holds. One statement.
pub async fn of_accounts(
    reader: &Reader,
    accounts: &[AccountId],
) -> Result<HashMap<AccountId, Vec<payout::Model>>, Error> {
    let mut sql = reader.sql();
    sql.push(
        "SELECT x.* FROM (SELECT p.*, row_number() OVER (PARTITION BY p.account_id, p.currency ORDER BY p.id DESC) AS place
            FROM payout p WHERE p.account_id ",
    );
    sql.any(accounts).push(") x WHERE x.place <= ").bind(LONGEST_LIST).push(" AND ");
    visible::wallet_entries(&mut sql, reader.viewer(), "x");
    sql.push(" ORDER BY x.id DESC");
    let rows: Vec<payout::Model> = sql.all(reader.conn()).await?;
    Ok(grouped(rows.into_iter().map(|row| (row.account_id, row))))
}

/// All payouts, or those in one state, newest first. For staff; others see none.
pub async fn all(reader: &Reader, status: Option<PayoutStatus>, page: &ById) -> Result<Page<payout::Model>, Error> {
    if !reader.actor().sees_everything() {
        return Ok(Page::empty());
    }
    let mut sql = reader.sql();
    sql.push("SELECT * FROM payout WHERE TRUE");
    if let Some(status) = status {
        sql.add(" AND status = ?", [status.into()]);
    }
    page.bounds(&mut sql, "id", Order::Descending);
    page.order(&mut sql, "id", Order::Descending);
    Ok(page.cut(sql.all(reader.conn()).await?))
}

/// How many they are. For staff.
pub async fn count_all(reader: &Reader, status: Option<PayoutStatus>) -> Result<i64, Error> {
    if !reader.actor().sees_everything() {
        return Ok(0);
    }
    let mut sql = reader.sql();
    sql.push("SELECT count(*) AS n FROM payout WHERE TRUE");
    if let Some(status) = status {
        sql.add(" AND status = ?", [status.into()]);
    }
    Ok(sql.one::<Number>(reader.conn()).await?.map_or(0, |row| row.n))
}
