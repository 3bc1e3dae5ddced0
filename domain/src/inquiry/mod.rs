//! What people write to a partner on its public profile.
//!
//! - Only a published profile can be written to; one that is not is answered as one that does not exist. Nobody has to be signed in.
//! - What comes in is text of strangers: bounded, without anything that hides, never followed and never answered by a machine.
//! - An inquiry is assigned to a client record once, for good: there is no way to take that back, and none to delete an inquiry.

pub(crate) mod actions;
pub mod commands;
pub mod queries;
mod store;
pub(crate) mod subject;
