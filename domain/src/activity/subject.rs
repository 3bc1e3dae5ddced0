//! Events as rows that are seen.

use crate::permission::{subjects, visible};

subjects! {
    activity(ActivityId) by visible::activity;
}
