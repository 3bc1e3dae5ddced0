//! What can be asked about people and accounts.

use async_graphql::{Context, ID, Object, Result};
use entities::account;

use super::object::Account;
use super::viewer::Viewer;
use crate::answer::loaded;
use crate::context::ContextExt;
use crate::id::{Kind, decode};
use crate::loader::Seen;

/// The viewer, and accounts.
#[derive(Default)]
pub struct AccountQuery;

#[Object]
impl AccountQuery {
    /// Null when not signed in.
    async fn viewer(&self, ctx: &Context<'_>) -> Option<Viewer> {
        ctx.signed_in().ok().map(Viewer)
    }

    /// Null where there is no such account, or not for the viewer.
    async fn account(&self, ctx: &Context<'_>, id: ID) -> Result<Option<Account>> {
        let Some((Kind::Account, row)) = decode(&id) else { return Ok(None) };
        Ok(loaded(ctx.loads().load_one(Seen::<account::Model>::by(row)).await)?.map(Account))
    }
}
