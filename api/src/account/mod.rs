//! People, accounts and who is a member of which.

pub mod loader;
pub mod mutation;
pub mod object;
pub mod preference;
pub mod query;
pub mod tries;
pub mod viewer;
