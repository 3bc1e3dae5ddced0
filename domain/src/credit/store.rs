//! Invoices as they are credited.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, NaiveDate, Utc};
use entities::id::{InvoiceId, InvoiceLineId, ProductId, ProductPeriodId};
use entities::invoice::{self, InvoiceKind, InvoiceStatus};
use entities::invoice_line;
use entities::product::ProductStatus;
use sea_orm::{ConnectionTrait, FromQueryResult};
use serde_json::json;
use uuid::Uuid;

use super::rules::{Credited, LineFacts, Part, credited_in_all};
use crate::activity::{ActivityKind, Event};
use crate::billing::fulfil_credited;
use crate::calendar::local_date;
use crate::error::{self, Code, Error};
use crate::money::{Currency, Money, Rate};
use crate::product::rules::{Standing, time_zone};
use crate::sql::{Sql, Type};
use crate::tax::rules::{TaxCategory, TaxTreatment};
use crate::work::Work;

/// A locked invoice with what is left of its lines.
#[derive(Debug, Clone)]
pub(crate) struct Creditable {
    pub(crate) invoice: invoice::Model,
    pub(crate) currency: Currency,
    /// In their order; `facts` in the same.
    pub(crate) lines: Vec<invoice_line::Model>,
    pub(crate) facts: Vec<LineFacts>,
}

#[derive(FromQueryResult)]
struct Locked {
    #[expect(dead_code, reason = "the lock is what counts")]
    id: Uuid,
}

#[derive(FromQueryResult)]
struct Taken {
    id: InvoiceLineId,
    public_price: i64,
    discount: i64,
    net: i64,
    tax: i64,
    cashback: i64,
}

/// Locks the products whose terms an invoice bills, then the invoice, as settling does, and loads what is left of it.
pub(crate) async fn lock(work: &Work, id: InvoiceId) -> Result<Creditable, Error> {
    let mut sql = work.sql();
    sql.add(
        "SELECT p.id FROM product p WHERE p.id IN (SELECT d.product_id FROM product_period d
            JOIN invoice_line l ON l.id = d.invoice_line_id WHERE l.invoice_id = ?) ORDER BY p.id /for update/",
        [id.into()],
    );
    sql.all::<Locked>(work.conn()).await?;
    let mut sql = work.sql();
    sql.add("SELECT id FROM invoice WHERE id = ? /for update/", [id.into()]);
    sql.all::<Locked>(work.conn()).await?;
    load(work.conn(), &[id]).await?.remove(&id).ok_or(Error::NotFound)
}

/// Refuses what must not be credited, or not yet.
/// # Errors
/// `CONFLICT` for a credit note and for what was given up, `PAYMENT_PENDING` while a payment of it is in flight, or one for a plan
/// change that credits it.
pub(crate) async fn refuse(work: &Work, invoice: &invoice::Model) -> Result<(), Error> {
    if invoice.kind == InvoiceKind::CreditNote {
        return error::refuse(Code::Conflict, "A credit note is not credited itself.");
    }
    if invoice.status == InvoiceStatus::Uncollectible {
        return error::refuse(Code::Conflict, "What was due of this invoice was given up.");
    }
    let mut sql = work.sql();
    sql.add(
        "SELECT id FROM payment WHERE status IN ('PENDING', 'UNKNOWN') AND invoice_id = ?
        UNION ALL SELECT c.id FROM plan_change c JOIN invoice_line l ON l.id = c.corrected_line_id WHERE c.status = 'PENDING' AND l.invoice_id = ?",
        [invoice.id.into(), invoice.id.into()],
    );
    if sql.one::<Locked>(work.conn()).await?.is_some() {
        return error::refuse(Code::PaymentPending, "A payment for this is in flight; its end is not known yet.");
    }
    Ok(())
}

/// What is left of these invoices, and of what plan changes charged on credit notes; what a change that is being paid will credit is
/// not. Three statements.
pub(crate) async fn load(
    conn: &impl ConnectionTrait,
    ids: &[InvoiceId],
) -> Result<HashMap<InvoiceId, Creditable>, Error> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let new = || Sql::new(conn.get_database_backend());
    let mut sql = new();
    sql.push("SELECT * FROM invoice WHERE id ").any(ids);
    let invoices: Vec<invoice::Model> = sql.all(conn).await?;
    let mut sql = new();
    sql.push("SELECT * FROM invoice_line WHERE invoice_id ").any(ids).push(" ORDER BY invoice_id, position");
    let mut lines: HashMap<InvoiceId, Vec<invoice_line::Model>> = HashMap::new();
    for line in sql.all::<invoice_line::Model>(conn).await? {
        lines.entry(line.invoice_id).or_default().push(line);
    }
    let mut sql = new();
    sql.push(
        "SELECT n.id, CAST(sum(n.public_price) AS bigint) AS public_price, CAST(sum(n.discount) AS bigint) AS discount,
            CAST(sum(n.net) AS bigint) AS net, CAST(sum(n.tax) AS bigint) AS tax, CAST(sum(n.cashback) AS bigint) AS cashback
        FROM (SELECT o.id, abs(n.public_price_minor) AS public_price, abs(n.discount_minor) AS discount, abs(n.net_minor) AS net,
                abs(n.tax_minor) AS tax, abs(n.cashback_minor) AS cashback
            FROM invoice_line o JOIN invoice_line n ON n.corrected_line_id = o.id WHERE o.invoice_id ",
    );
    sql.any(ids).push(
        " UNION ALL SELECT o.id, c.credited_public_price_minor, c.credited_discount_minor, c.credited_net_minor, c.credited_tax_minor,
                c.credited_cashback_minor
            FROM invoice_line o JOIN plan_change c ON c.corrected_line_id = o.id WHERE c.status = 'PENDING' AND o.invoice_id ",
    );
    sql.any(ids).push(") n GROUP BY n.id");
    let taken: Vec<Taken> = sql.all(conn).await?;
    let taken: HashMap<InvoiceLineId, Taken> = taken.into_iter().map(|row| (row.id, row)).collect();
    let mut loaded = HashMap::with_capacity(invoices.len());
    for invoice in invoices {
        let currency = Currency::parse(&invoice.currency)?;
        let lines = lines.remove(&invoice.id).unwrap_or_default();
        let facts = lines.iter().map(|line| facts_of(line, currency, taken.get(&line.id))).collect::<Result<_, _>>()?;
        loaded.insert(invoice.id, Creditable { invoice, currency, lines, facts });
    }
    Ok(loaded)
}

/// A line takes back where it corrects another one; its amounts are positive on one kind of document and negative on the other.
fn facts_of(line: &invoice_line::Model, currency: Currency, taken: Option<&Taken>) -> Result<LineFacts, Error> {
    let category = TaxCategory::from_code(&line.tax_category)
        .ok_or_else(|| Error::fault("an invoice line without a tax category"))?;
    let money = |minor: i64| Money::new(minor.saturating_abs(), currency);
    Ok(LineFacts {
        billed: Part {
            public_price: money(line.public_price_minor),
            discount: money(line.discount_minor),
            net: money(line.net_minor),
            tax: money(line.tax_minor),
            cashback: money(line.cashback_minor),
        },
        is_credit: line.corrected_line_id.is_some(),
        treatment: TaxTreatment { category, rate: Rate::from_bps(line.tax_rate_bps)? },
        credited: taken.map_or_else(
            || Part::zero(currency),
            |taken| Part {
                public_price: money(taken.public_price),
                discount: money(taken.discount),
                net: money(taken.net),
                tax: money(taken.tax),
                cashback: money(taken.cashback),
            },
        ),
    })
}

/// Counts what is credited with the invoice and its lines, and what follows from it: an order whose invoice is wholly credited is
/// REFUNDED, terms that are wholly credited are free again, and what is fully paid by owing less is PAID.
///
/// Tells how much of what was paid is owed back now.
pub(crate) async fn apply(work: &mut Work, creditable: &mut Creditable, credited: &[Credited]) -> Result<Money, Error> {
    let Creditable { invoice, currency, lines, facts } = creditable;
    // A plan change may take back more of a line than its document's total, of which another invoice paid a part.
    let is_note = invoice.kind == InvoiceKind::CreditNote;
    let total = Money::new(invoice.total_minor, *currency);
    let before = credited_in_all(*currency, facts, total)?.minor();
    let mut gross = Money::zero(*currency);
    let mut whole = Vec::new();
    let mut rows = Vec::with_capacity(credited.len());
    for (at, part) in credited {
        let (Some(line), Some(fact)) = (lines.get_mut(*at), facts.get_mut(*at)) else { continue };
        fact.credited = fact.credited.plus(*part)?;
        gross = gross.checked_add(part.net)?.checked_add(part.tax)?;
        line.credited_net_minor = fact.credited.net.minor();
        if fact.left()?.is_zero() {
            whole.push(line.id);
        }
        rows.push(json!({ "id": line.id, "credited": line.credited_net_minor }));
    }
    let mut sql = work.sql();
    sql.push("UPDATE invoice_line SET credited_net_minor = r.credited FROM ");
    sql.records("r", &[("id", Type::Id), ("credited", Type::Int)], &rows)?;
    sql.push(" WHERE invoice_line.id = r.id AND abs(invoice_line.net_minor) >= r.credited");
    if sql.execute(work.conn()).await? != rows.len() as u64 {
        return Err(Error::fault("more is credited of a line than was billed"));
    }
    let after = credited_in_all(*currency, facts, total)?.minor();
    free_terms(work, &whole).await?;
    if is_note {
        return Ok(gross);
    }
    let due = |credited: i64| (invoice.total_minor - credited - invoice.paid_minor).max(0);
    let less_due = due(before) - due(after);
    invoice.credited_minor = after;
    close(work, invoice).await?;
    Ok(gross.checked_sub(Money::new(less_due, *currency))?)
}

async fn close(work: &mut Work, invoice: &mut invoice::Model) -> Result<(), Error> {
    let is_credited = invoice.credited_minor >= invoice.total_minor;
    let is_paid = invoice.status == InvoiceStatus::Open
        && invoice.paid_minor > 0
        && invoice.paid_minor >= invoice.total_minor - invoice.credited_minor;
    if is_credited {
        invoice.status = InvoiceStatus::Credited;
    } else if is_paid {
        (invoice.status, invoice.paid_at) = (InvoiceStatus::Paid, Some(work.now()));
    }
    let mut sql = work.sql();
    sql.add(
        "UPDATE invoice SET credited_minor = ?, status = ?, paid_at = ? WHERE id = ?",
        [invoice.credited_minor.into(), invoice.status.into(), invoice.paid_at.into(), invoice.id.into()],
    );
    sql.execute(work.conn()).await?;
    if let (true, InvoiceKind::Order, Some(order_id)) = (is_credited, invoice.kind, invoice.order_id) {
        let mut sql = work.sql();
        sql.add("UPDATE \"order\" SET status = 'REFUNDED' WHERE id = ? AND status = 'PAID'", [order_id.into()]);
        sql.execute(work.conn()).await?;
    }
    if is_paid && !is_credited {
        fulfil_credited(work, invoice.clone()).await?;
    }
    Ok(())
}

/// A term that is wholly credited, with its product.
#[derive(FromQueryResult)]
struct Freed {
    id: ProductPeriodId,
    product_id: ProductId,
    period_start: NaiveDate,
    period_end: NaiveDate,
    term_months: i32,
    paid_at: Option<DateTime<Utc>>,
    account_id: entities::id::AccountId,
    status: ProductStatus,
    label: String,
    anchor_on: NaiveDate,
    anchor_months: i32,
    renews_on: NaiveDate,
    time_zone: String,
}

/// Frees the terms that these lines bill: they can be billed again. A product whose term was paid ahead and has not begun stands
/// before it again; one that owed for it owes nothing more. One that is in its term stays in it.
async fn free_terms(work: &mut Work, lines: &[InvoiceLineId]) -> Result<(), Error> {
    if lines.is_empty() {
        return Ok(());
    }
    let mut sql = work.sql();
    sql.push(
        "SELECT d.id, d.product_id, d.period_start, d.period_end, d.term_months, d.paid_at, p.account_id, p.status, p.label,
            p.anchor_on, p.anchor_months, p.renews_on, a.time_zone
        FROM product_period d JOIN product p ON p.id = d.product_id JOIN account a ON a.id = p.account_id
        WHERE d.credited_at IS NULL AND d.invoice_line_id ",
    );
    sql.any(lines).push(" ORDER BY d.id");
    let freed: Vec<Freed> = sql.all(work.conn()).await?;
    let ids: Vec<ProductPeriodId> = freed.iter().map(|term| term.id).collect();
    let mut sql = work.sql();
    sql.add("UPDATE product_period SET credited_at = ? WHERE id ", [work.now().into()]).any(&ids);
    sql.execute(work.conn()).await?;
    let mut restored = HashSet::new();
    let mut moved = Vec::new();
    for term in freed {
        let zone = time_zone(&term.time_zone);
        let is_behind = matches!(term.status, ProductStatus::PastDue | ProductStatus::Suspended);
        if term.paid_at.is_none() && is_behind && restored.insert(term.product_id) {
            let event = Event::new(term.account_id, ActivityKind::ProductRestored).of_product(term.product_id);
            work.tell(event.with(json!({ "label": term.label, "renewsOn": term.renews_on })));
        }
        let is_ahead = term.period_start > local_date(work.now(), zone) && term.period_end == term.renews_on;
        if term.paid_at.is_some() && is_ahead {
            let months = u32::try_from(term.anchor_months - term.term_months)
                .map_err(|_| Error::fault("a term before its product began"))?;
            let standing = Standing::at(term.anchor_on, months, zone)?;
            moved.push(json!({
                "id": term.product_id, "anchor_months": months, "renews_on": standing.renews_on, "renews_at": standing.renews_at,
            }));
        }
    }
    if !restored.is_empty() {
        let restored: Vec<ProductId> = restored.into_iter().collect();
        let mut sql = work.sql();
        sql.push("UPDATE product SET status = 'ACTIVE' WHERE id ").any(&restored);
        sql.execute(work.conn()).await?;
    }
    stand_back(work, &moved).await
}

async fn stand_back(work: &Work, products: &[serde_json::Value]) -> Result<(), Error> {
    if products.is_empty() {
        return Ok(());
    }
    let columns =
        [("id", Type::Id), ("anchor_months", Type::Int), ("renews_on", Type::Date), ("renews_at", Type::Instant)];
    let mut sql = work.sql();
    sql.push(
        "UPDATE product SET anchor_months = r.anchor_months, renews_on = r.renews_on, renews_at = r.renews_at FROM ",
    );
    sql.records("r", &columns, &products)?.push(" WHERE product.id = r.id");
    sql.execute(work.conn()).await?;
    Ok(())
}
