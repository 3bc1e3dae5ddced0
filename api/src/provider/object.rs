//! Work and mails that were given up.

use async_graphql::{ID, Object};
use domain::job::dead;
use entities::{job, notification};

use crate::connection::connection;
use crate::id::{Kind, encode};
use crate::scalar::DateTime;

/// Work that gave up after its last retry.
#[derive(Clone)]
pub struct DeadJob(pub job::Model);

#[Object]
impl DeadJob {
    /// Opaque.
    pub async fn id(&self) -> ID {
        encode(Kind::DeadJob, self.0.id.0)
    }

    /// What it was to do.
    async fn kind(&self) -> &str {
        &self.0.kind
    }

    /// Ids and dates, as JSON.
    async fn payload(&self) -> String {
        self.0.payload.to_string()
    }

    /// How often it was tried.
    async fn attempts(&self) -> i32 {
        self.0.attempts
    }

    /// Why it failed the last time.
    async fn last_error(&self) -> &str {
        self.0.last_error.as_deref().unwrap_or_default()
    }

    /// When it was given up. Real time.
    async fn died_at(&self) -> DateTime {
        DateTime(dead::died_at(&self.0))
    }
}

connection!(DeadJobConnection, DeadJobEdge, DeadJob);

/// A mail given up after its last try, or refused for good. `retryDeadJob` sends it again.
#[derive(Clone)]
pub struct FailedMail(pub notification::Model);

#[Object]
impl FailedMail {
    /// Opaque.
    pub async fn id(&self) -> ID {
        encode(Kind::FailedMail, self.0.id.0)
    }

    /// The address.
    async fn recipient(&self) -> &str {
        &self.0.recipient
    }

    /// What it says.
    async fn kind(&self) -> &str {
        &self.0.kind
    }

    /// What the mail server said, or why none was asked.
    async fn last_error(&self) -> &str {
        self.0.last_error.as_deref().unwrap_or_default()
    }

    /// When it was given up.
    async fn failed_at(&self) -> DateTime {
        DateTime(self.0.failed_at.unwrap_or(self.0.created_at))
    }
}

connection!(FailedMailConnection, FailedMailEdge, FailedMail);
