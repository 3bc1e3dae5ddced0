//! Programs that are told what happens.

use entities::id::{AccountId, ActivityId, WebhookEndpointId};
use entities::webhook_delivery::WebhookDeliveryStatus;
use entities::{webhook_delivery, webhook_endpoint};
use serde_json::json;

use super::Rows;

impl Rows {
    /// An endpoint of an account, or one of the provider's that is filed under it. It is told nothing by itself.
    pub fn endpoint(&mut self, account_id: AccountId, is_providers: bool) -> WebhookEndpointId {
        let id = self.id();
        self.endpoints.push(webhook_endpoint::Model {
            id,
            account_id,
            is_providers,
            url: "https://hooks.example/".to_owned(),
            events: json!([]),
            is_enabled: false,
            generation: 1,
            former_until: None,
            after_position: 0,
            sequence: 0,
            failing_since: None,
            failures: 0,
            paused_until: None,
            created_at: self.now,
        });
        id
    }

    /// An event that an endpoint was told.
    pub fn delivery(&mut self, endpoint_id: WebhookEndpointId, activity_id: ActivityId) {
        let row = webhook_delivery::Model {
            id: self.id(),
            endpoint_id,
            activity_id,
            position: 1,
            sequence: Some(1),
            status: WebhookDeliveryStatus::Delivered,
            attempts: 1,
            queued_at: self.now,
            last_attempt_at: Some(self.now),
            last_response_status: Some(204),
            next_attempt_at: None,
        };
        self.deliveries.push(row);
    }
}
