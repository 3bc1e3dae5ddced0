//! Who belongs to an account.

pub mod mutation;
mod words;
