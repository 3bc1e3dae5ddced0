//! Endpoints of accounts and deliveries of endpoints, one statement a level.

use domain::Reader;
use domain::page::ById;
use domain::webhook::queries;
use entities::id::{AccountId, WebhookEndpointId};
use entities::{webhook_delivery, webhook_endpoint};
use uuid::Uuid;

use crate::list::{Counts, List, Pages};
use crate::loader::loaders;

loaders! {
    /// The endpoints of an account.
    EndpointsOf(AccountId) -> Vec<webhook_endpoint::Model> = queries::of_accounts;
}

/// What an endpoint was told.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Deliveries;

impl List for Deliveries {
    type Parent = WebhookEndpointId;
    type Row = webhook_delivery::Model;
    type Key = Uuid;

    fn key(row: &webhook_delivery::Model) -> Uuid {
        row.id.0
    }

    async fn pages(&self, reader: &Reader, endpoints: &[WebhookEndpointId], page: &ById) -> Pages<Self> {
        queries::deliveries(reader, endpoints, page).await
    }

    async fn counts(&self, reader: &Reader, endpoints: &[WebhookEndpointId]) -> Counts<Self> {
        queries::count_deliveries(reader, endpoints).await
    }
}
