//! Carts of partners for their clients, and orders: from a cart, or of an account for itself.
//!
//! - A cart is one client record's. Its currency is the client's, the partner's until the record is connected.
//! - Who pays, earns and holds is said by `billing::rules` alone; the way of paying is chosen at the checkout, never before.
//! - Prices, benefits and tax are fixed when an order is placed, and its products are there from then on, PENDING_PAYMENT.
//! - Placing writes everything and an attempt to pay in one transaction; `billing` charges outside of it, and then completes
//!   the order or takes it back. A cart has one order under way at most.
//! - A cart can go to the client, whose member completes it by the mailed link: what is in it is then the client's own order. Until then
//!   nobody changes it but by taking it back.
//! - An order that costs nothing is complete at once: no payment, no invoice.
//!
//! Absent on purpose: amounts in carts. What is in a cart costs what it costs when it is looked at.

pub(crate) mod actions;
mod basket;
pub mod commands;
pub mod job;
mod place;
pub mod queries;
pub mod rules;
pub(crate) mod sent;
pub(crate) mod subject;

pub(crate) use place::number;
