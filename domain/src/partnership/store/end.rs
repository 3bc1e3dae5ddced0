//! The statements about the end of partnerships.

use chrono::{DateTime, Utc};
use entities::id::PartnershipId;
use entities::partnership::PartnershipStatus;
use entities::{access_reminder, partnership};

use super::Found;
use crate::error::Error;
use crate::sql::insert;
use crate::work::Work;

/// Locks what this partnership's client has of partnerships that have not ended: what one of them leaves goes to another. Before leave
/// is asked for it, because rows of one table are locked in the order of their ids.
pub(in super::super) async fn lock_with_others(work: &Work, id: PartnershipId) -> Result<(), Error> {
    let mut sql = work.sql();
    sql.add(
        "SELECT 1 AS n FROM partnership s WHERE s.status <> 'ENDED'
            AND s.client_account_id = (SELECT x.client_account_id FROM partnership x WHERE x.id = ?) ORDER BY s.id /for update/",
        [id.into()],
    );
    sql.all::<Found>(work.conn()).await?;
    Ok(())
}

/// Partnerships that have run out, of at most so many clients, locked with the others of their clients.
pub(in super::super) async fn run_out(work: &Work, limit: i64) -> Result<Vec<partnership::Model>, Error> {
    let now = work.now();
    let mut sql = work.sql();
    sql.add(
        "SELECT * FROM partnership WHERE status <> 'ENDED' AND client_account_id IN (
            SELECT x.client_account_id FROM partnership x WHERE x.status = 'ACTIVE' AND x.expires_at <= ?
            ORDER BY x.expires_at, x.id LIMIT ?) ORDER BY id /for update/",
        [now.into(), limit.into()],
    );
    let mut rows: Vec<partnership::Model> = sql.all(work.conn()).await?;
    rows.retain(|row| row.status == PartnershipStatus::Active && row.expires_at.is_some_and(|at| at <= now));
    Ok(rows)
}

/// Ends partnerships, which are locked; from here on the client pays.
pub(in super::super) async fn end(work: &Work, ids: &[PartnershipId]) -> Result<(), Error> {
    let mut sql = work.sql();
    sql.add(
        "UPDATE partnership SET status = 'ENDED', payer = 'CLIENT',
            ended_at = CASE WHEN expires_at < ? THEN expires_at ELSE ? END WHERE id ",
        [work.now().into(), work.now().into()],
    );
    sql.any(ids);
    sql.execute(work.conn()).await?;
    let mut sql = work.sql();
    sql.push("DELETE FROM access_reminder WHERE partnership_id ").any(ids);
    sql.execute(work.conn()).await?;
    Ok(())
}

/// Plans when the ends of partnerships are announced next, in place of what was planned.
pub(in super::super) async fn plan_reminders(
    work: &Work,
    plans: &[(PartnershipId, Option<DateTime<Utc>>)],
) -> Result<(), Error> {
    let ids: Vec<_> = plans.iter().map(|(id, _)| *id).collect();
    let mut sql = work.sql();
    sql.push("DELETE FROM access_reminder WHERE partnership_id ").any(&ids);
    sql.execute(work.conn()).await?;
    let rows: Vec<_> = plans
        .iter()
        .filter_map(|(id, due_at)| Some(access_reminder::Model { partnership_id: *id, due_at: (*due_at)? }))
        .collect();
    insert::<access_reminder::Entity>(work.conn(), &rows).await?;
    Ok(())
}

/// Locks partnerships whose end is to be announced: at most so many.
pub(in super::super) async fn due_reminders(work: &Work, limit: i64) -> Result<Vec<partnership::Model>, Error> {
    let mut sql = work.sql();
    sql.add(
        "SELECT * FROM partnership WHERE id IN (
            SELECT r.partnership_id FROM access_reminder r JOIN partnership x ON x.id = r.partnership_id
            WHERE r.due_at <= ? AND x.status = 'ACTIVE' AND x.expires_at > ? ORDER BY r.due_at, r.partnership_id LIMIT ?)
        AND status = 'ACTIVE' ORDER BY id /for update/",
        [work.now().into(), work.now().into(), limit.into()],
    );
    Ok(sql.all(work.conn()).await?)
}
