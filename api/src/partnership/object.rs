//! What is shown of invitations and partnerships.

use async_graphql::{Context, Enum, ID, Object, Result};
use domain::partnership::queries;
use domain::partnership::rules;
use domain::permission::Permissions;
use entities::id::ProductId;
use entities::{invitation, partnership, power_of_attorney, product};

use super::loader::{CoveredBy, MandateOf, OfferedIn, PayerChangesOf};
use crate::account::object::{Account, Permission, User, permissions};
use crate::answer::loaded;
use crate::connection::connection;
use crate::context::ContextExt;
use crate::error::EdgeError;
use crate::id::{Kind, decode_as, encode};
use crate::loader::Seen;
use crate::product::object::{OfferedProduct, Product};
use crate::renewal::object::PayerChangePreview;
use crate::scalar::{Date, DateTime};

/// All that a partnership can carry, or a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "entities::invitation::AccessLevel")]
pub enum AccessLevel {
    Full,
    Partial,
}

/// Who pays what the partner orders, and what follows the partnership.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "entities::partnership::PayerKind")]
pub enum PayerKind {
    Client,
    Partner,
}

/// Which way an invitation goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "entities::invitation::InvitationDirection")]
pub enum InvitationDirection {
    ClientToPartner,
    PartnerToClient,
}

/// How an invitation stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "entities::invitation::InvitationStatus")]
pub enum InvitationStatus {
    Pending,
    Accepted,
    Rejected,
    Withdrawn,
    Expired,
}

/// FROZEN: the power of attorney is disputed; no access until the provider's staff decide.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "entities::partnership::PartnershipStatus")]
pub enum PartnershipStatus {
    Active,
    Frozen,
    Ended,
}

/// An offer of access, by a client to a partner (CLIENT_TO_PARTNER), or a request for it, by a partner to a client.
#[derive(Clone)]
pub struct Invitation(pub invitation::Model);

#[Object]
impl Invitation {
    /// Opaque.
    pub async fn id(&self) -> ID {
        encode(Kind::Invitation, self.0.id.0)
    }

    /// Which way it goes.
    async fn direction(&self) -> InvitationDirection {
        self.0.direction.into()
    }

    /// An overdue one has expired.
    async fn status(&self, ctx: &Context<'_>) -> InvitationStatus {
        rules::status_at(self.0.status, self.0.expires_at, ctx.reader().now()).into()
    }

    /// Null while a partner's request went to an address without an account.
    async fn client(&self, ctx: &Context<'_>) -> Result<Option<Account>> {
        Account::maybe(ctx, self.0.client_account_id).await
    }

    /// Who offers, or is asked.
    async fn client_email(&self) -> &str {
        &self.0.client_email
    }

    /// Who shall look after the client.
    async fn partner(&self, ctx: &Context<'_>) -> Result<Account> {
        Account::by(ctx, self.0.partner_id).await
    }

    /// The products covered; null means all.
    async fn products(&self, ctx: &Context<'_>) -> Result<Option<Vec<OfferedProduct>>> {
        if self.0.has_all_products {
            return Ok(None);
        }
        let products = loaded(ctx.loads().load_one(OfferedIn(self.0.id)).await)?.unwrap_or_default();
        Ok(Some(products.into_iter().map(Into::into).collect()))
    }

    /// When access ends by itself.
    async fn access_expires_at(&self) -> Option<DateTime> {
        self.0.access_expires_at.map(DateTime)
    }

    /// All, or a part.
    async fn access_level(&self) -> AccessLevel {
        self.0.access_level.into()
    }

    /// What it comes to.
    async fn permissions(&self) -> Vec<Permission> {
        permissions(Permissions::from_bits(self.0.permissions))
    }

    /// Decided with full access.
    async fn payer(&self) -> Option<PayerKind> {
        self.0.payer.map(PayerKind::from)
    }

    /// From who sent it.
    async fn message(&self) -> Option<&str> {
        self.0.message.as_deref()
    }

    /// From who rejected it.
    async fn rejection_message(&self) -> Option<&str> {
        self.0.rejection_message.as_deref()
    }

    /// When it was sent.
    async fn created_at(&self) -> DateTime {
        DateTime(self.0.created_at)
    }

    /// When it lapses.
    async fn expires_at(&self) -> DateTime {
        DateTime(self.0.expires_at)
    }

    /// When it was accepted, rejected or withdrawn, or lapsed.
    async fn answered_at(&self, ctx: &Context<'_>) -> Option<DateTime> {
        let has_lapsed = self.0.answered_at.is_none() && self.0.expires_at <= ctx.reader().now();
        self.0.answered_at.or(has_lapsed.then_some(self.0.expires_at)).map(DateTime)
    }
}

connection!(InvitationConnection, InvitationEdge, Invitation);

/// The link between a client and a partner.
#[derive(Clone)]
pub struct Partnership(pub partnership::Model);

impl Partnership {
    /// One that has run out has ended, whether or not anybody wrote that down.
    fn has_run_out(&self, ctx: &Context<'_>) -> bool {
        let row = &self.0;
        row.status == partnership::PartnershipStatus::Active
            && !rules::is_in_force(row.status, row.expires_at, ctx.reader().now())
    }
}

#[Object]
impl Partnership {
    /// Opaque.
    pub async fn id(&self) -> ID {
        encode(Kind::Partnership, self.0.id.0)
    }

    /// Who looks after the client.
    async fn partner(&self, ctx: &Context<'_>) -> Result<Account> {
        Account::by(ctx, self.0.partner_id).await
    }

    /// Who is looked after.
    async fn client(&self, ctx: &Context<'_>) -> Result<Account> {
        Account::by(ctx, self.0.client_account_id).await
    }

    /// How it stands.
    async fn status(&self, ctx: &Context<'_>) -> PartnershipStatus {
        if self.has_run_out(ctx) { PartnershipStatus::Ended } else { self.0.status.into() }
    }

    /// All, or a part.
    async fn access_level(&self) -> AccessLevel {
        self.0.access_level.into()
    }

    /// What it carries.
    async fn permissions(&self) -> Vec<Permission> {
        permissions(Permissions::from_bits(self.0.permissions))
    }

    /// Who pays what the partner orders, and what follows the partnership.
    async fn payer(&self, ctx: &Context<'_>) -> PayerKind {
        if self.has_run_out(ctx) { PayerKind::Client } else { self.0.payer.into() }
    }

    /// When it ends by itself.
    async fn expires_at(&self) -> Option<DateTime> {
        self.0.expires_at.map(DateTime)
    }

    /// Since when.
    async fn created_at(&self) -> DateTime {
        DateTime(self.0.created_at)
    }

    /// Until when.
    async fn ended_at(&self, ctx: &Context<'_>) -> Option<DateTime> {
        let run_out = if self.has_run_out(ctx) { self.0.expires_at } else { None };
        self.0.ended_at.or(run_out).map(DateTime)
    }

    /// Null means every product of the client, also future ones.
    async fn products(&self, ctx: &Context<'_>) -> Result<Option<Vec<Product>>> {
        if self.0.has_all_products {
            return Ok(None);
        }
        let ids = loaded(ctx.loads().load_one(CoveredBy(self.0.id)).await)?.unwrap_or_default();
        let rows = loaded(ctx.loads().load_many(ids.into_iter().map(Seen::<product::Model>::by)).await)?;
        Ok(Some(rows.into_iter().map(Product).collect()))
    }

    /// What `changePayer` would do, without doing it.
    async fn payer_change_preview(&self, payer: PayerKind, product_ids: Option<Vec<ID>>) -> Result<PayerChangePreview> {
        let ids = product_ids.unwrap_or_default();
        let rows = ids.iter().map(|id| decode_as(Kind::Product, id).map(ProductId));
        let product_ids = rows.collect::<Result<Vec<_>, EdgeError>>()?;
        Ok(PayerChangePreview { partnership: self.0.clone(), payer: payer.into(), product_ids })
    }

    /// The power of attorney under which the partner opened the account, if it did.
    async fn power_of_attorney(&self, ctx: &Context<'_>) -> Result<Option<PowerOfAttorney>> {
        Ok(loaded(ctx.loads().load_one(MandateOf(self.0.id)).await)?.map(PowerOfAttorney))
    }

    /// What people changed, oldest first.
    async fn payer_changes(&self, ctx: &Context<'_>) -> Result<Vec<PayerChange>> {
        let changes = loaded(ctx.loads().load_one(PayerChangesOf(self.0.id)).await)?.unwrap_or_default();
        Ok(changes.into_iter().map(PayerChange).collect())
    }
}

connection!(PartnershipConnection, PartnershipEdge, Partnership);

/// The evidence of a mandate, and what its giver says of it.
pub struct PowerOfAttorney(power_of_attorney::Model);

#[Object]
impl PowerOfAttorney {
    /// The day that stands on it.
    async fn signed_on(&self) -> Date {
        Date(self.0.signed_on)
    }

    /// Where it is filed.
    async fn reference(&self) -> &str {
        &self.0.reference
    }

    /// Of the scanned document, in hexadecimal digits.
    async fn document_sha256(&self) -> Option<&str> {
        self.0.document_sha256.as_deref()
    }

    /// When the owner of the account confirmed it.
    async fn confirmed_at(&self) -> Option<DateTime> {
        self.0.confirmed_at.map(DateTime)
    }

    /// When the owner of the account disputed it.
    async fn disputed_at(&self) -> Option<DateTime> {
        self.0.disputed_at.map(DateTime)
    }
}

/// A change of who pays.
pub struct PayerChange(queries::PayerChange);

#[Object]
impl PayerChange {
    /// Who paid until then.
    async fn from(&self) -> PayerKind {
        self.0.row.from_payer.into()
    }

    /// Who pays from then on.
    async fn to(&self) -> PayerKind {
        self.0.row.to_payer.into()
    }

    /// Who changed it.
    async fn changed_by(&self, ctx: &Context<'_>) -> Result<User> {
        User::by(ctx, self.0.changed_by_id).await
    }

    /// When.
    async fn changed_at(&self) -> DateTime {
        DateTime(self.0.row.changed_at)
    }
}
