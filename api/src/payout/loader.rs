//! Payouts of wallets and of the provider, and where they go.

use domain::page::{ById, Page};
use domain::payout::queries;
use domain::{Error, Reader};
use entities::id::AccountId;
use entities::payout::PayoutStatus;
use entities::{payout, payout_method};
use uuid::Uuid;

use crate::list::Whole;
use crate::loader::loaders;

loaders! {
    /// Where the payouts of an account go.
    PayoutMethodOf(AccountId) -> payout_method::Model = queries::methods;
    /// The payouts of an account, in all currencies.
    PayoutsOf(AccountId) -> Vec<payout::Model> = queries::of_accounts;
}

/// All payouts, or those in one state.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Payouts {
    /// None given is any.
    pub status: Option<PayoutStatus>,
}

impl Whole for Payouts {
    type Row = payout::Model;
    type Key = Uuid;

    fn key(row: &payout::Model) -> Uuid {
        row.id.0
    }

    async fn page(&self, reader: &Reader, page: &ById) -> Result<Page<payout::Model>, Error> {
        queries::all(reader, self.status, page).await
    }

    async fn count(&self, reader: &Reader) -> Result<i64, Error> {
        queries::count_all(reader, self.status).await
    }
}
