//! Which partnership looks after a product.

use std::collections::HashMap;

use entities::id::{AccountId, PartnershipId, ProductId};
use entities::{partnership, product};

use super::super::actions::SetManager;
use super::super::rules::{self, Candidate, managers};
use super::super::store::{self, Pair};
use super::tell::Parties;
use crate::activity::ActivityKind;
use crate::error::{Code, Error, Refusal};
use crate::permission::{Permit, permit};
use crate::work::Work;

/// The client says which of its partners looks after a product, or that none does.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the names are the contract's")]
pub struct SetManagingPartnership {
    pub product_id: ProductId,
    pub partnership_id: Option<PartnershipId>,
}

/// Sets the managing partnership of a product, from its next order or renewal on; what was earned stays. With another partner, the
/// client pays until it says otherwise: nobody pays for what they did not order. That none looks after it holds until one is named.
/// Source: rules §3.
///
/// Both partnerships are locked, as by a change of the payer: a renewal comes before or after.
/// # Errors
/// `NOT_FOUND` for a partnership of another account; `CONFLICT` for one that is not in force; `INVALID_INPUT` for one that does not
/// cover the product.
pub async fn set_managing(work: &mut Work, command: SetManagingPartnership) -> Result<product::Model, Error> {
    let SetManagingPartnership { product_id, partnership_id } = command;
    let before = store::manager_of(work, product_id).await?;
    let ids: Vec<_> = before.into_iter().chain(partnership_id).collect();
    let locked = store::lock_partnerships(work, &ids).await?;
    let Permit { row, grant, .. } = permit::<SetManager>(work, product_id).await?;
    let old = row.managed_by_id.and_then(|id| locked.iter().find(|it| it.id == id));
    let new = match partnership_id {
        Some(id) => Some(eligible(work, &row, locked.iter().find(|it| it.id == id)).await?),
        None => None,
    };
    if row.managed_by_id == partnership_id {
        store::keep_unmanaged(work, row.id, partnership_id.is_none()).await?;
        return Ok(row);
    }
    let is_same_partner = old.map(|it| it.partner_id) == new.map(|it| it.partner_id);
    let renewal_billing = if is_same_partner { row.renewal_billing } else { product::RenewalBilling::Account };
    let row = product::Model { managed_by_id: partnership_id, renewal_billing, ..row };
    store::set_manager(work, &row).await?;
    store::keep_unmanaged(work, row.id, partnership_id.is_none()).await?;
    for partnership in [old, new].into_iter().flatten() {
        let pair = Pair { partner_id: partnership.partner_id, client_account_id: partnership.client_account_id };
        let parties = Parties::of(work, pair).await?;
        parties.tell_both(work, ActivityKind::PartnershipChanged, ("Partnership", partnership.id.into()));
    }
    work.record("setManagingPartnership", Some(grant), Some(row.id.into()));
    Ok(row)
}

/// The partnership, if it can look after the product.
async fn eligible<'p>(
    work: &Work,
    product: &product::Model,
    partnership: Option<&'p partnership::Model>,
) -> Result<&'p partnership::Model, Error> {
    let at = |code, message| Error::from(Refusal::new(code, message).at(["partnershipId"]));
    let of_holder = partnership.filter(|it| it.client_account_id == product.account_id);
    let Some(partnership) = of_holder else {
        return Err(Refusal::absent(["partnershipId"]).into());
    };
    if !rules::is_in_force(partnership.status, partnership.expires_at, work.now()) {
        return Err(at(Code::Conflict, "This partnership is not active."));
    }
    let names =
        async || Ok::<_, Error>(store::covered(work, partnership.id).await?.iter().any(|it| it.id == product.id));
    if !partnership.has_all_products && !names().await? {
        return Err(at(Code::InvalidInput, "does not cover this product"));
    }
    Ok(partnership)
}

/// Gives the products of these accounts that nobody looks after (any more) to the partnership that the rule names. One that is looked
/// after by a partnership in force, or frozen, that covers it stays there; where there is no other, what an ended partnership looked
/// after keeps saying so, as history. With another partner the client pays: nobody pays for what they did not order.
///
/// The accounts' partnerships are locked, so that none of them ends meanwhile. Three statements, whatever the number of accounts and products.
pub(super) async fn settle(work: &Work, accounts: &[AccountId]) -> Result<(), Error> {
    let candidates = store::candidates(work, accounts).await?;
    if candidates.is_empty() {
        return Ok(());
    }
    let partial: Vec<_> = candidates.iter().filter(|it| !it.has_all_products).map(|it| it.id).collect();
    let named = if partial.is_empty() { Vec::new() } else { store::named_by(work, &partial).await? };
    let mut of: HashMap<AccountId, Vec<Candidate>> = HashMap::new();
    for candidate in candidates {
        of.entry(candidate.client_account_id).or_default().push(candidate);
    }
    let decided: Vec<_> = of
        .into_iter()
        .map(|(account_id, candidates)| {
            let theirs = |id| candidates.iter().any(|it| it.id == id);
            let named: Vec<_> = named.iter().copied().filter(|(id, _)| theirs(*id)).collect();
            (account_id, managers(&candidates, &named))
        })
        .collect();
    store::settle(work, &decided).await
}

/// Holds all partnerships of an account to which something is about to come, before its row and the product's are locked.
pub(crate) async fn hold_all_of(work: &Work, account_id: AccountId) -> Result<(), Error> {
    store::hold_all_of(work, account_id).await
}

/// A product that nobody looks after has come to an account whose partnerships are held: the rule says which of them does. What named
/// it in the account that it came from names it no more, also should it go back there.
pub(crate) async fn take_in(work: &Work, product_id: ProductId, account_id: AccountId) -> Result<(), Error> {
    store::forget_product(work, product_id).await?;
    store::keep_unmanaged(work, product_id, false).await?;
    settle(work, &[account_id]).await
}
