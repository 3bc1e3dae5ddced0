//! Renewals: what they will cost, one by hand, and runs.

pub mod mutation;
pub mod object;
