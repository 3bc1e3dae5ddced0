//! Invoices, payments, ways to pay, wallets and the trial balance.

pub mod description;
pub mod loader;
pub mod mutation;
pub mod object;
pub mod query;
