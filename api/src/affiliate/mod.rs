//! Affiliates, their link, and whom they brought.

pub mod link;
pub mod loader;
pub mod mutation;
pub mod object;
