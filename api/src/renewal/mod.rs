//! Renewals: what they will cost, one by hand, and runs.

pub mod loader;
pub mod mutation;
pub mod object;
