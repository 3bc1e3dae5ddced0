//! Endpoints of other people's programs.

pub mod loader;
pub mod mutation;
pub mod object;
