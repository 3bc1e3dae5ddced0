//! Credit notes: what is taken back of an invoice, in the books, from the partner's wallet, and of the money.
//!
//! Invariants: a credit note is a document of its own series, issued once and never changed; what the credited invoice says stays,
//! only how much of it is credited is counted with it and with its lines. Parts are cumulative: whatever the number and order of
//! credit notes, all of an invoice comes back with the last one, and nothing twice. Money goes back the way it came. Products are
//! not touched by it, but for a term that has not begun: that one is free again.
//!
//! For other areas: [`lock`] the invoice, say which parts of its lines, and [`issue`] the note.

pub(crate) mod actions;
pub mod commands;
mod note;
pub mod rules;
mod store;

pub(crate) use note::{Note, issue, reversals};
pub(crate) use store::{Creditable, apply, load, lock, refuse};

#[cfg(test)]
mod walk;
