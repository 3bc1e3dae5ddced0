//! Contributors as rows that are seen.

use crate::permission::{subjects, visible};

subjects! {
    contributor(ContributorId) by visible::contributors;
}
