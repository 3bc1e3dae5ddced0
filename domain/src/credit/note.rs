//! Writing a credit note.

use entities::id::{InvoiceId, InvoiceLineId, OrderId};
use entities::invoice::{InvoiceKind, InvoiceStatus};
use entities::{invoice, invoice_line};
use serde_json::json;

use super::rules::{Credited, Part};
use super::store::{Creditable, apply};
use crate::activity::{ActivityKind, Event};
use crate::billing::ledger::credit_note_issued;
use crate::billing::post::Posting;
use crate::billing::{Owed, Series, Sums, accounts, draw, give_back, head, mail_credit_note};
use crate::cashback::{Reversal, reverse};
use crate::error::Error;
use crate::money::{Currency, Money};
use crate::sql;
use crate::work::Work;

/// A credit note to be issued.
#[derive(Debug)]
pub(crate) struct Note {
    /// What it takes back of which lines.
    pub(crate) credited: Vec<Credited>,
    /// Why, as the payer reads it.
    pub(crate) reason: Option<String>,
    /// The order that it belongs to, if not the invoice's own.
    pub(crate) order_id: Option<OrderId>,
}

/// Issues a credit note for a locked invoice: document, books, cashback, and the money that is owed back.
///
/// Its number is drawn before the wallets are locked, as those of invoices are.
pub(crate) async fn issue(work: &mut Work, mut creditable: Creditable, note: Note) -> Result<invoice::Model, Error> {
    let currency = creditable.currency;
    let Note { credited, reason, order_id } = note;
    let mut sums = Part::zero(currency);
    for (_, part) in &credited {
        sums = sums.plus(*part)?;
    }
    let corrected = &creditable.invoice;
    let payer = accounts(work, &[corrected.billed_to_id]).await?.remove(&corrected.billed_to_id);
    let payer = payer.ok_or_else(|| Error::fault("an invoice without a payer"))?;
    let Part { public_price: subtotal, discount, net, tax, .. } = sums;
    let sums = Sums { subtotal, discount, tax, total: net.checked_add(tax)? };
    let mut numbers = draw(work, Series::CreditNote, 1).await?;
    let issued = invoice::Model {
        order_id: order_id.or(corrected.order_id),
        corrects_id: Some(corrected.id),
        reason,
        status: InvoiceStatus::Paid,
        ..head(work, &mut numbers, InvoiceKind::CreditNote, &payer, sums)
    };
    let lines = lines_of(work, issued.id, &creditable, &credited);
    sql::insert::<invoice::Entity>(work.conn(), std::slice::from_ref(&issued)).await?;
    sql::insert::<invoice_line::Entity>(work.conn(), &lines).await?;
    let mut posting = Posting::default();
    posting.add(credit_note_issued(issued.billed_to_id, net, tax)?, issued.id);
    // First: what this note makes fully paid earns what is left of it, and of that nothing is taken back.
    reverse(work, issued.id, &reversals(&creditable, &credited), &mut posting).await?;
    posting.write(work)?;
    let owed = apply(work, &mut creditable, &credited).await?;
    if owed.is_positive() {
        let (account_id, credit_note_id) = (issued.billed_to_id, issued.id);
        give_back(work, Owed { account_id, credit_note_id, invoice_id: creditable.invoice.id, amount: owed }).await?;
    }
    tell(work, &issued, currency);
    mail_credit_note(work, &issued, &creditable.invoice.number, owed).await?;
    Ok(issued)
}

/// The lines, with positive amounts. What they say stands as on the invoice.
fn lines_of(work: &Work, id: InvoiceId, creditable: &Creditable, credited: &[Credited]) -> Vec<invoice_line::Model> {
    let lines = credited.iter().filter_map(|(at, part)| creditable.lines.get(*at).map(|line| (line, part)));
    lines
        .zip(1..)
        .map(|((line, part), position)| invoice_line::Model {
            id: work.new_id::<InvoiceLineId>(),
            invoice_id: id,
            position,
            public_price_minor: part.public_price.minor(),
            discount_minor: part.discount.minor(),
            net_minor: part.net.minor(),
            tax_minor: part.tax.minor(),
            cashback_minor: part.cashback.minor(),
            corrected_line_id: Some(line.id),
            credited_net_minor: 0,
            ..line.clone()
        })
        .collect()
}

/// What the partners give back of each credited line.
pub(crate) fn reversals(creditable: &Creditable, credited: &[Credited]) -> Vec<Reversal> {
    let lines = credited.iter().filter_map(|(at, part)| creditable.lines.get(*at).map(|line| (line, part)));
    lines
        .filter(|(_, part)| part.cashback.is_positive())
        .map(|(line, part)| Reversal {
            invoice_line_id: line.id,
            public_price: part.public_price,
            is_partners: line.partnership_id.is_some(),
            rate_bps: line.rate_bps,
            amount: part.cashback,
        })
        .collect()
}

fn tell(work: &mut Work, issued: &invoice::Model, currency: Currency) {
    let data = json!({
        "number": issued.number, "amount": Money::new(issued.total_minor, currency).to_decimal(), "currencyCode": issued.currency,
    });
    let event = Event::new(issued.billed_to_id, ActivityKind::CreditNoteIssued).about("Invoice", issued.id);
    work.tell(event.with(data));
}
