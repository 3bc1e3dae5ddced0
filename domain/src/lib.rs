//! The decisions that the gateway and the worker must agree on.

pub mod calendar;
pub mod database;
pub mod money;
