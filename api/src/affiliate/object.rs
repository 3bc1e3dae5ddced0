//! What is shown of affiliates.

use async_graphql::{Context, ID, Object, Result};
use entities::id::AccountId;
use entities::{affiliate, referral};

use super::link;
use super::loader::{AffiliateOf, CommissionOf, Referrals};
use crate::answer::loaded;
use crate::connection::{connection, lists};
use crate::context::ContextExt;
use crate::error::EdgeError;
use crate::id::{Kind, encode};
use crate::scalar::{Date, Money, Url};

/// An account that promotes the provider without access to anyone's products. An account with an active partnership for a client
/// earns by that instead.
#[derive(Clone)]
pub struct Affiliate(affiliate::Model);

impl Affiliate {
    /// This account as an affiliate, if it is one. For whoever holds something there.
    pub async fn of(ctx: &Context<'_>, account_id: AccountId) -> Result<Option<Self>> {
        Ok(loaded(ctx.loads().load_one(AffiliateOf(account_id)).await)?.map(Self))
    }
}

#[Object]
impl Affiliate {
    /// What `SignUpInput.referralCode` takes.
    async fn code(&self) -> &str {
        &self.0.code
    }

    /// Where to send people: the first click in 30 days wins.
    async fn url(&self, ctx: &Context<'_>) -> Url {
        Url(link::address(&ctx.session().store().settings().public_url, &self.0.code))
    }

    /// Basis points of the public net price of a referred account's first order.
    async fn commission_bps(&self, ctx: &Context<'_>) -> i32 {
        ctx.session().store().settings().affiliate.commission.bps()
    }

    /// What an affiliate has lists of.
    #[graphql(flatten)]
    async fn lists(&self) -> AffiliateLists {
        AffiliateLists(self.0.account_id)
    }
}

lists! {
    /// What an affiliate has lists of.
    AffiliateLists of AccountId {
        /// Newest first, to those who may see invoices here.
        referrals() -> ReferralConnection = Referrals => Referral;
    }
}

/// An account that signed up through the affiliate's link, for good: the first click in 30 days wins. It stays unnamed.
#[derive(Clone)]
pub struct Referral(pub referral::Model);

#[Object]
impl Referral {
    /// Opaque.
    pub async fn id(&self) -> ID {
        encode(Kind::Referral, self.0.id.0)
    }

    /// A date of its time zone.
    async fn signed_up_on(&self) -> Date {
        Date(self.0.signed_up_on)
    }

    /// Of its first order, once that is paid, less what was taken back; in the currency of that order.
    async fn commission(&self, ctx: &Context<'_>) -> Result<Money> {
        let earned = loaded(ctx.loads().load_one(CommissionOf(self.0.id)).await)?;
        Ok(earned.ok_or_else(EdgeError::internal)?.into())
    }
}

connection!(ReferralConnection, ReferralEdge, Referral);
