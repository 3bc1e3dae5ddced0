//! Ending a product: with its term, or at once.

use chrono::NaiveDate;
use entities::id::ProductId;
use entities::plan_change;
use entities::product::{self, ProductStatus};

use crate::activity::{ActivityKind, Event};
use crate::error::{Code, Error, refuse};
use crate::permission::permit;
use crate::plan_change::commands::forget_next;
use crate::product::actions::{CancelAtOnce, StopAtPeriodEnd};
use crate::product::ended::{Ended, mail};
use crate::transfer::commands as transfer;
use crate::work::Work;
use serde_json::json;

/// Ends a product: at the period's end by whoever manages it, so that it renews no more and is EXPIRED then; at once by a member of
/// its holder alone, which refunds nothing, and takes back an offer to hand it over. Source: rules §2 and §5.
/// # Errors
/// `CONFLICT` for one that has ended, or owes its renewal and has no period to run to; `PAYMENT_PENDING` while a change of its plan
/// is being paid.
pub async fn cancel_product(work: &mut Work, id: ProductId, at_period_end: bool) -> Result<product::Model, Error> {
    let (mut row, grant) = if at_period_end {
        let permit = permit::<StopAtPeriodEnd>(work, id).await?;
        (permit.row, permit.grant)
    } else {
        let permit = permit::<CancelAtOnce>(work, id).await?;
        (permit.row, permit.grant)
    };
    refuse_to_end(work, &row, at_period_end).await?;
    let is_new = row.auto_renew || !at_period_end;
    row = forget_next(work, row).await?;
    row.auto_renew = false;
    if !at_period_end {
        row.status = ProductStatus::Cancelled;
    }
    let mut sql = work.sql();
    sql.add("UPDATE product SET auto_renew = FALSE, status = ? WHERE id = ?", [row.status.into(), id.into()]);
    sql.execute(work.conn()).await?;
    if !at_period_end {
        transfer::call_off(work, &[id]).await?;
    }
    if is_new {
        tell(work, &row, at_period_end.then_some(row.renews_on)).await?;
    }
    work.record("cancelProduct", Some(grant), Some(id.into()));
    Ok(row)
}

async fn refuse_to_end(work: &Work, row: &product::Model, at_period_end: bool) -> Result<(), Error> {
    match row.status {
        ProductStatus::Cancelled | ProductStatus::Expired => return refuse(Code::Conflict, "The product has ended."),
        ProductStatus::PendingPayment => {
            return refuse(Code::PaymentPending, "The order of this product is being paid.");
        }
        ProductStatus::PastDue | ProductStatus::Suspended if at_period_end => {
            return refuse(Code::Conflict, "Its term is over: cancel it at once, or pay its renewal.");
        }
        ProductStatus::PastDue | ProductStatus::Suspended | ProductStatus::Free | ProductStatus::Active => {}
    }
    let mut sql = work.sql();
    sql.add("SELECT * FROM plan_change WHERE status = 'PENDING' AND product_id = ?", [row.id.into()]);
    if sql.one::<plan_change::Model>(work.conn()).await?.is_some() {
        return refuse(Code::PaymentPending, "A change of its plan is being paid.");
    }
    Ok(())
}

async fn tell(work: &mut Work, row: &product::Model, ends_on: Option<NaiveDate>) -> Result<(), Error> {
    let event = Event::new(row.account_id, ActivityKind::ProductCancelled).of_product(row.id);
    work.tell(event.with(json!({ "label": row.label, "endsOn": ends_on })));
    let by = work.user_id()?;
    mail(work, &[Ended { product_id: row.id, cancelled_by: Some(by), ends_on }]).await
}
