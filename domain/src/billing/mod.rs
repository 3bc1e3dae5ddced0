//! What is billed to whom, how it is paid, and how the books say so.
//!
//! Invariants: discount + cashback = D on every line that a partnership covers, so the provider nets P − D whoever pays;
//! at most one of discount, cashback and commission is on a line; tax is rounded once per treatment and document; what is
//! credited in parts adds up to what was billed; every journal entry balances. There are no negative invoices, and an
//! issued one never changes.
//!
//! A payment is three steps, each of any number of payments in a constant number of statements: [`attempt`] writes rows whose
//! ids are the keys and commits, [`charge`] asks the gateway, [`mod@settle`] books what it said. [`collect`] does the three for a
//! person who waits. A process that dies in between leaves rows that [`mod@reconcile`] finds; an answer that never came stays
//! UNKNOWN, moves nothing and lets no second charge begin.
//!
//! For other areas: whoever places an order writes it, its lines, its products (PENDING_PAYMENT, standing at `renews_on` =
//! `anchor_on`, `anchor_months` = 0) and its cart (PENDING_PAYMENT), and attempts a payment for it. Settling does the rest:
//! invoice, periods, products ACTIVE and moved on, order PAID, cart COMPLETED; or order FAILED, products CANCELLED, cart
//! back to where it came from. Whoever renews issues an invoice, writes the `product_period` rows with its lines, and attempts
//! a payment for it; settling marks the periods paid and moves the products on, or makes them PAST_DUE.

pub(crate) mod actions;
pub mod commands;
pub mod document;
pub mod dunning;
mod event;
pub mod export;
mod flow;
mod issue;
pub mod job;
pub mod ledger;
mod mail;
mod order;
mod payment;
mod period;
pub(crate) mod post;
pub mod printed;
pub mod queries;
mod reconcile;
mod refund;
pub mod rules;
mod settle;
pub(crate) mod subject;

pub use event::take_event;
pub use flow::{Collected, Paying, collect};
pub use issue::{Buyer, Draft, DraftLine, Issued, LineTax, SellerOnInvoice, issue};
pub(crate) use issue::{Series, Sums, accounts, draw, head};
pub(crate) use mail::credited as mail_credit_note;
pub use order::complete_orders;
pub(crate) use payment::attempt_new;
pub use payment::{Attempt, PaidFor, Settlement, attempt, charge};
pub use period::mark_paid;
pub(crate) use reconcile::first_id_at;
pub use reconcile::{reconcile, reconcile_open};
pub(crate) use refund::{Owed, give_back};
pub use refund::{pay_back, pay_back_open};
pub(crate) use settle::fulfil_credited;
pub use settle::{Settled, settle};
