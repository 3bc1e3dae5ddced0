//! Payouts: what a partner has earned is transferred to it, after staff has approved.
//!
//! Invariants: a request is for what is available, at least the programme's minimum in the programme's currency, and one at a time
//! for a wallet. What is asked for leaves the wallet with the request, in the books as in its entries, so that it cannot be spent or
//! asked for again; a rejection brings it back. A payout keeps the account that it goes to as it was when it was asked for.

pub(crate) mod actions;
pub mod commands;
pub mod queries;
pub mod rules;
mod store;
pub(crate) mod subject;
