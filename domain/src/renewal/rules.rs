//! What a renewal costs, whom, and which renewals share an invoice.

#![warn(clippy::arithmetic_side_effects, clippy::as_conversions)]

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use entities::id::{AccountId, PartnershipId, ProductId};

use crate::billing::rules::{
    Benefit, BillingFacts, LineAmounts, NotOffered, OrderedBy, PartnershipFacts, Party, billing_terms, line_amounts,
};
use crate::calendar::hour_tick_at_or_after;
use crate::money::{Currency, Money, MoneyError, Rate};

/// No invoice has more lines than this.
pub const MAX_LINES: usize = 500;

/// The partnership that counts for a renewal: active now, and neither expired nor frozen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RenewalPartnership {
    /// The partnership.
    pub id: PartnershipId,
    /// Its partner.
    pub partner_id: AccountId,
    /// The partner's rate for the kind of product; zero outside of any programme.
    pub rate: Rate,
    /// What the terms depend on.
    pub facts: PartnershipFacts,
}

/// What a renewal depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RenewalFacts {
    /// Who renews.
    pub ordered_by: OrderedBy,
    /// The holder.
    pub holder_id: AccountId,
    /// The holder's own rate, where it is a partner itself.
    pub holder_rate: Option<Rate>,
    /// The partnership that manages the product, or through which it is renewed.
    pub partnership: Option<RenewalPartnership>,
    /// The public price of the term.
    pub price: Money,
}

/// A renewal as a line of an invoice, without its tax.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RenewalLine {
    /// Who pays.
    pub billed_to_id: AccountId,
    /// Public price, discount, net and cashback.
    pub amounts: LineAmounts,
    /// The rate that discount or cashback comes from; none where nobody earns.
    pub rate: Option<Rate>,
    /// The partnership that covers the line.
    pub partnership_id: Option<PartnershipId>,
    /// The partner of it: who is credited the cashback.
    pub partner_id: Option<AccountId>,
}

/// Why a renewal has no line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoLine {
    /// Not in this way.
    #[error(transparent)]
    NotOffered(#[from] NotOffered),
    /// The amounts do not go together.
    #[error(transparent)]
    Money(#[from] MoneyError),
}

/// The line of a renewal: the table of `docs/rules.md` §3 applied to one product.
pub fn renewal_line(facts: &RenewalFacts) -> Result<RenewalLine, NoLine> {
    let terms = billing_terms(BillingFacts {
        ordered_by: facts.ordered_by,
        partnership: facts.partnership.map(|it| it.facts),
        is_account_partner: facts.holder_rate.is_some(),
        is_referred_first_order: false,
    })?;
    let of_partner = facts.partnership.map_or(Rate::ZERO, |it| it.rate);
    let (billed_to_id, rate) = match (terms.billed_to, terms.benefit) {
        (Party::Partner, _) => (facts.partnership.map_or(facts.holder_id, |it| it.partner_id), of_partner),
        (Party::Account, Benefit::Cashback) => (facts.holder_id, of_partner),
        (Party::Account, Benefit::Discount | Benefit::None | Benefit::Commission) => {
            (facts.holder_id, facts.holder_rate.unwrap_or(Rate::ZERO))
        }
    };
    let amounts = line_amounts(facts.price, 1, rate, terms.benefit)?;
    let is_covered = terms.billed_to == Party::Partner || terms.benefit == Benefit::Cashback;
    let partnership = facts.partnership.filter(|_| is_covered);
    Ok(RenewalLine {
        billed_to_id,
        amounts,
        rate: (terms.benefit != Benefit::None).then_some(rate),
        partnership_id: partnership.map(|it| it.id),
        partner_id: partnership.map(|it| it.partner_id),
    })
}

/// The run that renews what is due at this instant, seen from now: the next hour, for what is overdue.
pub fn run_of(renews_at: DateTime<Utc>, now: DateTime<Utc>) -> DateTime<Utc> {
    hour_tick_at_or_after(renews_at.max(now))
}

/// What one invoice is for: a payer, a currency and a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BundleKey {
    /// Who pays.
    pub billed_to_id: AccountId,
    /// In this currency.
    pub currency: Currency,
    /// In this run.
    pub run_at: DateTime<Utc>,
}

/// The lines of each invoice, in the order of the products' ids, at most [`MAX_LINES`] each. What costs nothing is on no
/// invoice: it is left out here.
pub fn bundles<T>(
    lines: impl IntoIterator<Item = (BundleKey, ProductId, Money, T)>,
) -> Vec<(BundleKey, Vec<(ProductId, T)>)> {
    let mut by_key: BTreeMap<BundleKey, BTreeMap<ProductId, T>> = BTreeMap::new();
    for (key, product_id, net, line) in lines {
        if !net.is_zero() {
            by_key.entry(key).or_default().insert(product_id, line);
        }
    }
    let mut bundles = Vec::with_capacity(by_key.len());
    for (key, lines) in by_key {
        let mut rest = lines.into_iter().peekable();
        while rest.peek().is_some() {
            bundles.push((key, rest.by_ref().take(MAX_LINES).collect()));
        }
    }
    bundles
}

#[cfg(test)]
mod tests;
