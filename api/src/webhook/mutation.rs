//! What is done about endpoints.

use async_graphql::{Context, ID, InputObject, Object, Result};
use domain::Error;
use domain::webhook::commands::{self, ReplayWebhooks, SaveWebhookEndpoint, Saved};
use secrecy::ExposeSecret as _;

use super::object::WebhookEndpoint;
use crate::activity::object::ActivityKind;
use crate::answer::{answer, payloads};
use crate::billing::mutation::DeletePayload;
use crate::context::ContextExt;
use crate::id::{Kind, encode, row_of};
use crate::scalar::{DateTime, Url};

/// A new endpoint's signing secret is shown once, in this payload.
#[derive(InputObject)]
struct SaveWebhookEndpointInput {
    id: Option<ID>,
    account_id: ID,
    url: Url,
    /// None is all, also those that come later.
    events: Vec<ActivityKind>,
    #[graphql(default_with = "Some(true)")]
    enabled: Option<bool>,
    /// By staff, when it is made: the provider's own, told what happens in every account, and filed under this one.
    for_provider: Option<bool>,
}

#[derive(InputObject)]
struct DeleteWebhookEndpointInput {
    webhook_endpoint_id: ID,
}

#[derive(InputObject)]
struct RotateWebhookSecretInput {
    webhook_endpoint_id: ID,
}

/// From the one instant to before the other.
#[derive(InputObject)]
struct ReplayWebhooksInput {
    webhook_endpoint_id: ID,
    from: DateTime,
    to: DateTime,
}

payloads! {
    /// `secret` is shown when it is new, and never again.
    WebhookEndpointPayload { webhook_endpoint: Option<WebhookEndpoint>, secret: Option<String> }
    /// How many events are told again.
    ReplayWebhooksPayload { replayed: i32 }
}

impl SaveWebhookEndpointInput {
    fn into_command(self) -> Result<SaveWebhookEndpoint, Error> {
        let Self { id, account_id, url, events, enabled, for_provider } = self;
        Ok(SaveWebhookEndpoint {
            id: id.map(|id| row_of(Kind::WebhookEndpoint, &id)).transpose()?,
            account_id: row_of(Kind::Account, &account_id)?,
            url: url.0,
            events: events.into_iter().map(Into::into).collect(),
            is_enabled: enabled.unwrap_or(true),
            is_providers: for_provider,
        })
    }
}

impl From<Saved> for WebhookEndpointPayload {
    fn from(saved: Saved) -> Self {
        let Saved { endpoint, secret } = saved;
        Self {
            webhook_endpoint: Some(WebhookEndpoint(endpoint)),
            secret: secret.map(|secret| secret.expose_secret().to_owned()),
            user_errors: Vec::new(),
        }
    }
}

/// By the account's owner and admins, and the provider's staff.
#[derive(Default)]
pub struct WebhookMutation;

#[Object]
impl WebhookMutation {
    /// Without `id` another one, told what happens from now on. Switched on again, it begins again from then; what it has missed is
    /// told by a replay.
    async fn save_webhook_endpoint(
        &self,
        ctx: &Context<'_>,
        input: SaveWebhookEndpointInput,
    ) -> Result<WebhookEndpointPayload> {
        ctx.signed_in()?;
        let end = async {
            let command = input.into_command()?;
            ctx.write(move |work| Box::pin(commands::save(work, command.clone()))).await
        };
        answer(end.await, Into::into)
    }

    /// With all that it was to be told.
    async fn delete_webhook_endpoint(
        &self,
        ctx: &Context<'_>,
        input: DeleteWebhookEndpointInput,
    ) -> Result<DeletePayload> {
        ctx.signed_in()?;
        let end = async {
            let id = row_of(Kind::WebhookEndpoint, &input.webhook_endpoint_id)?;
            ctx.write(move |work| Box::pin(commands::delete(work, id))).await
        };
        let deleted = |id: entities::id::WebhookEndpointId| DeletePayload {
            deleted_id: Some(encode(Kind::WebhookEndpoint, id.0)),
            user_errors: Vec::new(),
        };
        answer(end.await, deleted)
    }

    /// The old secret signs beside the new one for a day.
    async fn rotate_webhook_secret(
        &self,
        ctx: &Context<'_>,
        input: RotateWebhookSecretInput,
    ) -> Result<WebhookEndpointPayload> {
        ctx.signed_in()?;
        let end = async {
            let id = row_of(Kind::WebhookEndpoint, &input.webhook_endpoint_id)?;
            ctx.write(move |work| Box::pin(commands::rotate_secret(work, id))).await
        };
        answer(end.await, Into::into)
    }

    /// Tells again what happened in that time, heard or not, at most 10,000 events: with the `webhook-id` and the number of the first
    /// time, where there was one.
    async fn replay_webhooks(&self, ctx: &Context<'_>, input: ReplayWebhooksInput) -> Result<ReplayWebhooksPayload> {
        ctx.signed_in()?;
        let end = async {
            let ReplayWebhooksInput { webhook_endpoint_id, from, to } = input;
            let id = row_of(Kind::WebhookEndpoint, &webhook_endpoint_id)?;
            let replay = ReplayWebhooks { id, from: from.0, to: to.0 };
            ctx.write(move |work| Box::pin(commands::replay(work, replay))).await
        };
        answer(end.await, |replayed| ReplayWebhooksPayload {
            replayed: i32::try_from(replayed).unwrap_or(i32::MAX),
            user_errors: Vec::new(),
        })
    }
}
