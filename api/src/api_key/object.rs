//! What is shown of a key.

use async_graphql::{Context, ID, Object, Result};
use domain::permission::Permissions;
use entities::id::AccountId;
use entities::{api_key, user};

use super::loader::KeysOf;
use crate::account::object::{Permission, User, permissions};
use crate::answer::loaded;
use crate::context::ContextExt;
use crate::error::EdgeError;
use crate::id::{Kind, encode};
use crate::loader::Reached;
use crate::scalar::DateTime;

/// For programs: acts for one account, with these permissions and no others, until it expires or is revoked. It carries as much of
/// them as its creator still holds.
#[derive(Clone)]
pub struct ApiKey(pub api_key::Model);

#[Object]
impl ApiKey {
    /// Opaque.
    pub async fn id(&self) -> ID {
        encode(Kind::ApiKey, self.0.id.0)
    }

    /// What it is for.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// What it was given.
    async fn permissions(&self) -> Vec<Permission> {
        permissions(Permissions::from_bits(self.0.permissions))
    }

    /// Whose rights it carries, and with whose it ends.
    async fn created_by(&self, ctx: &Context<'_>) -> Result<User> {
        let row = loaded(ctx.loads().load_one(Reached::<user::Model>::by(self.0.created_by_id)).await)?;
        Ok(User(row.ok_or_else(EdgeError::internal)?))
    }

    /// Since when.
    async fn created_at(&self) -> DateTime {
        DateTime(self.0.created_at)
    }

    /// To the minute; null while it has not been used.
    async fn last_used_at(&self) -> Option<DateTime> {
        self.0.last_used_at.map(DateTime)
    }

    /// Null for one that lasts until it is revoked.
    async fn expires_at(&self) -> Option<DateTime> {
        self.0.expires_at.map(DateTime)
    }
}

/// The keys of an account that the viewer sees: with MANAGE_MEMBERS.
pub async fn keys_of(ctx: &Context<'_>, account_id: AccountId) -> Result<Vec<ApiKey>> {
    let found = loaded(ctx.loads().load_one(KeysOf(account_id)).await)?;
    Ok(found.unwrap_or_default().into_iter().map(ApiKey).collect())
}
