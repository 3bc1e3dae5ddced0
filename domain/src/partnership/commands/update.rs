//! Access that stands is changed: by the client, or given up by the partner.

use chrono::{DateTime, Utc};
use entities::id::{PartnershipId, ProductId};
use entities::invitation::AccessLevel;
use entities::partnership::{self, PayerKind};
use entities::payer_change;
use serde_json::json;

use super::super::rules::{self, Change, Terms, is_within};
use super::super::store::{self, Named, Pair};
use super::accept::can_pay;
use super::end::{Leave, as_either_side};
use super::managing::settle;
use super::payer::{Changed, record_changes};
use super::remind::plan_reminder;
use super::send::{named_products, only_what_is_held};
use super::tell::{Parties, Side, access, mail};
use crate::activity::ActivityKind;
use crate::error::{Code, Error, refuse};
use crate::membership::{Lost, end_granted_through};
use crate::notification::MailKind;
use crate::patch::Patch;
use crate::permission::{Permission, Permissions};
use crate::work::Work;

/// A change of access: what is kept stays, what is cleared goes.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the names are the contract's")]
pub struct UpdateAccess {
    pub partnership_id: PartnershipId,
    pub access_level: AccessLevel,
    pub permissions: Patch<Permissions>,
    pub product_ids: Patch<Vec<ProductId>>,
    pub payer: Patch<PayerKind>,
    pub expires_at: Patch<DateTime<Utc>>,
}

/// Changes the access that a partnership carries, from this instant on; the other side is mailed what it is now. The client may do so
/// within what they hold themselves; the partner may only give up. Lowered to PARTIAL, the client pays. Source: rules §2, §3.
/// # Errors
/// `INVALID_INPUT`; `PAYER_REQUIRES_FULL_ACCESS`; `PERMISSION_DENIED` to a partner that asks for more, and for another payer without
/// MANAGE_BILLING; `PAYMENT_METHOD_REQUIRED` of a partner that shall pay; `NOT_FOUND` for a product that is not the client's; `CONFLICT`
/// for a partnership that is not in force.
pub async fn update_access(work: &mut Work, command: UpdateAccess) -> Result<partnership::Model, Error> {
    let UpdateAccess { partnership_id, access_level, permissions, product_ids, payer, expires_at } = command;
    let Leave { row, grant, carried, by } = as_either_side(work, partnership_id).await?;
    if !rules::is_in_force(row.status, row.expires_at, work.now()) {
        return refuse(Code::Conflict, "This partnership is not active.");
    }
    let old = store::terms_in(&row);
    let before = store::covered(work, row.id).await?;
    let products = count(&product_ids);
    let change = Change { access_level, permissions, products, payer, expires_at };
    let terms = rules::changed(&old, before.len(), change, work.now())?;
    let after = match product_ids {
        Patch::Set(ids) => named_products(work, row.client_account_id, Some(ids)).await?.unwrap_or_default(),
        Patch::Keep | Patch::Clear if terms.has_all_products => Vec::new(),
        Patch::Keep | Patch::Clear => before.clone(),
    };
    let names_no_more = after.iter().all(|new| before.iter().any(|old| old.id == new.id));
    if !is_within(&terms, &old, names_no_more) {
        may_widen(work, &row, (by, carried), &terms).await?;
    }
    let same_products = names_no_more && before.len() == after.len();
    if terms == old && same_products {
        return Ok(row);
    }
    let pair = Pair { partner_id: row.partner_id, client_account_id: row.client_account_id };
    let parties = Parties::of(work, pair).await?;
    let row = regrant(work, &parties, row, &terms, &after).await?;
    let labels: Option<Vec<_>> =
        (!terms.has_all_products).then(|| after.into_iter().map(|product| product.label).collect());
    let told = by.other();
    let data = json!({ "by": parties.on(by).name, "terms": access(&terms, labels.as_deref(), parties.on(told)) });
    let readers = parties.readers(work, told, told.knows()).await?;
    let change_id: uuid::Uuid = work.new_id();
    mail(work, MailKind::AccessChanged, (change_id, 0), readers, &data);
    work.record("updatePartnershipAccess", Some(grant), Some(row.id.into()));
    Ok(row)
}

fn count(ids: &Patch<Vec<ProductId>>) -> Patch<usize> {
    match ids {
        Patch::Keep => Patch::Keep,
        Patch::Clear => Patch::Clear,
        Patch::Set(ids) => Patch::Set(ids.len()),
    }
}

/// More than stood before is the client's to grant, by somebody who holds it; another payer is decided as by `changePayer`.
async fn may_widen(
    work: &Work,
    row: &partnership::Model,
    (by, held): (Side, Permissions),
    terms: &Terms,
) -> Result<(), Error> {
    if by == Side::Partner {
        return Err(Error::Denied);
    }
    let is_new_payer = terms.payer.is_some_and(|payer| payer != row.payer);
    let billing = if is_new_payer { Permission::ManageBilling.into() } else { Permissions::NONE };
    only_what_is_held(held, terms.permissions.or(billing))?;
    if is_new_payer && terms.payer == Some(PayerKind::Partner) {
        can_pay(work, row.partner_id).await?;
    }
    Ok(())
}

/// Writes other terms into a partnership that stands, whose row is locked, with all that hangs on them: who pays, who looks after
/// which product, when its end is announced, and what was granted through it. Tells both sides.
pub(super) async fn regrant(
    work: &mut Work,
    parties: &Parties,
    old: partnership::Model,
    terms: &Terms,
    products: &[Named],
) -> Result<partnership::Model, Error> {
    let payer = terms.payer.unwrap_or(PayerKind::Client);
    let covered: Vec<_> = products.iter().map(|product| product.id).collect();
    store::regrant(work, old.id, terms, payer).await?;
    store::cover(work, old.id, &covered).await?;
    let lost = if terms.has_all_products { Lost::Something } else { Lost::Account };
    end_granted_through(work, &[old.id], lost).await?;
    plan_reminder(work, old.id, terms.expires_at).await?;
    settle(work, &[old.client_account_id]).await?;
    parties.tell_both(work, ActivityKind::PartnershipChanged, ("Partnership", old.id.into()));
    if old.payer != payer {
        let change = payer_change::Model {
            id: work.new_id(),
            partnership_id: old.id,
            from_payer: old.payer,
            to_payer: payer,
            changed_by_id: work.actor().user_id(),
            changed_at: work.now(),
        };
        record_changes(work, vec![Changed { parties, change }]).await?;
    }
    Ok(partnership::Model {
        access_level: terms.access_level,
        permissions: terms.permissions.bits(),
        has_all_products: terms.has_all_products,
        payer,
        expires_at: terms.expires_at,
        ..old
    })
}
