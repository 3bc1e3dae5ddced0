//! A product is offered to another holder.

use entities::id::ProductId;
use entities::transfer::{self, TransferStatus};

use super::super::actions;
use super::super::rules::{self, ANSWERED_WITHIN, can_be_offered, warnings};
use super::super::store::{self, Overdue, Recipient};
use super::Warned;
use super::tell;
use crate::error::{Code, Error, Refusal};
use crate::permission::{Permit, permit};
use crate::text;
use crate::work::Work;

/// An offer to hand a product over.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the names are the contract's")]
pub struct OfferTransfer {
    pub product_id: ProductId,
    pub to_email: String,
    pub stay_as_contributor: bool,
}

/// Offers a product to whoever has an address; nothing changes before they accept. Source: S1.13, S1.17, S1.18.
/// # Errors
/// `INVALID_INPUT` for what is no address; `TRANSFER_NOT_POSSIBLE` for a product that is not there yet or no more, and for one's own
/// address where there is no other account of one's own; `ALREADY_EXISTS` where an offer of it is under way.
pub async fn offer(work: &mut Work, command: OfferTransfer) -> Result<Warned, Error> {
    let OfferTransfer { product_id, to_email, stay_as_contributor } = command;
    let Permit { row: product, grant, .. } = permit::<actions::OfferTransfer>(work, product_id).await?;
    let to_email = text::email("toEmail", &to_email)?;
    can_be_offered(product.status)?;
    let user_id = work.user_id()?;
    let is_own = work.actor().person().is_some_and(|person| person.email == to_email);
    if is_own && !store::has_elsewhere(work, user_id, product.account_id).await? {
        return Err(rules::not_possible("You have no other account to hand it over to.").at(["toEmail"]).into());
    }
    let lapsed = store::lapse(work, Overdue::Product(product_id)).await?;
    tell::lapsed(work, &lapsed).await?;
    let row = transfer::Model {
        id: work.new_id(),
        product_id,
        label: product.label.clone(),
        plan_id: product.plan_id,
        from_id: product.account_id,
        to_email,
        to_id: None,
        status: TransferStatus::Pending,
        stay_as_contributor,
        offered_by_id: user_id,
        created_at: work.now(),
        expires_at: work.now() + ANSWERED_WITHIN,
        answered_at: None,
    };
    if !store::add(work, &row).await? {
        return Err(Refusal::new(Code::AlreadyExists, "This product is offered to somebody already.").into());
    }
    let goods = store::goods(work, &product).await?;
    let is_leaving = store::is_leaving_partner(work, row.from_id, Recipient::Address(&row.to_email)).await?;
    tell::offered(work, &row, &goods).await?;
    work.record("offerTransfer", Some(grant), Some(row.id.into()));
    Ok(Warned { row, warnings: warnings(&goods, is_leaving) })
}
