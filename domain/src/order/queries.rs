//! What is read of carts and orders.

mod sent;

use std::collections::{HashMap, HashSet};

use entities::cart::{self, CartStatus};
use entities::id::{AccountId, CartId, InvoiceId, OrderId};
use entities::order::{self, CheckoutMethod};
use entities::{cart_item, order_line};
use sea_orm::{ActiveEnum, FromQueryResult};
use uuid::Uuid;

use super::basket::{Basket, baskets};
use super::rules::capital;
use crate::billing::rules::Benefit;
use crate::client::queries::KeptBy;
use crate::error::Error;
use crate::money::{Currency, Money};
use crate::nested::{self, List, grouped};
use crate::page::{ById, Order, Page};
use crate::permission::{Permission, visible};
use crate::sql::Sql;
use crate::store::Reader;

pub use sent::{AccessAsked, Opened, OpenedLine, access_asked, opened, sent_cart};

/// A page of the carts of each partner or client record, newest first.
pub async fn carts(
    reader: &Reader,
    of: KeptBy,
    parents: &[Uuid],
    status: Option<CartStatus>,
    page: &ById,
) -> Result<HashMap<Uuid, Page<cart::Model>>, Error> {
    nested::pages(reader, of.list("cart", Order::Descending), parents, page, in_status(reader, status)).await
}

/// How many such carts each has.
pub async fn count_carts(
    reader: &Reader,
    of: KeptBy,
    parents: &[Uuid],
    status: Option<CartStatus>,
) -> Result<HashMap<Uuid, i64>, Error> {
    nested::counts(reader, of.list("cart", Order::Descending), parents, in_status(reader, status)).await
}

fn in_status(reader: &Reader, status: Option<CartStatus>) -> impl Fn(&mut Sql) {
    move |sql| {
        visible::clients(sql, reader.viewer(), "x");
        if let Some(status) = status {
            sql.add(" AND x.status = ?", [status.to_value().into()]);
        }
    }
}

/// Newest first: placed from the account, or billed to it.
const ORDERS: List = List::by_id("\"order\"", "(x.placed_from_id = k.id OR x.billed_to_id = k.id)", Order::Descending);

/// A page of the orders of each account, newest first.
pub async fn orders(
    reader: &Reader,
    accounts: &[AccountId],
    page: &ById,
) -> Result<HashMap<AccountId, Page<order::Model>>, Error> {
    nested::pages(reader, ORDERS, accounts, page, |sql| visible::orders(sql, reader.viewer(), "x")).await
}

/// How many orders each account has.
pub async fn count_orders(reader: &Reader, accounts: &[AccountId]) -> Result<HashMap<AccountId, i64>, Error> {
    nested::counts(reader, ORDERS, accounts, |sql| visible::orders(sql, reader.viewer(), "x")).await
}

/// The lines of these orders, in their order, for those who see the orders.
pub async fn order_lines(
    reader: &Reader,
    orders: &[OrderId],
) -> Result<HashMap<OrderId, Vec<order_line::Model>>, Error> {
    let mut sql = reader.sql();
    sql.push("SELECT l.* FROM order_line l JOIN \"order\" x ON x.id = l.order_id WHERE l.order_id ").any(orders);
    sql.push(" AND ");
    visible::orders(&mut sql, reader.viewer(), "x");
    sql.push(" ORDER BY l.order_id, l.position");
    let rows: Vec<order_line::Model> = sql.all(reader.conn()).await?;
    Ok(grouped(rows.into_iter().map(|line| (line.order_id, line))))
}

#[derive(FromQueryResult)]
struct InvoiceOf {
    order_id: OrderId,
    id: InvoiceId,
}

/// The invoice of each order that has one, or the credit note of a plan change over less than nothing, for those who see the payer's
/// invoices.
pub async fn invoices_of(reader: &Reader, orders: &[OrderId]) -> Result<HashMap<OrderId, InvoiceId>, Error> {
    let mut sql = reader.sql();
    sql.push(
        "SELECT x.order_id, x.id FROM invoice x JOIN \"order\" o ON o.id = x.order_id WHERE (x.kind = 'ORDER'
            OR (x.kind = 'CREDIT_NOTE' AND o.total_minor < 0 AND x.billed_to_id = o.billed_to_id)) AND x.order_id ",
    );
    sql.any(orders).push(" AND ");
    visible::invoices(&mut sql, reader.viewer(), "x");
    let rows = sql.all::<InvoiceOf>(reader.conn()).await?;
    Ok(rows.into_iter().map(|row| (row.order_id, row.id)).collect())
}

/// What a cart costs and holds.
#[derive(Debug, Clone)]
pub struct Contents {
    /// As the client record calls its client.
    pub recipient_name: String,
    /// The lines, in the order in which they were added, each with its public price for all its pieces.
    pub items: Vec<(cart_item::Model, Money)>,
    /// The sum of the public prices.
    pub subtotal: Money,
    /// What is taken off for the partner; none to those whose affair it is not.
    pub discount: Option<Money>,
    /// Of the payer's country.
    pub tax: Money,
    /// subtotal − discount + tax.
    pub total: Money,
    /// All ways to pay, in the order of the contract.
    pub ways: Vec<Way>,
}

/// One way to check a cart out, and why it cannot be used now, if it cannot.
#[derive(Debug, Clone)]
pub struct Way {
    /// Which.
    pub method: CheckoutMethod,
    /// Why not.
    pub reason: Option<String>,
    /// Who pays; none before the record is connected.
    pub billed_to_id: Option<AccountId>,
    /// Where the products are installed.
    pub installed_in_id: Option<AccountId>,
    /// What is taken off; none to those whose affair it is not.
    pub discount: Option<Money>,
    /// With tax.
    pub total: Option<Money>,
    /// What the partner earns.
    pub cashback: Option<Money>,
}

#[derive(FromQueryResult)]
struct Paying {
    account_id: AccountId,
}

/// What these carts cost and hold, as things stand; of one that is checked out, what its order fixed. What is sold no longer counts
/// nothing, and is why there is no way to pay. Eight statements, for any number of carts. The carts are ones that the reader's actor sees.
pub async fn contents(reader: &Reader, carts: &[cart::Model]) -> Result<HashMap<CartId, Contents>, Error> {
    let baskets = baskets(reader.conn(), reader.settings(), reader.now(), carts, "").await?;
    let accounts: Vec<AccountId> =
        baskets.values().flat_map(|it| [Some(it.partner.id), it.client.account_id]).flatten().collect();
    let mut sql = reader.sql();
    sql.push("SELECT account_id FROM payment_method WHERE is_default AND removed_at IS NULL AND account_id ")
        .any(&accounts);
    let paying: Vec<Paying> = sql.all(reader.conn()).await?;
    let paying: HashSet<AccountId> = paying.into_iter().map(|row| row.account_id).collect();
    let fixed = fixed(reader, carts).await?;
    let mut found = HashMap::with_capacity(carts.len());
    for cart in carts {
        let Some(basket) = baskets.get(&cart.id) else { continue };
        let of_order = cart.order_id.and_then(|id| fixed.get(&id));
        found.insert(cart.id, contents_of(reader, cart, basket, &paying, of_order)?);
    }
    Ok(found)
}

/// The orders of carts that are checked out.
async fn fixed(
    reader: &Reader,
    carts: &[cart::Model],
) -> Result<HashMap<OrderId, (order::Model, Vec<order_line::Model>)>, Error> {
    let ids: Vec<OrderId> = carts.iter().filter_map(|cart| cart.order_id).collect();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let mut sql = reader.sql();
    sql.push("SELECT * FROM \"order\" WHERE id ").any(&ids);
    let orders: Vec<order::Model> = sql.all(reader.conn()).await?;
    let mut sql = reader.sql();
    sql.push("SELECT * FROM order_line WHERE order_id ").any(&ids).push(" ORDER BY order_id, position");
    let lines: Vec<order_line::Model> = sql.all(reader.conn()).await?;
    let mut fixed: HashMap<_, _> = orders.into_iter().map(|order| (order.id, (order, Vec::new()))).collect();
    for line in lines {
        if let Some((_, of_order)) = fixed.get_mut(&line.order_id) {
            of_order.push(line);
        }
    }
    Ok(fixed)
}

fn contents_of(
    reader: &Reader,
    cart: &cart::Model,
    basket: &Basket,
    paying: &HashSet<AccountId>,
    of_order: Option<&(order::Model, Vec<order_line::Model>)>,
) -> Result<Contents, Error> {
    let recipient_name = basket.client.name.clone();
    let is_partners_affair = is_open(reader, cart.partner_id, &[Permission::Purchase, Permission::ViewInvoices]);
    let items = basket.lines.iter().map(|line| line.item.clone());
    let is_partners = is_open(reader, cart.partner_id, &[Permission::ManageClients]);
    // What a client that is a partner itself has paid with its own discount is no affair of the sender's.
    let is_clients_own =
        |order: &order::Model| is_partners && order.billed_to_id != cart.partner_id && order.discount_minor != 0;
    if let Some((order, lines)) = of_order.filter(|(order, _)| !is_clients_own(order)) {
        let currency = Currency::parse(&order.currency)?;
        let money = |minor| Money::new(minor, currency);
        return Ok(Contents {
            recipient_name,
            items: items.zip(lines.iter().map(|line| money(line.public_price_minor))).collect(),
            subtotal: money(order.subtotal_minor),
            discount: is_partners_affair.then(|| money(order.discount_minor)),
            tax: money(order.tax_minor),
            total: money(order.total_minor),
            ways: closed_ways(),
        });
    }
    let terms = if is_partners { basket.own_terms() } else { basket.client_terms() };
    let priced = basket.shown(reader.settings(), reader.now(), terms)?;
    let ways = if cart.status == CartStatus::Open { ways(reader, basket, paying)? } else { closed_ways() };
    Ok(Contents {
        recipient_name,
        items: items.zip(priced.lines.iter().map(|line| line.amounts.public_price)).collect(),
        subtotal: priced.totals.subtotal,
        discount: is_partners_affair.then_some(priced.totals.discount),
        tax: priced.totals.tax,
        total: priced.totals.total,
        ways,
    })
}

/// Whether the actor has one of these in the account.
fn is_open(reader: &Reader, account_id: AccountId, any_of: &[Permission]) -> bool {
    let actor = reader.actor();
    actor.sees_everything() || any_of.iter().any(|permission| actor.accounts_with(*permission).contains(&account_id))
}

const METHODS: [CheckoutMethod; 3] =
    [CheckoutMethod::ClientCard, CheckoutMethod::PartnerCard, CheckoutMethod::SendToClient];

/// Of a cart that nothing can be done with.
fn closed_ways() -> Vec<Way> {
    METHODS
        .into_iter()
        .map(|method| Way {
            method,
            reason: Some("The cart is not open.".to_owned()),
            billed_to_id: None,
            installed_in_id: None,
            discount: None,
            total: None,
            cashback: None,
        })
        .collect()
}

fn ways(reader: &Reader, basket: &Basket, paying: &HashSet<AccountId>) -> Result<Vec<Way>, Error> {
    METHODS.into_iter().map(|method| way(reader, basket, paying, method)).collect()
}

fn way(reader: &Reader, basket: &Basket, paying: &HashSet<AccountId>, method: CheckoutMethod) -> Result<Way, Error> {
    let partner_id = basket.partner.id;
    let terms = match basket.terms(method) {
        Ok(terms) => terms,
        Err(reason) => {
            let reason = Some(capital(&reason.to_string()));
            let (billed_to_id, installed_in_id) = (basket.client.account_id, basket.client.account_id);
            return Ok(Way {
                method,
                reason,
                billed_to_id,
                installed_in_id,
                discount: None,
                total: None,
                cashback: None,
            });
        }
    };
    let priced = basket.shown(reader.settings(), reader.now(), terms)?;
    let not_sold = basket.not_sold();
    let payer = basket.party(terms.billed_to);
    let may_purchase = is_open(reader, partner_id, &[Permission::Purchase]);
    let is_free = priced.totals.total.is_zero();
    let reason = if basket.lines.is_empty() {
        Some("There is nothing in the cart.")
    } else if let Some(refusal) = &not_sold {
        Some(refusal.message.as_ref())
    } else if method == CheckoutMethod::SendToClient {
        let has_address = basket.client.email.is_some() || basket.client.account_id.is_some();
        (!has_address).then_some("The client has no mail address.")
    } else if !may_purchase {
        Some("You may not make purchases.")
    } else if payer.is_some_and(|payer| payer.currency != basket.currency.code()) {
        Some("The cart is not in the partner's currency.")
    } else if !is_free && !payer.is_some_and(|payer| paying.contains(&payer.id)) {
        Some("There is no payment method.")
    } else if basket.without_registrant(terms.holder).is_some() {
        Some("It is not said to whom a domain is registered.")
    } else {
        None
    };
    // A client's own discount, as a partner itself, is its own affair.
    let is_partners_affair = is_open(reader, partner_id, &[Permission::Purchase, Permission::ViewInvoices])
        && !(terms.benefit == Benefit::Discount && payer.is_none_or(|payer| payer.id != partner_id));
    let earns = is_open(reader, partner_id, &[Permission::ViewInvoices]);
    Ok(Way {
        method,
        reason: reason.map(str::to_owned),
        billed_to_id: payer.map(|payer| payer.id),
        installed_in_id: basket.party(terms.holder).map(|holder| holder.id),
        discount: is_partners_affair.then_some(priced.totals.discount),
        total: is_partners_affair.then_some(priced.totals.total),
        cashback: if earns { Some(priced.cashback(basket.currency)?) } else { None },
    })
}
