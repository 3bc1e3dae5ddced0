//! The jobs that payments start.

use entities::id::PaymentId;
use serde::{Deserialize, Serialize};

use crate::job::Job;

/// Asks the gateway what became of these payments: `billing::reconcile`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Reconcile {
    /// Of one batch.
    pub payment_ids: Vec<PaymentId>,
}

impl Job for Reconcile {
    const KIND: &'static str = "reconcile";
}

/// Asks the gateway about every payment that is open for too long: `billing::reconcile_open`. Of the schedule, each minute.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ReconcileOpen {}

impl Job for ReconcileOpen {
    const KIND: &'static str = "reconcile_open";

    fn unique_key(&self) -> Option<String> {
        Some(Self::KIND.to_owned())
    }
}
