//! The test clock: in the schema of a server that was started with one, and of no other.

pub mod mutation;
