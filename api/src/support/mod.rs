//! Requests to the provider's support.

pub mod mutation;
