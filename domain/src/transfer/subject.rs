//! Transfers as rows that are seen.

use crate::permission::{subjects, visible};

subjects! {
    transfer(TransferId) by visible::transfers;
}
