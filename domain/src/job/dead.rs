//! Dead letters: jobs that failed for the last time, or that never could succeed. Staff look at them and send them round again.

use chrono::{DateTime, Utc};
use entities::id::JobId;
use sea_orm::FromQueryResult;

use crate::actor::Actor;
use crate::error::Error;
use crate::store::Reader;
use crate::work::Work;

/// A dead letter.
#[derive(Debug, Clone, FromQueryResult)]
pub struct DeadJob {
    /// Which.
    pub id: JobId,
    /// Its kind.
    pub kind: String,
    /// Ids and dates.
    pub payload: serde_json::Value,
    /// How often it was tried.
    pub attempts: i32,
    /// Why it failed the last time.
    pub last_error: Option<String>,
    /// When it died, in milliseconds since 1970 by the database's clock.
    pub died_at_ms: i64,
}

impl DeadJob {
    /// When it died. Real time.
    pub fn died_at(&self) -> DateTime<Utc> {
        DateTime::from_timestamp_millis(self.died_at_ms).unwrap_or_default()
    }
}

fn staff_only(actor: &Actor) -> Result<(), Error> {
    if actor.sees_everything() { Ok(()) } else { Err(Error::Denied) }
}

/// Dead letters, newest first, from below the one with this time of death and id.
pub async fn page(reader: &Reader, below: Option<(i64, JobId)>, limit: u32) -> Result<Vec<DeadJob>, Error> {
    staff_only(reader.actor())?;
    let mut sql = reader.sql();
    sql.push("SELECT id, kind, payload, attempts, last_error, changed_at AS died_at_ms FROM job WHERE state = 'dead'");
    if let Some((died_at_ms, id)) = below {
        sql.add(" AND (changed_at, id) < (?, ?)", [died_at_ms.into(), id.into()]);
    }
    sql.add(" ORDER BY changed_at DESC, id DESC LIMIT ?", [i64::from(limit).into()]);
    Ok(sql.all(reader.conn()).await?)
}

/// Sends a dead letter round again, with all its tries. False if it is none, or an open job has taken its place.
pub async fn retry(work: &mut Work, id: JobId) -> Result<bool, Error> {
    staff_only(work.actor())?;
    let mut sql = work.sql();
    sql.add(
        "UPDATE job SET state = 'due', attempts = 0, run_at = /now ms/, changed_at = /now ms/
        WHERE id = ? AND state = 'dead' AND NOT EXISTS (
            SELECT 1 FROM job other WHERE other.unique_key = job.unique_key AND other.state IN ('due', 'running'))",
        [id.into()],
    );
    let is_retried = sql.execute(work.conn()).await? == 1;
    if is_retried {
        work.record("retryDeadJob", None, Some(id.into()));
    }
    Ok(is_retried)
}
