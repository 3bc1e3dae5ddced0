//! What the steps do to products, and to the invoice that is given up with the last one.

use entities::id::{AccountId, InvoiceId, ProductId, ProductPeriodId};
use entities::invoice;
use entities::product::ProductStatus;
use sea_orm::FromQueryResult;
use serde_json::json;

use super::mail;
use super::run::Owed;
use crate::activity::{ActivityKind, Event};
use crate::billing::ledger::{write_off_reversed, written_off};
use crate::billing::post::Posting;
use crate::credit::{self, Creditable};
use crate::error::Error;
use crate::money::Money;
use crate::work::Work;

/// A product whose term an unpaid invoice bills.
#[derive(Debug, Clone, FromQueryResult)]
pub(super) struct Unpaid {
    pub(super) period_id: ProductPeriodId,
    pub(super) invoice_id: InvoiceId,
    pub(super) billed_to_id: AccountId,
    pub(super) product_id: ProductId,
    pub(super) account_id: AccountId,
    pub(super) status: ProductStatus,
    pub(super) label: String,
    pub(super) plan: String,
}

/// The products that these invoices bill unpaid terms of.
async fn unpaid(work: &Work, owed: &[Owed]) -> Result<Vec<Unpaid>, Error> {
    let ids: Vec<InvoiceId> = owed.iter().map(|it| it.invoice_id).collect();
    let mut sql = work.sql();
    sql.push(
        "SELECT d.id AS period_id, l.invoice_id, i.billed_to_id, p.id AS product_id, p.account_id, p.status, p.label, f.name AS plan
        FROM product_period d JOIN invoice_line l ON l.id = d.invoice_line_id JOIN invoice i ON i.id = l.invoice_id
        JOIN product p ON p.id = d.product_id JOIN plan f ON f.id = p.plan_id
        WHERE d.paid_at IS NULL AND d.credited_at IS NULL AND l.invoice_id ",
    );
    sql.any(&ids).push(" ORDER BY p.id");
    Ok(sql.all(work.conn()).await?)
}

/// Warns the holders of what another does not pay for: they can take it over.
pub(super) async fn warn(work: &mut Work, owed: &[Owed]) -> Result<(), Error> {
    if owed.is_empty() {
        return Ok(());
    }
    let mut products = unpaid(work, owed).await?;
    products.retain(|it| it.account_id != it.billed_to_id && it.status == ProductStatus::PastDue);
    mail::payer_failed(work, owed, &products).await
}

/// Suspends what is past due.
pub(super) async fn suspend(work: &mut Work, owed: &[Owed]) -> Result<(), Error> {
    if owed.is_empty() {
        return Ok(());
    }
    let mut products = unpaid(work, owed).await?;
    products.retain(|it| it.status == ProductStatus::PastDue);
    set(work, &products, "status = 'SUSPENDED'", ActivityKind::ProductSuspended).await?;
    mail::suspended(work, owed, &products).await
}

/// Cancels what was not paid for, and gives up what is due of its invoice.
pub(super) async fn cancel(work: &mut Work, owed: &[Owed]) -> Result<(), Error> {
    if owed.is_empty() {
        return Ok(());
    }
    let mut products = unpaid(work, owed).await?;
    products.retain(|it| matches!(it.status, ProductStatus::PastDue | ProductStatus::Suspended));
    let cancelled = "status = 'CANCELLED', auto_renew = FALSE, next_plan_id = NULL";
    set(work, &products, cancelled, ActivityKind::ProductCancelled).await?;
    mail::cancelled(work, &products).await?;
    write_off(work, owed).await
}

async fn set(work: &mut Work, products: &[Unpaid], what: &str, kind: ActivityKind) -> Result<(), Error> {
    let ids: Vec<ProductId> = products.iter().map(|it| it.product_id).collect();
    let mut sql = work.sql();
    sql.push("UPDATE product SET ").push(what).push(" WHERE status IN ('PAST_DUE', 'SUSPENDED') AND id ").any(&ids);
    sql.execute(work.conn()).await?;
    for product in products {
        let event = Event::new(product.account_id, kind).of_product(product.product_id);
        work.tell(event.with(json!({ "label": product.label })));
    }
    Ok(())
}

async fn write_off(work: &mut Work, owed: &[Owed]) -> Result<(), Error> {
    let ids: Vec<InvoiceId> = owed.iter().map(|it| it.invoice_id).collect();
    let mut posting = Posting::default();
    for creditable in credit::load(work.conn(), &ids).await?.values() {
        let (net, tax) = given_up(creditable)?;
        posting.add(written_off(creditable.invoice.billed_to_id, net, tax)?, creditable.invoice.id);
    }
    let mut sql = work.sql();
    sql.push("UPDATE invoice SET status = 'UNCOLLECTIBLE' WHERE status = 'OPEN' AND id ").any(&ids);
    sql.execute(work.conn()).await?;
    posting.write(work)
}

/// Takes back that an invoice was given up.
pub(super) async fn take_back_write_off(work: &mut Work, invoice: &invoice::Model) -> Result<(), Error> {
    let mut sql = work.sql();
    sql.add("UPDATE invoice SET status = 'OPEN' WHERE status = 'UNCOLLECTIBLE' AND id = ?", [invoice.id.into()]);
    sql.execute(work.conn()).await?;
    let mut posting = Posting::default();
    if let Some(creditable) = credit::load(work.conn(), &[invoice.id]).await?.get(&invoice.id) {
        let (net, tax) = given_up(creditable)?;
        posting.add(write_off_reversed(invoice.billed_to_id, net, tax)?, invoice.id);
    }
    posting.write(work)
}

/// What is due of an invoice, as net and tax in the proportion of what is left of its lines.
fn given_up(creditable: &Creditable) -> Result<(Money, Money), Error> {
    let (invoice, currency) = (&creditable.invoice, creditable.currency);
    let due = Money::new(invoice.total_minor - invoice.paid_minor - invoice.credited_minor, currency);
    let (mut net, mut tax) = (Money::zero(currency), Money::zero(currency));
    for facts in &creditable.facts {
        let rest = facts.rest()?;
        (net, tax) = (net.checked_add(rest.net)?, tax.checked_add(rest.tax)?);
    }
    let parts = due.split_by(&[net.minor().max(0), tax.minor().max(0)])?;
    match parts.as_slice() {
        [net, tax] => Ok((*net, *tax)),
        _ => Err(Error::fault("a split into two has other parts")),
    }
}
