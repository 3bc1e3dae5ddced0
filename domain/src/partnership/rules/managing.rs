//! Which partnership looks after a product.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use entities::id::{AccountId, PartnershipId, ProductId};
use entities::invitation::AccessLevel;
use entities::partnership;

/// A partnership in force, as one that may come to look after products of its client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Candidate {
    /// Which.
    pub id: PartnershipId,
    /// The client.
    pub client_account_id: AccountId,
    /// Since when the two are partners.
    pub since: DateTime<Utc>,
    /// All, or a part.
    pub access_level: AccessLevel,
    /// Whether it covers what it does not name.
    pub has_all_products: bool,
}

impl Candidate {
    /// A partnership that is in force.
    pub fn of(row: &partnership::Model) -> Self {
        Self {
            id: row.id,
            client_account_id: row.client_account_id,
            since: row.created_at,
            access_level: row.access_level,
            has_all_products: row.has_all_products,
        }
    }
}

/// The partnership that looks after what an account ordered itself or holds already: its full one, the oldest of several; without one,
/// the oldest of those that cover the product. `names` says whether a partnership names it. Source: rules §3, "Managing partnership".
pub fn managing(candidates: &[Candidate], names: impl Fn(PartnershipId) -> bool) -> Option<PartnershipId> {
    let covering = candidates.iter().filter(|it| it.has_all_products || names(it.id));
    covering.min_by_key(|it| (it.access_level != AccessLevel::Full, it.since, it.id)).map(|it| it.id)
}

/// Who looks after the products of an account: one partnership, but for those that are named.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Managers {
    /// Of every product that no partnership names.
    pub of_others: Option<PartnershipId>,
    /// Of each that one names.
    pub of_named: Vec<(ProductId, PartnershipId)>,
}

/// The rule for all products of an account at once. `named` are the products that its candidates name.
pub fn managers(candidates: &[Candidate], named: &[(PartnershipId, ProductId)]) -> Managers {
    let named: HashSet<_> = named.iter().copied().collect();
    let mut products: Vec<_> = named.iter().map(|(_, product)| *product).collect();
    products.sort_unstable();
    products.dedup();
    let of = |product| managing(candidates, |partnership| named.contains(&(partnership, product)));
    Managers {
        of_others: managing(candidates, |_| false),
        of_named: products.into_iter().filter_map(|product| Some((product, of(product)?))).collect(),
    }
}
