//! Carts and orders.

pub mod loader;
pub mod mutation;
pub mod object;
pub mod query;
