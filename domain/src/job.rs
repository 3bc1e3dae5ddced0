//! Background work: rows that commit with the data that asks for them, so the table is the queue.
//!
//! - A job is idempotent and short. Its handler reads the state again under lock, and checks the right again.
//! - Whoever runs it holds a lease by the database's clock; `id`, `lease` and `attempts` together are the fence, so what comes
//!   too late changes nothing. A lease that ends is given back by a sweep that any process runs.
//! - There is no message anywhere else that could be lost: wake-ups only hint.

pub mod dead;
pub mod depth;
pub mod lease;
pub mod schedule;
pub(crate) mod subject;

use std::time::Duration;

use entities::id::JobId;
use sea_orm::{DbBackend, DbErr};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::sql::{Sql, Type};

/// A payload: ids and dates, never rows. Its handler reads the state again, and checks the right again.
pub trait Job: Serialize + DeserializeOwned + Send + 'static {
    /// Its name in the table.
    const KIND: &'static str;
    /// With which others it waits in line.
    const CLASS: Class = Class::Fast;
    /// 0 urgent, 1 normal, 2 bulk.
    const PRIORITY: i32 = 1;
    /// After so many tries it is a dead letter.
    const MAX_ATTEMPTS: i32 = 10;

    /// At most one open job has it; a second one is not inserted.
    fn unique_key(&self) -> Option<String> {
        None
    }
}

/// Which queue a job waits in. Each has workers of its own, so that slow work never stands in the way of quick work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Class {
    /// Waits for mail servers.
    Mail,
    /// Waits for other people's programs, which may never answer.
    Webhook,
    /// Waits for the payment gateway: charges, renewals, reconciliation.
    Charge,
    /// Waits for the database alone.
    Fast,
}

impl Class {
    /// Each of them.
    pub const ALL: [Self; 4] = [Self::Mail, Self::Webhook, Self::Charge, Self::Fast];

    /// As in the table.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Mail => "mail",
            Self::Webhook => "webhook",
            Self::Charge => "charge",
            Self::Fast => "fast",
        }
    }
}

/// A job to be.
#[derive(Debug, Clone, Serialize)]
pub struct NewJob {
    id: JobId,
    kind: &'static str,
    class: &'static str,
    payload: serde_json::Value,
    priority: i32,
    unique_key: Option<String>,
    delay_ms: u64,
    max_attempts: i32,
}

impl NewJob {
    /// The row of a job.
    pub(crate) fn of<J: Job>(id: JobId, job: &J) -> Self {
        Self {
            id,
            kind: J::KIND,
            class: J::CLASS.name(),
            payload: serde_json::to_value(job).unwrap_or_default(),
            priority: J::PRIORITY,
            unique_key: job.unique_key(),
            delay_ms: 0,
            max_attempts: J::MAX_ATTEMPTS,
        }
    }

    /// Not before some real time has passed.
    pub(crate) fn after(mut self, delay: Duration) -> Self {
        self.delay_ms = u64::try_from(delay.as_millis()).unwrap_or(u64::MAX);
        self
    }

    /// With another key than its kind gives it.
    pub(crate) fn keyed(mut self, unique_key: String) -> Self {
        self.unique_key = Some(unique_key);
        self
    }
}

/// The statement that inserts jobs; one whose unique key is open already is left out.
pub(crate) fn insertion(backend: DbBackend, jobs: &[NewJob]) -> Result<Sql, DbErr> {
    let mut sql = Sql::new(backend);
    sql.push(
        "INSERT INTO job (id, kind, class, payload, priority, unique_key, run_at, max_attempts, state, attempts, changed_at)
        SELECT r.id, r.kind, r.class, r.payload, r.priority, r.unique_key, /now ms/ + r.delay_ms, r.max_attempts, 'due', 0, /now ms/
        FROM ",
    );
    let columns = [
        ("id", Type::Id),
        ("kind", Type::Text),
        ("class", Type::Text),
        ("payload", Type::Json),
        ("priority", Type::Int),
        ("unique_key", Type::Text),
        ("delay_ms", Type::Int),
        ("max_attempts", Type::Int),
    ];
    sql.records("r", &columns, &jobs)?.push(" WHERE true ON CONFLICT DO NOTHING");
    Ok(sql)
}
