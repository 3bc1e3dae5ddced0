//! What is shown of programmes and profiles.

use async_graphql::{Context, Enum, ID, Object, Result, SimpleObject};
use entities::{partner_profile, programme};

use super::loader::KindRatesOf;
use crate::account::object::Account;
use crate::answer::loaded;
use crate::connection::connection;
use crate::context::ContextExt;
use crate::id::{Kind, encode};
use crate::scalar::{Money, Url, amount};

/// What the provider sells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "entities::offering::ProductKind")]
pub enum ProductKind {
    Website,
    Hosting,
    Domain,
    Email,
    Cloud,
}

/// A rate that differs for a kind of product.
#[derive(Clone, SimpleObject)]
pub struct KindRate {
    /// Of which.
    pub kind: ProductKind,
    /// Basis points of the public net price.
    pub rate_bps: i32,
}

/// The terms of a kind of partner. A rate is in basis points (1/100 of a percent) of the public net price: the partner
/// gets it as a discount when it pays itself, as cashback when the client pays. Never both on one line.
#[derive(Clone)]
pub struct PartnerProgramme(pub programme::Model);

#[Object]
impl PartnerProgramme {
    /// Opaque.
    pub async fn id(&self) -> ID {
        encode(Kind::PartnerProgramme, self.0.id.0)
    }

    /// For people.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// Basis points of the public net price.
    async fn rate_bps(&self) -> i32 {
        self.0.rate_bps
    }

    /// Rates that differ from `rateBps` for a kind of product.
    async fn kind_rates(&self, ctx: &Context<'_>) -> Result<Vec<KindRate>> {
        let rows = loaded(ctx.loads().load_one(KindRatesOf(self.0.id)).await)?.unwrap_or_default();
        Ok(rows.into_iter().map(|row| KindRate { kind: row.kind.into(), rate_bps: row.rate_bps }).collect())
    }

    /// Where partners of this programme reach the provider's partner team.
    async fn contact_email(&self) -> &str {
        &self.0.contact_email
    }

    /// Whether clients may offer access from the partner's public profile.
    async fn accepts_access_offers(&self) -> bool {
        self.0.accepts_access_offers
    }

    /// How long cashback is pending.
    async fn cashback_hold_days(&self) -> i32 {
        self.0.hold_days
    }

    /// For the wallet in its currency; one in another pays out from any amount above zero.
    async fn minimum_payout(&self) -> Result<Money> {
        amount(self.0.minimum_payout_minor, &self.0.currency)
    }
}

/// How a partner shows itself.
#[derive(Clone)]
pub struct PartnerProfile(pub partner_profile::Model);

#[Object]
impl PartnerProfile {
    /// Opaque.
    pub async fn id(&self) -> ID {
        encode(Kind::PartnerProfile, self.0.id.0)
    }

    /// Its name in addresses.
    async fn slug(&self) -> &str {
        &self.0.slug
    }

    /// Whose it is.
    async fn account(&self, ctx: &Context<'_>) -> Result<Account> {
        Account::by(ctx, self.0.account_id).await
    }

    /// One line.
    async fn headline(&self) -> &str {
        &self.0.headline
    }

    /// Any number of lines.
    async fn description(&self) -> &str {
        &self.0.description
    }

    /// What it offers.
    async fn services(&self) -> Vec<&str> {
        self.0.services.as_array().into_iter().flatten().filter_map(serde_json::Value::as_str).collect()
    }

    /// Its own pages.
    async fn website(&self) -> Option<Url> {
        self.0.website.clone().map(Url)
    }

    /// Whether the public sees it, and clients can reach the partner through it.
    async fn published(&self) -> bool {
        self.0.is_published
    }
}

connection!(PartnerProfileConnection, PartnerProfileEdge, PartnerProfile);
