//! Events become deliveries: those behind a position of the feed, for all endpoints together, in sets.
//!
//! A delivery is made for whoever could be told: the account itself, the partners that have access to it, who contributes to the
//! product, the provider. That is no right. Whether an endpoint may be told an event is asked when it is sent.

use std::collections::HashSet;

use entities::id::{ActivityId, WebhookEndpointId};
use entities::webhook_delivery::{self, WebhookDeliveryStatus};
use sea_orm::FromQueryResult;

use super::job::{DeliverWebhooks, key};
use crate::actor::{Actor, System};
use crate::error::Error;
use crate::sql::{self, Sql};
use crate::store::{Statements, Store};
use crate::work::Work;

/// Events that one transaction spreads.
const BATCH: i64 = 2_000;

#[derive(FromQueryResult)]
struct Behind {
    /// How far the feed is spread.
    last: i64,
    /// How far it goes.
    feed: i64,
    /// Since when any endpoint is told something; none: nobody listens.
    first: Option<i64>,
}

impl Behind {
    /// The events that are to be spread next: after the one, up to the other.
    fn range(&self) -> Option<(i64, i64)> {
        let after = self.last.max(self.first?);
        (after < self.feed).then(|| (after, self.feed.min(after.saturating_add(BATCH))))
    }
}

fn behind(mut sql: Sql) -> Sql {
    sql.push(
        "SELECT w.last, f.last AS feed, (SELECT min(after_position) FROM webhook_endpoint WHERE is_enabled) AS first
        FROM webhook_position w CROSS JOIN feed_position f",
    );
    sql
}

/// Makes deliveries of what has happened, and starts a job for each endpoint that is due something and has none. Tells how many
/// jobs it started. Every worker calls it, after each commit that it hears of and each second: nearly always it only looks.
pub async fn start_due(store: &Store) -> Result<usize, Error> {
    while let Some(row) = behind(Sql::new(backend(store))).one::<Behind>(store.pool()).await?
        && row.range().is_some()
    {
        store.write(SYSTEM, Statements::default(), |work| Box::pin(spread(work))).await?;
    }
    let due = without_a_job(store, due(store).await?).await?;
    if due.is_empty() {
        return Ok(0); // a write would lock the SQLite file
    }
    let start = store.write(SYSTEM, Statements::default(), move |work| {
        let due = due.clone();
        Box::pin(async move {
            for endpoint_id in &due {
                work.enqueue(DeliverWebhooks { endpoint_id: *endpoint_id });
            }
            Ok(due.len())
        })
    });
    start.await
}

const SYSTEM: Actor = Actor::System(System::Webhooks);

fn backend(store: &Store) -> sea_orm::DbBackend {
    sea_orm::ConnectionTrait::get_database_backend(store.pool())
}

#[derive(FromQueryResult)]
struct Told {
    endpoint_id: WebhookEndpointId,
    activity_id: ActivityId,
    position: i64,
}

/// One batch. Of several workers one spreads, the others find it done.
async fn spread(work: &mut Work) -> Result<(), Error> {
    let mut lock = work.sql();
    lock.push("SELECT last AS n FROM webhook_position WHERE id = 1 /for update/");
    lock.one::<crate::work::Number>(work.conn()).await?;
    let row: Option<Behind> = behind(work.sql()).one(work.conn()).await?;
    let Some((after, to)) = row.and_then(|row| row.range()) else { return Ok(()) };
    let told: Vec<Told> = could_be_told(work, after, to).all(work.conn()).await?;
    let rows: Vec<_> = told.iter().map(|it| put_in_line(work, it.endpoint_id, it.activity_id, it.position)).collect();
    sql::insert_new::<webhook_delivery::Entity>(work.conn(), &rows).await?;
    let mut sql = work.sql();
    sql.add("UPDATE webhook_position SET last = ? WHERE id = 1", [to.into()]);
    sql.execute(work.conn()).await?;
    Ok(())
}

/// Which endpoints could be told which of these events. One statement: the accounts of each event, then their endpoints.
fn could_be_told(work: &Work, after: i64, to: i64) -> Sql {
    let mut sql = work.sql();
    let range = "x.position > ? AND x.position <= ?";
    sql.push("WITH told AS (SELECT x.id, x.position, x.kind, x.account_id AS reader_id FROM activity x WHERE ");
    sql.add(range, [after.into(), to.into()]);
    sql.push(
        " UNION SELECT x.id, x.position, x.kind, s.partner_id FROM activity x
            JOIN partnership s ON s.client_account_id = x.account_id AND s.status = 'ACTIVE' WHERE ",
    );
    sql.add(range, [after.into(), to.into()]);
    sql.push(
        " UNION SELECT x.id, x.position, x.kind, w.account_id FROM activity x
            JOIN contributor w ON w.product_id = x.product_id AND w.account_id IS NOT NULL WHERE ",
    );
    sql.add(range, [after.into(), to.into()]);
    sql.push(
        ") SELECT e.id AS endpoint_id, x.id AS activity_id, x.position FROM told x
            JOIN webhook_endpoint e ON e.account_id = x.reader_id AND NOT e.is_providers AND ",
    );
    wants(&mut sql);
    sql.push(" UNION ALL SELECT e.id, x.id, x.position FROM activity x JOIN webhook_endpoint e ON e.is_providers AND ");
    wants(&mut sql);
    sql.push(" WHERE ").add(range, [after.into(), to.into()]);
    sql.push(" ORDER BY position, endpoint_id");
    sql
}

/// The endpoint `e` is told anything now, since before this event, and events of its kind.
fn wants(sql: &mut Sql) {
    sql.push("e.is_enabled AND e.after_position < x.position AND ");
    sql.push(if sql.is_postgres() {
        "(e.events = '[]' OR e.events @> to_jsonb(x.kind))"
    } else {
        "(json_array_length(e.events) = 0 OR EXISTS (SELECT 1 FROM json_each(e.events) WHERE value = x.kind))"
    });
}

#[derive(FromQueryResult)]
struct Id {
    id: WebhookEndpointId,
}

/// The endpoints that are due something, and are not left alone for now.
async fn due(store: &Store) -> Result<Vec<WebhookEndpointId>, Error> {
    let now = store.now().await?.now;
    let mut sql = Sql::new(backend(store));
    sql.add(
        "SELECT e.id FROM webhook_endpoint e WHERE e.is_enabled AND (e.paused_until IS NULL OR e.paused_until <= ?)
        AND EXISTS (SELECT 1 FROM webhook_delivery d
            WHERE d.endpoint_id = e.id AND d.status = 'PENDING' AND d.next_attempt_at <= ?)",
        [now.into(), now.into()],
    );
    Ok(sql.all::<Id>(store.pool()).await?.into_iter().map(|row| row.id).collect())
}

#[derive(FromQueryResult)]
struct Open {
    unique_key: String,
}

async fn without_a_job(store: &Store, due: Vec<WebhookEndpointId>) -> Result<Vec<WebhookEndpointId>, Error> {
    if due.is_empty() {
        return Ok(due);
    }
    let keys: Vec<_> = due.iter().map(|id| key(*id)).collect();
    let mut sql = Sql::new(backend(store));
    sql.push("SELECT unique_key FROM job WHERE state IN ('due', 'running') AND unique_key ").any_text(&keys);
    let open: HashSet<_> = sql.all::<Open>(store.pool()).await?.into_iter().map(|row| row.unique_key).collect();
    Ok(due.into_iter().filter(|id| !open.contains(&key(*id))).collect())
}

/// A delivery that is due at once.
pub(super) fn put_in_line(
    work: &Work,
    endpoint_id: WebhookEndpointId,
    activity_id: ActivityId,
    position: i64,
) -> webhook_delivery::Model {
    webhook_delivery::Model {
        id: work.new_id(),
        endpoint_id,
        activity_id,
        position,
        sequence: None,
        status: WebhookDeliveryStatus::Pending,
        attempts: 0,
        queued_at: work.now(),
        last_attempt_at: None,
        last_response_status: None,
        next_attempt_at: Some(work.now()),
    }
}
