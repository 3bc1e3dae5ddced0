//! Offerings and plans as rows that everybody sees.

use crate::permission::{subjects, visible};

subjects! {
    offering(OfferingId) by visible::public;
    plan(PlanId) by visible::public;
}
