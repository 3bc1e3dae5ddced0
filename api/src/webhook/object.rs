//! What is shown of endpoints and deliveries.

use async_graphql::{Context, Enum, ID, Object, Result};
use domain::webhook::{kinds, queries};
use entities::id::{AccountId, WebhookEndpointId};
use entities::{activity, webhook_delivery, webhook_endpoint};

use super::loader::{Deliveries, EndpointsOf};
use crate::account::object::Account;
use crate::activity::object::{ActivityEvent, ActivityKind};
use crate::answer::loaded;
use crate::connection::{connection, lists};
use crate::context::ContextExt;
use crate::error::EdgeError;
use crate::id::{Kind, encode};
use crate::loader::Seen;
use crate::scalar::{DateTime, Url};

/// Where a program is told what happens. Signed by the Standard Webhooks scheme; delivered at least once, retried for three days.
#[derive(Clone)]
pub struct WebhookEndpoint(pub webhook_endpoint::Model);

#[Object]
impl WebhookEndpoint {
    /// Opaque.
    pub async fn id(&self) -> ID {
        encode(Kind::WebhookEndpoint, self.0.id.0)
    }

    /// Whose it is. It is told what this account sees: its own feed and, as far as partnerships and contributions carry that, others'.
    /// Of one of the provider's, under which account it is filed.
    async fn account(&self, ctx: &Context<'_>) -> Result<Account> {
        Account::by(ctx, self.0.account_id).await
    }

    /// The provider's own, told what happens in every account; its staff alone see it.
    async fn for_provider(&self) -> bool {
        self.0.is_providers
    }

    /// Where it is told.
    async fn url(&self) -> Url {
        Url(self.0.url.clone())
    }

    /// The kinds of events that it is told; none is all, also those that come later.
    async fn events(&self) -> Vec<ActivityKind> {
        kinds(&self.0).into_iter().map(ActivityKind::from).collect()
    }

    /// Whether it is told anything: until it is switched off, or it answers 410, or nothing has arrived for three days.
    async fn enabled(&self) -> bool {
        self.0.is_enabled
    }

    /// Since when nothing has arrived; null while all is well.
    async fn failing_since(&self) -> Option<DateTime> {
        self.0.failing_since.map(DateTime)
    }

    /// What it was told, and is to be told.
    #[graphql(flatten)]
    async fn lists(&self) -> EndpointLists {
        EndpointLists(self.0.id)
    }
}

lists! {
    /// What hangs on an endpoint.
    EndpointLists of WebhookEndpointId {
        /// Newest first, for thirty days; of events that the viewer sees.
        deliveries() -> WebhookDeliveryConnection = Deliveries => WebhookDelivery;
    }
}

/// How a delivery stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "entities::webhook_delivery::WebhookDeliveryStatus")]
pub enum WebhookDeliveryStatus {
    Pending,
    Delivered,
    Failed,
}

/// An event that an endpoint is told. Its id is the `webhook-id`, at each try and each replay.
#[derive(Clone)]
pub struct WebhookDelivery(pub webhook_delivery::Model);

connection!(WebhookDeliveryConnection, WebhookDeliveryEdge, WebhookDelivery);

#[Object]
impl WebhookDelivery {
    /// Opaque.
    pub async fn id(&self) -> ID {
        encode(Kind::WebhookDelivery, self.0.id.0)
    }

    /// What is told.
    async fn event(&self, ctx: &Context<'_>) -> Result<ActivityEvent> {
        let row = loaded(ctx.loads().load_one(Seen::<activity::Model>::by(self.0.activity_id)).await)?;
        Ok(ActivityEvent(row.ok_or_else(EdgeError::internal)?))
    }

    /// Its number among what the endpoint is told, without gaps; null until it is first sent.
    async fn sequence(&self) -> Option<String> {
        self.0.sequence.map(|number| number.to_string())
    }

    /// How it stands.
    async fn status(&self) -> WebhookDeliveryStatus {
        self.0.status.into()
    }

    /// Tries so far, since it was put in line.
    async fn attempts(&self) -> i32 {
        self.0.attempts
    }

    /// When it was last tried.
    async fn last_attempt_at(&self) -> Option<DateTime> {
        self.0.last_attempt_at.map(DateTime)
    }

    /// The HTTP status of the last answer; null where none came within 20 seconds, or from no address that may be called.
    async fn last_response_status(&self) -> Option<i32> {
        self.0.last_response_status
    }

    /// When it is tried again, at the earliest; null when it is done with.
    async fn next_attempt_at(&self) -> Option<DateTime> {
        self.0.next_attempt_at.map(DateTime)
    }
}

/// The endpoints of an account that the viewer sees.
pub async fn endpoints_of(ctx: &Context<'_>, account_id: AccountId) -> Result<Vec<WebhookEndpoint>> {
    let found = loaded(ctx.loads().load_one(EndpointsOf(account_id)).await)?;
    Ok(found.unwrap_or_default().into_iter().map(WebhookEndpoint).collect())
}

/// All endpoints, for the provider's staff.
pub async fn all_endpoints(ctx: &Context<'_>) -> Result<Vec<WebhookEndpoint>> {
    Ok(ctx.read(queries::all(&ctx.reader()).await)?.into_iter().map(WebhookEndpoint).collect())
}
