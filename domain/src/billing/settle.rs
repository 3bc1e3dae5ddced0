//! Booking what the gateway said: any number of outcomes in a constant number of statements.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use entities::id::{InvoiceId, OrderId, PaymentId};
use entities::invoice::{self, InvoiceStatus};
use entities::invoice_line;
use entities::payment::{self, PaymentStatus};
use serde_json::json;

use super::dunning;
use super::issue::Issued;
use super::ledger::{payment_received, wallet_spent};
use super::mail;
use super::order::{Completed, complete, fail, invoice_of};
use super::payment::{Settlement, by_id};
use super::period::{Moved, early, fall_behind, lock_paid_for, move_on, unpaid};
use super::post::Posting;
use crate::activity::{ActivityKind, Event};
use crate::cashback;
use crate::error::Error;
use crate::gateway::Outcome;
use crate::money::{Currency, Money};
use crate::sql::Type;
use crate::work::Work;

/// A payment of which more is known than before.
#[derive(Debug, Clone)]
pub struct Settled {
    /// As it stands now.
    pub payment: payment::Model,
}

/// Books outcomes. Those of payments that were settled before are passed over, so that any two may come twice, at once or in
/// any order; an unknown outcome moves nothing.
///
/// Locks products, invoices, payments, wallets, in this order and each by id.
pub async fn settle(work: &mut Work, settlements: Vec<Settlement>) -> Result<Vec<Settled>, Error> {
    lock_paid_for(work, &settlements).await?;
    let payments = told(work, settlements).await?;
    if payments.is_empty() {
        return Ok(Vec::new());
    }
    let of = |status| payments.iter().filter(move |payment| payment.status == status);
    let paid: HashMap<OrderId, i64> =
        of(PaymentStatus::Succeeded).filter_map(|it| Some((it.order_id?, it.amount_minor))).collect();
    let paid_orders: Vec<OrderId> = of(PaymentStatus::Succeeded).filter_map(|it| it.order_id).collect();
    let failed_orders: Vec<OrderId> = of(PaymentStatus::Declined).filter_map(|it| it.order_id).collect();
    let completed = complete(work, &paid_orders, &paid).await?;
    fail(work, &failed_orders).await?;
    let billed = invoice_of(&completed);
    let payments: Vec<payment::Model> = payments
        .into_iter()
        .map(|mut payment| {
            payment.invoice_id = payment.invoice_id.or_else(|| billed.get(&payment.order_id?).copied());
            payment
        })
        .collect();
    write(work, &payments)?;
    let changed = pay(work, &payments, &completed).await?;
    book(work, &payments, &changed, &completed).await?;
    Ok(payments.into_iter().map(|payment| Settled { payment }).collect())
}

/// Locks the payments that are still open, and says of each what it is now.
async fn told(work: &Work, settlements: Vec<Settlement>) -> Result<Vec<payment::Model>, Error> {
    let ids: Vec<PaymentId> = settlements.iter().map(|settlement| settlement.payment_id).collect();
    let mut sql = work.sql();
    sql.push("SELECT * FROM payment WHERE status IN ('PENDING', 'UNKNOWN') AND id ").any(&ids);
    sql.push(" ORDER BY id /for update/");
    let mut open = by_id(sql.all(work.conn()).await?);
    let mut payments = Vec::with_capacity(open.len());
    for Settlement { payment_id, outcome } in settlements {
        let Some(mut payment) = open.remove(&payment_id) else { continue };
        (payment.gateway_reference, payment.failure_code, payment.action_url) = (None, None, None);
        payment.status = match outcome {
            Outcome::Succeeded { reference } => {
                payment.gateway_reference = Some(reference);
                PaymentStatus::Succeeded
            }
            Outcome::Declined { code } => {
                payment.failure_code = Some(code);
                PaymentStatus::Declined
            }
            Outcome::NeedsCustomer { url } => {
                payment.action_url = Some(url);
                PaymentStatus::Unknown
            }
            Outcome::Unknown => PaymentStatus::Unknown,
        };
        payment.settled_at = (payment.status != PaymentStatus::Unknown).then_some(work.now());
        payments.push(payment);
    }
    Ok(payments)
}

fn write(work: &Work, payments: &[payment::Model]) -> Result<(), Error> {
    let columns = [
        ("id", Type::Id),
        ("invoice_id", Type::Id),
        ("status", Type::Text),
        ("failure_code", Type::Text),
        ("gateway_reference", Type::Text),
        ("action_url", Type::Text),
        ("settled_at", Type::Instant),
    ];
    let mut sql = work.sql();
    sql.push(
        "UPDATE payment SET invoice_id = r.invoice_id, status = r.status, failure_code = r.failure_code,
            gateway_reference = r.gateway_reference, action_url = r.action_url, settled_at = r.settled_at FROM ",
    );
    sql.records("r", &columns, &payments)?.push(" WHERE payment.id = r.id");
    work.change("payment", sql);
    Ok(())
}

/// What became of the invoices that were paid or tried.
#[derive(Default)]
pub(super) struct Changed {
    pub(super) invoices: HashMap<InvoiceId, invoice::Model>,
    /// Those that nothing is left to pay of, since now.
    pub(super) paid: Vec<InvoiceId>,
    /// Of those, what was issued just now: nothing is known of them but what is in memory.
    pub(super) fresh: HashMap<InvoiceId, Vec<invoice_line::Model>>,
    /// Those of which it is known now how a first payment ended.
    pub(super) tried_first: Vec<InvoiceId>,
    /// Those that were declined.
    pub(super) declined: Vec<InvoiceId>,
}

impl Changed {
    /// A single invoice that is paid, or is not yet.
    fn one(invoice: invoice::Model, is_paid: bool) -> Self {
        let paid = if is_paid { vec![invoice.id] } else { Vec::new() };
        Self { paid, invoices: HashMap::from([(invoice.id, invoice)]), ..Self::default() }
    }

    /// Those that nothing is left to pay of, since now, and that were issued before.
    pub(super) fn paid_before(&self) -> Vec<InvoiceId> {
        self.paid.iter().copied().filter(|id| !self.fresh.contains_key(id)).collect()
    }
}

async fn pay(work: &Work, payments: &[payment::Model], completed: &[Completed]) -> Result<Changed, Error> {
    let mut changed = Changed::default();
    for Issued { invoice, lines } in completed.iter().filter_map(|it| it.issued.as_ref()) {
        if invoice.status == InvoiceStatus::Paid {
            changed.paid.push(invoice.id);
        }
        changed.tried_first.push(invoice.id);
        changed.fresh.insert(invoice.id, lines.clone());
        changed.invoices.insert(invoice.id, invoice.clone());
    }
    let ended: Vec<_> = payments
        .iter()
        .filter(|payment| payment.status != PaymentStatus::Unknown)
        .filter_map(|payment| payment.invoice_id.map(|id| (id, payment)))
        .filter(|(id, _)| !changed.fresh.contains_key(id))
        .collect();
    if ended.is_empty() {
        return Ok(changed);
    }
    let ids: Vec<InvoiceId> = ended.iter().map(|(id, _)| *id).collect();
    let mut sql = work.sql();
    sql.push("SELECT * FROM invoice WHERE id ").any(&ids);
    let invoices: Vec<invoice::Model> = sql.all(work.conn()).await?;
    changed.invoices.extend(invoices.into_iter().map(|invoice| (invoice.id, invoice)));
    let declined = ended.iter().filter(|(_, payment)| payment.status == PaymentStatus::Declined);
    let early = early(work, &declined.map(|(id, _)| *id).collect::<Vec<_>>()).await?;
    for (id, payment) in ended {
        let invoice = changed.invoices.get_mut(&id).ok_or_else(|| Error::fault("a payment without its invoice"))?;
        invoice.attempts += 1;
        if invoice.attempts == 1 {
            changed.tried_first.push(id);
        }
        if payment.status == PaymentStatus::Succeeded {
            if receive(invoice, payment.amount_minor, work.now())? {
                changed.paid.push(id);
            }
        } else {
            // What follows a decline begins on the day when the payment is due: then the run tries it.
            let since = (!early.contains(&id)).then_some(work.now());
            invoice.first_declined_at = invoice.first_declined_at.or(since);
            changed.declined.push(id);
        }
    }
    let fresh = &changed.fresh;
    write_invoices(work, changed.invoices.values().filter(|invoice| !fresh.contains_key(&invoice.id)))?;
    Ok(changed)
}

/// Adds a payment to an invoice; true when it is fully paid by it.
pub(super) fn receive(invoice: &mut invoice::Model, amount: i64, now: DateTime<Utc>) -> Result<bool, Error> {
    invoice.paid_minor = invoice.paid_minor.checked_add(amount).ok_or_else(|| Error::fault("an invoice overflows"))?;
    let is_done = invoice.paid_minor >= invoice.total_minor - invoice.credited_minor;
    let is_new = is_done && matches!(invoice.status, InvoiceStatus::Open | InvoiceStatus::Uncollectible);
    if is_new {
        invoice.status = InvoiceStatus::Paid;
        invoice.paid_at = Some(now);
    }
    Ok(is_new)
}

pub(super) fn write_invoices<'i>(work: &Work, invoices: impl Iterator<Item = &'i invoice::Model>) -> Result<(), Error> {
    let rows: Vec<_> = invoices.collect();
    let columns = [
        ("id", Type::Id),
        ("status", Type::Text),
        ("paid_at", Type::Instant),
        ("paid_minor", Type::Int),
        ("first_declined_at", Type::Instant),
        ("attempts", Type::Int),
    ];
    let mut sql = work.sql();
    sql.push(
        "UPDATE invoice SET status = r.status, paid_at = r.paid_at, paid_minor = r.paid_minor,
            first_declined_at = r.first_declined_at, attempts = r.attempts FROM ",
    );
    sql.records("r", &columns, &rows)?.push(" WHERE invoice.id = r.id");
    work.change("invoice", sql);
    Ok(())
}

/// Ledger, cashback, periods, feed and mails of what was paid and of what was declined.
async fn book(
    work: &mut Work,
    payments: &[payment::Model],
    changed: &Changed,
    completed: &[Completed],
) -> Result<(), Error> {
    let mut posting = Posting::default();
    for payment in payments {
        let amount = Money::new(payment.amount_minor, Currency::parse(&payment.currency)?);
        let kind = match payment.status {
            PaymentStatus::Succeeded => {
                posting.add(payment_received(payment.account_id, amount)?, payment.id);
                ActivityKind::PaymentSucceeded
            }
            PaymentStatus::Declined => ActivityKind::PaymentFailed,
            PaymentStatus::Pending | PaymentStatus::Unknown | PaymentStatus::Refunded => continue,
        };
        let data = json!({
            "amount": amount.to_decimal(), "currencyCode": payment.currency, "failureCode": payment.failure_code,
        });
        let event = Event::new(payment.account_id, kind).with(data);
        work.tell(match (payment.invoice_id, payment.order_id) {
            (Some(id), _) => event.about("Invoice", id),
            (None, Some(id)) => event.about("Order", id),
            (None, None) => event,
        });
    }
    let renewed = fulfil(work, changed, posting).await?;
    let unpaid_periods = unpaid(work, &changed.declined).await?;
    let behind = fall_behind(work, &unpaid_periods).await?;
    dunning::begin(work, changed).await?;
    mail::settled(work, completed, changed, &renewed, &behind).await?;
    dunning::restored(work, changed, &renewed).await
}

/// What follows from fully paid invoices: cashback, periods, products; and the posting so far.
async fn fulfil(work: &mut Work, changed: &Changed, mut posting: Posting) -> Result<Vec<Moved>, Error> {
    let paid_before = changed.paid_before();
    let is_paid = |id: &&InvoiceId| changed.paid.contains(*id);
    let fresh =
        changed.fresh.keys().filter(is_paid).filter_map(|id| Some((changed.invoices.get(id)?, changed.fresh.get(id)?)));
    cashback::credit(work, &paid_before, &fresh.collect::<Vec<_>>(), &mut posting).await?;
    posting.write(work)?;
    let periods = unpaid(work, &paid_before).await?;
    move_on(work, periods).await
}

/// What follows when an invoice is fully paid because a credit note leaves less of it to pay.
pub(crate) async fn fulfil_credited(work: &mut Work, invoice: invoice::Model) -> Result<(), Error> {
    let changed = Changed::one(invoice, true);
    let renewed = fulfil(work, &changed, Posting::default()).await?;
    mail::settled(work, &[], &changed, &renewed, &HashMap::new()).await?;
    dunning::restored(work, &changed, &renewed).await
}

/// Pays a part of an open, locked invoice out of the payer's own wallet.
/// # Errors
/// `INSUFFICIENT_BALANCE`.
pub(super) async fn pay_from_wallet(work: &mut Work, mut invoice: invoice::Model, amount: Money) -> Result<(), Error> {
    let payer = invoice.billed_to_id;
    cashback::spend(work, payer, amount).await?;
    let mut posting = Posting::default();
    posting.add(wallet_spent(payer, amount)?, invoice.id);
    let is_paid = receive(&mut invoice, amount.minor(), work.now())?;
    write_invoices(work, std::iter::once(&invoice))?;
    let changed = Changed::one(invoice, is_paid);
    let renewed = fulfil(work, &changed, posting).await?;
    mail::settled(work, &[], &changed, &renewed, &HashMap::new()).await?;
    dunning::restored(work, &changed, &renewed).await
}
