//! Products: plans installed in an account, each for a term that renews.
//!
//! Invariants: `renews_on` is always the boundary `anchor_months` after `anchor_on`, and `renews_at` the first instant of that
//! date in the holder's time zone, so no renewal drifts from the day on which the product began. A product is never deleted.
//! For other areas: [`rules::Standing`] says where a product stands when it begins and after each paid term.

pub(crate) mod actions;
pub mod commands;
mod ended;
pub mod job;
pub mod queries;
pub mod rules;
pub(crate) mod subject;

pub use ended::expire;
