//! Contacts: whom a domain is registered to, when that is not the account that holds it.
//!
//! - A contact is data about somebody, kept by an account. It has no sign-in and no rights, and its address need not be anybody's: that it
//!   is the same as a user's means nothing.
//! - Without one a domain is registered to its holder. One is needed only where a partner buys a domain for a client into its own account:
//!   then the holder is not whom it is for. Source: S5.14, S5.15.
//! - The registrant of a product is a contact of its holder. When a product comes into another account than the contact's, by an order or
//!   by a transfer, the data come along as a contact of that account; what the first one keeps is its own.

pub(crate) mod actions;
pub mod commands;
pub mod queries;
mod store;
pub(crate) mod subject;
