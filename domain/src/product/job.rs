//! The jobs of products.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::job::Job;
use crate::job::schedule::Sweep;

/// Ends what is not to renew when its term is over: `product::expire`. Of the schedule, with every sweep.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ExpireProducts {}

impl Job for ExpireProducts {
    const KIND: &'static str = "expire_products";

    fn unique_key(&self) -> Option<String> {
        Some(Self::KIND.to_owned())
    }
}

impl Sweep for ExpireProducts {
    fn at(_: DateTime<Utc>) -> Self {
        Self {}
    }
}
