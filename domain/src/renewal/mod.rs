//! Renewals: the next period of a product, by the run or by hand, and what it will cost.
//!
//! Invariants: one period is invoiced once, by a unique key; none while the one before is unpaid; who pays is decided when the
//! invoice is issued, under a lock on the managing partnership that a change of the payer also takes; one invoice for each
//! payer, currency and round of a run; what costs nothing is on no invoice. A quote is computed by the functions that bill.
//!
//! A product that is behind because another account does not pay can be taken over by its holder. Payers are reminded before.
//!
//! The run goes over payers in lanes, side by side, in as many processes as take its jobs. A lane claims a batch of payers
//! (invoices, periods and attempts in one transaction), charges them outside of any, and settles; it begins again until
//! nothing of it is due, so a job that is delivered again goes on where the first one stopped, and missed periods follow in
//! order. An attempt whose process died is found by `billing::reconcile`.

pub(crate) mod actions;
mod claim;
pub mod commands;
pub mod forecast;
pub mod job;
pub mod queries;
mod quote;
mod remind;
pub mod rules;
mod run;
mod store;
pub(crate) mod subject;
mod take_over;
mod turns;

/// A run, as far as it has come.
pub use entities::renewal_run::Model as Run;
pub use quote::{AssumedPayer, Quote, ShownQuote};
pub(crate) use remind::next_reminder;
pub use remind::remind;
pub use run::{begin_run, dry_run, finished, lane, run_now};
pub(crate) use store::{AsOf, Renewable, Through, by_ids as renewables_by_ids};
