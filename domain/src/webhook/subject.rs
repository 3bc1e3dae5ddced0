//! Endpoints and deliveries as rows that are seen.

use crate::permission::{subjects, visible};

subjects! {
    webhook_endpoint(WebhookEndpointId) by visible::webhook_endpoints;
    webhook_delivery(WebhookDeliveryId) by visible::webhook_deliveries;
}
