//! The worker.

pub mod notification;
