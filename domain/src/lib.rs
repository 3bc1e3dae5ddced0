//! What the gateway and the worker must agree on: the rules of partnerships, money and time, and every use case.
//!
//! Edge → use case → rules → storage: `commands` write through a `Work`, `queries` read through a `Reader`, `rules` are pure.

pub mod access;
pub mod account;
pub mod activity;
pub mod actor;
pub mod affiliate;
pub mod api_key;
pub mod audit;
pub mod billing;
pub mod calendar;
pub mod cashback;
pub mod catalogue;
pub mod check;
pub mod client;
pub mod clock;
pub mod contact;
pub mod contributor;
pub mod credit;
pub mod database;
pub mod error;
pub mod gateway;
pub mod idempotency;
pub mod inquiry;
pub mod job;
pub mod membership;
pub mod money;
mod nested;
pub mod notification;
pub mod order;
pub mod page;
pub mod partnership;
pub mod patch;
pub mod permission;
pub mod plan_change;
pub mod product;
pub mod programme;
mod reads;
pub mod renewal;
pub mod secret;
pub mod seed;
pub mod seller;
pub mod signal;
pub mod sql;
pub mod store;
pub mod support;
pub mod task;
pub mod tax;
pub mod text;
pub mod transfer;
pub mod upkeep;
pub mod work;

pub use actor::Actor;
pub use error::Error;
pub use store::{Reader, Store};
pub use work::Work;
