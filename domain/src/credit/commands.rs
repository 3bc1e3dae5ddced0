//! What the provider's staff credit.

use std::collections::HashSet;

use entities::id::{InvoiceId, InvoiceLineId};
use serde::{Deserialize, Serialize};

use super::actions::CreditInvoice;
use super::note::{Note, issue};
use super::rules::{NoCredit, credit_lines};
use super::store::{self, Creditable, lock};
use crate::error::{Code, Error, Refusal};
use crate::idempotency::{Seen, remember, seen};
use crate::money::Money;
use crate::permission::permit;
use crate::text;
use crate::work::Work;

/// To credit an invoice.
#[derive(Debug, Clone, Serialize)]
pub struct IssueCreditNote {
    /// Which.
    pub invoice_id: InvoiceId,
    /// How much, without tax; none: all that is left.
    pub amount: Option<Money>,
    /// Of these lines; none: of all.
    pub line_ids: Option<Vec<InvoiceLineId>>,
    /// Why, as the payer reads it.
    pub reason: String,
    /// The caller's.
    #[serde(skip)]
    pub idempotency_key: String,
}

#[derive(Serialize, Deserialize)]
struct Answer {
    credit_note_id: InvoiceId,
}

/// Credits an invoice in whole or in part: gives back what was paid of it, and takes the cashback back in proportion. Staff alone.
/// # Errors
/// `INVALID_INPUT` for an amount that is not above zero, `CONFLICT` for more than is left and for a credit note, `NOT_FOUND` for a
/// line of another invoice, `CURRENCY_MISMATCH`, `PAYMENT_PENDING` while a payment of it is in flight.
pub async fn issue_credit_note(work: &mut Work, command: IssueCreditNote) -> Result<InvoiceId, Error> {
    let permit = permit::<CreditInvoice>(work, command.invoice_id).await?;
    let payer = permit.row.billed_to_id;
    let key = match seen::<Answer>(work, payer, "issueCreditNote", &command.idempotency_key, &command).await? {
        Seen::Before(answer) => return Ok(answer.credit_note_id),
        Seen::New(key) => key,
    };
    let reason = text::line("reason", &command.reason, text::NAME)?;
    let creditable = lock(work, command.invoice_id).await?;
    store::refuse(work, &creditable.invoice).await?;
    refuse_amount(&creditable, command.amount)?;
    let chosen = command.line_ids.as_deref().map(|ids| places(&creditable, ids)).transpose()?;
    let credited =
        credit_lines(creditable.currency, &creditable.facts, chosen.as_deref(), command.amount).map_err(refusal_of)?;
    let note = issue(work, creditable, Note { credited, reason: Some(reason), order_id: None }).await?;
    work.record("issueCreditNote", Some(permit.grant), Some(note.id.into()));
    remember(work, key, &Answer { credit_note_id: note.id })?;
    Ok(note.id)
}

fn refuse_amount(creditable: &Creditable, amount: Option<Money>) -> Result<(), Refusal> {
    let Some(amount) = amount else { return Ok(()) };
    if amount.currency() != creditable.currency {
        let message = format!("The invoice is in {}.", creditable.currency);
        return Err(Refusal::new(Code::CurrencyMismatch, message).at(["amount"]));
    }
    if !amount.is_positive() {
        return Err(Refusal::invalid("amount", "must be above zero"));
    }
    Ok(())
}

/// Where on the invoice these lines stand.
fn places(creditable: &Creditable, ids: &[InvoiceLineId]) -> Result<Vec<usize>, Refusal> {
    let wanted: HashSet<InvoiceLineId> = ids.iter().copied().collect();
    let lines = creditable.lines.iter().enumerate();
    let places: Vec<usize> = lines.filter(|(_, line)| wanted.contains(&line.id)).map(|(at, _)| at).collect();
    if places.len() == wanted.len() { Ok(places) } else { Err(Refusal::absent(["lineIds"])) }
}

fn refusal_of(reason: NoCredit) -> Error {
    match reason {
        NoCredit::NothingLeft => Refusal::new(Code::Conflict, "Nothing is left of it to credit.").into(),
        NoCredit::MoreThanIsLeft(left) => {
            let message = format!("No more than {} {} is left of it to credit.", left.to_decimal(), left.currency());
            Refusal::new(Code::Conflict, message).at(["amount"]).into()
        }
        NoCredit::Money(error) => error.into(),
    }
}
