//! Mails that were given up, as rows that are seen.

use crate::permission::{subjects, visible};

subjects! {
    notification(NotificationId) by visible::failed_mails;
}
