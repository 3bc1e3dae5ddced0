//! Invitations, and the partnerships that they lead to.
//!
//! - An invitation is answered once: PENDING → ACCEPTED, REJECTED, WITHDRAWN or EXPIRED. One that is overdue counts as
//!   expired from that instant, whether or not the sweep has been there.
//! - A pair of accounts has one invitation under way per direction, and one partnership that has not ended. A new grant
//!   changes that partnership.
//! - The payer can be the partner only with full access. Only the client changes it, and what is not invoiced yet follows.
//! - A partnership's row is locked before anything that depends on its payer: a change is FOR UPDATE, a renewal run FOR SHARE.
//! - A product has at most one partnership that looks after it. Who does is decided by one rule wherever a partnership begins, changes
//!   or ends, unless its holder has said; nobody comes to pay by it for what they did not order.
//! - A partnership under a power of attorney is one like any other, until its owner disputes the mandate: then it is FROZEN, which gives
//!   nothing to anybody, until staff decide.
//! - What was paid, issued or earned stays as it is, whatever becomes of the partnership.

pub(crate) mod actions;
pub mod commands;
pub mod job;
pub mod queries;
pub mod rules;
mod store;
pub(crate) mod subject;
