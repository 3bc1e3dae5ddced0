//! The jobs of partnerships.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::job::Job;
use crate::job::schedule::Sweep;

/// Writes down which invitations have lapsed, and ends partnerships whose time is over: `partnership::commands::lapse`. Of the
/// schedule, each hour.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct LapseAccess {}

impl Job for LapseAccess {
    const KIND: &'static str = "lapse_access";
}

impl Sweep for LapseAccess {
    fn at(_: DateTime<Utc>) -> Self {
        Self {}
    }
}

/// Announces to both sides that access is about to end: `partnership::commands::remind`. Of the schedule, each hour.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AnnounceEnds {}

impl Job for AnnounceEnds {
    const KIND: &'static str = "announce_ends";
}

impl Sweep for AnnounceEnds {
    fn at(_: DateTime<Utc>) -> Self {
        Self {}
    }
}
