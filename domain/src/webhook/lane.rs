//! One endpoint's turn: a few deliveries that are due are taken, sent side by side, and written down together.
//!
//! Taking holds the endpoint's row for as long as it asks whether the endpoint is told anything, and which of the events it may
//! still be told. What it may not is forgotten, as if it had never been.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use entities::id::{WebhookDeliveryId, WebhookEndpointId};
use entities::webhook_delivery::WebhookDeliveryStatus;
use entities::{activity, webhook_delivery, webhook_endpoint};
use sea_orm::{ConnectionTrait, FromQueryResult};
use serde::Serialize;

use super::disable::{Why, disable};
use super::signature::{Keyring, Secret};
use super::{reader_of, rules, viewer};
use crate::actor::{Actor, System};
use crate::error::Error;
use crate::permission::visible;
use crate::secret;
use crate::sql::{Sql, Type};
use crate::work::Work;

/// Deliveries of one endpoint that are sent side by side.
const SIDE_BY_SIDE: u32 = 8;
/// To one at which nothing arrived the last time.
const PROBES: u32 = 1;

/// What is sent to one endpoint, now.
#[derive(Debug, Clone)]
pub struct Turn {
    /// Where to.
    pub endpoint: webhook_endpoint::Model,
    /// The endpoint's secret, and for a day after a rotation the one before.
    pub secrets: Vec<Secret>,
    /// Each with what it tells.
    pub due: Vec<(webhook_delivery::Model, activity::Model)>,
    /// Real: the time of the signatures.
    pub at: DateTime<Utc>,
}

/// What became of a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Answer {
    /// Which.
    pub id: WebhookDeliveryId,
    /// HTTP's; none: nothing came in time.
    pub status: Option<u16>,
}

impl Answer {
    fn has_arrived(&self) -> bool {
        self.status.is_some_and(|status| (200..300).contains(&status))
    }
}

fn webhooks_only(work: &Work) -> Result<(), Error> {
    if matches!(work.actor(), Actor::System(System::Webhooks)) { Ok(()) } else { Err(Error::Denied) }
}

/// Takes what an endpoint is due; none: nothing, or it is not told anything now.
pub async fn take(work: &mut Work, id: WebhookEndpointId) -> Result<Option<Turn>, Error> {
    webhooks_only(work)?;
    let Some(mut endpoint) = lock(work, id).await? else { return Ok(None) };
    let now = work.now();
    if !endpoint.is_enabled || endpoint.paused_until.is_some_and(|until| until > now) {
        return Ok(None);
    }
    let due = loop {
        let deliveries = deliveries(work, &endpoint).await?;
        if deliveries.is_empty() {
            return Ok(None);
        }
        let events = still_told(work, &endpoint, &deliveries).await?;
        let due: Vec<_> = deliveries
            .into_iter()
            .filter_map(|row| events.get(&row.activity_id).cloned().map(|event| (row, event)))
            .collect();
        if !due.is_empty() {
            break due;
        }
    };
    let due = number(work, &mut endpoint, due).await?;
    let keyring = Keyring::read(work.conn()).await?;
    let is_rotated = endpoint.former_until.is_some_and(|until| until > now);
    let generations = [Some(endpoint.generation), is_rotated.then_some(endpoint.generation - 1)];
    let secrets = generations.into_iter().flatten().map(|generation| keyring.secret(id, generation)).collect();
    Ok(Some(Turn { endpoint, secrets, due, at: work.real_now() }))
}

async fn lock(work: &Work, id: WebhookEndpointId) -> Result<Option<webhook_endpoint::Model>, Error> {
    let mut sql = work.sql();
    sql.add("SELECT * FROM webhook_endpoint WHERE id = ? /for update/", [id.into()]);
    Ok(sql.one(work.conn()).await?)
}

async fn deliveries(work: &Work, endpoint: &webhook_endpoint::Model) -> Result<Vec<webhook_delivery::Model>, Error> {
    let limit = if endpoint.failures > 0 { PROBES } else { SIDE_BY_SIDE };
    let mut sql = work.sql();
    sql.add(
        "SELECT * FROM webhook_delivery WHERE endpoint_id = ? AND status = 'PENDING' AND next_attempt_at <= ?
        ORDER BY next_attempt_at, position LIMIT ?",
        [endpoint.id.into(), work.now().into(), i64::from(limit).into()],
    );
    Ok(sql.all(work.conn()).await?)
}

/// The events of these deliveries that the endpoint may be told now; the other deliveries are taken away.
async fn still_told(
    work: &Work,
    endpoint: &webhook_endpoint::Model,
    deliveries: &[webhook_delivery::Model],
) -> Result<HashMap<entities::id::ActivityId, activity::Model>, Error> {
    let reader = reader_of(endpoint);
    let ids: Vec<_> = deliveries.iter().map(|row| row.activity_id).collect();
    let mut sql = work.sql();
    sql.push("SELECT x.* FROM activity x WHERE x.id ").any(&ids).push(" AND ");
    visible::activity(&mut sql, viewer(&reader, work.now()), "x");
    let events: Vec<activity::Model> = sql.all(work.conn()).await?;
    let events: HashMap<_, _> = events.into_iter().map(|event| (event.id, event)).collect();
    let forgotten: Vec<_> =
        deliveries.iter().filter(|row| !events.contains_key(&row.activity_id)).map(|row| row.id).collect();
    if !forgotten.is_empty() {
        let mut sql = work.sql();
        sql.push("DELETE FROM webhook_delivery WHERE id ").any(&forgotten);
        sql.execute(work.conn()).await?;
    }
    Ok(events)
}

#[derive(Serialize)]
struct Numbered {
    id: WebhookDeliveryId,
    sequence: i64,
}

/// Gives those their numbers that have none yet, in the order of the feed.
async fn number(
    work: &Work,
    endpoint: &mut webhook_endpoint::Model,
    mut due: Vec<(webhook_delivery::Model, activity::Model)>,
) -> Result<Vec<(webhook_delivery::Model, activity::Model)>, Error> {
    due.sort_by_key(|(row, _)| row.position);
    let mut numbered = Vec::new();
    for (row, _) in due.iter_mut().filter(|(row, _)| row.sequence.is_none()) {
        endpoint.sequence += 1;
        row.sequence = Some(endpoint.sequence);
        numbered.push(Numbered { id: row.id, sequence: endpoint.sequence });
    }
    if numbered.is_empty() {
        return Ok(due);
    }
    let mut sql = work.sql();
    sql.push("UPDATE webhook_delivery SET sequence = r.sequence FROM ");
    sql.records("r", &[("id", Type::Id), ("sequence", Type::Int)], &numbered)?;
    sql.push(" WHERE webhook_delivery.id = r.id");
    sql.execute(work.conn()).await?;
    let mut sql = work.sql();
    sql.add("UPDATE webhook_endpoint SET sequence = ? WHERE id = ?", [endpoint.sequence.into(), endpoint.id.into()]);
    sql.execute(work.conn()).await?;
    Ok(due)
}

#[derive(Serialize)]
struct Settled {
    id: WebhookDeliveryId,
    attempts: i32,
    status: WebhookDeliveryStatus,
    response: Option<u16>,
    next: Option<DateTime<Utc>>,
}

/// Writes down what became of a turn, and whether the endpoint is left alone for a while, or for good. Tells whether anything
/// arrived: otherwise the turn is over.
pub async fn settle(work: &mut Work, turn: &Turn, answers: &[Answer]) -> Result<bool, Error> {
    webhooks_only(work)?;
    let Some(endpoint) = lock(work, turn.endpoint.id).await? else { return Ok(false) }; // it was deleted meanwhile
    let now = work.now();
    let answers: HashMap<_, _> = answers.iter().map(|answer| (answer.id, answer)).collect();
    let spread = secret::random::<{ SIDE_BY_SIDE as usize }>();
    let settled: Vec<_> = turn
        .due
        .iter()
        .zip(spread)
        .filter_map(|((row, _), spread)| {
            let answer = answers.get(&row.id)?;
            let next = if answer.has_arrived() {
                None
            } else {
                rules::next_try(row.attempts + 1, spread).map(|wait| now + wait)
            };
            let status = match (answer.has_arrived(), next) {
                (true, _) => WebhookDeliveryStatus::Delivered,
                (false, Some(_)) => WebhookDeliveryStatus::Pending,
                (false, None) => WebhookDeliveryStatus::Failed,
            };
            Some(Settled { id: row.id, attempts: row.attempts, status, response: answer.status, next })
        })
        .collect();
    write(work, &settled).await?;
    let has_arrived = answers.values().any(|answer| answer.has_arrived());
    let is_gone = answers.values().any(|answer| answer.status == Some(410));
    judge(work, endpoint, has_arrived, is_gone).await?;
    Ok(has_arrived)
}

/// One statement. What was replayed or settled meanwhile by another is left as it is.
async fn write(work: &Work, settled: &[Settled]) -> Result<(), Error> {
    let mut sql = work.sql();
    sql.add(
        "UPDATE webhook_delivery SET status = r.status, attempts = r.attempts + 1, last_attempt_at = ?,
            last_response_status = r.response, next_attempt_at = r.next FROM ",
        [work.now().into()],
    );
    let columns = [
        ("id", Type::Id),
        ("attempts", Type::Int),
        ("status", Type::Text),
        ("response", Type::Int),
        ("next", Type::Instant),
    ];
    sql.records("r", &columns, &settled)?;
    sql.push(
        " WHERE webhook_delivery.id = r.id AND webhook_delivery.attempts = r.attempts AND webhook_delivery.status = 'PENDING'",
    );
    sql.execute(work.conn()).await?;
    Ok(())
}

/// Keeps count of rounds of which nothing arrived; the endpoint that says it is gone, and one that has not heard for three days, is
/// not told anything any more.
async fn judge(
    work: &mut Work,
    mut endpoint: webhook_endpoint::Model,
    has_arrived: bool,
    is_gone: bool,
) -> Result<(), Error> {
    let now = work.now();
    let before = (endpoint.failing_since, endpoint.failures);
    if has_arrived {
        (endpoint.failing_since, endpoint.failures, endpoint.paused_until) = (None, 0, None);
    } else {
        endpoint.failing_since.get_or_insert(now);
        endpoint.failures += 1;
        endpoint.paused_until = rules::pause(endpoint.failures).map(|pause| now + pause);
    }
    if before != (endpoint.failing_since, endpoint.failures) {
        let mut sql = work.sql();
        sql.add(
            "UPDATE webhook_endpoint SET failing_since = ?, failures = ?, paused_until = ? WHERE id = ?",
            [endpoint.failing_since.into(), endpoint.failures.into(), endpoint.paused_until.into(), endpoint.id.into()],
        );
        sql.execute(work.conn()).await?;
    }
    let is_patience_over = endpoint.failing_since.is_some_and(|since| now - since >= rules::PATIENCE);
    match (is_gone, is_patience_over) {
        (true, _) => disable(work, &endpoint, Why::Gone).await,
        (false, true) => disable(work, &endpoint, Why::Silent).await,
        (false, false) => Ok(()),
    }
}

#[derive(FromQueryResult)]
struct Next {
    at: Option<DateTime<Utc>>,
}

/// When the next delivery after this instant is due. For the test clock.
pub(crate) async fn next_delivery(
    conn: &impl ConnectionTrait,
    after: DateTime<Utc>,
) -> Result<Option<DateTime<Utc>>, Error> {
    let mut sql = Sql::new(conn.get_database_backend());
    let due_at = "CASE WHEN e.paused_until > d.next_attempt_at THEN e.paused_until ELSE d.next_attempt_at END";
    sql.add(
        &format!(
            "SELECT min({due_at}) AS at FROM webhook_endpoint e JOIN webhook_delivery d ON d.endpoint_id = e.id
            WHERE e.is_enabled AND d.status = 'PENDING' AND {due_at} > ?"
        ),
        [after.into()],
    );
    Ok(sql.one::<Next>(conn).await?.and_then(|row| row.at))
}

/// How long a delivery is kept, from when it was put in line.
const KEPT: chrono::TimeDelta = chrono::TimeDelta::days(30);
/// Rows deleted by one statement.
const BATCH: i64 = 5_000;

/// Takes old deliveries away. Tells how many.
pub(crate) async fn clean_up(conn: &impl ConnectionTrait, now: DateTime<Utc>) -> Result<u64, Error> {
    let mut removed = 0;
    loop {
        let mut sql = Sql::new(conn.get_database_backend());
        sql.add(
            "DELETE FROM webhook_delivery WHERE id IN (SELECT id FROM webhook_delivery WHERE queued_at < ? LIMIT ?)",
            [(now - KEPT).into(), BATCH.into()],
        );
        let count = sql.execute(conn).await?;
        removed += count;
        if count < BATCH.unsigned_abs() {
            return Ok(removed);
        }
    }
}
