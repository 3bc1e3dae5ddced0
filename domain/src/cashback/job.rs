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

impl Sweep for ReleaseCashback {
    fn at(_: DateTime<Utc>) -> Self {
        Self {}
    }
}
