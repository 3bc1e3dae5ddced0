//! Statements about payouts.

use entities::id::{AccountId, UserId};
use entities::{payout, payout_method};
use sea_orm::FromQueryResult;

use super::rules::RequestFacts;
use crate::error::Error;
use crate::money::Money;
use crate::work::Work;

#[derive(FromQueryResult)]
struct Row {
    available_minor: Option<i64>,
    minimum_minor: Option<i64>,
    has_open: bool,
}

/// What a request of this locked account depends on.
pub(super) async fn request_facts(work: &Work, account_id: AccountId, amount: Money) -> Result<RequestFacts, Error> {
    let currency = amount.currency();
    let mut sql = work.sql();
    sql.add(
        "SELECT w.available_minor, CASE WHEN g.currency = ? THEN g.minimum_payout_minor END AS minimum_minor,
            EXISTS (SELECT 1 FROM payout o WHERE o.account_id = a.id AND o.currency = ? AND o.status IN ('REQUESTED', 'APPROVED')) AS has_open
        FROM account a LEFT JOIN wallet w ON w.account_id = a.id AND w.currency = ? LEFT JOIN programme g ON g.id = a.programme_id
        WHERE a.id = ?",
        [currency.code().into(), currency.code().into(), currency.code().into(), account_id.into()],
    );
    let row: Row = sql.one(work.conn()).await?.ok_or(Error::NotFound)?;
    let money = |minor| Money::new(minor, currency);
    Ok(RequestFacts {
        amount,
        available: money(row.available_minor.unwrap_or_default()),
        minimum: row.minimum_minor.map(money),
        has_open: row.has_open,
    })
}

/// Where payouts of an account go.
pub(super) async fn method(work: &Work, account_id: AccountId) -> Result<Option<payout_method::Model>, Error> {
    let mut sql = work.sql();
    sql.add("SELECT * FROM payout_method WHERE account_id = ?", [account_id.into()]);
    Ok(sql.one(work.conn()).await?)
}

/// Keeps where payouts go, instead of what was kept before.
pub(super) async fn keep_method(work: &Work, row: &payout_method::Model) -> Result<(), Error> {
    let mut sql = work.sql();
    sql.add(
        "INSERT INTO payout_method (account_id, holder, iban, changed_at) VALUES (?, ?, ?, ?)
        ON CONFLICT (account_id) DO UPDATE SET holder = excluded.holder, iban = excluded.iban, changed_at = excluded.changed_at",
        [row.account_id.into(), row.holder.clone().into(), row.iban.clone().into(), row.changed_at.into()],
    );
    sql.execute(work.conn()).await?;
    Ok(())
}

/// Writes the answer to a locked payout.
pub(super) async fn answer(work: &Work, row: &payout::Model, by: UserId) -> Result<(), Error> {
    let mut sql = work.sql();
    sql.add(
        "UPDATE payout SET status = ?, answered_by_id = ?, answered_at = ?, paid_at = ? WHERE id = ?",
        [row.status.into(), by.into(), work.now().into(), row.paid_at.into(), row.id.into()],
    );
    sql.execute(work.conn()).await?;
    Ok(())
}
