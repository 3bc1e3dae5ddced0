//! Who did what, for whom, through what, and with what result: append-only, written by the transaction of the act.
//!
//! - The provider's staff reads all of it. An account's owner and admins read what others did on the account's behalf and what
//!   its own members did for others; what a member does for its own account is in the feed. Source: rules §2.
//! - An act that is refused for want of a right leaves an entry, too, and nothing else. What is refused for the state of things
//!   does not: no right was in question. Neither does what answers NOT_FOUND: an entry would cost time only where there is such a
//!   thing, and so tell that there is.
//! - Refusals cannot fill the table: only so many of one person are written down in an hour.

pub mod queries;
mod refusal;
pub mod rules;
pub(crate) mod subject;

pub(crate) use refusal::record_refusal;
