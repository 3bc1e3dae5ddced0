//! What follows a declined payment.
//!
//! The days are in `rules`. A row of `dunning` says of each invoice that was declined on its day how many steps of the schedule are
//! taken and when the next one is; the sweep of each hour takes what is due. No step is taken while a payment is in flight, and
//! what comes after a charge waits for its end. A row whose invoice is paid or credited meanwhile is closed when it comes up.

mod mail;
pub mod queries;
pub mod rules;
mod run;
mod step;

pub use rules::{Due, Dunned, DunningRules, DunningStep, dunning_run, reminder_days, reminders};
pub(crate) use run::reopen;
pub use run::take_steps;
pub(super) use run::{begin, restored};
