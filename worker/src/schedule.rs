//! The cron table. What follows the product's time is due on whole hours of the product's clock, so it stands still with the
//! test clock and is caught up with by one job; what runs late or lies around follows the real one.

use std::time::Duration;

use domain::billing::job::{ReconcileOpen, RunDunning};
use domain::cashback::job::{ReleaseCashback, StateCashback};
use domain::job::schedule::{Clock, Entry};
use domain::order::job::AgeCarts;
use domain::partnership::job::{AnnounceEnds, LapseAccess};
use domain::product::job::ExpireProducts;
use domain::renewal::job::{RemindOfRenewals, RunRenewals};
use domain::transfer::job::LapseTransfers;
use domain::upkeep::CleanUp;

const MINUTE: Duration = Duration::from_mins(1);
const HOUR: Duration = Duration::from_hours(1);

/// Every line.
pub fn all() -> Vec<Entry> {
    vec![
        Entry::every::<RunRenewals>(HOUR, Clock::Product),
        Entry::every::<RunDunning>(HOUR, Clock::Product),
        Entry::every::<RemindOfRenewals>(HOUR, Clock::Product),
        Entry::every::<ExpireProducts>(HOUR, Clock::Product),
        Entry::every::<ReleaseCashback>(HOUR, Clock::Product),
        Entry::every::<StateCashback>(HOUR, Clock::Product),
        Entry::every::<LapseAccess>(HOUR, Clock::Product),
        Entry::every::<AnnounceEnds>(HOUR, Clock::Product),
        Entry::every::<AgeCarts>(HOUR, Clock::Product),
        Entry::every::<LapseTransfers>(HOUR, Clock::Product),
        Entry::every::<ReconcileOpen>(MINUTE, Clock::Real),
        Entry::every::<CleanUp>(HOUR, Clock::Real),
    ]
}
