//! The jobs that payments start.

use chrono::{DateTime, Utc};
use entities::id::{PaymentId, RefundId};
use serde::{Deserialize, Serialize};

use crate::job::schedule::Sweep;
use crate::job::{Class, Job};

/// Asks the gateway what became of these payments: `billing::reconcile`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Reconcile {
    /// Of one batch.
    pub payment_ids: Vec<PaymentId>,
}

impl Job for Reconcile {
    const KIND: &'static str = "reconcile";
    const CLASS: Class = Class::Charge;
}

/// Asks the gateway to pay back: `billing::pay_back`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PayBack {
    /// Of one credit note.
    pub refund_ids: Vec<RefundId>,
}

impl Job for PayBack {
    const KIND: &'static str = "pay_back";
    const CLASS: Class = Class::Charge;
}

/// Asks the gateway about every payment and refund that is open for too long: `billing::reconcile_open` and `billing::pay_back_open`. Of the schedule, each minute.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ReconcileOpen {}

impl Job for ReconcileOpen {
    const KIND: &'static str = "reconcile_open";
    const CLASS: Class = Class::Charge;

    fn unique_key(&self) -> Option<String> {
        Some(Self::KIND.to_owned())
    }
}

/// Takes the steps that follow declined payments: `billing::dunning::take_steps`. Of the schedule, each hour.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RunDunning {}

impl Job for RunDunning {
    const KIND: &'static str = "run_dunning";
    const CLASS: Class = Class::Charge;

    fn unique_key(&self) -> Option<String> {
        Some(Self::KIND.to_owned())
    }
}

impl Sweep for RunDunning {
    fn at(_: DateTime<Utc>) -> Self {
        Self {}
    }
}

impl Sweep for ReconcileOpen {
    fn at(_: DateTime<Utc>) -> Self {
        Self {}
    }
}
