//! What programs sign in with.

pub mod loader;
pub mod mutation;
pub mod object;
