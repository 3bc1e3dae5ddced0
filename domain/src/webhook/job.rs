//! The job that tells one endpoint what it is due.

use entities::id::WebhookEndpointId;
use serde::{Deserialize, Serialize};

use crate::job::{Class, Job};

/// Sends what an endpoint is due. There is never more than one of it at a time.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct DeliverWebhooks {
    /// Which.
    pub endpoint_id: WebhookEndpointId,
}

impl Job for DeliverWebhooks {
    const KIND: &'static str = "deliver_webhooks";
    const CLASS: Class = Class::Webhook;

    fn unique_key(&self) -> Option<String> {
        Some(key(self.endpoint_id))
    }
}

/// What at most one open job has.
pub(super) fn key(endpoint_id: WebhookEndpointId) -> String {
    format!("{}:{endpoint_id}", DeliverWebhooks::KIND)
}
