//! Whom domains are registered to.

pub mod loader;
pub mod mutation;
pub mod object;
