//! What becomes of an order when it is known whether it was paid.

use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;
use entities::id::{AccountId, CartId, InvoiceId, OrderId, OrderLineId, ProductId, ProductPeriodId};
use entities::invoice::InvoiceKind;
use entities::{order, order_line, product_period};
use sea_orm::FromQueryResult;
use serde_json::json;

use super::issue::{Draft, DraftLine, Issued, LineTax, issue};
use super::period::move_on;
use super::rules::LineAmounts;
use crate::activity::{ActivityKind, Event};
use crate::calendar::{Term, period_end};
use crate::error::Error;
use crate::money::{Currency, Money, Rate};
use crate::order::sent::{self, AccessNeeded};
use crate::permission::Permission;
use crate::plan_change::{self, Changing};
use crate::sql;
use crate::tax::rules::{TaxCategory, TaxTreatment};
use crate::work::Work;

/// An order that is done, and its invoice, unless it cost nothing.
#[derive(Debug)]
pub(super) struct Completed {
    pub(super) order: order::Model,
    pub(super) lines: Vec<Line>,
    pub(super) issued: Option<Issued>,
    /// Of a cart that was sent: its sender has no access.
    pub(super) access_needed: Option<AccessNeeded>,
}

/// An order line with what its plan is called.
#[derive(Debug, Clone)]
pub(super) struct Line {
    pub(super) line: order_line::Model,
    pub(super) offering: String,
    pub(super) plan: String,
}

#[derive(FromQueryResult)]
struct Names {
    id: OrderLineId,
    offering: String,
    plan: String,
}

#[derive(FromQueryResult)]
struct Ordered {
    id: ProductId,
    order_line_id: OrderLineId,
    anchor_on: NaiveDate,
    term_months: i32,
}

/// Completes orders that cost nothing, in the transaction that placed them: PAID, products FREE or ACTIVE, cart COMPLETED.
/// What is paid for is completed by settling.
pub async fn complete_orders(work: &mut Work, orders: &[OrderId]) -> Result<(), Error> {
    let completed = complete(work, orders).await?;
    super::mail::ordered(work, &completed).await
}

/// Issues the invoices of orders, activates their products, and closes order and cart. A constant number of statements.
pub(super) async fn complete(work: &mut Work, ids: &[OrderId]) -> Result<Vec<Completed>, Error> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let mut sql = work.sql();
    sql.push("SELECT * FROM \"order\" WHERE status = 'PENDING_PAYMENT' AND id ")
        .any(ids)
        .push(" ORDER BY id /for update/");
    let orders: Vec<order::Model> = sql.all(work.conn()).await?;
    let mut lines = lines_of(work, ids).await?;
    let products = products_of(work, ids).await?;
    let mut drafts = Vec::with_capacity(orders.len());
    for order in &orders {
        drafts.push(draft_of(order, lines.get(&order.id).map_or(&[], Vec::as_slice), &products)?);
        tell(work, order);
    }
    let issued = issue_all(work, &orders, drafts).await?;
    let mut periods = Vec::new();
    let mut free = HashSet::new();
    for (order, issued) in orders.iter().zip(&issued) {
        for (at, line) in lines.get(&order.id).into_iter().flatten().enumerate() {
            let invoice_line_id = issued.as_ref().and_then(|it| it.lines.get(at)).map(|line| line.id);
            for product in products.get(&line.line.id).into_iter().flatten() {
                if line.line.public_price_minor == 0 {
                    free.insert(product.id);
                }
                periods.push(first_period(work, product, invoice_line_id)?);
            }
        }
    }
    sql::insert::<product_period::Entity>(work.conn(), &periods).await?;
    move_on(work, periods, &free).await?;
    close(work, &orders).await?;
    let mut needed = sent::completed(work, &orders).await?;
    Ok(orders
        .into_iter()
        .zip(issued)
        .map(|(order, issued)| Completed {
            lines: lines.remove(&order.id).unwrap_or_default(),
            access_needed: needed.remove(&order.id),
            order,
            issued,
        })
        .collect())
}

/// The invoices of orders, in their order. What changes a plan is done first, since that locks the invoices that it corrects.
async fn issue_all(work: &mut Work, orders: &[order::Model], drafts: Vec<Draft>) -> Result<Vec<Option<Issued>>, Error> {
    let ids: Vec<OrderId> = orders.iter().map(|order| order.id).collect();
    let mut changes = plan_change::of_orders(work, &ids).await?;
    let mut issued: Vec<Option<Issued>> = vec![None; orders.len()];
    let mut plain = Vec::with_capacity(drafts.len());
    for (at, (order, draft)) in orders.iter().zip(drafts).enumerate() {
        match changes.remove(&order.id) {
            Some(change) => {
                let changing = Changing { change, order: order.clone(), lines: draft.lines };
                if let Some(slot) = issued.get_mut(at) {
                    *slot = plan_change::complete(work, changing).await?;
                }
            }
            None => plain.push((at, draft)),
        }
    }
    let (places, drafts): (Vec<usize>, Vec<Draft>) = plain.into_iter().unzip();
    for (at, invoice) in places.into_iter().zip(issue(work, drafts).await?) {
        if let Some(slot) = issued.get_mut(at) {
            *slot = invoice;
        }
    }
    Ok(issued)
}

/// Told to the payer, and to the account that it was placed from; when it is done, since nothing is left of one that fails.
fn tell(work: &mut Work, order: &order::Model) {
    let data = json!({ "number": order.number });
    let event = |account_id| {
        let event = Event::new(account_id, ActivityKind::OrderPlaced).about("Order", order.id);
        event.done_by(order.placed_by_id).with(data.clone())
    };
    work.tell(event(order.billed_to_id));
    if order.placed_from_id != order.billed_to_id {
        work.tell(event(order.placed_from_id).needs(Permission::Purchase).done_for(order.holder_id));
    }
}

async fn lines_of(work: &Work, ids: &[OrderId]) -> Result<HashMap<OrderId, Vec<Line>>, Error> {
    let mut sql = work.sql();
    sql.push("SELECT * FROM order_line WHERE order_id ").any(ids).push(" ORDER BY order_id, position");
    let lines: Vec<order_line::Model> = sql.all(work.conn()).await?;
    let mut sql = work.sql();
    sql.push(
        "SELECT l.id, o.name AS offering, p.name AS plan FROM order_line l JOIN plan p ON p.id = l.plan_id
        JOIN offering o ON o.id = p.offering_id WHERE l.order_id ",
    );
    sql.any(ids);
    let names: Vec<Names> = sql.all(work.conn()).await?;
    let mut names: HashMap<_, _> = names.into_iter().map(|it| (it.id, (it.offering, it.plan))).collect();
    let mut by_order: HashMap<OrderId, Vec<Line>> = HashMap::new();
    for line in lines {
        let (offering, plan) = names.remove(&line.id).unwrap_or_default();
        by_order.entry(line.order_id).or_default().push(Line { line, offering, plan });
    }
    Ok(by_order)
}

async fn products_of(work: &Work, ids: &[OrderId]) -> Result<HashMap<OrderLineId, Vec<Ordered>>, Error> {
    let mut sql = work.sql();
    sql.push(
        "SELECT p.id, p.order_line_id, p.anchor_on, p.term_months FROM product p JOIN order_line l ON l.id = p.order_line_id
        WHERE p.status = 'PENDING_PAYMENT' AND l.order_id ",
    );
    sql.any(ids).push(" ORDER BY p.id /for update/");
    let mut by_line: HashMap<OrderLineId, Vec<Ordered>> = HashMap::new();
    for product in sql.all::<Ordered>(work.conn()).await? {
        by_line.entry(product.order_line_id).or_default().push(product);
    }
    Ok(by_line)
}

fn draft_of(
    order: &order::Model,
    lines: &[Line],
    products: &HashMap<OrderLineId, Vec<Ordered>>,
) -> Result<Draft, Error> {
    let currency = Currency::parse(&order.currency)?;
    let mut drafted = Vec::with_capacity(lines.len());
    for line in lines {
        let ordered = products.get(&line.line.id).map_or(&[][..], Vec::as_slice);
        drafted.push(draft_line(order, line, ordered, currency)?);
    }
    Ok(Draft {
        kind: InvoiceKind::Order,
        billed_to_id: order.billed_to_id,
        currency,
        order_id: Some(order.id),
        renewal_run_id: None,
        lines: drafted,
    })
}

/// The line as it was fixed when the order was placed: price, benefit and tax.
fn draft_line(order: &order::Model, line: &Line, ordered: &[Ordered], currency: Currency) -> Result<DraftLine, Error> {
    let Line { line, offering, plan } = line;
    let money = |minor| Money::new(minor, currency);
    let category = TaxCategory::from_code(&line.tax_category)
        .ok_or_else(|| Error::fault("an order line without a tax category"))?;
    let period = ordered.first().map(|product| end_of(product).map(|end| (product.anchor_on, end))).transpose()?;
    let domain = line.domain_name.as_deref().map(|name| format!(", {name}")).unwrap_or_default();
    Ok(DraftLine {
        description: format!("{offering} {plan}, {} months{domain}", line.term_months),
        plan_id: Some(line.plan_id),
        product_id: if let [only] = ordered { Some(only.id) } else { None },
        period,
        quantity: line.quantity,
        amounts: LineAmounts {
            public_price: money(line.public_price_minor),
            discount: money(line.discount_minor),
            net: money(line.net_minor),
            cashback: money(line.cashback_minor),
            commission: money(0),
        },
        rate: line.rate_bps.map(Rate::from_bps).transpose()?,
        partnership_id: order.partnership_id,
        partner_id: line.partner_id,
        corrected_line_id: None,
        tax: Some(LineTax {
            treatment: TaxTreatment { category, rate: Rate::from_bps(line.tax_rate_bps)? },
            amount: money(line.tax_minor),
        }),
    })
}

fn end_of(product: &Ordered) -> Result<NaiveDate, Error> {
    Ok(period_end(product.anchor_on, product.anchor_on, Term::from_months(product.term_months)?)?)
}

fn first_period(
    work: &Work,
    product: &Ordered,
    invoice_line_id: Option<entities::id::InvoiceLineId>,
) -> Result<product_period::Model, Error> {
    Ok(product_period::Model {
        id: work.new_id::<ProductPeriodId>(),
        product_id: product.id,
        period_start: product.anchor_on,
        period_end: end_of(product)?,
        term_months: product.term_months,
        invoice_line_id,
        paid_at: None,
        credited_at: None,
        created_at: work.now(),
    })
}

#[derive(FromQueryResult)]
struct ClosedCart {
    id: CartId,
    partner_id: AccountId,
}

async fn close(work: &mut Work, orders: &[order::Model]) -> Result<(), Error> {
    let ids: Vec<OrderId> = orders.iter().map(|order| order.id).collect();
    let mut sql = work.sql();
    sql.push("UPDATE \"order\" SET status = 'PAID' WHERE id ").any(&ids);
    sql.execute(work.conn()).await?;
    let carts: Vec<CartId> = orders.iter().filter_map(|order| order.cart_id).collect();
    if carts.is_empty() {
        return Ok(());
    }
    let mut sql = work.sql();
    sql.add("UPDATE cart SET status = 'COMPLETED', completed_at = ? WHERE id ", [work.now().into()]).any(&carts);
    sql.push(" AND status <> 'COMPLETED' RETURNING id, partner_id");
    for cart in sql.all::<ClosedCart>(work.conn()).await? {
        work.tell(Event::new(cart.partner_id, ActivityKind::CartCompleted).about("Cart", cart.id));
    }
    Ok(())
}

/// Closes orders whose payment was declined: FAILED, their products gone before they began, their carts as they were before.
pub(super) async fn fail(work: &Work, ids: &[OrderId]) -> Result<(), Error> {
    if ids.is_empty() {
        return Ok(());
    }
    let mut sql = work.sql();
    sql.push("UPDATE \"order\" SET status = 'FAILED' WHERE status = 'PENDING_PAYMENT' AND id ").any(ids);
    sql.execute(work.conn()).await?;
    let mut sql = work.sql();
    sql.push(
        "UPDATE product SET status = 'CANCELLED', auto_renew = FALSE WHERE status = 'PENDING_PAYMENT' AND order_line_id IN (
            SELECT id FROM order_line WHERE order_id ",
    );
    sql.any(ids).push(")");
    sql.execute(work.conn()).await?;
    let mut sql = work.sql();
    sql.add(
        "UPDATE plan_change SET status = 'FAILED', settled_at = ? WHERE status = 'PENDING' AND order_id ",
        [work.now().into()],
    );
    sql.any(ids);
    sql.execute(work.conn()).await?;
    let mut sql = work.sql();
    sql.push(
        "UPDATE cart SET status = CASE WHEN sent_at IS NULL THEN 'OPEN' ELSE 'SENT' END, order_id = NULL
        WHERE status = 'PENDING_PAYMENT' AND order_id ",
    );
    sql.any(ids);
    sql.execute(work.conn()).await?;
    Ok(())
}

/// The invoice of each order, for its payment.
pub(super) fn invoice_of(completed: &[Completed]) -> HashMap<OrderId, InvoiceId> {
    completed.iter().filter_map(|it| it.issued.as_ref().map(|issued| (it.order.id, issued.invoice.id))).collect()
}

/// A text for people: `lines` without json.
pub(super) fn product_of(line: &Line) -> serde_json::Value {
    json!({ "plan": format!("{} {}", line.offering, line.plan), "quantity": line.line.quantity, "term_months": line.line.term_months })
}
