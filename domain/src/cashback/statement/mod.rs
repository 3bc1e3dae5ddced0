//! Monthly statements of a wallet: written by a sweep when a month is over, and printed for the mail about it.

mod printed;
mod sweep;

pub use printed::{LINES, PrintedEntry, PrintedStatement, pdf};
pub(crate) use sweep::next_statement;
pub use sweep::state;
