//! Dead letters: jobs that failed for the last time, or that never could succeed. Staff look at them and send them round again.

use chrono::{DateTime, Utc};
use entities::id::{JobId, NotificationId};
use entities::job::{self, JobState};

use crate::error::{Code, Error, StorageFault, refuse};
use crate::notification;
use crate::notification::job::SendMail;
use crate::page::{ById, Order, Page};
use crate::permission::{permit_staff_on, visible};
use crate::store::Reader;
use crate::work::{Number, Work};

use super::Job as _;

/// Dead letters, the youngest job first. For staff.
pub async fn page(reader: &Reader, page: &ById) -> Result<Page<job::Model>, Error> {
    let mut sql = reader.sql();
    sql.push("SELECT x.* FROM job x WHERE ");
    visible::dead_jobs(&mut sql, reader.viewer(), "x");
    page.bounds(&mut sql, "x.id", Order::Descending);
    page.order(&mut sql, "x.id", Order::Descending);
    Ok(page.cut(sql.all(reader.conn()).await?))
}

/// How many there are. For staff.
pub async fn count(reader: &Reader) -> Result<i64, Error> {
    let mut sql = reader.sql();
    sql.push("SELECT count(*) AS n FROM job x WHERE ");
    visible::dead_jobs(&mut sql, reader.viewer(), "x");
    Ok(sql.one::<Number>(reader.conn()).await?.map_or(0, |row| row.n))
}

/// When it died. Real time.
pub fn died_at(row: &job::Model) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(row.changed_at).unwrap_or_default()
}

/// Sends a dead letter round again, with all its tries; a mail that was given up is to be sent again, too.
/// # Errors
/// `CONFLICT` for one that is not dead (any more), and where an open job does the same.
pub async fn retry(work: &mut Work, id: JobId) -> Result<(), Error> {
    let row: job::Model = permit_staff_on(work, id).await?;
    if row.state != JobState::Dead {
        return refuse(Code::Conflict, "This job is not dead.");
    }
    let mut sql = work.sql();
    sql.add(
        "UPDATE job SET state = 'due', attempts = 0, run_at = /now ms/, changed_at = /now ms/
        WHERE id = ? AND state = 'dead' AND NOT EXISTS (
            SELECT 1 FROM job other WHERE other.unique_key = job.unique_key AND other.state IN ('due', 'running'))",
        [id.into()],
    );
    let taken = || refuse(Code::Conflict, "Another job does the same already.");
    match sql.execute(work.conn()).await.map_err(Error::from) {
        Ok(1) => {}
        Ok(_) => return taken(),
        Err(error) if error.storage_fault() == Some(StorageFault::Duplicate) => return taken(),
        Err(error) => return Err(error),
    }
    if let Some(mail) = mail_of(&row) {
        notification::commands::revive(work, mail).await?;
    }
    work.record("retryDeadJob", None, Some(id.into()));
    Ok(())
}

/// The mail that a job was to send.
fn mail_of(row: &job::Model) -> Option<NotificationId> {
    if row.kind != SendMail::KIND {
        return None;
    }
    serde_json::from_value(row.payload.clone()).ok().map(|SendMail { notification_id }| notification_id)
}
