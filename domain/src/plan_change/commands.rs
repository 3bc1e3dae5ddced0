//! Changing the plan or the term of a product.

use entities::id::{OrderId, OrderLineId, PaymentId, PaymentMethodId, PlanChangeId, PlanId, ProductId};
use entities::order::OrderStatus;
use entities::plan_change::PlanChangeStatus;
use entities::{order, order_line, plan_change, product};
use serde::{Deserialize, Serialize};

use super::actions::ChangePlan as ToChangePlan;
use super::quote::{Credit, Quote, offered, quote, refuse_state};
use super::store::{Case, Wanted, cases};
use crate::actor::Actor;
use crate::billing::commands::require_method;
use crate::billing::{Collected, Paying, attempt_new, collect, complete_orders};
use crate::credit;
use crate::error::{Error, Refusal};
use crate::idempotency::{self, Seen};
use crate::money::Rate;
use crate::order::number;
use crate::permission::{Grant, permit};
use crate::sql;
use crate::store::{Statements, Store};
use crate::work::Work;

/// Another plan or term.
#[derive(Debug, Clone, Serialize)]
pub struct ChangePlan {
    /// Of which product.
    pub product_id: ProductId,
    /// The plan from then on.
    pub plan_id: PlanId,
    /// The term from then on, in months; none: the product's.
    pub term_months: Option<i32>,
    /// With the next renewal; else today.
    pub at_period_end: bool,
    /// Of the payer's; none: its default.
    pub payment_method_id: Option<PaymentMethodId>,
    /// The caller's.
    #[serde(skip)]
    pub idempotency_key: String,
}

/// A change that was ordered, or is set for the period's end.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Changed {
    /// Its order; none at the period's end, when the renewal bills it.
    pub order_id: Option<OrderId>,
    payment_id: Option<PaymentId>,
}

/// Changes a product to another plan or term, and has the difference paid: by the account itself, or by a partner through its
/// partnership, under the terms of `docs/rules.md` §3. Below zero the difference is paid back. Source: S5.9b.
/// # Errors
/// `PRODUCT_NOT_RENEWABLE`, `TERM_NOT_OFFERED`, `CURRENCY_MISMATCH`, `PAYMENT_METHOD_REQUIRED`, `PAYMENT_PENDING` while another change
/// is being paid, `CONFLICT` while a further term is invoiced or paid. How the payment ended is no error.
pub async fn change_plan(
    store: &Store,
    actor: Actor,
    statements: Statements,
    command: ChangePlan,
) -> Result<(Changed, Collected), Error> {
    collect(store, actor, statements, move |work| Box::pin(write_change(work, command.clone()))).await
}

async fn write_change(work: &mut Work, command: ChangePlan) -> Result<(Changed, Paying), Error> {
    let permit = permit::<ToChangePlan>(work, command.product_id).await?;
    let (product, grant) = (permit.row, permit.grant);
    let key =
        match idempotency::seen(work, product.account_id, "changePlan", &command.idempotency_key, &command).await? {
            Seen::Before(changed) => {
                let changed: Changed = changed;
                let paying = changed.payment_id.map_or(Paying::Nothing, Paying::Earlier);
                return Ok((changed, paying));
            }
            Seen::New(key) => key,
        };
    let wanted = Wanted {
        product_id: product.id,
        plan_id: command.plan_id,
        term_months: command.term_months,
        through: grant.partnership_id,
    };
    let case = case(work, wanted).await?;
    let (changed, paying) = if command.at_period_end {
        set_for_period_end(work, &case).await?;
        (Changed { order_id: None, payment_id: None }, Paying::Nothing)
    } else {
        let case = match &case.paid_by {
            // what is left of the line is asked again under the lock of its invoice
            Some((paid_by, _)) => {
                credit::lock(work, paid_by.invoice.id).await?;
                self::case(work, wanted).await?
            }
            None => case,
        };
        place(work, grant, &case, command.payment_method_id).await?
    };
    work.record("changePlan", Some(grant), Some(product.id.into()));
    idempotency::remember(work, key, &changed)?;
    Ok((changed, paying))
}

async fn case(work: &Work, wanted: Wanted) -> Result<Case, Error> {
    let found = cases(work.conn(), work.settings(), work.now(), &[wanted]).await?;
    found.into_iter().next().flatten().ok_or(Error::NotFound)
}

/// The next renewal bills the plan and the term, and brings them; what was set before is replaced, also by the product's own plan.
async fn set_for_period_end(work: &Work, case: &Case) -> Result<(), Error> {
    refuse_state(case)?;
    let offer = offered(case)?;
    let next = (offer.plan_id != case.row.current_plan_id).then_some(offer.plan_id);
    let mut sql = work.sql();
    sql.add(
        "UPDATE product SET next_plan_id = ?, term_months = ? WHERE id = ?",
        [next.into(), offer.term_months.into(), case.row.id.into()],
    );
    sql.execute(work.conn()).await?;
    Ok(())
}

/// Drops what was set for the period's end, unless a renewal for it is billed already: the product renews as it runs, for the term
/// that it runs for. To be called with the product locked; the product as it is then.
pub(crate) async fn forget_next(work: &Work, product: product::Model) -> Result<product::Model, Error> {
    if product.next_plan_id.is_none() {
        return Ok(product);
    }
    let mut sql = work.sql();
    sql.add(
        "UPDATE product SET next_plan_id = NULL, term_months = coalesce((SELECT d.term_months FROM product_period d
            WHERE d.product_id = product.id AND d.paid_at IS NOT NULL AND d.credited_at IS NULL
            ORDER BY d.period_start DESC LIMIT 1), term_months)
        WHERE id = ? AND NOT EXISTS (SELECT 1 FROM product_period d
            WHERE d.product_id = product.id AND d.paid_at IS NULL AND d.credited_at IS NULL)
        RETURNING *",
        [product.id.into()],
    );
    Ok(sql.one(work.conn()).await?.unwrap_or(product))
}

/// Orders the change and attempts its payment; one that costs nothing is done.
async fn place(
    work: &mut Work,
    grant: Grant,
    case: &Case,
    named: Option<PaymentMethodId>,
) -> Result<(Changed, Paying), Error> {
    let quote = quote(work.settings(), work.now(), case)?;
    let payer_id = quote.line.billed_to_id;
    if grant.partnership_id.is_some() && payer_id == case.row.account_id && named.is_some() {
        let message = "is the client's own affair: its default is charged";
        return Err(Refusal::invalid("paymentMethodId", message).into());
    }
    let total = quote.sums.total;
    let method = if total.is_positive() { Some(require_method(work, payer_id, named).await?) } else { None };
    let order = order_row(work, grant, case, &quote, method.as_ref().map(|method| method.id)).await?;
    sql::insert::<order::Entity>(work.conn(), std::slice::from_ref(&order)).await?;
    sql::insert::<order_line::Entity>(work.conn(), &order_lines(work, case, &quote, order.id)).await?;
    sql::insert::<plan_change::Entity>(work.conn(), &[change_row(work, case, &quote, order.id)?]).await?;
    let Some(method) = method else {
        complete_orders(work, &[order.id]).await?;
        return Ok((Changed { order_id: Some(order.id), payment_id: None }, Paying::Nothing));
    };
    let charge = attempt_new(work, order.id, total, &method)?;
    Ok((Changed { order_id: Some(order.id), payment_id: Some(charge.payment_id) }, Paying::Charge(charge)))
}

async fn order_row(
    work: &Work,
    grant: Grant,
    case: &Case,
    quote: &Quote,
    payment_method_id: Option<PaymentMethodId>,
) -> Result<order::Model, Error> {
    let own = quote.own_credit().map(|credit| credit.part);
    let amounts = &quote.line.amounts;
    let less = |charge: crate::money::Money, credit: Option<crate::money::Money>| match credit {
        Some(credit) => charge.checked_sub(credit),
        None => Ok(charge),
    };
    let placed_from_id = if grant.partnership_id.is_some() { case.row.partner_id } else { None };
    Ok(order::Model {
        id: work.new_id(),
        number: number(work).await?,
        status: OrderStatus::PendingPayment,
        method: None,
        placed_by_id: work.user_id()?,
        placed_from_id: placed_from_id.unwrap_or(case.row.account_id),
        billed_to_id: quote.line.billed_to_id,
        holder_id: case.row.account_id,
        client_id: None,
        partnership_id: quote.line.partnership_id,
        renewal_billing: case.row.renewal_billing,
        cart_id: None,
        payment_method_id,
        currency: quote.currency.code().to_owned(),
        subtotal_minor: less(amounts.public_price, own.map(|part| part.public_price))?.minor(),
        discount_minor: less(amounts.discount, own.map(|part| part.discount))?.minor(),
        tax_minor: quote.sums.tax.minor(),
        total_minor: quote.sums.total.minor(),
        created_at: work.now(),
    })
}

/// What is charged, behind what is credited on the same document, with amounts below zero.
fn order_lines(work: &Work, case: &Case, quote: &Quote, order_id: OrderId) -> Vec<order_line::Model> {
    let amounts = &quote.line.amounts;
    let charge = order_line::Model {
        id: work.new_id::<OrderLineId>(),
        order_id,
        position: 2,
        plan_id: case.offer.as_ref().map_or(case.row.current_plan_id, |offer| offer.plan_id),
        term_months: quote.term.months_i32(),
        quantity: 1,
        domain_name: case.row.domain_name.clone(),
        public_price_minor: amounts.public_price.minor(),
        discount_minor: amounts.discount.minor(),
        net_minor: amounts.net.minor(),
        rate_bps: quote.line.rate.map(Rate::bps),
        partner_id: quote.line.partner_id,
        cashback_minor: amounts.cashback.minor(),
        tax_category: quote.treatment.category.code().to_owned(),
        tax_rate_bps: quote.treatment.rate.bps(),
        tax_minor: quote.sums.charge_tax.minor(),
    };
    let corrected = quote.own_credit().and_then(|credit| Some((credit, corrected(case, &credit)?)));
    let credit = corrected.map(|(Credit { part, treatment, .. }, line)| order_line::Model {
        id: work.new_id::<OrderLineId>(),
        position: 1,
        plan_id: line.plan_id.unwrap_or(case.row.current_plan_id),
        term_months: case.running.map_or(case.row.term_months, |running| running.term_months),
        public_price_minor: -part.public_price.minor(),
        discount_minor: -part.discount.minor(),
        net_minor: -part.net.minor(),
        rate_bps: line.rate_bps,
        partner_id: line.partner_id,
        cashback_minor: -part.cashback.minor(),
        tax_category: treatment.category.code().to_owned(),
        tax_rate_bps: treatment.rate.bps(),
        tax_minor: -part.tax.minor(),
        ..charge.clone()
    });
    credit.into_iter().chain([charge]).collect()
}

fn corrected<'c>(case: &'c Case, credit: &Credit) -> Option<&'c entities::invoice_line::Model> {
    case.paid_by.as_ref().and_then(|(paid_by, _)| paid_by.lines.get(credit.at))
}

fn change_row(work: &Work, case: &Case, quote: &Quote, order_id: OrderId) -> Result<plan_change::Model, Error> {
    let part = quote.credit.map(|credit| credit.part);
    let minor = |of: fn(&credit::rules::Part) -> crate::money::Money| part.as_ref().map_or(0, |part| of(part).minor());
    Ok(plan_change::Model {
        id: work.new_id::<PlanChangeId>(),
        order_id,
        product_id: case.row.id,
        status: PlanChangeStatus::Pending,
        plan_id: case.offer.as_ref().map_or(case.row.current_plan_id, |offer| offer.plan_id),
        term_months: quote.term.months_i32(),
        period_id: case.running.map(|running| running.id),
        corrected_line_id: quote.credit.and_then(|credit| corrected(case, &credit)).map(|line| line.id),
        credited_public_price_minor: minor(|part| part.public_price),
        credited_discount_minor: minor(|part| part.discount),
        credited_net_minor: minor(|part| part.net),
        credited_tax_minor: minor(|part| part.tax),
        credited_cashback_minor: minor(|part| part.cashback),
        is_one_document: quote.own_credit().is_some(),
        period_start: case.today,
        period_end: quote.new.renews_on,
        anchor_on: quote.new.anchor_on,
        anchor_months: i32::try_from(quote.new.anchor_months).map_err(|_| Error::fault("a term beyond all"))?,
        created_at: work.now(),
        settled_at: None,
    })
}
