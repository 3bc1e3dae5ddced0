//! Runs as rows that are seen.

use crate::permission::{subjects, visible};

subjects! {
    renewal_run(RenewalRunId) by visible::staff;
}
