//! What only the provider's staff sees and does.

pub mod loader;
pub mod mutation;
pub mod object;
pub mod query;
