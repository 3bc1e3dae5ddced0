//! The jobs of the renewal run.

use chrono::{DateTime, Utc};
use entities::id::RenewalRunId;
use serde::{Deserialize, Serialize};

use crate::job::schedule::Sweep;
use crate::job::{Class, Job};

/// Begins a run for what is due: `renewal::begin_run`. Of the schedule, each hour.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RunRenewals {
    /// What is due by this tick.
    pub as_of: DateTime<Utc>,
}

impl Job for RunRenewals {
    const KIND: &'static str = "run_renewals";

    fn unique_key(&self) -> Option<String> {
        Some(Self::KIND.to_owned())
    }
}

/// Reminds payers of renewals to come: `renewal::remind`. Of the schedule, each hour.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RemindOfRenewals {
    /// Of what came up by this tick.
    pub until: DateTime<Utc>,
}

impl Job for RemindOfRenewals {
    const KIND: &'static str = "remind_of_renewals";

    fn unique_key(&self) -> Option<String> {
        Some(Self::KIND.to_owned())
    }
}

impl Sweep for RemindOfRenewals {
    fn at(due_at: DateTime<Utc>) -> Self {
        Self { until: due_at }
    }
}

/// Renews what is due of one lane of payers: `renewal::lane`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RenewDue {
    /// The run.
    pub run_id: RenewalRunId,
    /// Counted from 0.
    pub lane: i32,
}

impl Job for RenewDue {
    const KIND: &'static str = "renew_due";
    const CLASS: Class = Class::Charge;
    const PRIORITY: i32 = 0;

    fn unique_key(&self) -> Option<String> {
        Some(format!("{}:{}:{}", Self::KIND, self.run_id, self.lane))
    }
}

impl Sweep for RunRenewals {
    fn at(due_at: DateTime<Utc>) -> Self {
        Self { as_of: due_at }
    }
}
