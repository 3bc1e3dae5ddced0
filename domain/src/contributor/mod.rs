//! Contributors: people with access to the content of one product, and to nothing else.
//!
//! - A viewer sees the product; an editor also does to its content what others need MANAGE_PRODUCTS for (here: its label). None
//!   orders, cancels or hands over anything, sees a price, another product or a member of the account.
//! - A contribution is offered to an address and open to the user whose verified address it is, from the instant at which there is
//!   one: nothing has to be accepted, and nothing is stored about who that is. An account can contribute, too: then its members do,
//!   as far as their membership goes.
//! - What was granted through a partnership is in force as long as that carries it, to the second; a frozen one only suspends it.
//!   When the partnership ends, `end_through` takes it away and says what it was.
//! - Contributors are a product's own, so there is no role that reaches several products, and no list of all of an account.

pub(crate) mod actions;
pub mod commands;
pub mod queries;
mod store;
pub(crate) mod subject;
