//! What happened: the feed of an account, and the same as it happens.

pub mod loader;
pub mod object;
pub mod sentence;
pub mod subscription;
