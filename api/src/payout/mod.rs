//! Payouts: where they go, asking for one, and what became of it.

pub mod loader;
pub mod mutation;
pub mod object;
