//! Paid periods, and products that move on with them.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use entities::id::{AccountId, InvoiceId, InvoiceLineId, PaymentId, PlanId, ProductId, ProductPeriodId};
use entities::product::ProductStatus;
use entities::product_period;
use sea_orm::FromQueryResult;
use serde_json::json;
use uuid::Uuid;

use super::payment::Settlement;
use crate::activity::{ActivityKind, Event};
use crate::calendar::start_of_day;
use crate::error::Error;
use crate::sql::Type;
use crate::work::Work;

/// The columns of [`Standing`] that are the product's own; its plan's name and its holder's zone come from elsewhere.
pub(super) const STANDING: &str =
    "p.id, p.account_id, p.status, p.label, p.plan_id, p.next_plan_id, p.anchor_months, p.renews_on, p.renews_at";

/// A product as far as its periods go.
#[derive(Debug, Clone, FromQueryResult)]
pub(super) struct Standing {
    id: ProductId,
    pub(super) account_id: AccountId,
    pub(super) status: ProductStatus,
    pub(super) label: String,
    pub(super) plan: String,
    plan_id: PlanId,
    next_plan_id: Option<PlanId>,
    pub(super) anchor_months: i32,
    pub(super) renews_on: NaiveDate,
    pub(super) renews_at: DateTime<Utc>,
    time_zone: String,
}

/// A period that was paid for, with its product as it stands now.
#[derive(Debug, Clone)]
pub(super) struct Moved {
    pub(super) period_id: ProductPeriodId,
    pub(super) line_id: Option<InvoiceLineId>,
    pub(super) period_start: NaiveDate,
    /// It was past due or suspended until now.
    pub(super) was_behind: bool,
    pub(super) now: Standing,
}

/// Marks periods as paid that cost nothing, and moves their products on. For what an invoice bills, settling does it.
pub async fn mark_paid(work: &mut Work, periods: &[ProductPeriodId]) -> Result<(), Error> {
    let mut sql = work.sql();
    sql.push("SELECT * FROM product_period WHERE paid_at IS NULL AND credited_at IS NULL AND id ").any(periods);
    let periods: Vec<product_period::Model> = sql.all(work.conn()).await?;
    move_on(work, periods).await.map(drop)
}

/// Locks the products that these payments are for, then their invoices. Who pays an invoice holds its lock while the payment is
/// written, so whoever settles takes it before the payment's, too.
pub(super) async fn lock_paid_for(work: &Work, settlements: &[Settlement]) -> Result<(), Error> {
    let payments: Vec<PaymentId> = settlements.iter().map(|settlement| settlement.payment_id).collect();
    let mut sql = work.sql();
    sql.push(
        "SELECT p.id FROM product p WHERE p.id IN (
            SELECT d.product_id FROM product_period d JOIN invoice_line l ON l.id = d.invoice_line_id
            JOIN payment y ON y.invoice_id = l.invoice_id WHERE y.id ",
    );
    sql.any(&payments);
    sql.push(
        " UNION SELECT o.id FROM product o JOIN order_line l ON l.id = o.order_line_id
            JOIN payment y ON y.order_id = l.order_id WHERE y.id ",
    );
    sql.any(&payments);
    sql.push(" UNION SELECT c.product_id FROM plan_change c JOIN payment y ON y.order_id = c.order_id WHERE y.id ");
    sql.any(&payments).push(") ORDER BY p.id /for update/");
    sql.all::<Locked>(work.conn()).await?;
    let mut sql = work.sql();
    sql.push("SELECT i.id FROM invoice i WHERE i.id IN (SELECT y.invoice_id FROM payment y WHERE y.id ");
    sql.any(&payments).push(") ORDER BY i.id /for update/");
    sql.all::<Locked>(work.conn()).await?;
    Ok(())
}

#[derive(FromQueryResult)]
struct Locked {
    #[expect(dead_code, reason = "the lock is what counts")]
    id: Uuid,
}

/// The unpaid periods that these invoices bill.
pub(super) async fn unpaid(work: &Work, invoices: &[InvoiceId]) -> Result<Vec<product_period::Model>, Error> {
    if invoices.is_empty() {
        return Ok(Vec::new());
    }
    let mut sql = work.sql();
    sql.push("SELECT d.* FROM product_period d JOIN invoice_line l ON l.id = d.invoice_line_id WHERE l.invoice_id ");
    sql.any(invoices).push(" ORDER BY d.period_start, d.id");
    let mut periods: Vec<product_period::Model> = sql.all(work.conn()).await?;
    // Asked of the database, it would look through all unpaid periods for these: few while it plans, many on the night of a run.
    periods.retain(|period| period.paid_at.is_none() && period.credited_at.is_none());
    Ok(periods)
}

/// Marks periods as paid and moves their products on.
pub(super) async fn move_on(work: &mut Work, periods: Vec<product_period::Model>) -> Result<Vec<Moved>, Error> {
    if periods.is_empty() {
        return Ok(Vec::new());
    }
    let products = standings(work, periods.iter().map(|period| period.product_id)).await?;
    let ids: Vec<ProductPeriodId> = periods.iter().map(|period| period.id).collect();
    let mut sql = work.sql();
    sql.add("UPDATE product_period SET paid_at = ? WHERE paid_at IS NULL AND id ", [work.now().into()]).any(&ids);
    work.change("product_period", sql);
    advance(work, periods, products, &HashSet::new())
}

/// Moves products to the end of their paid periods and makes them ACTIVE; those of `free` FREE.
pub(super) fn advance(
    work: &mut Work,
    mut periods: Vec<product_period::Model>,
    mut products: HashMap<ProductId, Standing>,
    free: &HashSet<ProductId>,
) -> Result<Vec<Moved>, Error> {
    periods.sort_by_key(|period| (period.product_id, period.period_start));
    let mut moved = Vec::with_capacity(periods.len());
    for period in periods {
        let Some(product) = products.get_mut(&period.product_id) else { continue };
        let was = product.status;
        // What was paid twice, or late, or taken over, does not move it a second time.
        if period.period_start == product.renews_on {
            let zone: Tz = product.time_zone.parse().unwrap_or(Tz::UTC);
            product.anchor_months += period.term_months;
            product.renews_on = period.period_end;
            product.renews_at = start_of_day(period.period_end, zone);
            if let Some(next) = product.next_plan_id.take() {
                product.plan_id = next;
                let event = Event::new(product.account_id, ActivityKind::PlanChanged).of_product(product.id);
                work.tell(event.with(json!({ "label": product.label, "renewsOn": product.renews_on })));
            }
        }
        product.status = match was {
            ProductStatus::Cancelled | ProductStatus::Expired => was,
            ProductStatus::Free if period.invoice_line_id.is_none() => was,
            ProductStatus::PendingPayment if free.contains(&period.product_id) => ProductStatus::Free,
            ProductStatus::Free
            | ProductStatus::PendingPayment
            | ProductStatus::Active
            | ProductStatus::PastDue
            | ProductStatus::Suspended => ProductStatus::Active,
        };
        tell(work, period.product_id, was, product);
        moved.push(Moved {
            period_id: period.id,
            line_id: period.invoice_line_id,
            period_start: period.period_start,
            was_behind: matches!(was, ProductStatus::PastDue | ProductStatus::Suspended),
            now: product.clone(),
        });
    }
    write(work, products.values())?;
    Ok(moved)
}

fn tell(work: &mut Work, id: ProductId, was: ProductStatus, now: &Standing) {
    let data = json!({ "label": now.label, "renewsOn": now.renews_on });
    let event = |kind| Event::new(now.account_id, kind).of_product(id).with(data.clone());
    if was == ProductStatus::PendingPayment {
        work.tell(event(ActivityKind::ProductActivated));
        return;
    }
    work.tell(event(ActivityKind::ProductRenewed));
    if matches!(was, ProductStatus::PastDue | ProductStatus::Suspended) {
        work.tell(event(ActivityKind::ProductRestored));
    }
}

#[derive(FromQueryResult)]
struct Early {
    id: InvoiceId,
}

/// Those of the invoices that bill nothing but periods to come: renewals by hand before their day.
pub(super) async fn early(work: &Work, invoices: &[InvoiceId]) -> Result<HashSet<InvoiceId>, Error> {
    if invoices.is_empty() {
        return Ok(HashSet::new());
    }
    let mut sql = work.sql();
    sql.push(
        "SELECT l.invoice_id AS id FROM product_period d JOIN invoice_line l ON l.id = d.invoice_line_id
        JOIN product p ON p.id = d.product_id WHERE d.paid_at IS NULL AND d.credited_at IS NULL AND l.invoice_id ",
    );
    sql.any(invoices).add(" GROUP BY l.invoice_id HAVING min(p.renews_at) > ?", [work.now().into()]);
    let early: Vec<Early> = sql.all(work.conn()).await?;
    Ok(early.into_iter().map(|invoice| invoice.id).collect())
}

/// Makes the products of unpaid periods PAST_DUE, unless the period has not come yet. Tells what they are called, by the line
/// that bills them.
pub(super) async fn fall_behind(
    work: &mut Work,
    periods: &[product_period::Model],
) -> Result<HashMap<InvoiceLineId, Vec<Standing>>, Error> {
    let mut by_line: HashMap<InvoiceLineId, Vec<Standing>> = HashMap::new();
    if periods.is_empty() {
        return Ok(by_line);
    }
    let mut products = standings(work, periods.iter().map(|period| period.product_id)).await?;
    products.retain(|_, product| product.renews_at <= work.now());
    let mut fallen = Vec::new();
    for product in products.values_mut() {
        if matches!(product.status, ProductStatus::Active | ProductStatus::Free) {
            product.status = ProductStatus::PastDue;
            fallen.push(product.id);
            let event = Event::new(product.account_id, ActivityKind::ProductPastDue).of_product(product.id);
            work.tell(event.with(json!({ "label": product.label })));
        }
    }
    if !fallen.is_empty() {
        let mut sql = work.sql();
        sql.push("UPDATE product SET status = 'PAST_DUE' WHERE id ").any(&fallen);
        work.change("product", sql);
    }
    for period in periods {
        if let (Some(line), Some(product)) = (period.invoice_line_id, products.get(&period.product_id)) {
            by_line.entry(line).or_default().push(product.clone());
        }
    }
    Ok(by_line)
}

async fn standings(work: &Work, ids: impl Iterator<Item = ProductId>) -> Result<HashMap<ProductId, Standing>, Error> {
    let ids: HashSet<ProductId> = ids.collect();
    let ids: Vec<ProductId> = ids.into_iter().collect();
    let mut sql = work.sql();
    sql.push("SELECT ").push(STANDING).push(
        ", f.name AS plan, a.time_zone
        FROM product p JOIN account a ON a.id = p.account_id JOIN plan f ON f.id = coalesce(p.next_plan_id, p.plan_id) WHERE p.id ",
    );
    sql.any(&ids);
    let products: Vec<Standing> = sql.all(work.conn()).await?;
    Ok(products.into_iter().map(|product| (product.id, product)).collect())
}

fn write<'s>(work: &Work, products: impl Iterator<Item = &'s Standing>) -> Result<(), Error> {
    let rows: Vec<_> = products
        .map(|product| {
            json!({
                "id": product.id, "status": product.status, "anchor_months": product.anchor_months,
                "plan_id": product.plan_id, "next_plan_id": product.next_plan_id,
                "renews_on": product.renews_on, "renews_at": product.renews_at,
            })
        })
        .collect();
    let columns = [
        ("id", Type::Id),
        ("status", Type::Text),
        ("plan_id", Type::Id),
        ("next_plan_id", Type::Id),
        ("anchor_months", Type::Int),
        ("renews_on", Type::Date),
        ("renews_at", Type::Instant),
    ];
    let mut sql = work.sql();
    sql.push(
        "UPDATE product SET status = r.status, plan_id = r.plan_id, next_plan_id = r.next_plan_id, anchor_months = r.anchor_months, renews_on = r.renews_on, renews_at = r.renews_at FROM ",
    );
    sql.records("r", &columns, &rows)?.push(" WHERE product.id = r.id");
    work.change("product", sql);
    Ok(())
}
