//! What is billed to whom, and how the books say so.
//!
//! Invariants: discount + cashback = D on every line that a partnership covers, so the provider nets P − D whoever pays;
//! at most one of discount, cashback and commission is on a line; tax is rounded once per treatment and document; what is
//! credited in parts adds up to what was billed; every journal entry balances. There are no negative invoices, and an
//! issued one never changes.

pub mod document;
pub mod dunning;
pub mod ledger;
pub mod rules;
