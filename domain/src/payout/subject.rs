//! Payouts as rows that are seen.

use crate::permission::{subjects, visible};

subjects! {
    payout(PayoutId) by visible::wallet_entries;
}
