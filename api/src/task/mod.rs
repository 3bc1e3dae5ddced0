//! What a partner has to do for its clients.

pub mod loader;
pub mod mutation;
pub mod object;
