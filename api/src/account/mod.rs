//! People, accounts and who is a member of which.

pub mod object;
