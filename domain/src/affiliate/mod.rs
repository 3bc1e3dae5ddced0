//! Affiliates: accounts that promote the provider, and see nothing of whom they bring. Source: S5.11, `docs/rules.md` §3 and §5.
//!
//! - Any account can be one, a partner, too. Its code is its own for good; its link carries the code.
//! - Whoever signs up by it is referred, for good: the first click in 30 days wins, which the link itself remembers in a cookie. A
//!   code that is nobody's is no reason not to let somebody in.
//! - The affiliate earns once, on the first order that the account places for itself and pays for: a commission of P. A line that a
//!   partnership covers earns by the partnership alone, what a partner has sent earns nobody a commission, and an order that costs
//!   nothing, or is not paid, is not the first.
//! - A commission is kept, released and taken back like cashback, in the same wallet.
//! - A referral names nobody: when the account signed up, and what it earned.

pub(crate) mod actions;
pub mod commands;
pub mod queries;
pub mod rules;
mod store;
pub(crate) mod subject;
