//! The jobs of carts.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::job::Job;
use crate::job::schedule::Sweep;

/// Calls carts to mind that wait for their clients, and gives up the old ones: `order::commands::age_carts`. Of the schedule, each hour.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AgeCarts {}

impl Job for AgeCarts {
    const KIND: &'static str = "age_carts";
}

impl Sweep for AgeCarts {
    fn at(_: DateTime<Utc>) -> Self {
        Self {}
    }
}
