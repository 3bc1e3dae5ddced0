//! Claiming due jobs under a lease, reporting what became of them, keeping leases, and giving back those that ended.
//!
//! The shapes of these statements carry the figures of the queue; each comment says what the obvious shape would cost.

use std::time::Duration;

use entities::id::JobId;
use sea_orm::FromQueryResult;
use serde::Serialize;
use uuid::Uuid;

use super::Class;
use crate::error::Error;
use crate::sql::{Sql, Type};
use crate::store::Store;
use crate::work::Work;

/// The text of an error that is kept, in bytes.
const ERROR_LIMIT: usize = 2_000;
/// Leases given back by one sweep.
const SWEEP_LIMIT: i64 = 500;
/// A job that was tried so often is dead even if each try ended with its process: it may be what ends them.
const MOST_TRIES: i32 = 300;

/// A lease: the name of the process that holds it. New with each start, so no process takes over from its predecessor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lease(Uuid);

impl Lease {
    /// The lease of this process, or of one worker in it.
    #[expect(clippy::new_without_default, reason = "two of them are never equal")]
    #[expect(clippy::disallowed_methods, reason = "a worker starts outside of any work")]
    pub fn new() -> Self {
        Self(Uuid::now_v7())
    }
}

/// One delivery of a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, FromQueryResult)]
pub struct Delivery {
    /// Of which job.
    pub id: JobId,
    /// Which try, from 1.
    pub attempts: i32,
}

/// A job under lease.
#[derive(Debug, Clone, FromQueryResult)]
pub struct Claimed {
    /// Which.
    pub id: JobId,
    /// Its kind.
    pub kind: String,
    /// Ids and dates.
    pub payload: serde_json::Value,
    /// 0 urgent, 1 normal, 2 bulk.
    pub priority: i32,
    /// Since when it is due, in milliseconds since 1970 by the database's clock.
    pub run_at: i64,
    /// Which try this is, from 1.
    pub attempts: i32,
    /// After so many it is a dead letter.
    pub max_attempts: i32,
    lease: Uuid,
}

/// What became of one delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It is done.
    Done,
    /// It was not started: due again at once, and the try does not count.
    Released,
    /// It must wait for its turn: due again after this time, and the try does not count.
    PutOff(Duration),
    /// It failed: due again after a back-off, or dead after the last try.
    Failed(String),
    /// It can never succeed: a dead letter at once.
    Hopeless(String),
}

#[derive(Serialize)]
struct Row<'a> {
    id: JobId,
    attempts: i32,
    how: &'static str,
    delay_ms: i64,
    error: Option<&'a str>,
}

impl Claimed {
    /// This delivery.
    pub fn delivery(&self) -> Delivery {
        Delivery { id: self.id, attempts: self.attempts }
    }

    /// Whether the job is a dead letter if this try fails.
    pub fn is_last_try(&self) -> bool {
        self.attempts >= self.max_attempts
    }

    /// Marks the job done in the transaction of its effect: then the effect happens once, whatever becomes of the lease.
    /// # Errors
    /// A fault if the lease is lost: another one has the job, or is through with it.
    pub async fn done_in(&self, work: &mut Work) -> Result<(), Error> {
        let mut sql = work.sql();
        sql.add(
            "UPDATE job SET state = 'done', lease = NULL, lease_until = NULL, changed_at = /now ms/
            WHERE id = ? AND lease = ? AND attempts = ?",
            [self.id.into(), self.lease.into(), self.attempts.into()],
        );
        match sql.execute(work.conn()).await? {
            1 => Ok(()),
            _ => Err(Error::fault("the lease is lost")),
        }
    }

    /// Whether the lease is still there.
    pub async fn is_held(&self, store: &Store) -> Result<bool, Error> {
        let mut sql = sql(store);
        sql.add(
            "SELECT id, attempts FROM job WHERE id = ? AND lease = ? AND attempts = ?",
            [self.id.into(), self.lease.into(), self.attempts.into()],
        );
        Ok(sql.one::<Delivery>(store.pool()).await?.is_some())
    }
}

fn sql(store: &Store) -> Sql {
    Sql::new(store.pool().get_database_backend())
}

fn milliseconds(time: Duration) -> i64 {
    i64::try_from(time.as_millis()).unwrap_or(i64::MAX / 2)
}

/// 1 s, 2 s, 4 s … 1 h after the first, second, third try, each times 0.5 to 1.5: what failed together does not come back
/// together.
fn push_backoff(sql: &mut Sql) {
    sql.push(if sql.is_postgres() {
        "CAST(least(3600000, 1000 << least(job.attempts - 1, 12)) * (0.5 + random()) AS bigint)"
    } else {
        "CAST(min(3600000, 1000 << min(job.attempts - 1, 12)) * (0.5 + abs(random() % 1000) / 1000.0) AS integer)"
    });
}

/// Leases up to `limit` due jobs of a class, the most urgent first and the longest due first among those.
///
/// One statement: on SQLite it takes the write lock before it reads, so it needs no `BEGIN IMMEDIATE`.
pub async fn claim(
    store: &Store,
    class: Class,
    lease: Lease,
    time: Duration,
    limit: u32,
) -> Result<Vec<Claimed>, Error> {
    let mut sql = sql(store);
    let limit = i64::from(limit);
    sql.add(
        "UPDATE job SET state = 'running', lease = ?, lease_until = /now ms/ + ?, attempts = attempts + 1 WHERE id ",
        [lease.0.into(), milliseconds(time).into()],
    );
    if sql.is_postgres() {
        // A lane per priority, not one sort: each is a range of the index, so jobs of the future cost nothing. And not IN:
        // PostgreSQL may run such a subquery, and take its locks, more than once.
        sql.add(
            "= ANY(ARRAY(SELECT j.id FROM (VALUES (0), (1), (2)) lane(priority) CROSS JOIN LATERAL (
                SELECT id FROM job WHERE state = 'due' AND class = ? AND priority = lane.priority AND run_at <= /now ms/
                ORDER BY run_at LIMIT ? /skip locked/) j LIMIT ?))",
            [class.name().into(), limit.into(), limit.into()],
        );
    } else {
        sql.add(
            "IN (SELECT id FROM job WHERE state = 'due' AND class = ? AND run_at <= /now ms/
                ORDER BY priority, run_at LIMIT ?)",
            [class.name().into(), limit.into()],
        );
    }
    sql.push(" RETURNING id, kind, payload, priority, run_at, attempts, max_attempts, lease");
    let mut jobs: Vec<Claimed> = sql.all(store.pool()).await?;
    jobs.sort_by_key(|job| (job.priority, job.run_at)); // what is returned has no order
    Ok(jobs)
}

/// Writes what became of many deliveries, in one statement. Those whose lease is lost change nothing.
pub async fn report(store: &Store, lease: Lease, outcomes: &[(Delivery, Outcome)]) -> Result<(), Error> {
    if outcomes.is_empty() {
        return Ok(());
    }
    let texts: Vec<_> = outcomes.iter().map(|(_, outcome)| outcome.error()).collect();
    let rows: Vec<_> = outcomes
        .iter()
        .zip(&texts)
        .map(|((delivery, outcome), text)| Row {
            id: delivery.id,
            attempts: delivery.attempts,
            how: outcome.name(),
            delay_ms: outcome.delay_ms(),
            error: text.as_deref(),
        })
        .collect();
    let mut sql = sql(store);
    sql.push(
        "UPDATE job SET
            state = CASE WHEN r.how = 'done' THEN 'done' WHEN r.how IN ('released', 'put_off') THEN 'due'
                WHEN r.how = 'hopeless' OR job.attempts >= max_attempts THEN 'dead' ELSE 'due' END,
            run_at = CASE WHEN r.how = 'failed' THEN /now ms/ + ",
    );
    push_backoff(&mut sql);
    sql.push(
        " WHEN r.how = 'put_off' THEN /now ms/ + r.delay_ms ELSE run_at END,
            attempts = job.attempts - CASE WHEN r.how IN ('released', 'put_off') THEN 1 ELSE 0 END,
            last_error = coalesce(r.error, last_error), lease = NULL, lease_until = NULL, changed_at = /now ms/ FROM ",
    );
    let columns = [
        ("id", Type::Id),
        ("attempts", Type::Int),
        ("how", Type::Text),
        ("delay_ms", Type::Int),
        ("error", Type::Text),
    ];
    sql.records("r", &columns, &rows)?;
    // No `state = 'running'` here: with it PostgreSQL walks the small partial index of all that runs, once for each row.
    sql.add(" WHERE job.id = r.id AND job.lease = ? AND job.attempts = r.attempts", [lease.0.into()]);
    sql.execute(store.pool()).await?;
    Ok(())
}

impl Outcome {
    fn name(&self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Released => "released",
            Self::PutOff(_) => "put_off",
            Self::Failed(_) => "failed",
            Self::Hopeless(_) => "hopeless",
        }
    }

    fn delay_ms(&self) -> i64 {
        if let Self::PutOff(delay) = self { milliseconds(*delay) } else { 0 }
    }

    /// Without NUL, which `jsonb` refuses, and with it the whole batch, for ever.
    fn error(&self) -> Option<String> {
        match self {
            Self::Done | Self::Released | Self::PutOff(_) => None,
            Self::Failed(error) | Self::Hopeless(error) => {
                let mut text = error.replace('\0', "");
                text.truncate(text.floor_char_boundary(ERROR_LIMIT));
                Some(text)
            }
        }
    }
}

/// Renews the leases of these deliveries and tells which there still were. Only what this process knows of: a claim whose
/// answer got lost on the way must expire.
pub async fn keep(
    store: &Store,
    lease: Lease,
    time: Duration,
    deliveries: &[Delivery],
) -> Result<Vec<Delivery>, Error> {
    if deliveries.is_empty() {
        return Ok(Vec::new());
    }
    let mut sql = sql(store);
    sql.add("UPDATE job SET lease_until = /now ms/ + ? FROM ", [milliseconds(time).into()]);
    sql.records("r", &[("id", Type::Id), ("attempts", Type::Int)], &deliveries)?;
    sql.add(
        " WHERE job.id = r.id AND job.lease = ? AND job.attempts = r.attempts
        RETURNING job.id AS id, job.attempts AS attempts",
        [lease.0.into()],
    );
    Ok(sql.all(store.pool()).await?)
}

/// Gives back what is leased to nobody any more: its process died, stood still, or could not reach the database. Tells how many.
///
/// That is not held against the job: it may be tried once more, and at once, since the lease was the wait. Otherwise ten
/// restarts in a row would make dead letters of what has never failed.
pub async fn sweep(store: &Store) -> Result<u64, Error> {
    let mut sql = sql(store);
    sql.add(
        "UPDATE job SET state = CASE WHEN attempts >= ? THEN 'dead' ELSE 'due' END, max_attempts = max_attempts + 1,
            last_error = 'lease expired', lease = NULL, lease_until = NULL, changed_at = /now ms/ WHERE id ",
        [MOST_TRIES.into()],
    );
    sql.push(if sql.is_postgres() { "= ANY(ARRAY(" } else { "IN (" });
    sql.add(
        "SELECT id FROM job WHERE state = 'running' AND lease_until < /now ms/ ORDER BY lease_until LIMIT ? /skip locked/",
        [SWEEP_LIMIT.into()],
    );
    sql.push(if sql.is_postgres() { "))" } else { ")" });
    Ok(sql.execute(store.pool()).await?)
}
