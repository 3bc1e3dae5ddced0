//! Transfers: a product changes hands, once whoever it is offered to has accepted it.
//!
//! - It is offered to an address, by a member of its holder, and open to the user whose verified address it is: never to a key, and
//!   through no partnership. That user accepts it into an account for which they may buy, because from then on it is charged to that.
//! - With the acceptance everything about the product is the new holder's at once: renewals, dates (of its time zone), prices (in its
//!   currency), messages, and who looks after it. What was is the former holder's: invoices, paid or open, and its feed. The rest of a
//!   paid term moves along. The plan that the former holder had set for the period's end does not, unless its renewal is billed: nobody
//!   pays for what another has chosen.
//! - What has ended is offered no more: an offer of it is called off with it.
//! - Nobody has access whom the new holder has not let in: contributions, and what named the product in partnerships of the former
//!   holder, end. The former holder alone may stay, as an editor.
//! - One is answered once, under the lock of the product; an overdue one cannot be, whether or not the sweep has been there.

pub(crate) mod actions;
pub mod commands;
pub mod job;
pub mod queries;
pub mod rules;
mod store;
pub(crate) mod subject;
