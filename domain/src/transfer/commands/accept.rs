//! A product changes hands.

use entities::id::{AccountId, TransferId};
use entities::transfer::TransferStatus;
use entities::{plan_change, product};

use super::super::actions::AcceptInto;
use super::super::rules::{self, can_move, warnings};
use super::super::store::{self, Party, Recipient};
use super::Warned;
use super::answer::{asked, ended};
use super::tell;
use crate::calendar::start_of_day;
use crate::contact::commands::held_by;
use crate::contributor::commands as contributor;
use crate::error::{Code, Error, Refusal, refuse};
use crate::partnership::commands as partnership;
use crate::permission::{Permit, permit};
use crate::plan_change::commands::forget_next;
use crate::product::commands::offered_term;
use crate::product::rules::time_zone;
use crate::work::Work;

/// Whoever a product is offered to takes it.
#[derive(Debug, Clone, Copy)]
#[expect(missing_docs, reason = "the names are the contract's")]
pub struct AcceptTransfer {
    pub transfer_id: TransferId,
    pub account_id: AccountId,
}

/// Takes a product into an account of the recipient's, in which they may buy: from this instant that account holds it and pays for it,
/// nobody has access whom it has not let in, and who looks after it is decided anew. Source: S1.14 to S1.18.
///
/// The account's partnerships are held and the product is locked before the transfer, so that a renewal, a change of its plan, its
/// cancelling and any other answer comes wholly before or wholly after.
/// # Errors
/// `NOT_FOUND`, `EMAIL_NOT_VERIFIED`, `PERMISSION_DENIED`; `TRANSFER_NOT_POSSIBLE` once it has ended, into the account that holds it, and
/// while the product cannot move; `CURRENCY_MISMATCH` where its plan has no price in the account's currency.
pub async fn accept(work: &mut Work, command: AcceptTransfer) -> Result<Warned, Error> {
    let AcceptTransfer { transfer_id, account_id } = command;
    let offer = asked(work, transfer_id).await?;
    partnership::hold_all_of(work, account_id).await?;
    let absent = |error| if matches!(error, Error::NotFound) { Refusal::absent(["accountId"]).into() } else { error };
    let Permit { grant, .. } = permit::<AcceptInto>(work, account_id).await.map_err(absent)?;
    let product = store::lock_product(work, offer.product_id).await?;
    let row = store::answer(work, transfer_id, TransferStatus::Accepted, Some(account_id)).await?.ok_or_else(ended)?;
    if row.from_id == account_id {
        return Err(rules::not_possible("This account holds the product already.").at(["accountId"]).into());
    }
    if product.account_id != row.from_id {
        return Err(ended().into());
    }
    let goods = store::goods(work, &product).await?;
    can_move(&goods, work.now())?;
    let product = forget_next(work, product).await?;
    let to = store::party(work.conn(), account_id).await?;
    refuse_without_price(work, &product, &to).await?;
    refuse_while_changing(work, &product).await?;

    contributor::end_all(work, &product).await?;
    let renews_at = start_of_day(product.renews_on, time_zone(&to.time_zone));
    let registrants = held_by(work, account_id, product.registrant_id.as_slice()).await?;
    let registrant = product.registrant_id.and_then(|id| registrants.get(&id).copied());
    store::hand_over(work, product.id, &to, (renews_at, registrant)).await?;
    partnership::take_in(work, product.id, account_id).await?;
    if row.stay_as_contributor {
        contributor::keep_former_holder(work, &row).await?;
    }
    work.end_streams(row.from_id);
    tell::accepted(work, &row, &to).await?;
    work.record("acceptTransfer", Some(grant), Some(row.id.into()));
    let is_leaving = store::is_leaving_partner(work, row.from_id, Recipient::Account(account_id)).await?;
    Ok(Warned { row, warnings: warnings(&goods, is_leaving) })
}

/// What is being paid for is the present holder's.
async fn refuse_while_changing(work: &Work, product: &product::Model) -> Result<(), Error> {
    let mut sql = work.sql();
    sql.add("SELECT * FROM plan_change WHERE status = 'PENDING' AND product_id = ?", [product.id.into()]);
    match sql.one::<plan_change::Model>(work.conn()).await? {
        Some(_) => {
            refuse(Code::TransferNotPossible, "A change of its plan is being paid: try again when that is known.")
        }
        None => Ok(()),
    }
}

/// What has no price in the new holder's currency could never be renewed there.
async fn refuse_without_price(work: &Work, product: &product::Model, to: &Party) -> Result<(), Error> {
    if product.currency == to.currency {
        return Ok(());
    }
    let there = product::Model { currency: to.currency.clone(), ..product.clone() };
    match offered_term(work, &there, product.term_months).await {
        Err(Error::Refused(_)) => {
            let why = format!("The plan has no price in {} for this term.", to.currency);
            Err(Refusal::new(Code::CurrencyMismatch, why).at(["accountId"]).into())
        }
        end => end.map(drop),
    }
}
