//! Webhooks: what happens, told to other people's programs, by the Standard Webhooks scheme.
//!
//! - An endpoint is one more reader of the feed. It is told what its account sees, its own and, through partnerships and
//!   contributions, others'; one of the provider's own is told what happens anywhere. Whether it may be told an event is asked of
//!   `visible` when that is sent, and again at each try: a right that ends, ends here, too.
//! - Events become deliveries in sets, once, by a position that moves along the feed ([`spread`]). Deliveries, their tries and
//!   their times are rows: nothing waits in a queue outside the database.
//! - One job an endpoint, at most one at a time ([`lane`]), so that a dead one holds up nobody else. What happened to a delivery is
//!   written after the answer: a worker that dies in between leaves it to be sent again, with the same `webhook-id`.
//! - Tries and pauses follow the product's clock; the time of a signature is real.
//! - A secret is shown when it is made and never again. It is in no row: it is made of the endpoint's id, its generation and the
//!   key of this installation (`docs/adr/0015-webhook-secrets-are-derived.md`).
//! - Where an address leads is checked when it is called, by whoever connects; what a row says is no proof.

pub(crate) mod actions;
pub mod address;
pub mod commands;
mod disable;
pub mod job;
pub mod lane;
pub mod letter;
pub mod queries;
pub mod rules;
pub mod signature;
pub mod spread;
pub(crate) mod subject;

use chrono::{DateTime, Utc};
use entities::webhook_endpoint;

use crate::activity::ActivityKind;
use crate::actor::{Actor, System};
use crate::permission::visible::Viewer;

/// The kinds that an endpoint is told; none is all.
pub fn kinds(row: &webhook_endpoint::Model) -> Vec<ActivityKind> {
    let names = row.events.as_array().into_iter().flatten().filter_map(serde_json::Value::as_str);
    names.filter_map(ActivityKind::from_name).collect()
}

/// Who reads, when an endpoint is told something.
pub(crate) fn reader_of(row: &webhook_endpoint::Model) -> Actor {
    if row.is_providers { Actor::System(System::Webhooks) } else { Actor::account(row.account_id) }
}

/// The same, as the filters of `visible` ask.
pub(crate) const fn viewer(actor: &Actor, now: DateTime<Utc>) -> Viewer<'_> {
    Viewer { actor, now }
}
