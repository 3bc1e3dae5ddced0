//! Making and revoking keys.

use async_graphql::{Context, ID, InputObject, Object, Result};
use domain::Error;
use domain::api_key::commands::{self, CreateApiKey};

use super::object::ApiKey;
use crate::account::object::Permission;
use crate::answer::{answer, payloads};
use crate::billing::mutation::DeletePayload;
use crate::context::ContextExt;
use crate::id::{Kind, encode, row_of};
use crate::scalar::DateTime;

#[derive(InputObject)]
struct CreateApiKeyInput {
    account_id: ID,
    name: String,
    permissions: Vec<Permission>,
    expires_at: Option<DateTime>,
}

#[derive(InputObject)]
struct RevokeApiKeyInput {
    api_key_id: ID,
}

payloads! {
    /// `secret` is shown once.
    ApiKeyPayload { api_key: Option<ApiKey>, secret: Option<String> }
}

impl CreateApiKeyInput {
    fn into_command(self) -> Result<CreateApiKey, Error> {
        let Self { account_id, name, permissions, expires_at } = self;
        Ok(CreateApiKey {
            account_id: row_of(Kind::Account, &account_id)?,
            name,
            permissions: permissions.into_iter().map(domain::permission::Permission::from).collect(),
            expires_at: expires_at.map(|at| at.0),
        })
    }
}

/// What is done about keys.
#[derive(Default)]
pub struct ApiKeyMutation;

#[Object]
impl ApiKeyMutation {
    /// With MANAGE_MEMBERS, and no more than one holds oneself. Not by a key: it could outlive the one that made it.
    async fn create_api_key(&self, ctx: &Context<'_>, input: CreateApiKeyInput) -> Result<ApiKeyPayload> {
        ctx.signed_in()?;
        let end = async {
            let command = input.into_command()?;
            ctx.write(move |work| Box::pin(commands::create(work, command.clone()))).await
        };
        answer(end.await, |created| ApiKeyPayload {
            api_key: Some(ApiKey(created.api_key)),
            secret: Some(created.secret),
            user_errors: Vec::new(),
        })
    }

    /// At once, also for what is open.
    async fn revoke_api_key(&self, ctx: &Context<'_>, input: RevokeApiKeyInput) -> Result<DeletePayload> {
        ctx.signed_in()?;
        let end = async {
            let id = row_of(Kind::ApiKey, &input.api_key_id)?;
            ctx.write(move |work| Box::pin(commands::revoke(work, id))).await
        };
        answer(end.await, |id| DeletePayload { deleted_id: Some(encode(Kind::ApiKey, id.0)), user_errors: Vec::new() })
    }
}
