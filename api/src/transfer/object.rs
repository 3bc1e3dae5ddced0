//! What is shown of transfers.

use async_graphql::{Context, Enum, ID, Object, Result};
use domain::transfer::rules;
use entities::{product, transfer};

use super::loader::OfferedBy;
use crate::account::object::Account;
use crate::answer::loaded;
use crate::context::ContextExt;
use crate::error::EdgeError;
use crate::id::{Kind, encode};
use crate::loader::Seen;
use crate::product::object::{OfferedProduct, Product};
use crate::scalar::DateTime;

/// How a transfer stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "entities::transfer::TransferStatus")]
pub enum TransferStatus {
    Pending,
    Accepted,
    Declined,
    Cancelled,
    Expired,
}

/// What whoever offers or accepts a transfer should know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::transfer::rules::Warning")]
pub enum TransferWarning {
    PaidTermMoves,
    OpenInvoiceStays,
    PartnershipWithRecipientMissing,
}

/// An offer to hand a product over to whoever has an address, and what came of it.
#[derive(Clone)]
pub struct Transfer(pub transfer::Model);

#[Object]
impl Transfer {
    /// Opaque.
    pub async fn id(&self) -> ID {
        encode(Kind::Transfer, self.0.id.0)
    }

    /// The product as it was when it was offered.
    async fn offered(&self, ctx: &Context<'_>) -> Result<OfferedProduct> {
        let offered = loaded(ctx.loads().load_one(OfferedBy(self.0.id)).await)?;
        Ok(offered.ok_or_else(EdgeError::internal)?.into())
    }

    /// Null to those who may not see the product (yet, or any more).
    async fn product(&self, ctx: &Context<'_>) -> Result<Option<Product>> {
        Ok(loaded(ctx.loads().load_one(Seen::<product::Model>::by(self.0.product_id)).await)?.map(Product))
    }

    /// Who offers it.
    async fn from(&self, ctx: &Context<'_>) -> Result<Account> {
        Account::by(ctx, self.0.from_id).await
    }

    /// To whom it is offered.
    async fn to_email(&self) -> &str {
        &self.0.to_email
    }

    /// Who has taken it.
    async fn to(&self, ctx: &Context<'_>) -> Result<Option<Account>> {
        Account::maybe(ctx, self.0.to_id).await
    }

    /// An overdue one has expired.
    async fn status(&self, ctx: &Context<'_>) -> TransferStatus {
        rules::status_at(self.0.status, self.0.expires_at, ctx.reader().now()).into()
    }

    /// Whether the former holder's people go on working on it, as contributors.
    async fn stay_as_contributor(&self) -> bool {
        self.0.stay_as_contributor
    }

    /// When it was offered.
    async fn created_at(&self) -> DateTime {
        DateTime(self.0.created_at)
    }

    /// When it lapses.
    async fn expires_at(&self) -> DateTime {
        DateTime(self.0.expires_at)
    }

    /// When it was accepted, declined or called off, or lapsed.
    async fn answered_at(&self, ctx: &Context<'_>) -> Option<DateTime> {
        let has_lapsed = self.0.answered_at.is_none() && self.0.expires_at <= ctx.reader().now();
        self.0.answered_at.or(has_lapsed.then_some(self.0.expires_at)).map(DateTime)
    }
}
