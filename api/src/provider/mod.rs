//! What only the provider's staff sees.

pub mod query;
