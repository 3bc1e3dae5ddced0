//! Products that change hands.

pub mod loader;
pub mod mutation;
pub mod object;
