//! Affiliates and their referrals, one statement a level.

use domain::Reader;
use domain::affiliate::queries;
use domain::money::Money;
use domain::page::ById;
use entities::id::{AccountId, ReferralId};
use entities::{affiliate, referral};
use uuid::Uuid;

use crate::list::{Counts, List, Pages};
use crate::loader::loaders;

loaders! {
    /// An account as an affiliate.
    AffiliateOf(AccountId) -> affiliate::Model = queries::of_accounts;
    /// What a referral has earned.
    CommissionOf(ReferralId) -> Money = queries::commissions;
}

/// Whom an affiliate brought.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Referrals;

impl List for Referrals {
    type Parent = AccountId;
    type Row = referral::Model;
    type Key = Uuid;

    fn key(row: &referral::Model) -> Uuid {
        row.id.0
    }

    async fn pages(&self, reader: &Reader, affiliates: &[AccountId], page: &ById) -> Pages<Self> {
        queries::pages(reader, affiliates, page).await
    }

    async fn counts(&self, reader: &Reader, affiliates: &[AccountId]) -> Counts<Self> {
        queries::counts(reader, affiliates).await
    }
}
