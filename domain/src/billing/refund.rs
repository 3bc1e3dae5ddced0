//! Giving money back for a credit note: rows first, the gateway after.
//!
//! What was paid through the gateway goes back the way it came, what was paid from the wallet into the wallet. A refund is asked
//! for with its own id as key until the gateway says how it ended: asked twice, it pays once.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use entities::id::{AccountId, InvoiceId, PaymentId, RefundId};
use entities::refund::{self, RefundStatus};
use futures::{StreamExt as _, stream};
use sea_orm::FromQueryResult;

use super::job::PayBack;
use super::ledger::{refund_paid, refunded_to_wallet};
use super::post::Posting;
use super::reconcile::first_id_at;
use crate::actor::{Actor, System};
use crate::cashback;
use crate::error::Error;
use crate::gateway::{Outcome, Refund};
use crate::money::{Currency, Money};
use crate::sql::{self, Sql, Type};
use crate::store::{Statements, Store};
use crate::work::Work;

/// How many refunds are asked for at once.
const AT_ONCE: usize = 32;
/// How many one sweep takes up; the next one goes on.
const SWEEP: i64 = 5_000;

/// What a credit note gives back.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Owed {
    /// To whom.
    pub(crate) account_id: AccountId,
    /// For which credit note.
    pub(crate) credit_note_id: InvoiceId,
    /// Of which invoice.
    pub(crate) invoice_id: InvoiceId,
    /// How much, above zero.
    pub(crate) amount: Money,
}

/// A way by which money came in, and how much of it has not gone back.
#[derive(FromQueryResult)]
struct Source {
    invoice_id: InvoiceId,
    /// None: out of the wallet.
    payment_id: Option<PaymentId>,
    left_minor: i64,
    /// 0 for the invoice itself, 1 for one whose credited line it counts, and so on.
    distance: i32,
}

/// Gives back what is owed, to the ways by which it came in, in proportion to what is left of each: the wallet at once, the gateway
/// by a job. What was paid for an invoice is also what it took over from others by lines credited on it, so those come next.
///
/// The invoices are locked by the caller.
pub(crate) async fn give_back(work: &mut Work, owed: Owed) -> Result<(), Error> {
    let Owed { account_id, credit_note_id, amount, .. } = owed;
    let currency = amount.currency();
    let mut rows = Vec::new();
    let mut posting = Posting::default();
    let mut to_wallet = Money::zero(currency);
    for (source, part) in shares(sources(work, owed.invoice_id).await?, amount)? {
        let is_wallet = source.payment_id.is_none();
        let row = refund::Model {
            id: work.new_id(),
            account_id,
            credit_note_id,
            invoice_id: source.invoice_id,
            payment_id: source.payment_id,
            amount_minor: part.minor(),
            currency: currency.code().to_owned(),
            status: if is_wallet { RefundStatus::Succeeded } else { RefundStatus::Pending },
            failure_code: None,
            gateway_reference: None,
            asked_at: work.now(),
            settled_at: is_wallet.then_some(work.now()),
        };
        if is_wallet {
            to_wallet = to_wallet.checked_add(part)?;
            posting.add(refunded_to_wallet(account_id, part)?, row.id);
        }
        rows.push(row);
    }
    sql::insert::<refund::Entity>(work.conn(), &rows).await?;
    if to_wallet.is_positive() {
        cashback::take_back_payment(work, account_id, to_wallet).await?;
    }
    posting.write(work)?;
    let open = |row: &&refund::Model| row.status == RefundStatus::Pending;
    let refund_ids: Vec<RefundId> = rows.iter().filter(open).map(|row| row.id).collect();
    if !refund_ids.is_empty() {
        work.enqueue(PayBack { refund_ids });
    }
    Ok(())
}

/// What was paid for an invoice and has not gone back, and the same of the invoices whose lines it credits. One statement.
async fn sources(work: &Work, invoice_id: InvoiceId) -> Result<Vec<Source>, Error> {
    let mut sql = work.sql();
    sql.add(
        "WITH RECURSIVE chain (id, distance) AS (SELECT i.id, 0 FROM invoice i WHERE i.id = ?
            UNION SELECT o.invoice_id, c.distance + 1 FROM chain c JOIN invoice_line n ON n.invoice_id = c.id
            JOIN invoice_line o ON o.id = n.corrected_line_id),
        near AS (SELECT id, min(distance) AS distance FROM chain GROUP BY id)
        SELECT * FROM (
            SELECT p.invoice_id, p.id AS payment_id, CAST(p.amount_minor - coalesce((SELECT sum(r.amount_minor) FROM refund r
                WHERE r.payment_id = p.id AND r.status <> 'DECLINED'), 0) AS bigint) AS left_minor, CAST(c.distance AS integer) AS distance
            FROM near c JOIN payment p ON p.invoice_id = c.id WHERE p.status IN ('SUCCEEDED', 'REFUNDED')
            UNION ALL SELECT i.id, NULL, CAST(i.paid_minor
                - coalesce((SELECT sum(p.amount_minor) FROM payment p WHERE p.invoice_id = i.id AND p.status IN ('SUCCEEDED', 'REFUNDED')), 0)
                - coalesce((SELECT sum(r.amount_minor) FROM refund r WHERE r.invoice_id = i.id AND r.payment_id IS NULL), 0)
                AS bigint), CAST(c.distance AS integer)
            FROM near c JOIN invoice i ON i.id = c.id) s
        WHERE s.left_minor > 0 ORDER BY s.distance, s.invoice_id, s.payment_id",
        [invoice_id.into()],
    );
    Ok(sql.all(work.conn()).await?)
}

/// The parts of an amount, the nearest invoice first, within one in proportion to what is left.
fn shares(sources: Vec<Source>, amount: Money) -> Result<Vec<(Source, Money)>, Error> {
    let mut by_distance: BTreeMap<(i32, InvoiceId), Vec<Source>> = BTreeMap::new();
    for source in sources {
        by_distance.entry((source.distance, source.invoice_id)).or_default().push(source);
    }
    let mut left = amount;
    let mut shares = Vec::new();
    for sources in by_distance.into_values() {
        let weights: Vec<i64> = sources.iter().map(|source| source.left_minor).collect();
        let held = Money::sum(amount.currency(), weights.iter().map(|minor| Money::new(*minor, amount.currency())))?;
        let part = left.checked_min(held)?;
        left = left.checked_sub(part)?;
        let parts = part.split_by(&weights)?;
        shares.extend(sources.into_iter().zip(parts).filter(|(_, part)| part.is_positive()));
    }
    if left.is_positive() {
        return Err(Error::fault("more is to be given back than was paid"));
    }
    Ok(shares)
}

#[derive(FromQueryResult)]
struct Open {
    id: RefundId,
    charge: Option<String>,
    amount_minor: i64,
    currency: String,
}

/// Asks the gateway for those of the refunds that are open, and books what it says. Tells how many are still open; then it is to be
/// called again later.
pub async fn pay_back(store: &Store, refund_ids: &[RefundId]) -> Result<usize, Error> {
    let mut sql = Sql::new(store.pool().get_database_backend());
    sql.push(
        "SELECT r.id, p.gateway_reference AS charge, r.amount_minor, r.currency FROM refund r JOIN payment p ON p.id = r.payment_id
        WHERE r.status IN ('PENDING', 'UNKNOWN') AND r.id ",
    );
    sql.any(refund_ids);
    let open: Vec<Open> = sql.all(store.pool()).await?;
    let (gateway, limit) = (&store.settings().gateway, store.settings().gateway_timeout);
    let mut refunds = Vec::with_capacity(open.len());
    for Open { id, charge, amount_minor, currency } in open {
        let charge = charge.ok_or_else(|| Error::fault("a payment without the gateway's reference"))?;
        let amount = Money::new(amount_minor, Currency::parse(&currency)?);
        refunds.push(Refund { refund_id: id, charge, amount });
    }
    let asked = refunds.len();
    let answers = refunds.into_iter().map(|refund| {
        let gateway = gateway.clone();
        async move { (refund.refund_id, within(limit, gateway.refund(&refund)).await) }
    });
    let answers: Vec<(RefundId, Outcome)> = stream::iter(answers).buffer_unordered(AT_ONCE).collect().await;
    let known = answers.iter().filter(|(_, outcome)| *outcome != Outcome::Unknown).count();
    if asked > 0 {
        store
            .write(Actor::System(System::Renewals), Statements::default(), move |work| {
                Box::pin(settle(work, answers.clone()))
            })
            .await?;
    }
    Ok(asked.saturating_sub(known))
}

async fn within(limit: Duration, asked: impl Future<Output = Outcome>) -> Outcome {
    tokio::time::timeout(limit, asked).await.unwrap_or(Outcome::Unknown)
}

/// Books how refunds ended; those that were settled before are passed over.
async fn settle(work: &mut Work, answers: Vec<(RefundId, Outcome)>) -> Result<(), Error> {
    let mut answers: HashMap<RefundId, Outcome> = answers.into_iter().collect();
    let ids: Vec<RefundId> = answers.keys().copied().collect();
    let mut sql = work.sql();
    sql.push("SELECT * FROM refund WHERE status IN ('PENDING', 'UNKNOWN') AND id ").any(&ids);
    sql.push(" ORDER BY id /for update/");
    let mut rows: Vec<refund::Model> = sql.all(work.conn()).await?;
    let mut posting = Posting::default();
    for row in &mut rows {
        (row.status, row.gateway_reference, row.failure_code) = match answers.remove(&row.id) {
            Some(Outcome::Succeeded { reference }) => (RefundStatus::Succeeded, Some(reference), None),
            Some(Outcome::Declined { code }) => (RefundStatus::Declined, None, Some(code)),
            // no customer is asked about what they get back
            Some(Outcome::Unknown | Outcome::NeedsCustomer { .. }) | None => (RefundStatus::Unknown, None, None),
        };
        row.settled_at = (row.status != RefundStatus::Unknown).then_some(work.now());
        if row.status == RefundStatus::Succeeded {
            let amount = Money::new(row.amount_minor, Currency::parse(&row.currency)?);
            posting.add(refund_paid(row.account_id, amount)?, row.id);
        } else if row.status == RefundStatus::Declined {
            tracing::error!(refund.id = %row.id, code = row.failure_code, "the gateway does not pay back");
        }
    }
    store_ends(work, &rows).await?;
    posting.write(work)
}

async fn store_ends(work: &Work, rows: &[refund::Model]) -> Result<(), Error> {
    if rows.is_empty() {
        return Ok(());
    }
    let columns = [
        ("id", Type::Id),
        ("status", Type::Text),
        ("failure_code", Type::Text),
        ("gateway_reference", Type::Text),
        ("settled_at", Type::Instant),
    ];
    let mut sql = work.sql();
    sql.push(
        "UPDATE refund SET status = r.status, failure_code = r.failure_code, gateway_reference = r.gateway_reference,
            settled_at = r.settled_at FROM ",
    );
    sql.records("r", &columns, &rows)?.push(" WHERE refund.id = r.id");
    sql.execute(work.conn()).await?;
    // A payment of which all has gone back says so.
    let payments: Vec<PaymentId> = rows.iter().filter_map(|row| row.payment_id).collect();
    let mut sql = work.sql();
    sql.push("UPDATE payment SET status = 'REFUNDED' WHERE status = 'SUCCEEDED' AND id ").any(&payments);
    sql.push(
        " AND amount_minor = (SELECT sum(r.amount_minor) FROM refund r WHERE r.payment_id = payment.id AND r.status = 'SUCCEEDED')",
    );
    sql.execute(work.conn()).await?;
    Ok(())
}

#[derive(FromQueryResult)]
struct Id {
    id: RefundId,
}

/// The same for every refund whose answer is overdue in real time. Tells how many of them are still open.
pub async fn pay_back_open(store: &Store) -> Result<usize, Error> {
    let before = store.now().await?.real_now - store.settings().reconcile_after();
    let mut sql = Sql::new(store.pool().get_database_backend());
    sql.add(
        "SELECT id FROM refund WHERE status IN ('PENDING', 'UNKNOWN') AND id < ? ORDER BY id LIMIT ?",
        [first_id_at(before).into(), SWEEP.into()],
    );
    let overdue: Vec<RefundId> = sql.all::<Id>(store.pool()).await?.into_iter().map(|row| row.id).collect();
    if overdue.is_empty() { Ok(0) } else { pay_back(store, &overdue).await }
}
