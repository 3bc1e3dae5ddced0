//! Inquiries as rows that are seen.

use crate::permission::{subjects, visible};

subjects! {
    inquiry(InquiryId) by visible::clients;
}
