//! Writing an order: its lines, its products and the attempt to pay, in a constant number of statements.

use std::collections::HashMap;

use chrono::Datelike;
use entities::id::{
    AccountId, CartId, ClientId, ContactId, OrderId, OrderLineId, PartnershipId, PaymentMethodId, PlanId,
};
use entities::order::{CheckoutMethod, OrderStatus};
use entities::product::ProductStatus;
use entities::{account, order, order_line, partnership, product, referral};
use sea_orm::FromQueryResult;

use super::commands::Placed;
use super::rules::Priced;
use crate::affiliate::commands::earns_on;
use crate::billing::commands::require_method;
use crate::billing::rules::{Benefit, OrderedBy, Party, Terms};
use crate::billing::{Paying, attempt_new, complete_orders};
use crate::calendar::local_date;
use crate::contact::commands::held_by;
use crate::error::Error;
use crate::money::{Currency, Rate};
use crate::order::rules::renewal_billing;
use crate::product::rules::{Standing, time_zone};
use crate::tax::rules::TaxTreatment;
use crate::text;
use crate::work::Work;

/// What one line brings.
#[derive(Debug, Clone)]
pub(super) struct Article {
    pub(super) plan_id: PlanId,
    pub(super) term_months: i32,
    pub(super) quantity: i32,
    pub(super) domain_name: Option<String>,
    /// To whom it is registered, where that is not its holder.
    pub(super) registrant_id: Option<ContactId>,
    /// Offering and plan, as people read it.
    pub(super) name: String,
}

/// An order to be placed: who, for whom, under which terms, for how much.
pub(super) struct Placing<'a> {
    pub(super) ordered_by: OrderedBy,
    pub(super) terms: Terms,
    pub(super) placed_from_id: AccountId,
    pub(super) payer: &'a account::Model,
    pub(super) holder: &'a account::Model,
    /// The partnership that covers the lines or looks after the products; none where the partner orders for itself.
    pub(super) partnership: Option<&'a partnership::Model>,
    /// What brought whoever orders, where that earns on it.
    pub(super) referral: Option<referral::Model>,
    pub(super) method: Option<CheckoutMethod>,
    pub(super) client_id: Option<ClientId>,
    pub(super) cart_id: Option<CartId>,
    pub(super) payment_method_id: Option<PaymentMethodId>,
    pub(super) currency: Currency,
    pub(super) tax: TaxTreatment,
    pub(super) articles: Vec<Article>,
    pub(super) priced: Priced,
}

impl Placing<'_> {
    /// The partnership that the lines are billed under.
    fn covering(&self) -> Option<&partnership::Model> {
        let Terms { billed_to, benefit, .. } = self.terms;
        self.partnership.filter(|_| billed_to == Party::Partner || benefit == Benefit::Cashback)
    }

    fn managed_by_id(&self) -> Option<PartnershipId> {
        self.partnership.map(|row| row.id)
    }
}

/// Places an order and attempts its payment; one that costs nothing is complete.
/// # Errors
/// `PAYMENT_METHOD_REQUIRED` when the payer has none, or not the one that is named.
pub(super) async fn place(work: &mut Work, placing: Placing<'_>) -> Result<(Placed, Paying), Error> {
    let total = placing.priced.totals.total;
    let method = if total.is_zero() {
        None
    } else {
        Some(require_method(work, placing.payer.id, placing.payment_method_id).await?)
    };
    let order = order_row(work, &placing, method.as_ref().map(|method| method.id)).await?;
    let lines = line_rows(work, &placing, order.id);
    let named: Vec<ContactId> = placing.articles.iter().filter_map(|article| article.registrant_id).collect();
    let registrants = held_by(work, placing.holder.id, &named).await?;
    let products = product_rows(work, &placing, &lines, &registrants);
    work.add::<order::Entity>(std::slice::from_ref(&order))?;
    work.add::<order_line::Entity>(&lines)?;
    work.add::<product::Entity>(&products)?;
    if let Some(referral) = placing.referral.as_ref().filter(|_| !total.is_zero()) {
        earns_on(work, referral, order.id).await?;
    }
    if let Some(cart_id) = placing.cart_id {
        let mut sql = work.sql();
        sql.add(
            "UPDATE cart SET status = 'PENDING_PAYMENT', order_id = ? WHERE id = ?",
            [order.id.into(), cart_id.into()],
        );
        work.change("cart", sql);
    }
    let Some(method) = method else {
        complete_orders(work, &[order.id]).await?;
        return Ok((Placed { order_id: order.id, payment_id: None }, Paying::Nothing));
    };
    let charge = attempt_new(work, order.id, total, &method)?;
    Ok((Placed { order_id: order.id, payment_id: Some(charge.payment_id) }, Paying::Charge(charge)))
}

#[derive(FromQueryResult)]
struct Drawn {
    last_number: i32,
}

/// Draws the number of an order: a series of its own for each year of the seller's.
pub(crate) async fn number(work: &Work) -> Result<String, Error> {
    let year = local_date(work.now(), work.settings().seller.time_zone).year();
    let mut sql = work.sql();
    sql.add(
        "INSERT INTO document_counter (series, year, last_number) VALUES ('ORDER', ?, 1)
        ON CONFLICT (series, year) DO UPDATE SET last_number = document_counter.last_number + 1 RETURNING last_number",
        [year.into()],
    );
    let drawn: Option<Drawn> = sql.one(work.conn()).await?;
    let last = drawn.ok_or_else(|| Error::fault("no number was drawn"))?.last_number;
    Ok(format!("O-{year}-{last:06}"))
}

async fn order_row(
    work: &Work,
    placing: &Placing<'_>,
    payment_method_id: Option<PaymentMethodId>,
) -> Result<order::Model, Error> {
    let totals = &placing.priced.totals;
    Ok(order::Model {
        id: work.new_id(),
        number: number(work).await?,
        status: OrderStatus::PendingPayment,
        method: placing.method,
        placed_by_id: work.user_id()?,
        placed_from_id: placing.placed_from_id,
        billed_to_id: placing.payer.id,
        holder_id: placing.holder.id,
        client_id: placing.client_id,
        partnership_id: placing.covering().map(|row| row.id),
        renewal_billing: renewal_billing(placing.ordered_by, placing.terms),
        cart_id: placing.cart_id,
        payment_method_id,
        currency: placing.currency.code().to_owned(),
        subtotal_minor: totals.subtotal.minor(),
        discount_minor: totals.discount.minor(),
        tax_minor: totals.tax.minor(),
        total_minor: totals.total.minor(),
        created_at: work.now(),
    })
}

fn line_rows(work: &Work, placing: &Placing<'_>, order_id: OrderId) -> Vec<order_line::Model> {
    // who earns on it, or has it cheaper: the partner, or the affiliate where no partnership covers it
    let affiliate_id = placing.referral.as_ref().map(|row| row.affiliate_id);
    let partner_id = placing.covering().map(|row| row.partner_id).or(affiliate_id);
    let lines = placing.articles.iter().zip(&placing.priced.lines).zip(1..);
    lines
        .map(|((article, priced), position)| order_line::Model {
            id: work.new_id::<OrderLineId>(),
            order_id,
            position,
            plan_id: article.plan_id,
            term_months: article.term_months,
            quantity: article.quantity,
            domain_name: article.domain_name.clone(),
            public_price_minor: priced.amounts.public_price.minor(),
            discount_minor: priced.amounts.discount.minor(),
            net_minor: priced.amounts.net.minor(),
            rate_bps: priced.rate.map(Rate::bps),
            partner_id,
            cashback_minor: priced.amounts.earned().minor(),
            tax_category: placing.tax.category.code().to_owned(),
            tax_rate_bps: placing.tax.rate.bps(),
            tax_minor: priced.tax.minor(),
        })
        .collect()
}

/// A product for each piece, which renews by itself; all begin today, a date of the holder's, and are registered to contacts of it.
fn product_rows(
    work: &Work,
    placing: &Placing<'_>,
    lines: &[order_line::Model],
    registrants: &HashMap<ContactId, ContactId>,
) -> Vec<product::Model> {
    let zone = time_zone(&placing.holder.time_zone);
    let today = local_date(work.now(), zone);
    let Standing { anchor_on, renews_on, renews_at, .. } = Standing::beginning(today, zone);
    // What a partner holds itself is assigned to the client that it is for.
    let client_id = placing.client_id.filter(|_| placing.terms.holder == Party::Partner);
    let mut products = Vec::new();
    for (article, line) in placing.articles.iter().zip(lines) {
        let label = article.domain_name.as_deref().unwrap_or(&article.name);
        let searched = [label, article.domain_name.as_deref().unwrap_or_default()];
        let search = text::searchable(searched);
        for _ in 0..article.quantity {
            products.push(product::Model {
                id: work.new_id(),
                account_id: placing.holder.id,
                plan_id: article.plan_id,
                client_id,
                order_line_id: Some(line.id),
                status: ProductStatus::PendingPayment,
                label: label.to_owned(),
                domain_name: article.domain_name.clone(),
                registrant_id: article.registrant_id.and_then(|id| registrants.get(&id).copied()),
                term_months: article.term_months,
                next_plan_id: None,
                currency: placing.currency.code().to_owned(),
                started_on: today,
                anchor_on,
                anchor_months: 0,
                renews_on,
                renews_at,
                auto_renew: true,
                renewal_billing: renewal_billing(placing.ordered_by, placing.terms),
                managed_by_id: placing.managed_by_id(),
                search: search.clone(),
                created_at: work.now(),
            });
        }
    }
    products
}
