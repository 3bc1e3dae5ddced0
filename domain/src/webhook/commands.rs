//! Endpoints are saved, deleted, given a new secret, and told again what they have missed.

use chrono::{DateTime, Utc};
use entities::id::{AccountId, ActivityId, WebhookEndpointId};
use entities::{webhook_delivery, webhook_endpoint};
use sea_orm::FromQueryResult;
use secrecy::SecretString;
use serde_json::json;

use super::actions::{CreateEndpoint, ManageEndpoint};
use super::signature::Keyring;
use super::spread::put_in_line;
use super::{address, kinds, reader_of, rules, viewer};
use crate::activity::ActivityKind;
use crate::error::{Code, Error, Refusal, refuse};
use crate::permission::{Grant, Permission, Permissions, Permit, permit, permit_staff, visible};
use crate::sql;
use crate::work::{Number, Work};

/// The most endpoints that one account has, or the provider under one account.
const MAX_ENDPOINTS: i64 = 20;
/// The most events that one replay tells again.
const MAX_REPLAYED: i64 = 10_000;

/// An endpoint to be made, or to be changed.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the names are the contract's")]
pub struct SaveWebhookEndpoint {
    pub id: Option<WebhookEndpointId>,
    pub account_id: AccountId,
    pub url: String,
    /// None is all.
    pub events: Vec<ActivityKind>,
    pub is_enabled: bool,
    /// The provider's own, told what happens anywhere; said by its staff, when it is made.
    pub is_providers: Option<bool>,
}

/// An endpoint, with its secret where that is new: nobody is shown it a second time.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the names are the contract's")]
pub struct Saved {
    pub endpoint: webhook_endpoint::Model,
    pub secret: Option<SecretString>,
}

/// Makes or changes an endpoint. It is told nothing that whoever saves it may not see.
/// # Errors
/// `INVALID_INPUT` for an address to which nothing may be sent; `PERMISSION_DENIED` for kinds of events that the actor does not see;
/// `CONFLICT` where there are too many.
pub async fn save(work: &mut Work, command: SaveWebhookEndpoint) -> Result<Saved, Error> {
    match command.id {
        Some(id) => change(work, id, command).await,
        None => create(work, command).await,
    }
}

async fn create(work: &mut Work, command: SaveWebhookEndpoint) -> Result<Saved, Error> {
    let SaveWebhookEndpoint { id: _, account_id, url, events, is_enabled, is_providers } = command;
    let permit = permit::<CreateEndpoint>(work, account_id).await?;
    let is_providers = is_providers.unwrap_or_default();
    if is_providers {
        permit_staff(work).await?;
    }
    only_what_is_seen(&events, permit.carried)?;
    let url = address::read(&url, work.settings().may_call_private_webhooks)?;
    if count(work, account_id, is_providers).await? >= MAX_ENDPOINTS {
        return refuse(Code::Conflict, format!("There are at most {MAX_ENDPOINTS} endpoints; delete one first."));
    }
    let row = webhook_endpoint::Model {
        id: work.new_id(),
        account_id,
        is_providers,
        url: url.into(),
        events: names(&events),
        is_enabled,
        generation: 1,
        former_until: None,
        after_position: feed_position(work).await?,
        sequence: 0,
        failing_since: None,
        failures: 0,
        paused_until: None,
        created_at: work.now(),
    };
    sql::insert::<webhook_endpoint::Entity>(work.conn(), std::slice::from_ref(&row)).await?;
    let secret = Keyring::read(work.conn()).await?.secret(row.id, row.generation).text();
    work.record("saveWebhookEndpoint", grant_of(&row, permit.grant), Some(row.id.into()));
    Ok(Saved { endpoint: row, secret: Some(secret) })
}

async fn change(work: &mut Work, id: WebhookEndpointId, command: SaveWebhookEndpoint) -> Result<Saved, Error> {
    let SaveWebhookEndpoint { id: _, account_id, url, events, is_enabled, is_providers } = command;
    let Permit { row, grant, carried, .. } = permit::<ManageEndpoint>(work, id).await?;
    if row.account_id != account_id {
        return Err(Error::NotFound); // as for an id that is no account's
    }
    if is_providers.is_some_and(|is_providers| is_providers != row.is_providers) {
        return Err(Refusal::invalid("forProvider", "cannot be changed").into());
    }
    only_what_is_seen(&events, carried)?;
    let url = address::read(&url, work.settings().may_call_private_webhooks)?.to_string();
    // what happened while it was off is told by a replay, if somebody asks for it
    let begins_anew = is_enabled && !row.is_enabled;
    let after_position = if begins_anew { feed_position(work).await? } else { row.after_position };
    let is_hopeful = begins_anew || url != row.url;
    let row = webhook_endpoint::Model {
        failing_since: row.failing_since.filter(|_| !is_hopeful),
        failures: if is_hopeful { 0 } else { row.failures },
        paused_until: row.paused_until.filter(|_| !is_hopeful),
        url,
        events: names(&events),
        is_enabled,
        after_position,
        ..row
    };
    let mut sql = work.sql();
    sql.add(
        "UPDATE webhook_endpoint SET url = ?, events = ?, is_enabled = ?, after_position = ?, failing_since = ?, failures = ?,
            paused_until = ? WHERE id = ?",
        [
            row.url.clone().into(),
            row.events.clone().into(),
            row.is_enabled.into(),
            row.after_position.into(),
            row.failing_since.into(),
            row.failures.into(),
            row.paused_until.into(),
            id.into(),
        ],
    );
    sql.execute(work.conn()).await?;
    work.record("saveWebhookEndpoint", grant_of(&row, grant), Some(id.into()));
    Ok(Saved { endpoint: row, secret: None })
}

/// Deletes an endpoint with all that it was to be told. What is on its way when this is committed may still arrive.
pub async fn delete(work: &mut Work, id: WebhookEndpointId) -> Result<WebhookEndpointId, Error> {
    let permit = permit::<ManageEndpoint>(work, id).await?;
    let mut sql = work.sql();
    sql.add("DELETE FROM webhook_delivery WHERE endpoint_id = ?", [id.into()]);
    sql.execute(work.conn()).await?;
    let mut sql = work.sql();
    sql.add("DELETE FROM webhook_endpoint WHERE id = ?", [id.into()]);
    sql.execute(work.conn()).await?;
    work.record("deleteWebhookEndpoint", grant_of(&permit.row, permit.grant), Some(id.into()));
    Ok(id)
}

/// Makes a new secret. The one before signs beside it for a day; one that was before that does not any more.
pub async fn rotate_secret(work: &mut Work, id: WebhookEndpointId) -> Result<Saved, Error> {
    let Permit { row, grant, .. } = permit::<ManageEndpoint>(work, id).await?;
    let former_until = Some(work.now() + rules::OVERLAP);
    let row = webhook_endpoint::Model { generation: row.generation + 1, former_until, ..row };
    let mut sql = work.sql();
    sql.add(
        "UPDATE webhook_endpoint SET generation = ?, former_until = ? WHERE id = ?",
        [row.generation.into(), row.former_until.into(), id.into()],
    );
    sql.execute(work.conn()).await?;
    let secret = Keyring::read(work.conn()).await?.secret(id, row.generation).text();
    work.record("rotateWebhookSecret", grant_of(&row, grant), Some(id.into()));
    Ok(Saved { endpoint: row, secret: Some(secret) })
}

/// A time of which an endpoint is told once more, from the one instant to before the other.
#[derive(Debug, Clone, Copy)]
#[expect(missing_docs, reason = "the names are the contract's")]
pub struct ReplayWebhooks {
    pub id: WebhookEndpointId,
    pub from: DateTime<Utc>,
    pub to: DateTime<Utc>,
}

#[derive(FromQueryResult)]
struct Event {
    id: ActivityId,
    position: i64,
}

/// Tells an endpoint again what happened in a time, whether it has heard it or not: what it was told before comes with the same
/// `webhook-id` and number. Tells how many events these are.
/// # Errors
/// `INVALID_INPUT` for a time that ends before it begins, and where it holds too many events; `CONFLICT` for an endpoint that is
/// told nothing.
pub async fn replay(work: &mut Work, command: ReplayWebhooks) -> Result<usize, Error> {
    let ReplayWebhooks { id, from, to } = command;
    let Permit { row, grant, .. } = permit::<ManageEndpoint>(work, id).await?;
    if from >= to {
        return Err(Refusal::invalid("to", "must be after from").into());
    }
    if !row.is_enabled {
        return refuse(Code::Conflict, "This endpoint is switched off; switch it on first.");
    }
    let events = events_between(work, &row, from, to).await?;
    if i64::try_from(events.len()).is_ok_and(|count| count > MAX_REPLAYED) {
        return Err(Refusal::invalid("to", format!("more than {MAX_REPLAYED} events; choose a shorter time")).into());
    }
    let now = work.now();
    let ids: Vec<_> = events.iter().map(|event| event.id).collect();
    let mut sql = work.sql();
    sql.add(
        "UPDATE webhook_delivery SET status = 'PENDING', attempts = 0, queued_at = ?, next_attempt_at = ?
        WHERE endpoint_id = ? AND activity_id ",
        [now.into(), now.into(), id.into()],
    );
    sql.any(&ids);
    sql.execute(work.conn()).await?;
    let rows: Vec<_> = events.iter().map(|event| put_in_line(work, id, event.id, event.position)).collect();
    sql::insert_new::<webhook_delivery::Entity>(work.conn(), &rows).await?;
    work.record("replayWebhooks", grant_of(&row, grant), Some(id.into()));
    Ok(events.len())
}

/// What happened in a time and is for this endpoint; one more than may be replayed, if there are so many.
async fn events_between(
    work: &Work,
    row: &webhook_endpoint::Model,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
) -> Result<Vec<Event>, Error> {
    let reader = reader_of(row);
    let mut sql = work.sql();
    sql.add(
        "SELECT x.id, x.position FROM activity x WHERE x.occurred_at >= ? AND x.occurred_at < ? AND ",
        [from.into(), to.into()],
    );
    visible::activity(&mut sql, viewer(&reader, work.now()), "x");
    let wanted: Vec<_> = kinds(row).into_iter().map(ActivityKind::name).collect();
    if !wanted.is_empty() {
        sql.push(" AND x.kind ").any_text(&wanted);
    }
    sql.add(" ORDER BY x.position LIMIT ?", [(MAX_REPLAYED + 1).into()]);
    Ok(sql.all(work.conn()).await?)
}

/// As whose act it goes into the audit log: about one of the provider's, on no account.
fn grant_of(row: &webhook_endpoint::Model, grant: Grant) -> Option<Grant> {
    (!row.is_providers).then_some(grant)
}

/// Who saves an endpoint must hold what the events need that it is told: nobody lets a program see what they do not.
fn only_what_is_seen(events: &[ActivityKind], carried: Permissions) -> Result<(), Refusal> {
    let events = if events.is_empty() { ActivityKind::ALL } else { events };
    let needed: Permissions = events.iter().map(|kind| kind.required()).collect();
    let missing: Vec<_> = needed.iter().filter(|one| !carried.contains(*one)).map(Permission::name).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let message = format!("These events need what you do not hold: {}.", missing.join(", "));
    Err(Refusal::new(Code::PermissionDenied, message).at(["events"]))
}

/// Each kind once.
fn names(events: &[ActivityKind]) -> serde_json::Value {
    let chosen = ActivityKind::ALL.iter().filter(|kind| events.contains(kind));
    json!(chosen.map(|kind| kind.name()).collect::<Vec<_>>())
}

async fn count(work: &Work, account_id: AccountId, is_providers: bool) -> Result<i64, Error> {
    let mut sql = work.sql();
    sql.add(
        "SELECT count(*) AS n FROM webhook_endpoint WHERE account_id = ? AND is_providers = ?",
        [account_id.into(), is_providers.into()],
    );
    Ok(sql.one::<Number>(work.conn()).await?.map_or(0, |row| row.n))
}

/// Where the feed ends now.
async fn feed_position(work: &Work) -> Result<i64, Error> {
    let mut sql = work.sql();
    sql.push("SELECT last AS n FROM feed_position WHERE id = 1");
    Ok(sql.one::<Number>(work.conn()).await?.map_or(0, |row| row.n))
}
