//! A partner's own records of its clients.

pub mod loader;
pub mod mutation;
pub mod object;
