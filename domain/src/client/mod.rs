//! A partner's own records of its clients.
//!
//! A record can exist before, and without, the client's account. It is connected to an account at most once, by an accepted
//! invitation, and a partner has at most one record for an account; the record outlives the partnership. It belongs to the
//! partner alone: the client never sees it. Absent on purpose: deleting a record, and moving one to another account.

pub(crate) mod actions;
pub mod commands;
pub mod queries;
mod store;
pub(crate) mod subject;
