//! What people write to a partner on its public profile.

pub mod loader;
pub mod mutation;
pub mod object;
