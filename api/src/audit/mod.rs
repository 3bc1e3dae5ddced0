//! The audit log: all of it for staff, and each account's own.

pub mod loader;
pub mod object;
