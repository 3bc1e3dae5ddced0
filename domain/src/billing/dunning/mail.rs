//! The mails of dunning: what is about a product goes to its payer and to its holder, without prices.

use std::collections::HashMap;

use chrono::NaiveDate;
use entities::id::{InvoiceId, InvoiceLineId};
use sea_orm::FromQueryResult;
use serde_json::{Value, json};

use super::DunningStep;
use super::run::Owed;
use super::step::Unpaid;
use crate::billing::mail::{Parties, holder, payer};
use crate::billing::period::Moved;
use crate::billing::settle::Changed;
use crate::calendar::local_date;
use crate::error::Error;
use crate::notification::MailKind;
use crate::product::rules::time_zone;
use crate::work::Work;

async fn parties(work: &Work, products: &[Unpaid]) -> Result<Parties, Error> {
    let payers = products.iter().map(|it| payer(it.billed_to_id));
    let holders = products.iter().map(|it| holder(it.account_id));
    Parties::of(work, &payers.chain(holders).collect::<Vec<_>>()).await
}

/// The day on which each of the invoices comes to a step, in its payer's time zone.
fn days(work: &Work, owed: &[Owed], step: DunningStep) -> Result<HashMap<InvoiceId, NaiveDate>, Error> {
    let mut days = HashMap::with_capacity(owed.len());
    for it in owed {
        let Some(first_declined_at) = it.first_declined_at else { continue };
        let first_declined_on = local_date(first_declined_at, time_zone(&it.time_zone));
        let schedule = work.settings().dunning.schedule(first_declined_on)?;
        days.extend(schedule.iter().find(|(_, of)| *of == step).map(|(on, _)| (it.invoice_id, *on)));
    }
    Ok(days)
}

fn facts(parties: &Parties, product: &Unpaid) -> Value {
    json!({
        "product": product.label, "plan": product.plan, "holder": parties.name(product.account_id),
        "payer": parties.name(product.billed_to_id),
    })
}

/// To holders: whoever pays for their product does not, and what they can do.
pub(super) async fn payer_failed(work: &mut Work, owed: &[Owed], products: &[Unpaid]) -> Result<(), Error> {
    if products.is_empty() {
        return Ok(());
    }
    let parties = parties(work, products).await?;
    let days = days(work, owed, DunningStep::Suspend)?;
    for product in products {
        let mut data = facts(&parties, product);
        data["suspends_on"] = json!(days.get(&product.invoice_id));
        let event = (product.period_id.into(), 0);
        parties.tell_holder(work, product.account_id, MailKind::PayerFailed, event, &data);
    }
    Ok(())
}

/// To payers, and to holders who can take the product over.
pub(super) async fn suspended(work: &mut Work, owed: &[Owed], products: &[Unpaid]) -> Result<(), Error> {
    if products.is_empty() {
        return Ok(());
    }
    let parties = parties(work, products).await?;
    let days = days(work, owed, DunningStep::Cancel)?;
    for product in products {
        let mut data = facts(&parties, product);
        data["cancels_on"] = json!(days.get(&product.invoice_id));
        data["to"] = json!("PAYER");
        let event = (product.period_id.into(), 0);
        parties.tell_payer(work, product.billed_to_id, MailKind::ProductSuspended, event, &data);
        if product.account_id != product.billed_to_id {
            data["to"] = json!("HOLDER");
            parties.tell_holder(work, product.account_id, MailKind::ProductSuspended, event, &data);
        }
    }
    Ok(())
}

/// To payers and holders.
pub(super) async fn cancelled(work: &mut Work, products: &[Unpaid]) -> Result<(), Error> {
    if products.is_empty() {
        return Ok(());
    }
    let parties = parties(work, products).await?;
    for product in products {
        let data = json!({
            "product": product.label, "plan": product.plan, "holder": parties.name(product.account_id),
            "cancelled_by": null, "ends_on": null, "is_unpaid": true,
        });
        let event = (product.period_id.into(), 0);
        parties.tell_payer(work, product.billed_to_id, MailKind::ProductCancelled, event, &data);
        if product.account_id != product.billed_to_id {
            parties.tell_holder(work, product.account_id, MailKind::ProductCancelled, event, &data);
        }
    }
    Ok(())
}

#[derive(FromQueryResult)]
struct Line {
    id: InvoiceLineId,
    invoice_id: InvoiceId,
}

/// To payers and holders: what was behind is active again.
pub(super) async fn restored(work: &mut Work, changed: &Changed, restored: &[&Moved]) -> Result<(), Error> {
    let lines: Vec<InvoiceLineId> = restored.iter().filter_map(|it| it.line_id).collect();
    let mut sql = work.sql();
    sql.push("SELECT id, invoice_id FROM invoice_line WHERE id ").any(&lines);
    let invoices: HashMap<InvoiceLineId, InvoiceId> =
        sql.all::<Line>(work.conn()).await?.into_iter().map(|line| (line.id, line.invoice_id)).collect();
    let paid_by = |moved: &Moved| {
        let invoice = moved.line_id.and_then(|id| invoices.get(&id)).and_then(|id| changed.invoices.get(id));
        invoice.map(|invoice| invoice.billed_to_id)
    };
    let payers = restored.iter().filter_map(|moved| paid_by(moved)).map(payer);
    let holders = restored.iter().map(|moved| holder(moved.now.account_id));
    let parties = Parties::of(work, &payers.chain(holders).collect::<Vec<_>>()).await?;
    for moved in restored {
        let data = json!({
            "product": moved.now.label, "plan": moved.now.plan, "holder": parties.name(moved.now.account_id),
            "renews_on": moved.now.renews_on,
        });
        let event = (moved.period_id.into(), 0);
        let paid_by = paid_by(moved);
        if let Some(paid_by) = paid_by {
            parties.tell_payer(work, paid_by, MailKind::ProductRestored, event, &data);
        }
        if paid_by != Some(moved.now.account_id) {
            parties.tell_holder(work, moved.now.account_id, MailKind::ProductRestored, event, &data);
        }
    }
    Ok(())
}
