//! Dead letters as rows that are seen.

use crate::permission::{subjects, visible};

subjects! {
    job(JobId) by visible::dead_jobs;
}
