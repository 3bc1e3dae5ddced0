//! Tasks as rows that are seen.

use crate::permission::{subjects, visible};

subjects! {
    task(TaskId) by visible::clients;
}
