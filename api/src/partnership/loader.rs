//! Invitations and partnerships of accounts, and what hangs on them: one statement a level.

use domain::Reader;
use domain::page::ById;
use domain::partnership::queries::{self, As, Invitations as Which, OfferedProduct, PairKey, PayerChange};
use entities::id::{AccountId, InvitationId, PartnershipId, ProductId};
use entities::invitation::{self, InvitationStatus};
use entities::partnership::{self, PartnershipStatus};
use entities::power_of_attorney;
use uuid::Uuid;

use crate::list::{Counts, List, Pages};
use crate::loader::loaders;

loaders! {
    /// The partnership of a partner and a client that has not ended.
    OfPair(PairKey) -> partnership::Model = queries::of_pairs;
    /// The products that an invitation names.
    OfferedIn(InvitationId) -> Vec<OfferedProduct> = queries::offered_products;
    /// The products that a partnership names.
    CoveredBy(PartnershipId) -> Vec<ProductId> = queries::covered_products;
    /// The mandate under which a partner opened the account.
    MandateOf(PartnershipId) -> power_of_attorney::Model = queries::powers_of_attorney;
    /// The history of who pays.
    PayerChangesOf(PartnershipId) -> Vec<PayerChange> = queries::payer_changes;
}

/// The invitations of an account.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Invitations {
    pub which: Which,
    pub status: Option<InvitationStatus>,
}

impl List for Invitations {
    type Parent = AccountId;
    type Row = invitation::Model;
    type Key = Uuid;

    fn key(row: &invitation::Model) -> Uuid {
        row.id.0
    }

    async fn pages(&self, reader: &Reader, accounts: &[AccountId], page: &ById) -> Pages<Self> {
        queries::invitations(reader, self.which, accounts, self.status, page).await
    }

    async fn counts(&self, reader: &Reader, accounts: &[AccountId]) -> Counts<Self> {
        queries::count_invitations(reader, self.which, accounts, self.status).await
    }
}

/// The partnerships of an account.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Partnerships {
    pub side: As,
    pub status: Option<PartnershipStatus>,
}

impl List for Partnerships {
    type Parent = AccountId;
    type Row = partnership::Model;
    type Key = Uuid;

    fn key(row: &partnership::Model) -> Uuid {
        row.id.0
    }

    async fn pages(&self, reader: &Reader, accounts: &[AccountId], page: &ById) -> Pages<Self> {
        queries::partnerships(reader, self.side, accounts, self.status, page).await
    }

    async fn counts(&self, reader: &Reader, accounts: &[AccountId]) -> Counts<Self> {
        queries::count_partnerships(reader, self.side, accounts, self.status).await
    }
}
