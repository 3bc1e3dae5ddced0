//! What partners earn when someone else pays, and the wallets it goes to.
//!
//! Cashback is credited PENDING when its invoice is fully paid, once per invoice line by a unique key, and released when the
//! programme's holding days are over. Entries are never edited; a wallet row is the running sum of its entries and of the
//! ledger's wallet accounts, and whoever writes one writes all three.

mod credit;
pub mod job;
pub mod queries;
mod release;
mod reverse;
mod spend;
pub mod statement;

pub(crate) use credit::credit;
pub use release::release;
pub(crate) use reverse::{Reversal, reverse};
pub(crate) use spend::{give_back_payout, spend, take_back_payment, take_for_payout};
pub(crate) use statement::next_statement;
pub use statement::state;
