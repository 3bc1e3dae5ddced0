//! The sums of an invoice, and what a credit note takes back.
//!
//! All parts are cumulative: after each credit note, what has been taken back in all is the rounded share of the whole, so
//! that the last one takes exactly the rest, in whatever order and number they come.

#![warn(clippy::arithmetic_side_effects, clippy::as_conversions)]

use std::collections::BTreeMap;

use crate::money::{Currency, Money, MoneyError};
use crate::tax::rules::TaxTreatment;

/// What a document's sums depend on, for each line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DocumentLine {
    /// The public price of the line's quantity; below zero on the credited line of a plan change.
    pub public_price: Money,
    /// What is taken off it.
    pub discount: Money,
    /// Category and rate.
    pub treatment: TaxTreatment,
}

/// One row of a document's tax breakdown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TaxGroup {
    /// Category and rate.
    pub treatment: TaxTreatment,
    /// The sum of the lines' nets.
    pub net: Money,
    /// Its tax, rounded once.
    pub tax: Money,
}

/// The sums of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Totals {
    /// The sum of the public prices.
    pub subtotal: Money,
    /// The sum of the discounts.
    pub discount: Money,
    /// The sum of the groups' tax.
    pub tax: Money,
    /// subtotal − discount + tax.
    pub total: Money,
    /// The tax of each line, in the order of the lines.
    pub line_tax: Vec<Money>,
    /// The breakdown by treatment, in a fixed order.
    pub groups: Vec<TaxGroup>,
}

/// The sums of a document of these lines.
///
/// Tax is rounded once per category and rate (EN 16931 BR-CO-17), then spread over the group's lines by largest remainder,
/// ties by position: each line's tax is its own exact tax rounded down or up.
pub fn totals(currency: Currency, lines: &[DocumentLine]) -> Result<Totals, MoneyError> {
    let subtotal = Money::sum(currency, lines.iter().map(|line| line.public_price))?;
    let discount = Money::sum(currency, lines.iter().map(|line| line.discount))?;
    let mut by_treatment: BTreeMap<TaxTreatment, Vec<(usize, Money)>> = BTreeMap::new();
    for (at, line) in lines.iter().enumerate() {
        let net = line.public_price.checked_sub(line.discount)?;
        by_treatment.entry(line.treatment).or_default().push((at, net));
    }
    let mut line_tax = vec![Money::zero(currency); lines.len()];
    let mut groups = Vec::with_capacity(by_treatment.len());
    for (treatment, members) in by_treatment {
        let nets: Vec<Money> = members.iter().map(|(_, net)| *net).collect();
        let taxes = treatment.rate.spread_over(currency, &nets)?;
        groups.push(TaxGroup {
            treatment,
            net: Money::sum(currency, nets)?,
            tax: Money::sum(currency, taxes.iter().copied())?,
        });
        for ((at, _), tax) in members.into_iter().zip(taxes) {
            if let Some(slot) = line_tax.get_mut(at) {
                *slot = tax;
            }
        }
    }
    let tax = Money::sum(currency, groups.iter().map(|group| group.tax))?;
    let total = subtotal.checked_sub(discount)?.checked_add(tax)?;
    Ok(Totals { subtotal, discount, tax, total, line_tax, groups })
}

/// The share of `whole` that belongs to the next `part` of `base`, when `before` of it has had its share already.
///
/// Cumulative: the shares of parts that add up to the base add up to the whole. Refuses parts that exceed the base
/// (`BadShares`) and a base below zero; a base of zero has nothing to share.
pub fn cumulative_share(whole: Money, base: Money, before: Money, part: Money) -> Result<Money, MoneyError> {
    let after = before.checked_add(part)?;
    base.checked_cmp(after)?;
    if base.is_zero() && after.is_zero() && before.is_zero() {
        return Ok(Money::zero(whole.currency()));
    }
    if part.is_negative() {
        return Err(MoneyError::BadShares);
    }
    whole.portion(after.minor(), base.minor())?.checked_sub(whole.portion(before.minor(), base.minor())?)
}

/// The tax that a credit note takes back on lines of one treatment, a share for each of `nets`, the credited nets.
///
/// `group` is the invoice's, `before` what earlier credit notes took of the group's net. What has been taken back in all is
/// [`tax_of_credited`]; the note's part is spread over its lines by largest remainder. Crediting more than the group is refused
/// (`BadShares`).
/// Worked: of nets 6833, 5750, 8500, 6833 at 20 % (tax 5583), credited one after the other, 1367, 1150, 1700 and 1366. (The
/// same shares of the *rounded* 5583 would give 1699 and 1367 for the last two.)
pub fn credited_tax(group: &TaxGroup, before: Money, nets: &[Money]) -> Result<Vec<Money>, MoneyError> {
    let after = Money::sum(group.net.currency(), nets.iter().copied())?.checked_add(before)?;
    if before.is_negative() || after.checked_cmp(group.net)?.is_gt() {
        return Err(MoneyError::BadShares);
    }
    let tax = tax_of_credited(group, after)?.checked_sub(tax_of_credited(group, before)?)?;
    let weights: Vec<i64> = nets.iter().map(|net| net.minor()).collect();
    tax.split_by(&weights)
}

/// The tax of what has been credited of a group in all: the rate of it, rounded once, and of the whole group its whole tax, so that
/// the last credit takes the rest. The tax of the charged lines of a plan change may differ by a unit from the rate of their net,
/// since it was rounded with the credited line: then nothing beyond it is given back.
pub fn tax_of_credited(group: &TaxGroup, credited: Money) -> Result<Money, MoneyError> {
    if credited == group.net { Ok(group.tax) } else { group.treatment.rate.of(credited)?.checked_min(group.tax) }
}

/// The cashback that is taken back when `credited` more of a line's net is credited, `before` having been credited earlier.
///
/// What was credited before the invoice was paid counts in `before`: the cashback credited at payment was less by its share.
/// Worked: refunds of 3333 and then 6567 of 9900 with a cashback of 1980 take back 667 and then 1313.
pub fn cashback_clawback(
    cashback: Money,
    line_net: Money,
    before: Money,
    credited: Money,
) -> Result<Money, MoneyError> {
    cumulative_share(cashback, line_net, before, credited)
}

/// Spreads a credited net amount over lines of which `remaining` net has not been credited, by largest remainder.
///
/// No line is credited more than remains of it; more than remains in all is refused (`BadShares`).
pub fn spread_credit(amount: Money, remaining: &[Money]) -> Result<Vec<Money>, MoneyError> {
    let left = Money::sum(amount.currency(), remaining.iter().copied())?;
    if amount.is_negative() || amount.checked_cmp(left)?.is_gt() {
        return Err(MoneyError::BadShares);
    }
    let weights: Vec<i64> = remaining.iter().map(|line| line.minor()).collect();
    amount.split_by(&weights)
}

#[cfg(test)]
mod tests;
