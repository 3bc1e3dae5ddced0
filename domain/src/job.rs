//! Background work: rows that commit with the data that asks for them.

use std::time::Duration;

use entities::id::JobId;
use sea_orm::{ConnectionTrait, DbErr};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::sql::{Sql, Type};

/// A payload: ids and dates, never rows. Its handler reads the state again, and checks the right again.
pub trait Job: Serialize + DeserializeOwned {
    /// Its name in the table.
    const KIND: &'static str;
    /// 0 urgent, 1 normal, 2 bulk.
    const PRIORITY: i32 = 1;
    /// After so many tries it is a dead letter.
    const MAX_ATTEMPTS: i32 = 10;

    /// At most one open job has it; a second one is not inserted.
    fn unique_key(&self) -> Option<String> {
        None
    }
}

/// A job to be.
#[derive(Debug, Clone, Serialize)]
pub struct NewJob {
    id: JobId,
    kind: &'static str,
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
}

/// Inserts jobs in the caller's transaction, in one statement.
pub(crate) async fn insert(conn: &impl ConnectionTrait, jobs: &[NewJob]) -> Result<u64, DbErr> {
    if jobs.is_empty() {
        return Ok(0);
    }
    let mut sql = Sql::new(conn.get_database_backend());
    sql.push(
        "INSERT INTO job (id, kind, payload, priority, unique_key, run_at, max_attempts, state, attempts, changed_at)
        SELECT r.id, r.kind, r.payload, r.priority, r.unique_key, /now ms/ + r.delay_ms, r.max_attempts, 'due', 0, /now ms/ FROM ",
    );
    let columns = [
        ("id", Type::Id),
        ("kind", Type::Text),
        ("payload", Type::Json),
        ("priority", Type::Int),
        ("unique_key", Type::Text),
        ("delay_ms", Type::Int),
        ("max_attempts", Type::Int),
    ];
    sql.records("r", &columns, &jobs)?.push(" WHERE true ON CONFLICT DO NOTHING");
    sql.execute(conn).await
}
