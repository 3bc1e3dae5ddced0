//! What is sent: a body that says what happened to what, by the ids of the API, and the headers that vouch for it.
//!
//! It tells no more than the feed shows the same reader, and less: who did it, and what the sentence says, is asked for by the API.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, SecondsFormat, Utc};
use entities::activity;
use entities::id::WebhookDeliveryId;
use serde::Serialize;
use uuid::Uuid;

use super::lane::Turn;
use super::reader_of;
use crate::access;
use crate::error::Error;
use crate::global_id::{Kind, encode, from_type_name};
use crate::store::{Statements, Store};

/// One delivery, ready to be sent.
#[derive(Debug, Clone)]
pub struct Letter {
    /// Which.
    pub delivery_id: WebhookDeliveryId,
    /// `webhook-id`: the same at each try and each replay.
    pub id: String,
    /// `webhook-timestamp`: in seconds since 1970, real time.
    pub timestamp: i64,
    /// `webhook-signature`: one for each secret.
    pub signature: String,
    /// JSON.
    pub body: Vec<u8>,
}

#[derive(Serialize)]
struct Body<'a> {
    id: &'a str,
    r#type: &'a str,
    sequence: i64,
    timestamp: String,
    data: Data<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Data<'a> {
    /// The ActivityEvent.
    event: String,
    /// The Account in whose feed it stands.
    account: String,
    /// What it is about, as far as the reader sees that.
    subject: Option<Subject>,
    /// Where the next step is done, if there is one.
    action_url: Option<&'a str>,
}

#[derive(Serialize)]
struct Subject {
    r#type: &'static str,
    id: String,
}

/// What the deliveries of a turn say.
pub async fn letters(store: &Store, turn: &Turn, now: DateTime<Utc>) -> Result<Vec<Letter>, Error> {
    let seen = seen_subjects(store, turn, now).await?;
    let timestamp = turn.at.timestamp();
    let mut letters = Vec::with_capacity(turn.due.len());
    for (delivery, event) in &turn.due {
        let id = encode(Kind::WebhookDelivery, delivery.id.0);
        let body = Body {
            id: &id,
            r#type: &event.kind,
            sequence: delivery.sequence.unwrap_or_default(),
            timestamp: event.occurred_at.to_rfc3339_opts(SecondsFormat::Millis, true),
            data: Data {
                event: encode(Kind::ActivityEvent, event.id.0),
                account: encode(Kind::Account, event.account_id.0),
                subject: subject(event)
                    .filter(|(_, id)| seen.contains(id))
                    .map(|(kind, id)| Subject { r#type: kind.type_name(), id: encode(kind, id) }),
                action_url: event.data.get("actionUrl").and_then(|url| url.as_str()),
            },
        };
        let body = serde_json::to_vec(&body).map_err(|error| Error::fault(error.to_string()))?;
        let signatures: Vec<_> = turn.secrets.iter().map(|secret| secret.sign(&id, timestamp, &body)).collect();
        letters.push(Letter { delivery_id: delivery.id, timestamp, signature: signatures.join(" "), body, id });
    }
    Ok(letters)
}

fn subject(event: &activity::Model) -> Option<(Kind, Uuid)> {
    Some((from_type_name(event.subject_type.as_deref()?)?, event.subject_id?))
}

/// Which of the things that the events are about the endpoint's reader sees. One statement for each of their tables.
async fn seen_subjects(store: &Store, turn: &Turn, now: DateTime<Utc>) -> Result<HashSet<Uuid>, Error> {
    let mut by_table: HashMap<String, Vec<Uuid>> = HashMap::new();
    for (kind, id) in turn.due.iter().filter_map(|(_, event)| subject(event)) {
        by_table.entry(table_of(kind)).or_default().push(id);
    }
    let reader = store.reader(reader_of(&turn.endpoint), now, Statements::default());
    let mut seen = HashSet::new();
    for subjects in access::subjects() {
        if let Some(ids) = by_table.get(subjects.table) {
            seen.extend(subjects.seen(&reader, ids).await?);
        }
    }
    Ok(seen)
}

/// The table, quoted, of a type of the contract: `WalletEntry` is kept in `wallet_entry`.
fn table_of(kind: Kind) -> String {
    let mut table = String::from("\"");
    for letter in kind.type_name().chars() {
        if letter.is_ascii_uppercase() && table.len() > 1 {
            table.push('_');
        }
        table.push(letter.to_ascii_lowercase());
    }
    table.push('"');
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_events_are_about_is_found_in_its_table() {
        let tables: Vec<_> = access::subjects().map(|subject| subject.table).collect();
        for name in [
            "Account",
            "Cart",
            "Client",
            "Contributor",
            "Inquiry",
            "Invitation",
            "Invoice",
            "Membership",
            "Order",
            "Partnership",
            "Payment",
            "Payout",
            "Product",
            "Transfer",
            "WalletEntry",
        ] {
            let table = table_of(from_type_name(name).unwrap());
            assert!(tables.contains(&table.as_str()), "{name}: {table}");
        }
    }
}
