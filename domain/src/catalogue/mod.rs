//! What is for sale: offerings, their plans, and what each plan costs.
//!
//! Invariants: a price is that of a whole term, net, in one currency, and holds from its day on; there is one for each plan,
//! currency, term and day. A later price never touches a term that is paid, for orders and invoices hold their own amounts.
//! There is no conversion: a plan without a price in a currency is not sold in it. Everything here is public.

pub mod commands;
pub mod queries;
pub mod rules;
pub(crate) mod subject;
