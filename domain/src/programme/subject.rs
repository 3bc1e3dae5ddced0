//! Partners' profiles as rows that are seen.

use crate::permission::{subjects, visible};

subjects! {
    partner_profile(PartnerProfileId) by visible::partner_profiles;
}
