//! Access that stands is changed.

use chrono::{DateTime, Utc};
use entities::invitation::AccessLevel;
use entities::partnership::PayerKind;

use super::{Asked, Terms, terms};
use crate::error::Refusal;
use crate::patch::Patch;
use crate::permission::Permissions;

/// What a change says: what it leaves out stays as it is.
#[derive(Debug, Clone, Copy)]
pub struct Change {
    /// All, or a part.
    pub access_level: AccessLevel,
    /// Which, with PARTIAL.
    pub permissions: Patch<Permissions>,
    /// How many products are named; cleared, all are meant.
    pub products: Patch<usize>,
    /// Who pays.
    pub payer: Patch<PayerKind>,
    /// When access ends by itself; cleared, it does not.
    pub expires_at: Patch<DateTime<Utc>>,
}

/// The terms after a change of those that stand, of which `named` products are a part where not all are meant. What was decided with
/// PARTIAL access says nothing about FULL, and the other way round: there, permissions and payer must be given. Source: rules §2, S2.2,
/// S2.3.
pub fn changed(current: &Terms, named: usize, change: Change, now: DateTime<Utc>) -> Result<Terms, Refusal> {
    let Change { access_level, permissions, products, payer, expires_at } = change;
    let stays = access_level == current.access_level;
    let permissions = match access_level {
        AccessLevel::Full => permissions.or(None),
        AccessLevel::Partial => permissions.or(stays.then_some(current.permissions)),
    };
    let products = products.or((stays && !current.has_all_products).then_some(named));
    let payer = payer.or(current.payer.filter(|_| stays));
    let expires_at = expires_at.or(current.expires_at);
    terms(Asked { access_level, permissions, products, payer, expires_at }, now).map_err(|refusal| {
        let is_expiry = refusal.field == ["accessExpiresAt"];
        if is_expiry { refusal.at(["expiresAt"]) } else { refusal }
    })
}

/// Whether new terms give nothing that the old ones do not: what a partner may agree to by itself, and what takes no right to grant.
/// `names_no_more`: whether each product that the new ones name is one that the old ones name.
pub fn is_within(new: &Terms, old: &Terms, names_no_more: bool) -> bool {
    let covers_products = old.has_all_products || (!new.has_all_products && names_no_more);
    let ends_no_later = old.expires_at.is_none_or(|old| new.expires_at.is_some_and(|new| new <= old));
    let is_payers_choice = new.payer.is_some() && new.payer != old.payer;
    old.permissions.covers(new.permissions) && covers_products && ends_no_later && !is_payers_choice
}
