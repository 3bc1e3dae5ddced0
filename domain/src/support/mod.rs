//! Requests to the provider's support, about an account or one of its products.
//!
//! - Whoever holds CONTACT_SUPPORT there may write, through a partnership, too; the mail names the account, and whose partnership it
//!   was. The provider answers the person: the mail's `Reply-To` is theirs.
//! - A request is a mail, an event and an entry of the audit log; there is no row of its own, since the conversation is the
//!   provider's.

pub(crate) mod actions;
pub mod commands;
mod store;
