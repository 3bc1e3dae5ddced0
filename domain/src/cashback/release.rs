//! Releasing cashback whose holding days are over.

use std::collections::BTreeMap;

use entities::cashback;
use entities::id::AccountId;
use serde_json::json;

use crate::activity::{ActivityKind, Event};
use crate::billing::ledger::cashback_released;
use crate::billing::post::Posting;
use crate::error::Error;
use crate::money::{Currency, Money};
use crate::sql::Type;
use crate::work::Work;

/// How many one call releases; whoever gets as many calls again.
pub(crate) const BATCH: i64 = 2_000;

/// Makes available what is due now, at most so much at once, and tells how many it was; a constant number of statements.
/// What was taken back before its release is not released.
pub async fn release(work: &mut Work) -> Result<usize, Error> {
    let now = work.now();
    let mut sql = work.sql();
    sql.add(
        "UPDATE cashback SET released_at = ? WHERE released_at IS NULL AND id IN (
            SELECT id FROM cashback WHERE released_at IS NULL AND available_at <= ? ORDER BY available_at, id LIMIT ? /skip locked/)
        RETURNING *",
        [now.into(), now.into(), BATCH.into()],
    );
    let mut due: Vec<cashback::Model> = sql.all(work.conn()).await?;
    due.sort_by_key(|cashback| cashback.id);
    let mut posting = Posting::default();
    let mut wallets: BTreeMap<(AccountId, String), i64> = BTreeMap::new();
    for cashback in &due {
        let left = cashback.amount_minor - cashback.reversed_minor;
        let amount = Money::new(left, Currency::parse(&cashback.currency)?);
        posting.add(cashback_released(cashback.partner_id, amount)?, cashback.id);
        *wallets.entry((cashback.partner_id, cashback.currency.clone())).or_default() += left;
    }
    for ((account_id, currency), amount) in &wallets {
        let amount = Money::new(*amount, Currency::parse(currency)?).to_decimal();
        let event = Event::new(*account_id, ActivityKind::CashbackReleased);
        work.tell(event.with(json!({ "amount": amount, "currencyCode": currency })));
    }
    make_available(work, &wallets).await?;
    posting.write(work)?;
    Ok(due.len())
}

async fn make_available(work: &Work, wallets: &BTreeMap<(AccountId, String), i64>) -> Result<(), Error> {
    if wallets.is_empty() {
        return Ok(());
    }
    let rows: Vec<_> = wallets
        .iter()
        .map(|((account_id, currency), amount)| json!({ "account_id": account_id, "currency": currency, "amount": amount }))
        .collect();
    let columns = [("account_id", Type::Id), ("currency", Type::Text), ("amount", Type::Int)];
    let mut sql = work.sql();
    sql.push(
        "UPDATE wallet SET pending_minor = pending_minor - r.amount, available_minor = available_minor + r.amount FROM ",
    );
    sql.records("r", &columns, &rows)?.push(" WHERE wallet.account_id = r.account_id AND wallet.currency = r.currency");
    sql.execute(work.conn()).await?;
    Ok(())
}
