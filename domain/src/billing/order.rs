//! What becomes of an order when it is known whether it was paid.

use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;
use entities::id::{AccountId, CartId, InvoiceId, InvoiceLineId, OrderId, OrderLineId, ProductId, ProductPeriodId};
use entities::invoice::InvoiceKind;
use entities::{order, order_line, product_period};
use sea_orm::FromQueryResult;
use serde_json::json;

use super::issue::{Draft, DraftLine, Issued, LineTax, issue};
use super::mail::Parties;
use super::period::{STANDING, Standing, advance};
use super::rules::LineAmounts;
use crate::activity::{ActivityKind, Event};
use crate::calendar::{Term, period_end};
use crate::error::Error;
use crate::money::{Currency, Money, Rate};
use crate::order::sent::{self, AccessNeeded};
use crate::permission::Permission;
use crate::plan_change::{self, Changing};
use crate::tax::rules::{TaxCategory, TaxTreatment};
use crate::work::Work;

/// An order that is done, and its invoice, unless it cost nothing.
#[derive(Debug)]
pub(super) struct Completed {
    pub(super) order: order::Model,
    /// Whoever placed it, by name.
    pub(super) placed_by: String,
    pub(super) lines: Vec<Line>,
    pub(super) issued: Option<Issued>,
    /// Of a cart that was sent: its sender has no access.
    pub(super) access_needed: Option<AccessNeeded>,
}

/// An order line with what its plan is called.
#[derive(Debug, Clone, FromQueryResult)]
pub(super) struct Line {
    #[sea_orm(nested)]
    pub(super) line: order_line::Model,
    pub(super) offering: String,
    pub(super) plan: String,
}

/// An order that waits for its payment.
#[derive(FromQueryResult)]
struct Waiting {
    #[sea_orm(nested)]
    order: order::Model,
    placed_by: String,
    /// Of its cart.
    cart_partner_id: Option<AccountId>,
}

#[derive(FromQueryResult)]
struct Ordered {
    id: ProductId,
    order_line_id: OrderLineId,
    anchor_on: NaiveDate,
    term_months: i32,
    #[sea_orm(nested)]
    standing: Standing,
}

/// Completes orders that cost nothing, in the transaction that placed them: PAID, products FREE or ACTIVE, cart COMPLETED.
/// What is paid for is completed by settling.
pub async fn complete_orders(work: &mut Work, orders: &[OrderId]) -> Result<(), Error> {
    let completed = complete(work, orders, &HashMap::new()).await?;
    let parties = Parties::of(work, &super::mail::wanted(&completed)).await?;
    super::mail::ordered(work, &parties, &completed);
    Ok(())
}

/// Issues the invoices of orders, of which this much is paid in minor units, activates their products, and closes order and
/// cart. A constant number of statements.
pub(super) async fn complete(
    work: &mut Work,
    ids: &[OrderId],
    paid: &HashMap<OrderId, i64>,
) -> Result<Vec<Completed>, Error> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let waiting = waiting(work, ids).await?;
    let mut lines = lines_of(work, ids).await?;
    let mut products = products_of(work, ids).await?;
    let mut drafts = Vec::with_capacity(waiting.len());
    for Waiting { order, .. } in &waiting {
        let lines = lines.get(&order.id).map_or(&[][..], Vec::as_slice);
        drafts.push(Draft { paid_minor: paid.get(&order.id).copied(), ..draft_of(order, lines, &products)? });
        tell(work, order);
    }
    let issued = issue_all(work, &waiting, &products, &lines, drafts).await?;
    let mut begun = Begun::default();
    for (Waiting { order, .. }, issued) in waiting.iter().zip(&issued) {
        for (at, line) in lines.get(&order.id).into_iter().flatten().enumerate() {
            let invoice_line_id = issued.as_ref().and_then(|it| it.lines.get(at)).map(|line| line.id);
            for product in products.remove(&line.line.id).into_iter().flatten() {
                begun.product(work, product, line.line.public_price_minor == 0, invoice_line_id)?;
            }
        }
    }
    begun.write(work)?;
    close(work, &waiting);
    let orders: Vec<&order::Model> = waiting.iter().map(|it| &it.order).collect();
    let mut needed = sent::completed(work, &orders).await?;
    Ok(waiting
        .into_iter()
        .zip(issued)
        .map(|(Waiting { order, placed_by, .. }, issued)| Completed {
            lines: lines.remove(&order.id).unwrap_or_default(),
            access_needed: needed.remove(&order.id),
            order,
            placed_by,
            issued,
        })
        .collect())
}

/// The first periods of products.
#[derive(Default)]
struct Begun {
    periods: Vec<product_period::Model>,
    standings: HashMap<ProductId, Standing>,
    free: HashSet<ProductId>,
}

impl Begun {
    fn product(
        &mut self,
        work: &Work,
        product: Ordered,
        is_free: bool,
        invoice_line_id: Option<InvoiceLineId>,
    ) -> Result<(), Error> {
        self.periods.push(first_period(work, &product, invoice_line_id)?);
        if is_free {
            self.free.insert(product.id);
        }
        self.standings.insert(product.id, product.standing);
        Ok(())
    }

    fn write(self, work: &mut Work) -> Result<(), Error> {
        work.add::<product_period::Entity>(&self.periods)?;
        advance(work, self.periods, self.standings, &self.free).map(drop)
    }
}

/// The invoices of orders, in their order. What changes a plan is done first, since that locks the invoices that it corrects.
async fn issue_all(
    work: &mut Work,
    waiting: &[Waiting],
    products: &HashMap<OrderLineId, Vec<Ordered>>,
    lines: &HashMap<OrderId, Vec<Line>>,
    drafts: Vec<Draft>,
) -> Result<Vec<Option<Issued>>, Error> {
    // only what changes a plan brings no product
    let brings_none = |id: &OrderId| !lines.get(id).into_iter().flatten().any(|it| products.contains_key(&it.line.id));
    let ids: Vec<OrderId> = waiting.iter().map(|it| it.order.id).filter(brings_none).collect();
    let mut changes = plan_change::of_orders(work, &ids).await?;
    let mut issued: Vec<Option<Issued>> = vec![None; waiting.len()];
    let mut plain = Vec::with_capacity(drafts.len());
    for (at, (Waiting { order, .. }, draft)) in waiting.iter().zip(drafts).enumerate() {
        match changes.remove(&order.id) {
            Some(change) => {
                let changing = Changing { change, order: order.clone(), draft };
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

async fn waiting(work: &Work, ids: &[OrderId]) -> Result<Vec<Waiting>, Error> {
    let mut sql = work.sql();
    sql.push(
        "SELECT o.*, (SELECT u.name FROM \"user\" u WHERE u.id = o.placed_by_id) AS placed_by,
            (SELECT c.partner_id FROM cart c WHERE c.id = o.cart_id AND c.status <> 'COMPLETED') AS cart_partner_id
        FROM \"order\" o WHERE o.status = 'PENDING_PAYMENT' AND o.id ",
    );
    sql.any(ids).push(" ORDER BY o.id /for update/");
    Ok(sql.all(work.conn()).await?)
}

async fn lines_of(work: &Work, ids: &[OrderId]) -> Result<HashMap<OrderId, Vec<Line>>, Error> {
    let mut sql = work.sql();
    sql.push(
        "SELECT l.*, o.name AS offering, p.name AS plan FROM order_line l JOIN plan p ON p.id = l.plan_id
        JOIN offering o ON o.id = p.offering_id WHERE l.order_id ",
    );
    sql.any(ids).push(" ORDER BY l.order_id, l.position");
    let mut by_order: HashMap<OrderId, Vec<Line>> = HashMap::new();
    for line in sql.all::<Line>(work.conn()).await? {
        by_order.entry(line.line.order_id).or_default().push(line);
    }
    Ok(by_order)
}

async fn products_of(work: &Work, ids: &[OrderId]) -> Result<HashMap<OrderLineId, Vec<Ordered>>, Error> {
    let mut sql = work.sql();
    sql.push("SELECT p.order_line_id, p.anchor_on, p.term_months, ").push(STANDING);
    sql.push(
        ", (SELECT f.name FROM plan f WHERE f.id = coalesce(p.next_plan_id, p.plan_id)) AS plan,
            (SELECT a.time_zone FROM account a WHERE a.id = p.account_id) AS time_zone
        FROM product p WHERE p.status = 'PENDING_PAYMENT' AND p.order_line_id IN (SELECT l.id FROM order_line l WHERE l.order_id ",
    );
    sql.any(ids).push(") ORDER BY p.id /for update/");
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
        paid_minor: None,
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
        description: format!("{offering} {plan}{domain}"),
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
    invoice_line_id: Option<InvoiceLineId>,
) -> Result<product_period::Model, Error> {
    Ok(product_period::Model {
        id: work.new_id::<ProductPeriodId>(),
        product_id: product.id,
        period_start: product.anchor_on,
        period_end: end_of(product)?,
        term_months: product.term_months,
        invoice_line_id,
        paid_at: Some(work.now()),
        credited_at: None,
        created_at: work.now(),
    })
}

fn close(work: &mut Work, waiting: &[Waiting]) {
    let ids: Vec<OrderId> = waiting.iter().map(|it| it.order.id).collect();
    let mut sql = work.sql();
    sql.push("UPDATE \"order\" SET status = 'PAID' WHERE id ").any(&ids);
    work.change("order", sql);
    let mut carts: Vec<CartId> = Vec::new();
    for Waiting { order, cart_partner_id, .. } in waiting {
        if let (Some(cart_id), Some(partner_id)) = (order.cart_id, *cart_partner_id) {
            work.tell(Event::new(partner_id, ActivityKind::CartCompleted).about("Cart", cart_id));
            carts.push(cart_id);
        }
    }
    if !carts.is_empty() {
        let mut sql = work.sql();
        sql.add("UPDATE cart SET status = 'COMPLETED', completed_at = ? WHERE id ", [work.now().into()]).any(&carts);
        work.change("cart", sql);
    }
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
