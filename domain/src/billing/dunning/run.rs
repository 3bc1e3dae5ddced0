//! Beginning, taking and ending the steps: sets of invoices, by a constant number of statements.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use entities::dunning;
use entities::id::{AccountId, InvoiceId};
use entities::invoice::{self, InvoiceStatus};
use sea_orm::FromQueryResult;
use serde_json::{Value, json};
use uuid::Uuid;

use super::step::{cancel, suspend, take_back_write_off, warn};
use super::{Due, Dunned, DunningStep, mail};
use crate::actor::{Actor, System};
use crate::billing::payment::{Attempt, PaidFor, attempt, charge};
use crate::billing::period::Moved;
use crate::billing::settle::{Changed, settle};
use crate::calendar::{hour_tick_at_or_before, next_hour_tick};
use crate::error::Error;
use crate::gateway::Charge;
use crate::money::{Currency, Money};
use crate::product::rules::time_zone;
use crate::renewal::job::RunRenewals;
use crate::sql::{self, Type};
use crate::store::{Statements, Store};
use crate::work::Work;

/// How many invoices one transaction takes.
const BATCH: i64 = 200;
/// How many charges are in flight at once.
const CHARGES: usize = 32;

#[derive(FromQueryResult)]
struct Zone {
    id: AccountId,
    time_zone: String,
}

/// Begins the dunning of what was declined on its day; one that has begun goes on as it is. Two statements.
pub(in crate::billing) async fn begin(work: &mut Work, changed: &Changed) -> Result<(), Error> {
    let declined: Vec<(&invoice::Model, DateTime<Utc>)> = changed
        .declined
        .iter()
        .filter_map(|id| changed.invoices.get(id))
        .filter_map(|invoice| invoice.first_declined_at.map(|at| (invoice, at)))
        .collect();
    if declined.is_empty() {
        return Ok(());
    }
    let payers: Vec<AccountId> = declined.iter().map(|(invoice, _)| invoice.billed_to_id).collect();
    let mut sql = work.sql();
    sql.push("SELECT id, time_zone FROM account WHERE id ").any(&payers);
    let zones: HashMap<AccountId, Tz> =
        sql.all::<Zone>(work.conn()).await?.into_iter().map(|row| (row.id, time_zone(&row.time_zone))).collect();
    let mut rows = Vec::with_capacity(declined.len());
    for (invoice, first_declined_at) in declined {
        let payer_zone = zones.get(&invoice.billed_to_id).copied().unwrap_or(Tz::UTC);
        let beginning = Dunned { first_declined_at, payer_zone, steps_taken: 0 };
        let next_at = work.settings().dunning.due(&beginning, DateTime::UNIX_EPOCH)?.next_at;
        rows.push(dunning::Model { invoice_id: invoice.id, account_id: invoice.billed_to_id, steps_taken: 0, next_at });
    }
    sql::insert_new::<dunning::Entity>(work.conn(), &rows).await?;
    Ok(())
}

/// Takes every step that is due: in batches, each charge followed by what comes of it, until nothing is due. Tells how many it
/// took. Called again, it goes on where it was left; a charge whose answer was lost is the reconciliation's.
pub async fn take_steps(store: &Store) -> Result<usize, Error> {
    let renewals = Actor::System(System::Renewals);
    let mut taken = 0;
    loop {
        let Taken { charges, count } =
            store.write(renewals.clone(), Statements::default(), |work| Box::pin(take(work))).await?;
        if count == 0 {
            return Ok(taken);
        }
        taken += count;
        if charges.is_empty() {
            continue;
        }
        let settlements = charge(store.settings(), charges, CHARGES).await;
        let settled = store.write(renewals.clone(), Statements::default(), move |work| {
            let settlements = settlements.clone();
            Box::pin(async move { settle(work, settlements).await.map(drop) })
        });
        settled.await?;
    }
}

/// An invoice whose step has come up.
#[derive(Debug, Clone, FromQueryResult)]
pub(super) struct Owed {
    pub(super) invoice_id: InvoiceId,
    pub(super) billed_to_id: AccountId,
    pub(super) first_declined_at: Option<DateTime<Utc>>,
    pub(super) time_zone: String,
    status: InvoiceStatus,
    currency: String,
    due_minor: i64,
    steps_taken: i32,
    is_in_flight: bool,
}

struct Taken {
    charges: Vec<Charge>,
    count: usize,
}

#[derive(FromQueryResult)]
struct Id {
    id: Uuid,
}

/// The steps of one batch. Locks products, then invoices, as settling does.
async fn take(work: &mut Work) -> Result<Taken, Error> {
    let mut sql = work.sql();
    sql.add(
        "SELECT invoice_id AS id FROM dunning WHERE next_at IS NOT NULL AND next_at <= ? ORDER BY next_at, invoice_id LIMIT ?",
        [work.now().into(), BATCH.into()],
    );
    let ids: Vec<InvoiceId> = sql.all::<Id>(work.conn()).await?.into_iter().map(|row| row.id.into()).collect();
    if ids.is_empty() {
        return Ok(Taken { charges: Vec::new(), count: 0 });
    }
    let found = locked(work, &ids).await?;
    let mut rows = Vec::with_capacity(found.len());
    let mut due: Vec<(Owed, Due)> = Vec::with_capacity(found.len());
    for owed in &found {
        let (row, step) = next(work, owed)?;
        rows.push(row);
        due.extend(step.map(|step| (owed.clone(), step)));
    }
    write(work, &rows).await?;
    let of = |is: fn(&Due) -> bool| -> Vec<Owed> {
        due.iter().filter(|(_, due)| is(due)).map(|(owed, _)| owed.clone()).collect()
    };
    warn(work, &of(|due| due.steps.contains(&DunningStep::WarnHolder))).await?;
    suspend(work, &of(|due| due.steps.contains(&DunningStep::Suspend))).await?;
    cancel(work, &of(|due| due.steps.contains(&DunningStep::Cancel))).await?;
    let attempts = of(Due::charges).iter().map(attempt_of).collect::<Result<_, _>>()?;
    let charges = attempt(work, attempts).await?.into_iter().flatten().collect();
    Ok(Taken { charges, count: found.len() })
}

/// What is still due of these, under locks.
async fn locked(work: &Work, ids: &[InvoiceId]) -> Result<Vec<Owed>, Error> {
    let mut sql = work.sql();
    sql.push(
        "SELECT p.id FROM product p WHERE p.id IN (SELECT d.product_id FROM product_period d
            JOIN invoice_line l ON l.id = d.invoice_line_id WHERE l.invoice_id ",
    );
    sql.any(ids).push(") ORDER BY p.id /for update/");
    sql.all::<Id>(work.conn()).await?;
    let mut sql = work.sql();
    sql.push("SELECT id FROM invoice WHERE id ").any(ids).push(" ORDER BY id /for update/");
    sql.all::<Id>(work.conn()).await?;
    let mut sql = work.sql();
    sql.push(
        "SELECT d.invoice_id, i.billed_to_id, i.first_declined_at, a.time_zone, i.status, i.currency,
            i.total_minor - i.paid_minor - i.credited_minor AS due_minor, d.steps_taken,
            EXISTS (SELECT 1 FROM payment y WHERE y.invoice_id = i.id AND y.status IN ('PENDING', 'UNKNOWN')) AS is_in_flight
        FROM dunning d JOIN invoice i ON i.id = d.invoice_id JOIN account a ON a.id = i.billed_to_id
        WHERE d.next_at IS NOT NULL AND d.next_at <= ",
    );
    sql.bind(work.now()).push(" AND d.invoice_id ").any(ids).push(" ORDER BY d.invoice_id");
    Ok(sql.all(work.conn()).await?)
}

/// How the row of an invoice goes on, and what is done now: nothing for what is paid or credited meanwhile, whose dunning is
/// over, and nothing in this hour while a payment is in flight.
fn next(work: &Work, owed: &Owed) -> Result<(Value, Option<Due>), Error> {
    let row = |steps_taken: i32, next_at: Option<DateTime<Utc>>| json!({ "invoice_id": owed.invoice_id, "steps_taken": steps_taken, "next_at": next_at });
    let Some(first_declined_at) = owed.first_declined_at.filter(|_| owed.status == InvoiceStatus::Open) else {
        return Ok((row(owed.steps_taken, None), None));
    };
    if owed.is_in_flight {
        return Ok((row(owed.steps_taken, Some(next_hour_tick(work.now()))), None));
    }
    let steps_taken = usize::try_from(owed.steps_taken).map_err(|_| Error::fault("steps below zero"))?;
    let dunned = Dunned { first_declined_at, payer_zone: time_zone(&owed.time_zone), steps_taken };
    let due = work.settings().dunning.due(&dunned, work.now())?;
    let steps_taken = i32::try_from(due.steps_taken).map_err(|_| Error::fault("too many steps"))?;
    Ok((row(steps_taken, due.next_at), Some(due)))
}

async fn write(work: &Work, rows: &[Value]) -> Result<(), Error> {
    let columns = [("invoice_id", Type::Id), ("steps_taken", Type::Int), ("next_at", Type::Instant)];
    let mut sql = work.sql();
    sql.push("UPDATE dunning SET steps_taken = r.steps_taken, next_at = r.next_at FROM ");
    sql.records("r", &columns, &rows)?.push(" WHERE dunning.invoice_id = r.invoice_id");
    sql.execute(work.conn()).await?;
    Ok(())
}

fn attempt_of(owed: &Owed) -> Result<Attempt, Error> {
    Ok(Attempt {
        account_id: owed.billed_to_id,
        paid_for: PaidFor::Invoice(owed.invoice_id),
        amount: Money::new(owed.due_minor, Currency::parse(&owed.currency)?),
        payment_method_id: None,
    })
}

/// Tells of what was behind and is paid now, and has missed terms follow: a product whose next term has begun meanwhile is due.
pub(in crate::billing) async fn restored(work: &mut Work, changed: &Changed, moved: &[Moved]) -> Result<(), Error> {
    let restored: Vec<&Moved> = moved.iter().filter(|it| it.was_behind).collect();
    if restored.is_empty() {
        return Ok(());
    }
    mail::restored(work, changed, &restored).await?;
    if restored.iter().any(|it| it.now.renews_at <= work.now()) {
        let as_of = hour_tick_at_or_before(work.now());
        work.enqueue(RunRenewals { as_of });
    }
    Ok(())
}

/// An invoice that was given up is to be paid after all: it is open again, and given up once more in the next hour unless it is
/// paid by then.
pub(crate) async fn reopen(work: &mut Work, invoice: &mut invoice::Model) -> Result<(), Error> {
    if invoice.status != InvoiceStatus::Uncollectible {
        return Ok(());
    }
    take_back_write_off(work, invoice).await?;
    invoice.status = InvoiceStatus::Open;
    let mut sql = work.sql();
    sql.add(
        "UPDATE dunning SET steps_taken = steps_taken - 1, next_at = ? WHERE invoice_id = ? AND steps_taken > 0",
        [next_hour_tick(work.now()).into(), invoice.id.into()],
    );
    sql.execute(work.conn()).await?;
    Ok(())
}
