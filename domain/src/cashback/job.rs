//! The jobs of cashback.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::job::Job;
use crate::job::schedule::Sweep;

/// Makes cashback available whose holding days are over: `cashback::release`. Of the schedule, with every sweep.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ReleaseCashback {}

impl Job for ReleaseCashback {
    const KIND: &'static str = "release_cashback";

    fn unique_key(&self) -> Option<String> {
        Some(Self::KIND.to_owned())
    }
}

/// States the months that are over: `cashback::state`. Of the schedule, with every sweep.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct StateCashback {
    /// By this tick.
    pub until: DateTime<Utc>,
}

impl Job for StateCashback {
    const KIND: &'static str = "state_cashback";

    fn unique_key(&self) -> Option<String> {
        Some(Self::KIND.to_owned())
    }
}

impl Sweep for StateCashback {
    fn at(due_at: DateTime<Utc>) -> Self {
        Self { until: due_at }
    }
}

impl Sweep for ReleaseCashback {
    fn at(_: DateTime<Utc>) -> Self {
        Self {}
    }
}
