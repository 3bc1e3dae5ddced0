//! What a credit note takes back of which line.

#![warn(clippy::arithmetic_side_effects, clippy::as_conversions)]

use std::collections::BTreeMap;

use crate::billing::document::{TaxGroup, credited_tax, cumulative_share, spread_credit, tax_of_credited};
use crate::money::{Currency, Money, MoneyError};
use crate::tax::rules::TaxTreatment;

/// Amounts of one line, all of one currency, none below zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    /// Of the public price.
    pub public_price: Money,
    /// Of what was taken off it.
    pub discount: Money,
    /// Of what was billed: public price − discount.
    pub net: Money,
    /// Of the line's tax.
    pub tax: Money,
    /// Of what the partner earned on it.
    pub cashback: Money,
}

/// A line of an invoice, and what earlier corrections took of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LineFacts {
    /// As it was billed.
    pub billed: Part,
    /// Whether it takes back itself, as the one line of a plan change does: then nothing is left of it.
    pub is_credit: bool,
    /// Category and rate.
    pub treatment: TaxTreatment,
    /// The sum of its corrections.
    pub credited: Part,
}

/// Why there is no credit note.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoCredit {
    /// Nothing is left of the lines.
    #[error("nothing is left to credit")]
    NothingLeft,
    /// Less is left than was asked for.
    #[error("no more than {0} is left to credit")]
    MoreThanIsLeft(Money),
    /// The amounts do not go together.
    #[error(transparent)]
    Money(#[from] MoneyError),
}

/// What one line of the credit note takes back: the place of the line on the invoice, and how much of it.
pub type Credited = (usize, Part);

impl Part {
    /// Nothing.
    pub fn zero(currency: Currency) -> Self {
        let nothing = Money::zero(currency);
        Self { public_price: nothing, discount: nothing, net: nothing, tax: nothing, cashback: nothing }
    }

    /// The two together.
    pub fn plus(self, other: Self) -> Result<Self, MoneyError> {
        Ok(Self {
            public_price: self.public_price.checked_add(other.public_price)?,
            discount: self.discount.checked_add(other.discount)?,
            net: self.net.checked_add(other.net)?,
            tax: self.tax.checked_add(other.tax)?,
            cashback: self.cashback.checked_add(other.cashback)?,
        })
    }
}

impl LineFacts {
    /// The net that has not been credited.
    pub fn left(&self) -> Result<Money, MoneyError> {
        if self.is_credit {
            Ok(Money::zero(self.billed.net.currency()))
        } else {
            self.billed.net.checked_sub(self.credited.net)
        }
    }

    /// All that has not been credited.
    pub fn rest(&self) -> Result<Part, MoneyError> {
        let (billed, credited) = (self.billed, self.credited);
        Ok(Part {
            public_price: billed.public_price.checked_sub(credited.public_price)?,
            discount: billed.discount.checked_sub(credited.discount)?,
            net: billed.net.checked_sub(credited.net)?,
            tax: billed.tax.checked_sub(credited.tax)?,
            cashback: billed.cashback.checked_sub(credited.cashback)?,
        })
    }

    /// The part of the line that goes with this net: discount and cashback follow it in proportion and cumulatively, so that the
    /// last credit takes exactly the rest. Tax is the document's affair.
    fn part(&self, net: Money) -> Result<Part, MoneyError> {
        let discount = self.follow(net, self.billed.discount, self.credited.discount)?;
        let cashback = self.follow(net, self.billed.cashback, self.credited.cashback)?;
        Ok(Part { public_price: net.checked_add(discount)?, discount, net, tax: Money::zero(net.currency()), cashback })
    }

    fn follow(&self, net: Money, whole: Money, taken: Money) -> Result<Money, MoneyError> {
        let nothing = Money::zero(whole.currency());
        let after = self.credited.net.checked_add(net)?;
        let due = cumulative_share(whole, self.billed.net, nothing, after)?.checked_sub(taken)?;
        due.checked_min(whole.checked_sub(taken)?).map(|due| if due.is_negative() { nothing } else { due })
    }
}

/// The lines of a credit note over `amount` net, or over all that is left, of the lines at `chosen`, or of all.
///
/// Spread over the lines by largest remainder of what is left of each. Of an invoice with a credited line, no more is left than
/// its own total: what it took over from another is credited there. Lines that nothing is taken of are not on the note.
pub fn credit_lines(
    currency: Currency,
    lines: &[LineFacts],
    chosen: Option<&[usize]>,
    amount: Option<Money>,
) -> Result<Vec<Credited>, NoCredit> {
    let mut left = Vec::with_capacity(lines.len());
    for (at, line) in lines.iter().enumerate() {
        let is_chosen = chosen.is_none_or(|chosen| chosen.contains(&at));
        left.push(if is_chosen { line.left()? } else { Money::zero(currency) });
    }
    let in_all = Money::sum(currency, left.iter().copied())?.checked_min(left_of(currency, lines)?)?;
    if !in_all.is_positive() {
        return Err(NoCredit::NothingLeft);
    }
    let amount = amount.unwrap_or(in_all);
    if amount.checked_cmp(in_all)?.is_gt() {
        return Err(NoCredit::MoreThanIsLeft(in_all));
    }
    let nets = spread_credit(amount, &left)?;
    with_tax(currency, lines, &nets)
}

/// The net that is left of the whole invoice.
fn left_of(currency: Currency, lines: &[LineFacts]) -> Result<Money, MoneyError> {
    lines.iter().try_fold(Money::zero(currency), |left, line| {
        if line.is_credit { left.checked_sub(line.billed.net) } else { left.checked_add(line.left()?) }
    })
}

/// The credited parts of these nets, one for each line, with their tax: rounded once for each treatment.
fn with_tax(currency: Currency, lines: &[LineFacts], nets: &[Money]) -> Result<Vec<Credited>, NoCredit> {
    let mut credited = Vec::new();
    for (group, members) in groups(currency, lines)? {
        let before =
            Money::sum(currency, members.iter().filter_map(|at| lines.get(*at)).map(|line| line.credited.net))?;
        let of_group: Vec<Money> = members.iter().filter_map(|at| nets.get(*at)).copied().collect();
        for ((at, net), tax) in members.iter().zip(&of_group).zip(credited_tax(&group, before, &of_group)?) {
            if let Some(line) = lines.get(*at).filter(|_| net.is_positive()) {
                credited.push((*at, Part { tax, ..line.part(*net)? }));
            }
        }
    }
    credited.sort_by_key(|(at, _)| *at);
    Ok(credited)
}

/// The tax of crediting so much net of the line at this place.
pub fn tax_of(currency: Currency, lines: &[LineFacts], at: usize, net: Money) -> Result<Money, NoCredit> {
    let nets: Vec<Money> = (0..lines.len()).map(|one| if one == at { net } else { Money::zero(currency) }).collect();
    Ok(with_tax(currency, lines, &nets)?.first().map_or(Money::zero(currency), |(_, part)| part.tax))
}

/// What has been credited of an invoice in all, with tax, if all that is in `lines` counts; at most its total.
pub fn credited_in_all(currency: Currency, lines: &[LineFacts], total: Money) -> Result<Money, MoneyError> {
    let mut sum = Money::zero(currency);
    for (group, members) in groups(currency, lines)? {
        let net = Money::sum(currency, members.iter().filter_map(|at| lines.get(*at)).map(|line| line.credited.net))?;
        sum = sum.checked_add(net)?.checked_add(tax_of_credited(&group, net)?)?;
    }
    sum.checked_min(total)
}

/// The lines that can be credited, by treatment: their places, with the sums of their nets and of their tax.
fn groups(currency: Currency, lines: &[LineFacts]) -> Result<Vec<(TaxGroup, Vec<usize>)>, MoneyError> {
    let mut by_treatment: BTreeMap<TaxTreatment, (TaxGroup, Vec<usize>)> = BTreeMap::new();
    for (at, line) in lines.iter().enumerate().filter(|(_, line)| !line.is_credit) {
        let nothing = Money::zero(currency);
        let empty = TaxGroup { treatment: line.treatment, net: nothing, tax: nothing };
        let (group, members) = by_treatment.entry(line.treatment).or_insert_with(|| (empty, Vec::new()));
        group.net = group.net.checked_add(line.billed.net)?;
        group.tax = group.tax.checked_add(line.billed.tax)?;
        members.push(at);
    }
    Ok(by_treatment.into_values().collect())
}

#[cfg(test)]
mod tests;
