//! How much of an entry its reader is told.
#![deny(clippy::arithmetic_side_effects, clippy::as_conversions)]

use entities::audit_entry::Model;
use entities::id::UserId;

use crate::actor::Actor;

/// Who did it. That the provider's staff did is told to everybody who reads the entry, and which of them to the staff alone.
pub fn actor_id(entry: &Model, reader: &Actor) -> Option<UserId> {
    entry.actor_id.filter(|_| !entry.by_staff || reader.sees_everything())
}

/// From where. Where other people sit is their organisation's affair, and the provider's.
pub fn ip<'e>(entry: &'e Model, reader: &Actor) -> Option<&'e str> {
    let is_own = || entry.acted_from_id.is_some_and(|account| reader.accounts_as_admin().contains(&account));
    entry.ip.as_deref().filter(|_| reader.sees_everything() || is_own())
}
