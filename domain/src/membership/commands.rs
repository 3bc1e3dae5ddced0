//! What is done with memberships.

mod hand_over;
mod invite;
mod join;
mod manage;

pub use hand_over::{TransferOwnership, transfer_ownership};
pub(crate) use invite::withdraw_sent_by_key;
pub use invite::{InviteMember, invite};
pub use join::{AcceptMembership, Joined, accept};
pub use manage::{Removed, UpdateMember, remove, update};
