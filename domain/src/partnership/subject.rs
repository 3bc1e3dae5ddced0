//! Invitations and partnerships as rows that are seen.

use crate::permission::{subjects, visible};

subjects! {
    invitation(InvitationId) by visible::invitations;
    partnership(PartnershipId) by visible::partnerships;
}
