//! A transfer is declined, called off, or lapses; and whose it is to answer. Each ends once.

use entities::id::{ProductId, TransferId};
use entities::transfer::{self, TransferStatus};

use super::super::actions::CancelTransfer;
use super::super::rules::not_possible;
use super::super::store::{self, Overdue};
use super::tell;
use crate::error::{Code, Error, Refusal, refuse};
use crate::permission::permit;
use crate::work::Work;

/// So many overdue ones are written down in one transaction.
const BATCH: i64 = 200;

/// The transfer, if it is the actor's to answer: offered to their verified address. To a user who has not shown yet that the address is
/// theirs, that is said; whoever else sees it may not answer it, and for all others there is none. Source: rules §5, "Addresses".
/// # Errors
/// `NOT_FOUND`, `EMAIL_NOT_VERIFIED`, `PERMISSION_DENIED`.
pub(super) async fn asked(work: &mut Work, id: TransferId) -> Result<transfer::Model, Error> {
    let row = store::transfer(work.conn(), id).await?;
    let is_seen = store::is_seen(work, id).await?;
    let person = work.actor().in_person(); // no key of theirs
    match (row, person) {
        (Some(row), Some(person)) if row.to_email == person.email => {
            if person.email_verified_at.is_none() {
                return refuse(Code::EmailNotVerified, "Verify your address first, by the link that was mailed to it.");
            }
            Ok(row)
        }
        (Some(row), _) if is_seen => {
            work.refuse(row.from_id, None);
            Err(Error::Denied)
        }
        _ => Err(Error::NotFound),
    }
}

/// What is said of a transfer that does not wait for an answer any more.
pub(super) fn ended() -> Refusal {
    not_possible("This transfer has been accepted, declined or called off, or has lapsed.")
}

/// Whoever it is offered to does not want it: the product stays where it is.
/// # Errors
/// As for accepting it.
pub async fn decline(work: &mut Work, id: TransferId) -> Result<transfer::Model, Error> {
    asked(work, id).await?;
    let row = store::answer(work, id, TransferStatus::Declined, None).await?.ok_or_else(ended)?;
    tell::declined(work, &row).await?;
    work.record("declineTransfer", None, Some(row.id.into()));
    Ok(row)
}

/// The holder takes its offer back while it is not answered.
/// # Errors
/// `TRANSFER_NOT_POSSIBLE` once it has ended.
pub async fn cancel(work: &mut Work, id: TransferId) -> Result<transfer::Model, Error> {
    let permit = permit::<CancelTransfer>(work, id).await?;
    let row = store::answer(work, id, TransferStatus::Cancelled, None).await?.ok_or_else(ended)?;
    tell::cancelled(work, std::slice::from_ref(&row)).await?;
    work.record("cancelTransfer", Some(permit.grant), Some(row.id.into()));
    Ok(row)
}

/// Products that have ended, which the caller has locked: what is offered of them is so no more. A constant number of statements.
/// # Errors
/// `Storage`.
pub(crate) async fn call_off(work: &mut Work, products: &[ProductId]) -> Result<(), Error> {
    if products.is_empty() {
        return Ok(());
    }
    let rows = store::call_off(work, products).await?;
    tell::cancelled(work, &rows).await
}

/// The sweep: writes down which transfers have lapsed, at most a batch of them, and tells their senders. Run it again until it says 0.
/// # Errors
/// `Storage`.
pub async fn lapse(work: &mut Work) -> Result<u64, Error> {
    let lapsed = store::lapse(work, Overdue::Of(BATCH)).await?;
    tell::lapsed(work, &lapsed).await?;
    Ok(u64::try_from(lapsed.len()).unwrap_or(u64::MAX))
}
