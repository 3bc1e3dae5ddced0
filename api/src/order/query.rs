//! What can be asked about carts without an account.

use async_graphql::{Context, Object, Result};
use domain::order::queries;

use super::object::Cart;
use crate::context::ContextExt;

/// Carts, by their links.
#[derive(Default)]
pub struct OrderQuery;

#[Object]
impl OrderQuery {
    /// What a person without an account sees of the cart that was sent to them.
    async fn sent_cart(&self, ctx: &Context<'_>, token: String) -> Result<Option<Cart>> {
        Ok(ctx.read(queries::sent_cart(&ctx.reader(), &token).await)?.map(Cart))
    }
}
