//! What is shown of client records.

use async_graphql::{Context, ID, Object, Result};
use domain::order::queries::CartsOf;
use domain::product::queries::Parent;
use entities::id::AccountId;
use entities::{account, client};

use super::loader::{ClientsOf, CountClientsOf};
use crate::account::object::Account;
use crate::answer::loaded;
use crate::connection::connection;
use crate::context::ContextExt;
use crate::cursor;
use crate::error::EdgeError;
use crate::id::{Kind, encode};
use crate::loader::Reached;
use crate::order::object::{CartConnection, CartStatus, carts_of};
use crate::partnership::loader::OfPair;
use crate::partnership::object::Partnership;
use crate::product::object::{ProductConnection, ProductFilter, products_of};
use crate::scalar::DateTime;

/// A partner's own record of a client. It can exist before, and without, the client's account.
#[derive(Clone)]
pub struct Client(pub client::Model);

#[Object]
impl Client {
    /// Opaque.
    pub async fn id(&self) -> ID {
        encode(Kind::Client, self.0.id.0)
    }

    /// Whose record it is.
    async fn partner(&self, ctx: &Context<'_>) -> Result<Account> {
        let row = loaded(ctx.loads().load_one(Reached::<account::Model>::by(self.0.partner_id)).await)?;
        Ok(Account(row.ok_or_else(EdgeError::internal)?))
    }

    /// As the partner calls them.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// Where the partner writes to.
    async fn email(&self) -> Option<&str> {
        self.0.email.as_deref()
    }

    /// Where the person works.
    async fn company(&self) -> Option<&str> {
        self.0.company.as_deref()
    }

    /// As people write it.
    async fn phone(&self) -> Option<&str> {
        self.0.phone.as_deref()
    }

    /// The partner's own.
    async fn notes(&self) -> Option<&str> {
        self.0.notes.as_deref()
    }

    /// When it was made.
    async fn created_at(&self) -> DateTime {
        DateTime(self.0.created_at)
    }

    /// Null until connected.
    async fn account(&self, ctx: &Context<'_>) -> Result<Option<Account>> {
        let Some(id) = self.0.account_id else { return Ok(None) };
        Ok(loaded(ctx.loads().load_one(Reached::<account::Model>::by(id)).await)?.map(Account))
    }

    /// The one with the connected account, while it lasts.
    async fn partnership(&self, ctx: &Context<'_>) -> Result<Option<Partnership>> {
        let Some(id) = self.0.account_id else { return Ok(None) };
        Ok(loaded(ctx.loads().load_one(OfPair(self.0.partner_id, id)).await)?.map(Partnership))
    }

    /// Products of the client's account that the viewer may see, and the partner's own products assigned to this client.
    async fn products(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
        filter: Option<ProductFilter>,
    ) -> Result<ProductConnection> {
        products_of(ctx, (Parent::Client, self.0.id.0), (first, after, last, before), filter).await
    }

    /// The carts for this client, newest first.
    async fn carts(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
        status: Option<CartStatus>,
    ) -> Result<CartConnection> {
        carts_of(ctx, (CartsOf::Client, self.0.id.0), (first, after, last, before), status).await
    }
}

connection!(ClientConnection, ClientEdge, Client);

/// `Account.clients`.
pub async fn clients_of(
    ctx: &Context<'_>,
    partner_id: AccountId,
    (first, after, last, before): (Option<i32>, Option<String>, Option<i32>, Option<String>),
    search: Option<String>,
) -> Result<ClientConnection> {
    let page = cursor::page(first, after.as_deref(), last, before.as_deref())?;
    let key = ClientsOf { partner_id, search: search.clone(), page };
    let rows = loaded(ctx.loads().load_one(key).await)?.unwrap_or(domain::page::Page::empty());
    Ok(ClientConnection::new(
        rows.map(|row| (row.id.0, Client(row))),
        Box::new(move |ctx| {
            let key = CountClientsOf { partner_id, search: search.clone() };
            Box::pin(async move {
                let count = loaded(ctx.loads().load_one(key).await)?.unwrap_or_default();
                Ok(i32::try_from(count).unwrap_or(i32::MAX))
            })
        }),
    )?)
}
