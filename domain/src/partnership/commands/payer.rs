//! The client decides who pays.

use entities::id::{PartnershipId, ProductId};
use entities::invitation::AccessLevel;
use entities::partnership::{self, PayerKind};
use entities::payer_change;
use entities::product::RenewalBilling;
use sea_orm::ActiveEnum;
use serde::Serialize;
use serde_json::json;

use super::super::actions;
use super::super::rules;
use super::super::store::{self, Pair};
use super::tell::{Parties, Side, mail, moment, readers_of};
use crate::activity::ActivityKind;
use crate::error::{Code, Error, Refusal, refuse};
use crate::idempotency::{self, Seen};
use crate::notification::MailKind;
use crate::permission::{Permission, Permissions, permit};
use crate::work::Work;

/// A change of who pays; `product_ids` are products that the client ordered itself and that shall follow it from now on.
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "the names are the contract's")]
pub struct ChangePayer {
    pub partnership_id: PartnershipId,
    pub payer: PayerKind,
    pub product_ids: Option<Vec<ProductId>>,
    #[serde(skip)]
    pub idempotency_key: String,
}

/// Changes the payer of everything that is not invoiced yet. The lock on the partnership's row decides which of this and a
/// renewal run comes first. Source: rules §3 "Payer change", S2.19, S2.21.
/// # Errors
/// `PAYER_REQUIRES_FULL_ACCESS`; `PAYMENT_METHOD_REQUIRED` of the partner; `NOT_FOUND` for a product that is not the client's;
/// `CONFLICT` for a partnership that has ended, or a product that follows another one; `IDEMPOTENCY_KEY_REUSED`.
pub async fn change_payer(work: &mut Work, command: ChangePayer) -> Result<partnership::Model, Error> {
    let permit = permit::<actions::ChangePayer>(work, command.partnership_id).await?;
    let client_account_id = permit.row.client_account_id;
    let seen = idempotency::seen(work, client_account_id, "changePayer", &command.idempotency_key, &command).await?;
    let key = match seen {
        Seen::Before(answer) => return Ok(answer),
        Seen::New(key) => key,
    };
    let row = permit.row;
    let ChangePayer { payer, product_ids, .. } = command;
    if !rules::is_in_force(row.status, row.expires_at, work.now()) {
        return refuse(Code::Conflict, "This partnership is not active.");
    }
    if row.access_level != AccessLevel::Full {
        let message = "Who pays can be chosen only where the partner has full access.";
        return Err(Refusal::new(Code::PayerRequiresFullAccess, message).at(["payer"]).into());
    }
    let pair = Pair { partner_id: row.partner_id, client_account_id };
    if payer == PayerKind::Partner && !store::can_pay(work, pair.partner_id).await? {
        return refuse(Code::PaymentMethodRequired, "The partner has no payment method.");
    }
    follow(work, &row, product_ids.unwrap_or_default()).await?;
    if row.payer != payer {
        store::set_payer(work, row.id, payer).await?;
        let change = payer_change::Model {
            id: work.new_id(),
            partnership_id: row.id,
            from_payer: row.payer,
            to_payer: payer,
            changed_by_id: work.actor().user_id(),
            changed_at: work.now(),
        };
        let parties = Parties::of(work, pair).await?;
        record_changes(work, vec![Changed { parties: &parties, change }]).await?;
    }
    let row = partnership::Model { payer, ..row };
    work.record("changePayer", Some(permit.grant), Some(row.id.into()));
    idempotency::remember(work, key, &row)?;
    Ok(row)
}

/// Products that the client ordered itself follow the partnership's payer from now on.
async fn follow(work: &Work, row: &partnership::Model, ids: Vec<ProductId>) -> Result<(), Error> {
    if ids.is_empty() {
        return Ok(());
    }
    if ids.len() > rules::PRODUCTS {
        let message = format!("must name at most {} products", rules::PRODUCTS);
        return Err(Refusal::invalid("productIds", message).into());
    }
    let found = store::lock_products(work, row.client_account_id, &ids).await?;
    for (at, id) in ids.iter().enumerate() {
        let path = ["productIds".to_owned(), at.to_string()];
        let Some(product) = found.iter().find(|product| product.id == *id) else {
            return Err(Refusal::absent(path).into());
        };
        let follows_another =
            product.renewal_billing == RenewalBilling::Partnership && product.managed_by_id != Some(row.id);
        if follows_another {
            return Err(Refusal::new(Code::Conflict, "This product follows another partnership.").at(path).into());
        }
    }
    store::follow(work, row.id, &ids).await
}

/// A change of who pays, and between whom.
pub(super) struct Changed<'p> {
    pub(super) parties: &'p Parties,
    pub(super) change: payer_change::Model,
}

/// Changes of who pays go into the history and both feeds, and both sides of each are mailed: the partner, and a copy to the
/// client. The same number of statements for any number of changes.
pub(super) async fn record_changes(work: &mut Work, changed: Vec<Changed<'_>>) -> Result<(), Error> {
    if changed.is_empty() {
        return Ok(());
    }
    let rows: Vec<_> = changed.iter().map(|one| one.change.clone()).collect();
    store::add_payer_changes(work, &rows).await?;
    let by = match work.actor().user_id() {
        Some(user_id) => Some(store::person_name(work, user_id).await?),
        None => None,
    };
    for Changed { parties, change } in &changed {
        parties.tell_both(work, ActivityKind::PayerChanged, ("Partnership", change.partnership_id.into()));
    }
    let money: Permissions = [Permission::ManagePartners, Permission::ManageBilling].into_iter().collect();
    for (side, may_know) in [(Side::Partner, Permission::ManageClients.into()), (Side::Client, money)] {
        let each: Vec<_> = changed.iter().map(|one| one.parties).collect();
        let readers = readers_of(work, side, &each, may_know).await?;
        for (Changed { parties, change }, readers) in changed.iter().zip(readers) {
            let party = parties.on(side);
            let data = json!({
                "to": side.name(),
                "client": parties.client.name,
                "partner": parties.partner.name,
                "old_payer": change.from_payer.to_value(),
                "new_payer": change.to_payer.to_value(),
                // where the clock did it, it was the client who had set the day
                "changed_by": by.as_ref().unwrap_or(&parties.client.name),
                "effective": moment(party, change.changed_at),
            });
            mail(work, MailKind::PayerChanged, (change.id.into(), side.step(0)), readers, &data);
        }
    }
    Ok(())
}
