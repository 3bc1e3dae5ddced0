//! What a partner has to do for its clients.
//!
//! A task belongs to a client record and is seen by those who may work with the partner's clients. It may be one member's; to be
//! assigned gives no right. Done is done: there is no way back, and none to delete a task.

pub(crate) mod actions;
pub mod commands;
pub mod queries;
mod store;
pub(crate) mod subject;
