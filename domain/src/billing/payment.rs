//! Attempts: rows first, the gateway after.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use entities::id::{AccountId, InvoiceId, OrderId, PaymentId, PaymentMethodId};
use entities::payment::PaymentStatus;
use entities::{payment, payment_method};
use futures::{StreamExt as _, stream};
use sea_orm::FromQueryResult;

use super::job::Reconcile;
use crate::error::{Error, Refusal};
use crate::gateway::{Charge, Outcome, PaymentGateway};
use crate::money::Money;
use crate::seller::Settings;
use crate::sql;
use crate::work::Work;

/// What a payment pays for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PaidFor {
    /// An issued invoice.
    Invoice(InvoiceId),
    /// An order, whose invoice is issued when it is paid.
    Order(OrderId),
}

/// A payment to be tried.
#[derive(Debug, Clone, Copy)]
pub struct Attempt {
    /// Who pays.
    pub account_id: AccountId,
    /// What for.
    pub paid_for: PaidFor,
    /// How much; above zero.
    pub amount: Money,
    /// The way to pay; none: the account's default. Without a default the attempt counts as declined.
    pub payment_method_id: Option<PaymentMethodId>,
}

/// How the charge of a payment ended.
#[derive(Debug, Clone)]
pub struct Settlement {
    /// The payment.
    pub payment_id: PaymentId,
    /// What the gateway said.
    pub outcome: Outcome,
}

#[derive(FromQueryResult)]
struct Id {
    id: PaymentId,
}

/// Writes an attempt for each; to be committed before the gateway is asked with what comes back. In the order given; `None`
/// where a payment is in flight already: no second one begins before it is known how the first one ended. The same
/// transaction asks for a reconciliation, so that an attempt whose process dies is found.
/// # Errors
/// `NOT_FOUND` for a payment method that is not the account's.
pub async fn attempt(work: &mut Work, attempts: Vec<Attempt>) -> Result<Vec<Option<Charge>>, Error> {
    if attempts.is_empty() {
        return Ok(Vec::new());
    }
    let methods = methods(work, &attempts).await?;
    let mut rows = Vec::with_capacity(attempts.len());
    let mut charges = Vec::with_capacity(attempts.len());
    for attempt in &attempts {
        let (row, charge) = open_payment(work, *attempt, method_of(&methods, attempt)?);
        rows.push(row);
        charges.push(charge);
    }
    sql::insert_new::<payment::Entity>(work.conn(), &rows).await?;
    let ids: Vec<PaymentId> = rows.iter().map(|row| row.id).collect();
    let mut sql = work.sql();
    sql.push("SELECT id FROM payment WHERE id ").any(&ids);
    let written: HashSet<PaymentId> = sql.all::<Id>(work.conn()).await?.into_iter().map(|row| row.id).collect();
    let payment_ids: Vec<PaymentId> = ids.into_iter().filter(|id| written.contains(id)).collect();
    if !payment_ids.is_empty() {
        let after = work.settings().reconcile_after();
        work.enqueue_in(after, Reconcile { payment_ids });
    }
    Ok(charges.into_iter().map(|charge| written.contains(&charge.payment_id).then_some(charge)).collect())
}

/// The attempt to pay an order that is placed in the same transaction, so that no other can be in flight.
pub(crate) fn attempt_new(
    work: &mut Work,
    order_id: OrderId,
    amount: Money,
    method: &payment_method::Model,
) -> Result<Charge, Error> {
    let (account_id, payment_method_id) = (method.account_id, Some(method.id));
    let attempt = Attempt { account_id, paid_for: PaidFor::Order(order_id), amount, payment_method_id };
    let (row, charge) = open_payment(work, attempt, Some(method));
    work.add::<payment::Entity>(&[row])?;
    work.enqueue_in(work.settings().reconcile_after(), Reconcile { payment_ids: vec![charge.payment_id] });
    Ok(charge)
}

fn open_payment(work: &Work, attempt: Attempt, method: Option<&payment_method::Model>) -> (payment::Model, Charge) {
    let (invoice_id, order_id) = match attempt.paid_for {
        PaidFor::Invoice(id) => (Some(id), None),
        PaidFor::Order(id) => (None, Some(id)),
    };
    let id: PaymentId = work.new_id();
    let row = payment::Model {
        id,
        account_id: attempt.account_id,
        invoice_id,
        order_id,
        payment_method_id: method.map(|method| method.id),
        amount_minor: attempt.amount.minor(),
        currency: attempt.amount.currency().code().to_owned(),
        status: PaymentStatus::Pending,
        failure_code: None,
        gateway_reference: None,
        action_url: None,
        attempted_at: work.now(),
        settled_at: None,
    };
    let method = method.map(|method| method.gateway_reference.clone());
    (row, Charge { payment_id: id, method, amount: attempt.amount, is_attended: false })
}

/// The methods that are named, and the defaults of the accounts.
async fn methods(work: &Work, attempts: &[Attempt]) -> Result<Vec<payment_method::Model>, Error> {
    let named: Vec<PaymentMethodId> = attempts.iter().filter_map(|attempt| attempt.payment_method_id).collect();
    let accounts: Vec<AccountId> = attempts.iter().map(|attempt| attempt.account_id).collect();
    let mut sql = work.sql();
    sql.push("SELECT * FROM payment_method WHERE removed_at IS NULL AND account_id ").any(&accounts);
    sql.push(" AND (is_default OR id ").any(&named).push(")");
    Ok(sql.all(work.conn()).await?)
}

fn method_of<'m>(
    methods: &'m [payment_method::Model],
    attempt: &Attempt,
) -> Result<Option<&'m payment_method::Model>, Error> {
    let mut own = methods.iter().filter(|method| method.account_id == attempt.account_id);
    match attempt.payment_method_id {
        None => Ok(own.find(|method| method.is_default)),
        Some(id) => {
            own.find(|method| method.id == id).map(Some).ok_or_else(|| Refusal::absent(["paymentMethodId"]).into())
        }
    }
}

/// Asks the gateway, so many at a time. Outside of any transaction.
pub async fn charge(settings: &Settings, charges: Vec<Charge>, at_once: usize) -> Vec<Settlement> {
    let limit = settings.gateway_timeout;
    let asked = charges.into_iter().map(|charge| {
        let gateway = Arc::clone(&settings.gateway);
        async move { Settlement { payment_id: charge.payment_id, outcome: ask(&*gateway, &charge, limit).await } }
    });
    stream::iter(asked).buffer_unordered(at_once.max(1)).collect().await
}

async fn ask(gateway: &dyn PaymentGateway, charge: &Charge, limit: Duration) -> Outcome {
    if charge.method.is_none() {
        return Outcome::Declined { code: "no_payment_method".to_owned() };
    }
    let started = std::time::Instant::now();
    let outcome = tokio::time::timeout(limit, gateway.charge(charge)).await.unwrap_or(Outcome::Unknown);
    let name = match outcome {
        Outcome::Succeeded { .. } => "succeeded",
        Outcome::Declined { .. } => "declined",
        Outcome::NeedsCustomer { .. } => "needs_customer",
        Outcome::Unknown => "unknown",
    };
    metrics::histogram!("mandate_gateway_seconds", "outcome" => name).record(started.elapsed());
    outcome
}

/// Open payments with what is needed to ask for them again.
pub(super) async fn open_charges(store: &crate::Store, ids: &[PaymentId]) -> Result<Vec<Charge>, Error> {
    let conn = store.pool();
    let mut sql = crate::sql::Sql::new(sea_orm::ConnectionTrait::get_database_backend(conn));
    sql.push(
        "SELECT p.id, p.amount_minor, p.currency, m.gateway_reference AS method FROM payment p
        LEFT JOIN payment_method m ON m.id = p.payment_method_id WHERE p.status IN ('PENDING', 'UNKNOWN') AND p.id ",
    );
    sql.any(ids);
    let rows: Vec<Open> = sql.all(conn).await?;
    rows.into_iter()
        .map(|row| {
            let amount = Money::new(row.amount_minor, crate::money::Currency::parse(&row.currency)?);
            Ok(Charge { payment_id: row.id, method: row.method, amount, is_attended: false })
        })
        .collect()
}

#[derive(FromQueryResult)]
struct Open {
    id: PaymentId,
    amount_minor: i64,
    currency: String,
    method: Option<String>,
}

/// The payments of these ids, by id.
pub(super) fn by_id(payments: Vec<payment::Model>) -> HashMap<PaymentId, payment::Model> {
    payments.into_iter().map(|payment| (payment.id, payment)).collect()
}
