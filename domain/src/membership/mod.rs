//! Who belongs to an account: offered by mail, joined, changed, ended, and the handing over of ownership.
//!
//! - A membership is one user in one account with a role, a bundle of permissions that it may narrow or widen. Exactly one OWNER per
//!   account: it cannot be narrowed, removed or leave, only hand over, to another member, which counts at once.
//! - Nobody grants what they do not hold. ADMIN goes with acts that no permission stands for, so only OWNER, ADMIN and staff give it,
//!   change it or end it.
//! - Who acts through a partnership stays within it: what they grant is marked with it, carries what both carry, and ends with it;
//!   the account's own members are not theirs to change. A member of the account's own who changes such a membership makes it the
//!   account's own.
//! - An offer goes to an address and lives seven days. It is open to the user whose address it is and to nobody else, once, and only as
//!   long as its sender could send it again. A second offer to the same address takes the place of the first.
//! - Removing somebody takes all they had through the membership: its keys, offers nobody has accepted, clients' accounts, and mails
//!   that have not left. What they granted to others for the account stays: it is the account's.

pub(crate) mod actions;
pub mod commands;
mod ended;
pub mod queries;
pub mod rules;
mod store;
mod through;

pub use ended::{Clients, Ended};
pub(crate) use through::{Lost, end_granted_through};
