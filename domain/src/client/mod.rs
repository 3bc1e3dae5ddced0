//! A partner's own records of its clients.
//!
//! A record can exist before, and without, the client's account. It is connected to an account at most once, by an accepted
//! invitation, and a partner has at most one record for an account; the record outlives the partnership. It belongs to the
//! partner alone: the client never sees it. Absent on purpose: deleting a record, and moving one to another account.
//!
//! Two records that are written by hand never have the same address. What a partner holds itself can be assigned to a record, and
//! is then listed there beside what the client's own account holds.

pub(crate) mod actions;
mod assign;
pub mod commands;
pub mod queries;
mod store;
pub(crate) mod subject;

pub use assign::{AssignProduct, assign_product};
