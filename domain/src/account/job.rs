//! The jobs that identity starts.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::job::Job;

/// Mails a link to set a new password, if somebody has this address. Enqueued whether or not somebody has, so that the request
/// does the same work for both.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct MailPasswordReset {
    /// In the form in which addresses are stored.
    pub email: String,
    /// The request: each has a mail of its own.
    pub request_id: Uuid,
}

impl Job for MailPasswordReset {
    const KIND: &'static str = "mail_password_reset";
    const PRIORITY: i32 = 0;
}
