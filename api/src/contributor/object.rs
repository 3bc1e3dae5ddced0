//! What is shown of contributors.

use async_graphql::{Context, Enum, ID, Object, Result};
use entities::{contributor, product};

use super::loader::OfAddress;
use crate::account::object::{Account, User};
use crate::answer::loaded;
use crate::context::ContextExt;
use crate::error::EdgeError;
use crate::id::{Kind, encode};
use crate::loader::Seen;
use crate::product::object::Product;

/// VIEWER sees the progress of the work; EDITOR also works on the site (here: its label), and orders, cancels, hands over nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "entities::contributor::ContributorRole")]
pub enum ContributorRole {
    Viewer,
    Editor,
}

/// Somebody with access to the content of one product.
#[derive(Clone)]
pub struct Contributor {
    /// The row.
    pub row: contributor::Model,
    /// The product, for whoever was led to it by a mailed link and is not signed in.
    pub product: Option<product::Model>,
}

impl From<contributor::Model> for Contributor {
    fn from(row: contributor::Model) -> Self {
        Self { row, product: None }
    }
}

impl Contributor {
    async fn person(&self, ctx: &Context<'_>) -> Result<Option<User>> {
        if self.row.account_id.is_some() {
            return Ok(None);
        }
        Ok(loaded(ctx.loads().load_one(OfAddress(self.row.email.clone())).await)?.map(User))
    }
}

#[Object]
impl Contributor {
    /// Opaque.
    pub async fn id(&self) -> ID {
        encode(Kind::Contributor, self.row.id.0)
    }

    /// To which.
    async fn product(&self, ctx: &Context<'_>) -> Result<Product> {
        if let Some(row) = &self.product {
            return Ok(Product(row.clone()));
        }
        let row = loaded(ctx.loads().load_one(Seen::<product::Model>::by(self.row.product_id)).await)?;
        Ok(Product(row.ok_or_else(EdgeError::internal)?))
    }

    /// The address that was invited.
    async fn email(&self) -> &str {
        &self.row.email
    }

    /// The person whose verified address it is.
    async fn user(&self, ctx: &Context<'_>) -> Result<Option<User>> {
        self.person(ctx).await
    }

    /// The account whose members contribute, where it is not a person.
    async fn account(&self, ctx: &Context<'_>) -> Result<Option<Account>> {
        Account::maybe(ctx, self.row.account_id).await
    }

    /// What they may do.
    async fn role(&self) -> ContributorRole {
        self.row.role.into()
    }

    /// Whether somebody has access by it yet: from the instant at which there is a user with this verified address.
    async fn accepted(&self, ctx: &Context<'_>) -> Result<bool> {
        Ok(self.row.account_id.is_some() || self.person(ctx).await?.is_some())
    }
}
