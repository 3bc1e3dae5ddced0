//! Invitations, and the partnerships that they lead to.

pub mod loader;
pub mod mutation;
pub mod object;
