//! Invitations and partnerships of accounts, and what hangs on them: one statement a level.

use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::dataloader::Loader;
use domain::Error;
use domain::page::{ById, Page};
use domain::partnership::queries::{self, As, Invitations, OfferedProduct, PayerChange};
use entities::id::{AccountId, InvitationId, PartnershipId, ProductId};
use entities::invitation::{self, InvitationStatus};
use entities::partnership::{self, PartnershipStatus};

use crate::context::Loads;

/// A list of invitations of an account.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct InvitationsOf {
    pub account_id: AccountId,
    pub which: Invitations,
    pub status: Option<InvitationStatus>,
}

/// A list of partnerships of an account.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct PartnershipsOf {
    pub account_id: AccountId,
    pub side: As,
    pub status: Option<PartnershipStatus>,
}

/// A page of a list.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct PageOf<L>(pub L, pub ById);

/// How long a list is.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct CountOf<L>(pub L);

/// The partnership of a partner and a client that has not ended.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct OfPair(pub AccountId, pub AccountId);

/// The products that an invitation names.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct OfferedIn(pub InvitationId);

/// The products that a partnership names.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct CoveredBy(pub PartnershipId);

/// The history of who pays.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct PayerChangesOf(pub PartnershipId);

/// What is asked alike is asked in one statement: aliases may ask for several.
fn alike<K: Copy, S: Eq + std::hash::Hash>(keys: impl Iterator<Item = (S, K)>) -> HashMap<S, Vec<K>> {
    let mut asked: HashMap<S, Vec<K>> = HashMap::new();
    for (shape, key) in keys {
        asked.entry(shape).or_default().push(key);
    }
    asked
}

impl Loader<PageOf<InvitationsOf>> for Loads {
    type Value = Page<invitation::Model>;
    type Error = Arc<Error>;

    async fn load(
        &self,
        keys: &[PageOf<InvitationsOf>],
    ) -> Result<HashMap<PageOf<InvitationsOf>, Page<invitation::Model>>, Arc<Error>> {
        let asked = keys.iter().map(|PageOf(list, page)| ((list.which, list.status, page), list.account_id));
        let mut found = HashMap::with_capacity(keys.len());
        for ((which, status, page), ids) in alike(asked) {
            let of = queries::invitations(&self.reader(), which, &ids, status, page).await?;
            found.extend(of.into_iter().map(|(id, rows)| {
                (PageOf(InvitationsOf { account_id: id.into(), which, status }, page.clone()), rows)
            }));
        }
        Ok(found)
    }
}

impl Loader<CountOf<InvitationsOf>> for Loads {
    type Value = i64;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[CountOf<InvitationsOf>]) -> Result<HashMap<CountOf<InvitationsOf>, i64>, Arc<Error>> {
        let asked = keys.iter().map(|CountOf(list)| ((list.which, list.status), list.account_id));
        let mut found = HashMap::with_capacity(keys.len());
        for ((which, status), ids) in alike(asked) {
            let of = queries::count_invitations(&self.reader(), which, &ids, status).await?;
            found.extend(
                of.into_iter().map(|(id, n)| (CountOf(InvitationsOf { account_id: id.into(), which, status }), n)),
            );
        }
        Ok(found)
    }
}

impl Loader<PageOf<PartnershipsOf>> for Loads {
    type Value = Page<partnership::Model>;
    type Error = Arc<Error>;

    async fn load(
        &self,
        keys: &[PageOf<PartnershipsOf>],
    ) -> Result<HashMap<PageOf<PartnershipsOf>, Page<partnership::Model>>, Arc<Error>> {
        let asked = keys.iter().map(|PageOf(list, page)| ((list.side, list.status, page), list.account_id));
        let mut found = HashMap::with_capacity(keys.len());
        for ((side, status, page), ids) in alike(asked) {
            let of = queries::partnerships(&self.reader(), side, &ids, status, page).await?;
            found.extend(of.into_iter().map(|(id, rows)| {
                (PageOf(PartnershipsOf { account_id: id.into(), side, status }, page.clone()), rows)
            }));
        }
        Ok(found)
    }
}

impl Loader<CountOf<PartnershipsOf>> for Loads {
    type Value = i64;
    type Error = Arc<Error>;

    async fn load(
        &self,
        keys: &[CountOf<PartnershipsOf>],
    ) -> Result<HashMap<CountOf<PartnershipsOf>, i64>, Arc<Error>> {
        let asked = keys.iter().map(|CountOf(list)| ((list.side, list.status), list.account_id));
        let mut found = HashMap::with_capacity(keys.len());
        for ((side, status), ids) in alike(asked) {
            let of = queries::count_partnerships(&self.reader(), side, &ids, status).await?;
            found.extend(
                of.into_iter().map(|(id, n)| (CountOf(PartnershipsOf { account_id: id.into(), side, status }), n)),
            );
        }
        Ok(found)
    }
}

impl Loader<OfPair> for Loads {
    type Value = partnership::Model;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[OfPair]) -> Result<HashMap<OfPair, partnership::Model>, Arc<Error>> {
        let pairs: Vec<_> = keys.iter().map(|OfPair(partner, client)| (*partner, *client)).collect();
        let found = queries::of_pairs(&self.reader(), &pairs).await?;
        Ok(found.into_iter().map(|((partner, client), row)| (OfPair(partner, client), row)).collect())
    }
}

impl Loader<OfferedIn> for Loads {
    type Value = Vec<OfferedProduct>;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[OfferedIn]) -> Result<HashMap<OfferedIn, Vec<OfferedProduct>>, Arc<Error>> {
        let ids: Vec<_> = keys.iter().map(|key| key.0).collect();
        let found = queries::offered_products(&self.reader(), &ids).await?;
        Ok(found.into_iter().map(|(id, products)| (OfferedIn(id), products)).collect())
    }
}

impl Loader<CoveredBy> for Loads {
    type Value = Vec<ProductId>;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[CoveredBy]) -> Result<HashMap<CoveredBy, Vec<ProductId>>, Arc<Error>> {
        let ids: Vec<_> = keys.iter().map(|key| key.0).collect();
        let found = queries::covered_products(&self.reader(), &ids).await?;
        Ok(found.into_iter().map(|(id, products)| (CoveredBy(id), products)).collect())
    }
}

impl Loader<PayerChangesOf> for Loads {
    type Value = Vec<PayerChange>;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[PayerChangesOf]) -> Result<HashMap<PayerChangesOf, Vec<PayerChange>>, Arc<Error>> {
        let ids: Vec<_> = keys.iter().map(|key| key.0).collect();
        let found = queries::payer_changes(&self.reader(), &ids).await?;
        Ok(found.into_iter().map(|(id, changes)| (PayerChangesOf(id), changes)).collect())
    }
}
