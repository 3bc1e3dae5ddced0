//! The jobs that mails start.

use entities::id::NotificationId;
use serde::{Deserialize, Serialize};

use crate::job::{Class, Job};

/// Renders and sends one mail.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SendMail {
    /// Which.
    pub notification_id: NotificationId,
}

impl Job for SendMail {
    const KIND: &'static str = "send_mail";
    const CLASS: Class = Class::Mail;
    /// Three days: after twelve tries within the first hour, one an hour.
    const MAX_ATTEMPTS: i32 = 84;
}
