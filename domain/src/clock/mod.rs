//! The test clock: a row in the database that every process reads, and that stands still until it is advanced.
//!
//! Invariants: without the row, time is real. The clock never goes back. An advance goes from one whole hour at which something
//! falls due to the next, and goes on only when all that fell due is done, whichever worker did it, so one advance of many days
//! leaves the rows that many advances of one day leave. Leases, rate limits and idempotency keys know nothing of it.

use std::time::Duration;

use chrono::{DateTime, Utc};
use entities::clock;
use entities::id::{PaymentId, RefundId};
use sea_orm::{DbErr, FromQueryResult, RuntimeErr};
use tokio::time::{Instant, sleep};
use uuid::Uuid;

use crate::billing;
use crate::billing::job::Reconcile;
use crate::calendar::{hour_tick_at_or_after, hour_tick_at_or_before};
use crate::cashback::next_statement;
use crate::database::Connection;
use crate::error::{Error, Refusal};
use crate::job::Job as _;
use crate::job::schedule::{self, Entry};
use crate::renewal::next_reminder;
use crate::sql::{self, Sql};
use crate::store::Store;
use crate::webhook::lane::next_delivery;
use crate::webhook::spread::start_due;

/// Where no job begins or ends, and no lease is prolonged, for so long, there is no worker.
const PATIENCE: Duration = Duration::from_secs(30);
/// A job that is due again so soon, after a failure, is waited for.
const HORIZON_MS: i64 = 15_000;

/// Makes the clock, standing at this instant, where there is none yet; a restart goes on from where it stood.
pub async fn begin(db: &Connection, at: DateTime<Utc>) -> Result<(), Error> {
    sql::insert_new::<clock::Entity>(db, &[clock::Model { id: 1, now_at: at }]).await?;
    Ok(())
}

/// Whether there is a test clock.
pub async fn is_there(store: &Store) -> Result<bool, Error> {
    let mut sql = Sql::new(store.pool().get_database_backend());
    sql.push("SELECT * FROM clock WHERE id = 1");
    Ok(sql.one::<clock::Model>(store.pool()).await?.is_some())
}

/// Moves the clock forward to an instant, lets everything that falls due on the way happen in order of time, and answers when
/// all of it is done. `entries` are the lines of the schedule.
/// # Errors
/// `INVALID_INPUT` for an instant in the past, or without a test clock; unavailable when nobody does the jobs.
pub async fn advance(store: &Store, entries: &[Entry], to: DateTime<Utc>) -> Result<DateTime<Utc>, Error> {
    if !is_there(store).await? {
        return Err(Refusal::invalid("to", "the clock is real: it cannot be moved").into());
    }
    if to < store.now().await?.now {
        return Err(Refusal::invalid("to", "lies in the past: the clock never goes back").into());
    }
    quiet(store, entries).await?;
    loop {
        let now = store.now().await?.now;
        let next = next_due(store, now).await?.map_or(to, |tick| tick.min(to));
        set(store, next).await?;
        quiet(store, entries).await?;
        if next >= to {
            return Ok(store.now().await?.now);
        }
    }
}

async fn set(store: &Store, at: DateTime<Utc>) -> Result<(), Error> {
    let mut sql = Sql::new(store.pool().get_database_backend());
    sql.add("UPDATE clock SET now_at = ? WHERE id = 1 AND now_at < ?", [at.into(), at.into()]);
    sql.execute(store.pool()).await?;
    Ok(())
}

#[derive(FromQueryResult)]
struct Due {
    at: Option<DateTime<Utc>>,
}

/// The next whole hour at which a sweep finds something; what was due before and still is, failed and is not waited for.
async fn next_due(store: &Store, now: DateTime<Utc>) -> Result<Option<DateTime<Utc>>, Error> {
    let swept = hour_tick_at_or_before(now);
    let mut sql = Sql::new(store.pool().get_database_backend());
    sql.push("SELECT min(d.due_at) AS at FROM (");
    let sources = [
        ("renews_at", "product", "auto_renew AND status IN ('FREE', 'ACTIVE')"),
        ("renews_at", "product", "NOT auto_renew AND status IN ('FREE', 'ACTIVE')"),
        ("next_at", "dunning", "next_at IS NOT NULL"),
        ("available_at", "cashback", "released_at IS NULL"),
        ("expires_at", "invitation", "status = 'PENDING'"),
        ("expires_at", "transfer", "status = 'PENDING'"),
        ("expires_at", "partnership", "status = 'ACTIVE'"),
        ("due_at", "access_reminder", "due_at IS NOT NULL"),
        ("remind_at", "cart", "status = 'SENT' AND remind_at IS NOT NULL"),
        ("abandon_at", "cart", "status = 'SENT'"),
    ];
    for (at, (column, table, condition)) in sources.into_iter().enumerate() {
        sql.push(if at == 0 { "" } else { " UNION ALL " });
        sql.add(
            &format!("SELECT min({column}) AS due_at FROM {table} WHERE {condition} AND {column} > ?"),
            [swept.into()],
        );
    }
    sql.push(") d");
    let due = sql.one::<Due>(store.pool()).await?.and_then(|row| row.at);
    let reminder = next_reminder(store.pool(), swept).await?;
    let statement = next_statement(store.pool(), store.settings()).await?.filter(|at| *at > swept);
    let delivery = next_delivery(store.pool(), swept).await?;
    let due = [due, reminder, statement, delivery].into_iter().flatten().min();
    Ok(due.map(|at| hour_tick_at_or_after(at).max(swept + chrono::TimeDelta::hours(1))))
}

/// The jobs that are waited for. They are not the same for long while somebody does them: a worker that lives prolongs its leases.
#[derive(FromQueryResult, Default, PartialEq, Eq)]
struct Jobs {
    open: i64,
    leased_until: Option<i64>,
}

#[derive(FromQueryResult)]
struct Open {
    id: Uuid,
}

/// Starts what is due, and waits until it is done: no job is open, and no payment is unknown that the gateway knows.
async fn quiet(store: &Store, entries: &[Entry]) -> Result<(), Error> {
    let mut pause = Duration::from_millis(2);
    let mut before = Jobs::default();
    let mut progress_at = Instant::now();
    loop {
        let started = schedule::tick(store, entries).await? + start_due(store).await?;
        let jobs = jobs(store).await?;
        if started == 0 && jobs.open == 0 && !reconcile(store).await? {
            return Ok(());
        }
        if jobs != before {
            (before, progress_at, pause) = (jobs, Instant::now(), Duration::from_millis(2));
        } else if progress_at.elapsed() > PATIENCE {
            let nobody = RuntimeErr::Internal("no worker does the jobs".to_owned());
            return Err(Error::Storage(DbErr::Conn(nobody)));
        }
        sleep(pause).await;
        pause = (pause * 2).min(Duration::from_millis(50));
    }
}

/// By the indexes of what is open: what is done grows with the years. A reconciliation to come is not waited for: each run leaves some
/// for a minute later, by the real clock, and meanwhile [`reconcile`] asks.
async fn jobs(store: &Store) -> Result<Jobs, Error> {
    let mut sql = Sql::new(store.pool().get_database_backend());
    sql.add(
        "SELECT (SELECT count(*) FROM job WHERE state = 'running')
                + (SELECT count(*) FROM job WHERE state = 'due' AND class IN ('mail', 'webhook', 'charge', 'fast')
                    AND priority IN (0, 1, 2) AND run_at <= /now ms/ + ?
                    AND (run_at <= /now ms/ OR attempts > 0 OR kind <> ?)) AS open,
            (SELECT max(lease_until) FROM job WHERE state = 'running') AS leased_until",
        [HORIZON_MS.into(), Reconcile::KIND.into()],
    );
    sql.one(store.pool()).await?.ok_or_else(|| Error::fault("the jobs cannot be counted"))
}

/// Asks the gateway about payments and refunds that are open; whether any is known now.
async fn reconcile(store: &Store) -> Result<bool, Error> {
    let mut sql = Sql::new(store.pool().get_database_backend());
    sql.push("SELECT id FROM payment WHERE status IN ('PENDING', 'UNKNOWN') ORDER BY id LIMIT 5000");
    let open: Vec<PaymentId> = sql.all::<Open>(store.pool()).await?.into_iter().map(|row| row.id.into()).collect();
    let is_known = !open.is_empty() && billing::reconcile(store, &open).await? < open.len();
    let mut sql = Sql::new(store.pool().get_database_backend());
    sql.push("SELECT id FROM refund WHERE status IN ('PENDING', 'UNKNOWN') ORDER BY id LIMIT 5000");
    let open: Vec<RefundId> = sql.all::<Open>(store.pool()).await?.into_iter().map(|row| row.id.into()).collect();
    let is_paid_back = !open.is_empty() && billing::pay_back(store, &open).await? < open.len();
    Ok(is_known || is_paid_back)
}
