//! The jobs of transfers.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::job::Job;
use crate::job::schedule::Sweep;

/// Writes down which transfers have lapsed: `transfer::commands::lapse`. Of the schedule, each hour.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct LapseTransfers {}

impl Job for LapseTransfers {
    const KIND: &'static str = "lapse_transfers";
}

impl Sweep for LapseTransfers {
    fn at(_: DateTime<Utc>) -> Self {
        Self {}
    }
}
