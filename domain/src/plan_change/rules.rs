//! What a change of the plan credits and charges, and where the product stands then.

#![warn(clippy::arithmetic_side_effects, clippy::as_conversions)]

use chrono::NaiveDate;

use crate::billing::rules::{Benefit, line_amounts, unused_part};
use crate::calendar::{CalendarError, Term, boundary};
use crate::credit::rules::{LineFacts, Part};
use crate::money::{Currency, Money, MoneyError, Rate};
use crate::tax::rules::TaxTreatment;

/// Why a change cannot be computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoChange {
    /// The dates do not go together.
    #[error(transparent)]
    Calendar(#[from] CalendarError),
    /// The amounts do not go together.
    #[error(transparent)]
    Money(#[from] MoneyError),
}

/// Where a product stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The day from which its boundaries are counted.
    pub anchor_on: NaiveDate,
    /// The months from there to the end of the term that runs.
    pub anchor_months: u32,
    /// That end.
    pub renews_on: NaiveDate,
    /// The length of that term; none where it costs nothing, so that there is nothing to go on with.
    pub paid_term: Option<Term>,
}

/// The term that a change begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NewTerm {
    /// The day from which its boundaries are counted.
    pub anchor_on: NaiveDate,
    /// The months from there to its end.
    pub anchor_months: u32,
    /// Its end: when the product renews.
    pub renews_on: NaiveDate,
    /// The public price of it: of the whole term, or of what is left of it.
    pub charge: Money,
}

/// The term that begins `today`, a day of the term that runs. The same length keeps the end, and the charge is the unused part of
/// the new price, by day; another length is a whole term from today.
///
/// Worked: 2000 after 21 of 31 days: 645.
pub fn new_term(standing: &Standing, today: NaiveDate, price: Money, term: Term) -> Result<NewTerm, NoChange> {
    let Standing { anchor_on, anchor_months, renews_on, paid_term } = *standing;
    if paid_term == Some(term) {
        let began = anchor_months.checked_sub(term.months()).ok_or(CalendarError::DateOutOfRange)?;
        let charge = unused(price, (boundary(anchor_on, began)?, renews_on), today)?;
        return Ok(NewTerm { anchor_on, anchor_months, renews_on, charge });
    }
    let renews_on = boundary(today, term.months())?;
    Ok(NewTerm { anchor_on: today, anchor_months: term.months(), renews_on, charge: price })
}

/// What of the price of a period is unused from `today` on, by day.
fn unused(price: Money, (start, end): (NaiveDate, NaiveDate), today: NaiveDate) -> Result<Money, NoChange> {
    let days = |from: NaiveDate| u32::try_from(end.signed_duration_since(from).num_days()).unwrap_or(0);
    let whole = days(start);
    if whole == 0 {
        return Ok(Money::zero(price.currency()));
    }
    let used = whole.saturating_sub(days(today));
    Ok(unused_part(price, used, whole)?)
}

/// A term that was paid for: by a line, which may be for several products.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PaidTerm {
    /// The line, and what is left of it.
    pub line: LineFacts,
    /// How many products it is for.
    pub quantity: i32,
    /// The rate that its discount or its cashback comes from.
    pub rate: Rate,
    /// What it pays for, half open.
    pub period: (NaiveDate, NaiveDate),
}

/// What is credited of a paid term when the product changes `today`: the unused part of the public price, D of it as on an order,
/// at most what is left of the line. Tax is the document's affair.
///
/// Worked: 1000 after 21 of 31 days: 323.
pub fn credit_of(paid: &PaidTerm, today: NaiveDate) -> Result<Part, NoChange> {
    let PaidTerm { line, quantity, rate, period } = paid;
    let currency = line.billed.net.currency();
    let of_one = line.billed.public_price.portion(1, i64::from(*quantity))?;
    let public_price = unused(of_one, *period, today)?;
    let benefit = if line.billed.discount.is_positive() {
        Benefit::Discount
    } else if line.billed.cashback.is_positive() {
        Benefit::Cashback
    } else {
        Benefit::None
    };
    let amounts = line_amounts(public_price, 1, *rate, benefit)?;
    let rest = line.rest()?;
    if amounts.net.checked_cmp(line.left()?)?.is_ge() {
        return Ok(Part { tax: Money::zero(currency), ..rest });
    }
    let discount = amounts.discount.checked_min(rest.discount)?;
    Ok(Part {
        public_price: amounts.net.checked_add(discount)?,
        discount,
        net: amounts.net,
        tax: Money::zero(currency),
        cashback: amounts.cashback.checked_min(rest.cashback)?,
    })
}

/// The sums of a document of a credit and a charge, each of its own sign; the credit is the payer's own or nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sums {
    /// The charge's part of the tax.
    pub charge_tax: Money,
    /// The document's tax: the charge's less the credit's.
    pub tax: Money,
    /// Charge − credit + tax; below zero it is a credit note.
    pub total: Money,
}

/// The tax of a document that charges `charge` and credits `credit`, both net, of which the corrected invoice gives back
/// `credit.tax`.
///
/// Under one treatment, tax is rounded once, on the difference, and the charge bears what the credit leaves; so what the two
/// invoices bear together is what is given back when all of it is credited. Under two, each is rounded by itself.
/// Worked: 645 − 323 at 19 %: a tax of 61, of which the charge bears 122 and the credit −61.
pub fn sums(
    currency: Currency,
    (charge, treatment): (Money, TaxTreatment),
    credit: Option<(Part, TaxTreatment)>,
) -> Result<Sums, MoneyError> {
    let nothing = Money::zero(currency);
    let (credited, of_credit) = credit.map_or((Part::zero(currency), None), |(part, of)| (part, Some(of)));
    let net = charge.checked_sub(credited.net)?;
    let charge_tax = if charge.is_zero() {
        nothing
    } else if of_credit == Some(treatment) {
        let borne = treatment.rate.of(net)?.checked_add(credited.tax)?;
        if borne.is_negative() { nothing } else { borne }
    } else {
        treatment.rate.of(charge)?
    };
    let tax = charge_tax.checked_sub(credited.tax)?;
    Ok(Sums { charge_tax, tax, total: net.checked_add(tax)? })
}

#[cfg(test)]
mod tests;
