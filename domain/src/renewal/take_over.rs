//! Taking a product over whose payer does not pay: its holder pays a renewal of its own instead.

use entities::id::{InvoiceId, InvoiceLineId, ProductPeriodId};
use entities::product::{self, ProductStatus};
use sea_orm::FromQueryResult;

use crate::credit::rules::credit_lines;
use crate::credit::{Note, issue, lock, refuse};
use crate::error::{Code, Error, Refusal};
use crate::permission::{Grant, Standing};
use crate::work::Work;

#[derive(FromQueryResult)]
struct Owed {
    period_id: ProductPeriodId,
    line_id: InvoiceLineId,
    invoice_id: InvoiceId,
}

/// Frees the term that another account owes for, so that the holder can pay for it: the other one's line is credited, and renewals
/// are the holder's own affair from now on. False where there is nothing to take over: the product owes nothing, or its holder does,
/// or whoever asks is not one of the holder's own. What the product is now, it stays until the new payment is known.
/// Source: `docs/rules.md` §4, "Dunning".
/// # Errors
/// `PAYMENT_PENDING` while a payment of the other one is in flight.
pub(super) async fn take_over(work: &mut Work, product: &product::Model, grant: Grant) -> Result<bool, Error> {
    let is_behind = matches!(product.status, ProductStatus::PastDue | ProductStatus::Suspended);
    if !is_behind || grant.standing != Standing::Own {
        return Ok(false);
    }
    let mut sql = work.sql();
    sql.add(
        "SELECT d.id AS period_id, l.id AS line_id, l.invoice_id FROM product_period d
        JOIN invoice_line l ON l.id = d.invoice_line_id JOIN invoice i ON i.id = l.invoice_id
        WHERE d.product_id = ? AND d.paid_at IS NULL AND d.credited_at IS NULL AND i.billed_to_id <> ?",
        [product.id.into(), product.account_id.into()],
    );
    let Some(owed) = sql.one::<Owed>(work.conn()).await? else { return Ok(false) };
    let creditable = lock(work, owed.invoice_id).await?;
    refuse(work, &creditable.invoice).await?;
    // Before the note is: one that owes nothing any more would be restored by it.
    let mut sql = work.sql();
    sql.add(
        "UPDATE product_period SET credited_at = ? WHERE id = ? AND paid_at IS NULL AND credited_at IS NULL",
        [work.now().into(), owed.period_id.into()],
    );
    if sql.execute(work.conn()).await? == 0 {
        return Err(Refusal::new(Code::Conflict, "This period is paid.").into());
    }
    let line: Vec<usize> = creditable.lines.iter().position(|line| line.id == owed.line_id).into_iter().collect();
    let credited = credit_lines(creditable.currency, &creditable.facts, Some(&line), None)
        .map_err(|error| Error::fault(error.to_string()))?;
    let reason = Some("Taken over by the holder of the product".to_owned());
    issue(work, creditable, Note { credited, reason, order_id: None }).await?;
    let mut sql = work.sql();
    sql.add("UPDATE product SET renewal_billing = 'ACCOUNT' WHERE id = ?", [product.id.into()]);
    sql.execute(work.conn()).await?;
    Ok(true)
}
