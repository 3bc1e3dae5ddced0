//! Products: lists of accounts and client records, and what is changed of one.

pub mod loader;
pub mod mutation;
pub mod object;
