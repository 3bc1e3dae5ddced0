//! What may be in a cart, what an order costs, and which partnership looks after what it brings.
#![deny(clippy::arithmetic_side_effects, clippy::as_conversions)]

use entities::id::ContactId;
use entities::invitation::AccessLevel;
use entities::offering::ProductKind;
use entities::order::CheckoutMethod;
use entities::partnership::{self, PayerKind};
use entities::product::RenewalBilling;

use crate::billing::document::{DocumentLine, Totals, totals};
use crate::billing::rules::{
    Benefit, LineAmounts, NotOffered, OrderedBy, PartnershipFacts, Party, Terms, line_amounts,
};
use crate::error::{Code, Refusal};
use crate::money::{Currency, Money, MoneyError, Rate};
use crate::partnership::rules::{Candidate, managing as manager};
use crate::permission::{Permission, Permissions};
use crate::tax::rules::TaxTreatment;
use crate::text;

/// The most lines of a cart or an order.
pub const MAX_LINES: usize = 100;
/// The most pieces on a line. Source: `docs/rules.md` §3, Checkout.
const MAX_QUANTITY: i32 = 100;

/// Characters of the message that goes to the client with a cart.
pub const MESSAGE: usize = 2_000;

/// How many: 1 to 100, and one where each is a domain of its own.
pub fn quantity(quantity: i32, kind: ProductKind) -> Result<i32, Refusal> {
    if !(1..=MAX_QUANTITY).contains(&quantity) {
        return Err(Refusal::invalid("quantity", "must be from 1 to 100"));
    }
    if kind == ProductKind::Domain && quantity != 1 {
        return Err(Refusal::invalid("quantity", "must be 1: a domain name is one domain"));
    }
    Ok(quantity)
}

/// The name of a domain in its ASCII form: needed for a domain, possible for all else.
pub fn domain_name(name: Option<&str>, kind: ProductKind) -> Result<Option<String>, Refusal> {
    match name.map(str::trim).filter(|name| !name.is_empty()) {
        Some(name) => text::domain_name("domainName", name).map(Some),
        None if kind == ProductKind::Domain => Err(Refusal::invalid("domainName", "is needed for a domain")),
        None => Ok(None),
    }
}

/// To whom a domain is registered, where that is somebody else than its holder; nothing else is registered to anybody.
pub fn registrant(contact: Option<ContactId>, kind: ProductKind) -> Result<Option<ContactId>, Refusal> {
    match contact {
        Some(_) if kind != ProductKind::Domain => Err(Refusal::invalid("registrantId", "is for a domain")),
        contact => Ok(contact),
    }
}

/// Whether it must be said to whom a domain is registered: where a partner holds it for its client. Everywhere else it is for its holder.
/// Source: S5.14.
pub fn needs_registrant(kind: ProductKind, holder: Party) -> bool {
    kind == ProductKind::Domain && holder == Party::Partner
}

/// The refusal of a domain that is ordered twice at once.
pub fn twice() -> Refusal {
    Refusal::new(Code::AlreadyExists, "This domain is on another line already.").at(["domainName"])
}

/// What the terms of a line that is ordered now depend on. One that names its products covers none that is new.
pub fn partnership_facts(row: &partnership::Model) -> PartnershipFacts {
    PartnershipFacts {
        access_level: row.access_level,
        payer: row.payer,
        can_purchase: row.has_all_products && Permissions::from_bits(row.permissions).contains(Permission::Purchase),
        is_product_covered: row.has_all_products,
    }
}

/// The partnership that looks after what an account orders itself. What is new, no partnership names.
pub fn managing(active: &[partnership::Model]) -> Option<&partnership::Model> {
    let candidates: Vec<_> = active.iter().map(Candidate::of).collect();
    let id = manager(&candidates, |_| false)?;
    active.iter().find(|row| row.id == id)
}

/// How a partner orders for its client without saying who pays: as their partnership has it.
pub fn method_of(partnership: &partnership::Model) -> CheckoutMethod {
    match (partnership.access_level, partnership.payer) {
        (AccessLevel::Full, PayerKind::Partner) => CheckoutMethod::PartnerCard,
        (AccessLevel::Full | AccessLevel::Partial, _) => CheckoutMethod::ClientCard,
    }
}

/// Whether renewals follow the payer of a partnership: of all that a partner ordered through it, and of nothing else.
pub fn renewal_billing(ordered_by: OrderedBy, terms: Terms) -> RenewalBilling {
    let through_partnership = matches!(
        ordered_by,
        OrderedBy::PartnerForClient(CheckoutMethod::ClientCard | CheckoutMethod::PartnerCard)
            | OrderedBy::PartnerRenewsForClient
    );
    if through_partnership && terms.holder == Party::Account {
        RenewalBilling::Partnership
    } else {
        RenewalBilling::Account
    }
}

/// The refusal of a way that is not offered.
pub fn refusal_of(reason: NotOffered) -> Refusal {
    let code = match reason {
        NotOffered::PurchaseNotGranted => Code::PermissionDenied,
        NotOffered::PartnerPays => Code::Conflict,
    };
    Refusal::new(code, capital(&reason.to_string())).at(["method"])
}

/// A reason as a sentence.
pub fn capital(reason: &str) -> String {
    let mut chars = reason.chars();
    chars.next().map_or_else(String::new, |first| format!("{}{}.", first.to_uppercase(), chars.as_str()))
}

/// One line that is to be priced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Piece {
    /// The public price of one.
    pub unit_price: Money,
    /// How many.
    pub quantity: i32,
    /// The rate of the partner for this kind.
    pub partner_rate: Option<Rate>,
    /// The rate of the account that it is for, where that is a partner itself.
    pub account_rate: Option<Rate>,
    /// The rate of commissions, where whoever orders was referred.
    pub affiliate_rate: Option<Rate>,
}

/// A priced line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PricedLine {
    /// Public price, discount, net and cashback.
    pub amounts: LineAmounts,
    /// The rate that discount, cashback or commission comes from; none where nobody earns.
    pub rate: Option<Rate>,
    /// The line's part of the tax.
    pub tax: Money,
}

/// What an order costs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Priced {
    /// Its lines, in their order.
    pub lines: Vec<PricedLine>,
    /// Its sums.
    pub totals: Totals,
}

impl Priced {
    /// What the partner will earn.
    pub fn cashback(&self, currency: Currency) -> Result<Money, MoneyError> {
        Money::sum(currency, self.lines.iter().map(|line| line.amounts.cashback))
    }
}

/// The amounts of an order under these terms, all of one payer. D is rounded once on each line, tax once on the document.
pub fn price(terms: Terms, currency: Currency, pieces: &[Piece], tax: TaxTreatment) -> Result<Priced, MoneyError> {
    let mut lines = Vec::with_capacity(pieces.len());
    let mut document = Vec::with_capacity(pieces.len());
    for piece in pieces {
        let rate = match (terms.benefit, terms.billed_to) {
            (Benefit::None, _) => None,
            (Benefit::Commission, _) => piece.affiliate_rate,
            (Benefit::Cashback, _) | (Benefit::Discount, Party::Partner) => piece.partner_rate,
            (Benefit::Discount, Party::Account) => piece.account_rate,
        };
        let amounts = line_amounts(piece.unit_price, piece.quantity, rate.unwrap_or(Rate::ZERO), terms.benefit)?;
        document.push(DocumentLine { public_price: amounts.public_price, discount: amounts.discount, treatment: tax });
        lines.push(PricedLine { amounts, rate, tax: Money::zero(currency) });
    }
    let totals = totals(currency, &document)?;
    for (line, tax) in lines.iter_mut().zip(&totals.line_tax) {
        line.tax = *tax;
    }
    Ok(Priced { lines, totals })
}

#[cfg(test)]
mod tests;
