//! Renewing by hand, and beginning a run.

use chrono::{DateTime, NaiveDate, Utc};
use entities::id::{InvoiceId, PaymentId, ProductId};
use entities::product::{self, ProductStatus};
use entities::{product_period, renewal_run};
use serde::{Deserialize, Serialize};

use super::actions::RenewByHand;
use super::claim::{draft, draft_line, period};
use super::run;
use super::store::{AsOf, Renewable, Through, renewables};
use super::take_over::take_over;
use crate::actor::Actor;
use crate::billing::rules::OrderedBy;
use crate::billing::{self, Attempt, Collected, PaidFor, Paying, collect};
use crate::error::{Code, Error, Refusal, refuse};
use crate::idempotency::{self, Seen};
use crate::money::Money;
use crate::permission::{Grant, permit, permit_staff};
use crate::product::commands::offered_term;
use crate::sql;
use crate::store::{Statements, Store};
use crate::work::{Number, Work};

/// One more period, now.
#[derive(Debug, Clone, Serialize)]
pub struct RenewProduct {
    /// Of which product.
    pub product_id: ProductId,
    /// The length of the period; none: the product's.
    pub term_months: Option<i32>,
    /// The period that is meant.
    pub period_start: Option<NaiveDate>,
    /// The caller's.
    #[serde(skip)]
    pub idempotency_key: String,
}

/// What was renewed.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Renewed {
    /// Its invoice; none for what costs nothing.
    pub invoice_id: Option<InvoiceId>,
    payment_id: Option<PaymentId>,
}

/// Renews a product by one period and has it paid: by the account itself, or by a partner through its partnership, under the
/// terms of `docs/rules.md` §3. What another account owes for, its holder takes over by this.
/// # Errors
/// `PRODUCT_NOT_RENEWABLE` in the wrong state, `CONFLICT` for a period that is renewed already, `TERM_NOT_OFFERED`,
/// `PAYMENT_METHOD_REQUIRED` when the payer has none. How the payment ended is no error.
pub async fn renew_product(
    store: &Store,
    actor: Actor,
    statements: Statements,
    command: RenewProduct,
) -> Result<(Renewed, Collected), Error> {
    collect(store, actor, statements, move |work| Box::pin(write(work, command.clone()))).await
}

async fn write(work: &mut Work, command: RenewProduct) -> Result<(Renewed, Paying), Error> {
    let permit = permit::<RenewByHand>(work, command.product_id).await?;
    let (product, grant) = (permit.row, permit.grant);
    let seen = idempotency::seen(work, product.account_id, "renewProduct", &command.idempotency_key, &command).await?;
    let key = match seen {
        Seen::Before(renewed) => {
            let renewed: Renewed = renewed;
            let paying = renewed.payment_id.map_or(Paying::Nothing, Paying::Earlier);
            return Ok((renewed, paying));
        }
        Seen::New(key) => key,
    };
    let (renewed, paying) = renew(work, &product, grant, &command).await?;
    work.record("renewProduct", Some(grant), Some(product.id.into()));
    idempotency::remember(work, key, &renewed)?;
    Ok((renewed, paying))
}

async fn renew(
    work: &mut Work,
    product: &product::Model,
    grant: Grant,
    command: &RenewProduct,
) -> Result<(Renewed, Paying), Error> {
    let is_taken_over = take_over(work, product, grant).await?;
    let row = facts(work, product.id, grant, command.term_months).await?;
    refuse_period(&row, command.period_start)?;
    if !is_taken_over {
        refuse_state(&row)?;
    }
    if row.plan_id != row.current_plan_id && row.renews_at > work.now() {
        return refuse(Code::Conflict, "Its plan changes at the end of the term: it renews then.");
    }
    let term = match command.term_months {
        Some(months) => offered_term(work, product, months).await?,
        None => row.term()?,
    };
    let ordered_by =
        if grant.partnership_id.is_some() { OrderedBy::PartnerRenewsForClient } else { OrderedBy::Account };
    let Some(line) = row.line(ordered_by)? else {
        return refuse(Code::ProductNotRenewable, "The plan has no price in the product's currency.");
    };
    if line.amounts.net.is_zero() {
        let period = period(work, &row, term, None)?;
        let period_id = period.id;
        sql::insert::<product_period::Entity>(work.conn(), &[period]).await?;
        billing::mark_paid(work, &[period_id]).await?;
        return Ok((Renewed { invoice_id: None, payment_id: None }, Paying::Nothing));
    }
    refuse_without_method(work, line.billed_to_id).await?;
    let bill = draft(line.billed_to_id, row.currency()?, None, vec![draft_line(&row, &line, term)?]);
    let issued = billing::issue(work, vec![bill]).await?.into_iter().next().flatten();
    let issued = issued.ok_or_else(|| Error::fault("a renewal that costs something was not invoiced"))?;
    let period = period(work, &row, term, issued.lines.first().map(|line| line.id))?;
    sql::insert::<product_period::Entity>(work.conn(), &[period]).await?;
    let attempt = Attempt {
        account_id: line.billed_to_id,
        paid_for: PaidFor::Invoice(issued.invoice.id),
        amount: Money::new(issued.invoice.total_minor, row.currency()?),
        payment_method_id: None,
    };
    let charge = billing::attempt(work, vec![attempt]).await?.into_iter().next().flatten();
    let payment_id = charge.as_ref().map(|charge| charge.payment_id);
    let paying = charge.map_or(Paying::Nothing, Paying::Charge);
    Ok((Renewed { invoice_id: Some(issued.invoice.id), payment_id }, paying))
}

/// What the renewal depends on, under the partnership that it is asked for through, else the managing one.
async fn facts(work: &Work, product_id: ProductId, grant: Grant, term_months: Option<i32>) -> Result<Renewable, Error> {
    let through = grant.partnership_id.map_or(Through::Managing, Through::This);
    let mut sql = work.sql();
    renewables(&mut sql, AsOf::of(work.now(), work.settings()), &through, term_months);
    sql.add("p.id = ?", [product_id.into()]);
    sql.one(work.conn()).await?.ok_or(Error::NotFound)
}

fn refuse_period(row: &Renewable, meant: Option<NaiveDate>) -> Result<(), Refusal> {
    let Some(start) = meant else { return Ok(()) };
    if start < row.renews_on || (start == row.renews_on && row.is_invoiced) {
        return Err(Refusal::new(Code::Conflict, "This period is renewed already.").at(["periodStart"]));
    }
    if start > row.renews_on {
        return Err(Refusal::invalid("periodStart", format!("the next period begins on {}", row.renews_on)));
    }
    Ok(())
}

fn refuse_state(row: &Renewable) -> Result<(), Refusal> {
    let not_renewable = |message: &'static str| Err(Refusal::new(Code::ProductNotRenewable, message));
    match row.status {
        ProductStatus::Free | ProductStatus::Active if row.is_invoiced => {
            Err(Refusal::new(Code::Conflict, "This period is invoiced already: its invoice is to be paid."))
        }
        ProductStatus::Free | ProductStatus::Active => Ok(()),
        ProductStatus::PastDue | ProductStatus::Suspended => {
            not_renewable("The last renewal is not paid: pay its invoice first.")
        }
        ProductStatus::PendingPayment => not_renewable("The order of this product is not paid yet."),
        ProductStatus::Expired | ProductStatus::Cancelled => not_renewable("The product has ended."),
    }
}

async fn refuse_without_method(work: &Work, account_id: entities::id::AccountId) -> Result<(), Error> {
    let mut sql = work.sql();
    sql.add(
        "SELECT count(*) AS n FROM payment_method WHERE account_id = ? AND is_default AND removed_at IS NULL",
        [account_id.into()],
    );
    if sql.one::<Number>(work.conn()).await?.is_none_or(|row| row.n == 0) {
        return refuse(Code::PaymentMethodRequired, "Whoever pays for this has no payment method.");
    }
    Ok(())
}

/// Begins a run by hand: staff and operators alone.
/// # Errors
/// `Denied` for others; `INVALID_INPUT` for an instant to come.
pub async fn run_renewals(
    work: &mut Work,
    as_of: Option<DateTime<Utc>>,
    is_dry_run: bool,
) -> Result<renewal_run::Model, Error> {
    permit_staff(work).await?;
    let run = if is_dry_run { run::dry_run(work, as_of).await? } else { run::begin_as_of(work, as_of).await? };
    work.record("runRenewals", None, Some(run.id.into()));
    Ok(run)
}
