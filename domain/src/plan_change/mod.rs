//! Another plan or term of a product: what of the paid term is credited, what is charged, and when.
//!
//! Invariants: a change at once begins today. The same term keeps its `renewsOn`, and the charge is the unused part of the new
//! plan's price; another term, and any that follows a free plan, is a whole new one from today, with its own anchor. Credit and
//! charge stand on one document of the payer, an invoice or, below zero, a credit note. Where another account has paid the term, the
//! credit is that account's, on a credit note of its own, and the charge alone is the new payer's. Nothing changes before the
//! payment is known to have gone through. A change at the period's end is the plan of the next renewal, at the price of its day; it is
//! dropped when the product is stopped or changes hands before that is billed.

pub(crate) mod actions;
pub mod commands;
mod done;
pub mod queries;
mod quote;
pub mod rules;
mod store;

pub(crate) use done::{Changing, complete, of_orders};
