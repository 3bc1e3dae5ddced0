//! What a change costs: the same for whoever only looks and for whoever does it.

use chrono::{DateTime, Utc};
use entities::account;
use entities::id::AccountId;
use entities::offering::ProductKind;
use entities::product::ProductStatus;

use super::rules::{NewTerm, NoChange, PaidTerm, Standing, Sums, credit_of, new_term, sums};
use super::store::Case;
use crate::calendar::{Term, local_date};
use crate::catalogue::queries::Offer;
use crate::credit::rules::{NoCredit, Part, tax_of};
use crate::error::{Code, Error, Refusal};
use crate::money::{Currency, Rate};
use crate::renewal::rules::RenewalLine;
use crate::seller::Settings;
use crate::tax::rules::TaxTreatment;

/// What is credited of the term that runs.
#[derive(Debug, Clone, Copy)]
pub(super) struct Credit {
    /// The line's place on its invoice.
    pub(super) at: usize,
    /// With the tax that the invoice gives back.
    pub(super) part: Part,
    pub(super) treatment: TaxTreatment,
    /// Who has paid.
    pub(super) payer_id: AccountId,
}

/// A change, priced.
#[derive(Debug, Clone)]
pub(super) struct Quote {
    pub(super) currency: Currency,
    pub(super) term: Term,
    pub(super) new: NewTerm,
    /// The charge, and who pays it.
    pub(super) line: RenewalLine,
    pub(super) treatment: TaxTreatment,
    /// None where nothing is left of what was paid.
    pub(super) credit: Option<Credit>,
    /// Of the document of who pays: without the credit, where that is another's.
    pub(super) sums: Sums,
}

impl Quote {
    /// The credit, where it is on the document of who pays.
    pub(super) fn own_credit(&self) -> Option<Credit> {
        self.credit.filter(|credit| credit.payer_id == self.line.billed_to_id)
    }
}

/// Prices a change, or refuses it.
/// # Errors
/// `PRODUCT_NOT_RENEWABLE` in the wrong state, `PAYMENT_PENDING` while another change is being paid, `CONFLICT` while a renewal is
/// invoiced or paid ahead, `TERM_NOT_OFFERED`, `CURRENCY_MISMATCH`, `NOT_FOUND` for a plan that there is not, `INVALID_INPUT` for one of
/// another kind and for what the product has already.
pub(super) fn quote(settings: &Settings, now: DateTime<Utc>, case: &Case) -> Result<Quote, Error> {
    refuse_state(case)?;
    if case.is_paid_ahead {
        return Err(Refusal::new(Code::Conflict, "The next term is paid already: change the plan at its end.").into());
    }
    let (offer, currency) = (offered(case)?, case.row.currency()?);
    let term = Term::from_months(offer.term_months)?;
    let running_term = case.running.map_or(case.row.term_months, |running| running.term_months);
    let is_free = case.row.status == ProductStatus::Free;
    if offer.plan_id == case.row.current_plan_id && offer.term_months == running_term {
        return Err(Refusal::invalid("planId", "is the product's already, for this term").into());
    }
    let standing = Standing {
        anchor_on: case.row.anchor_on,
        anchor_months: u32::try_from(case.row.anchor_months).map_err(|_| Error::fault("an anchor before its day"))?,
        renews_on: case.row.renews_on,
        paid_term: if is_free { None } else { Some(Term::from_months(running_term)?) },
    };
    let new = new_term(&standing, case.today, offer.price(currency)?, term).map_err(fault)?;
    let line = case.row.line_at(case.ordered_by, new.charge)?;
    let payer = payer(case, line.billed_to_id)?;
    if line.billed_to_id != case.row.account_id && payer.currency != case.row.currency {
        return Err(Refusal::new(Code::CurrencyMismatch, "The partner pays in another currency.").into());
    }
    let treatment = settings.tax_of(payer, local_date(now, settings.seller.time_zone))?;
    let credit = credit(case)?;
    let own = credit.filter(|credit| credit.payer_id == line.billed_to_id);
    let sums = sums(currency, (line.amounts.net, treatment), own.map(|own| (own.part, own.treatment)))?;
    Ok(Quote { currency, term, new, line, treatment, credit, sums })
}

/// What must not be for any change, at once or at the period's end.
pub(super) fn refuse_state(case: &Case) -> Result<(), Refusal> {
    let not_renewable = |message: &'static str| Err(Refusal::new(Code::ProductNotRenewable, message));
    if case.is_pending {
        return Err(Refusal::new(Code::PaymentPending, "Another change of the plan is being paid."));
    }
    match case.row.status {
        ProductStatus::PastDue | ProductStatus::Suspended => {
            not_renewable("The last renewal is not paid: pay its invoice first.")
        }
        ProductStatus::PendingPayment => not_renewable("The order of this product is not paid yet."),
        ProductStatus::Expired | ProductStatus::Cancelled => not_renewable("The product has ended."),
        ProductStatus::Free | ProductStatus::Active if case.row.is_invoiced => {
            Err(Refusal::new(Code::Conflict, "The next term is invoiced already: its invoice is to be paid."))
        }
        ProductStatus::Free | ProductStatus::Active if case.row.renews_on <= case.today => {
            not_renewable("The term has ended: renew the product first.")
        }
        ProductStatus::Free | ProductStatus::Active => Ok(()),
    }
}

/// The plan that is wanted, of the product's kind, with a price in its currency.
pub(super) fn offered(case: &Case) -> Result<&Offer, Refusal> {
    let offer = case.offer.as_ref().ok_or_else(|| Refusal::absent(["planId"]))?;
    let kind: Option<ProductKind> = case.current.as_ref().map(|current| current.kind);
    if kind.is_some_and(|kind| kind != offer.kind) {
        return Err(Refusal::invalid("planId", "is of another kind of product"));
    }
    let currency = Currency::parse(&case.row.currency).map_err(|e| Refusal::invalid("planId", e.to_string()))?;
    offer.price(currency)?;
    Ok(offer)
}

fn payer(case: &Case, id: AccountId) -> Result<&account::Model, Error> {
    case.accounts.iter().find(|account| account.id == id).ok_or_else(|| Error::fault("a change without a payer"))
}

/// What is credited of the term that runs, with the tax that goes with it.
fn credit(case: &Case) -> Result<Option<Credit>, Error> {
    let Some((paid_by, at)) = &case.paid_by else { return Ok(None) };
    let (Some(line), Some(facts)) = (paid_by.lines.get(*at), paid_by.facts.get(*at)) else { return Ok(None) };
    let period = line.period_start.zip(line.period_end);
    let period = period.ok_or_else(|| Error::fault("a line that pays for a term without saying which"))?;
    let rate = line.rate_bps.map_or(Ok(Rate::ZERO), Rate::from_bps)?;
    let paid = PaidTerm { line: *facts, quantity: line.quantity, rate, period };
    let part = credit_of(&paid, case.today).map_err(fault)?;
    if !part.net.is_positive() {
        return Ok(None);
    }
    // another than the product's, where it was handed over to somebody who pays in another
    let tax = tax_of(paid_by.currency, &paid_by.facts, *at, part.net).map_err(|reason| match reason {
        NoCredit::Money(error) => error.into(),
        NoCredit::NothingLeft | NoCredit::MoreThanIsLeft(_) => Error::fault(reason.to_string()),
    })?;
    Ok(Some(Credit {
        at: *at,
        part: Part { tax, ..part },
        treatment: facts.treatment,
        payer_id: paid_by.invoice.billed_to_id,
    }))
}

fn fault(reason: NoChange) -> Error {
    match reason {
        NoChange::Calendar(error) => error.into(),
        NoChange::Money(error) => error.into(),
    }
}
