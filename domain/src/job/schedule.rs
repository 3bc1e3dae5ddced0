//! What runs again and again: a row each, claimed by one of however many workers look at it.
//!
//! A tick is a whole multiple of its period. Ticks that were missed, because no worker ran or because the job of the tick before
//! is still open, are made up for by one: a sweep does all that is due, whenever it comes.

use std::time::Duration;

use chrono::{DateTime, Utc};
use entities::id::JobId;
use sea_orm::FromQueryResult;
use serde::Serialize;

use super::{Job, NewJob};
use crate::actor::{Actor, System};
use crate::error::Error;
use crate::sql::{Sql, Type};
use crate::store::{Statements, Store};

/// A job that a schedule starts.
pub trait Sweep: Job {
    /// The job of the tick at this instant: the newest tick that is due.
    fn at(due_at: DateTime<Utc>) -> Self;
}

/// By which clock something is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Clock {
    /// The product's: due dates, deadlines, terms. Stands still with the test clock.
    Product,
    /// The real one: what runs late or lies around.
    Real,
}

/// A line of the schedule.
#[derive(Debug, Clone, Copy)]
pub struct Entry {
    kind: &'static str,
    clock: Clock,
    every_ms: i64,
    job: fn(JobId, DateTime<Utc>) -> NewJob,
}

impl Entry {
    /// Starts this job at each whole multiple of a period.
    pub fn every<S: Sweep>(period: Duration, clock: Clock) -> Self {
        let every_ms = i64::try_from(period.as_millis()).unwrap_or(i64::MAX).max(1);
        let job = |id, due_at| NewJob::of(id, &S::at(due_at)).keyed(format!("tick:{}", S::KIND));
        Self { kind: S::KIND, clock, every_ms, job }
    }
}

#[derive(Serialize)]
struct Row {
    name: &'static str,
    clock: &'static str,
    every_ms: i64,
}

/// Milliseconds since 1970 of the row's clock, in both spellings.
fn clock_ms(sql: &Sql) -> &'static str {
    if sql.is_postgres() {
        "CASE clock WHEN 'product' THEN coalesce((SELECT (extract(epoch FROM now_at) * 1000)::bigint FROM clock WHERE id = 1), /now ms/) ELSE /now ms/ END"
    } else {
        "CASE clock WHEN 'product' THEN coalesce((SELECT CAST(unixepoch(now_at, 'subsec') * 1000 AS integer) FROM clock WHERE id = 1), /now ms/) ELSE /now ms/ END"
    }
}

/// Writes the schedule's rows; those that are there keep their place. A new one is due at once.
pub async fn set_up(store: &Store, entries: &[Entry]) -> Result<(), Error> {
    let rows: Vec<_> = entries
        .iter()
        .map(|entry| Row {
            name: entry.kind,
            clock: match entry.clock {
                Clock::Product => "product",
                Clock::Real => "real",
            },
            every_ms: entry.every_ms,
        })
        .collect();
    let mut sql = Sql::new(store.pool().get_database_backend());
    sql.push("INSERT INTO schedule (name, clock, every_ms, next_at) SELECT name, clock, every_ms, (");
    sql.push(clock_ms(&sql));
    sql.push(") / every_ms * every_ms FROM ");
    sql.records("r", &[("name", Type::Text), ("clock", Type::Text), ("every_ms", Type::Int)], &rows)?;
    sql.push(
        " WHERE true ON CONFLICT (name) DO UPDATE SET clock = excluded.clock, every_ms = excluded.every_ms
        WHERE (schedule.clock, schedule.every_ms) <> (excluded.clock, excluded.every_ms)",
    );
    sql.execute(store.pool()).await?;
    Ok(())
}

#[derive(FromQueryResult)]
struct Ticked {
    name: String,
    due_ms: i64,
}

/// Starts the jobs of all ticks that are due and tells how many. Every worker calls it each second; the update of the row
/// lets one win.
pub async fn tick(store: &Store, entries: &[Entry]) -> Result<usize, Error> {
    let mut look = Sql::new(store.pool().get_database_backend());
    look.push("SELECT name, next_at AS due_ms FROM schedule");
    push_is_due(&mut look, entries);
    if look.one::<Ticked>(store.pool()).await?.is_none() {
        return Ok(0); // nearly always; a write would lock the SQLite file each second
    }
    let entries: Vec<Entry> = entries.to_vec();
    let write = store.write(Actor::System(System::Schedule), Statements::default(), move |work| {
        let entries = entries.clone();
        Box::pin(async move {
            let mut sql = work.sql();
            sql.push("UPDATE schedule SET next_at = next_at + every_ms * (((");
            sql.push(clock_ms(&sql));
            sql.push(") - next_at) / every_ms + 1)");
            push_is_due(&mut sql, &entries);
            sql.push(" RETURNING name, next_at - every_ms AS due_ms");
            let ticked: Vec<Ticked> = sql.all(work.conn()).await?;
            for Ticked { name, due_ms } in &ticked {
                let due_at = DateTime::from_timestamp_millis(*due_ms);
                let entry = entries.iter().find(|entry| entry.kind == name);
                if let (Some(entry), Some(due_at)) = (entry, due_at) {
                    let job = (entry.job)(work.new_id(), due_at);
                    work.enqueue_row(job);
                }
            }
            Ok(ticked.len())
        })
    });
    write.await
}

/// Due, known to this version, and the job of the tick before is through: it waits for that one rather than being dropped.
fn push_is_due(sql: &mut Sql, entries: &[Entry]) {
    let kinds: Vec<_> = entries.iter().map(|entry| entry.kind).collect();
    sql.push(" WHERE name ").any_text(&kinds).push(" AND next_at <= ");
    sql.push(clock_ms(sql));
    sql.push(
        " AND NOT EXISTS (SELECT 1 FROM job WHERE unique_key = 'tick:' || schedule.name AND state IN ('due', 'running'))",
    );
}
