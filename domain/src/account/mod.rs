//! People, their sign-ins, and the accounts that they are members of.
//!
//! - A user is one person with one mail address and one sign-in for all accounts; an account has members, and exactly one of
//!   them owns it. Users are never billed.
//! - Nothing secret is stored: passwords as argon2id, session and mailed tokens as hashes. Passwords are hashed outside of any
//!   transaction, and as much work is done for an unknown address as for a known one.
//! - A session lasts 30 days of real time, and ends with a sign-out or a new password. A mailed token lasts by the product's
//!   clock, and is good once; following one verifies the address that it was mailed to, whatever else it is for.
//! - There is no way to change a user's address, and none to make a session without having proven who one is.

pub(crate) mod actions;
pub mod commands;
pub(crate) mod identify;
pub mod job;
pub(crate) mod password;
pub mod queries;
pub mod rules;
pub(crate) mod store;
pub(crate) mod subject;
pub mod token;

pub use password::PasswordHash;
