//! Referrals as rows that are seen.

use crate::permission::{subjects, visible};

subjects! {
    referral(ReferralId) by visible::referrals;
}
