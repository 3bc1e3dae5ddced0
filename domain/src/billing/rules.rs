//! Who pays for a line, who earns on it, where it is installed, and its arithmetic.

#![warn(clippy::arithmetic_side_effects, clippy::as_conversions)]

use entities::invitation::AccessLevel;
use entities::order::CheckoutMethod;
use entities::partnership::PayerKind;
use entities::product::RenewalBilling;

use crate::money::{Money, MoneyError, Rate};

/// Who orders or renews.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OrderedBy {
    /// A partner, from a cart for its client, in the chosen way. `SendToClient` is the cart completed by the client.
    PartnerForClient(CheckoutMethod),
    /// A partner that renews a product of its client by hand.
    PartnerRenewsForClient,
    /// The account itself, whether a partner looks after it or not, or is it.
    Account,
    /// The renewal run, for a product whose renewals are billed so.
    Automatic(RenewalBilling),
}

/// The partnership that manages the product or through which it is ordered: active and neither expired nor frozen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PartnershipFacts {
    /// FULL is every permission on every product.
    pub access_level: AccessLevel,
    /// Who pays; counts under FULL access alone (S2.2).
    pub payer: PayerKind,
    /// Whether PURCHASE was granted; FULL has it.
    pub can_purchase: bool,
    /// Whether the partnership names the product, or none at all; FULL covers all.
    pub is_product_covered: bool,
}

/// What the terms of a line depend on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BillingFacts {
    /// Who orders or renews.
    pub ordered_by: OrderedBy,
    /// The managing partnership, if there is one now.
    pub partnership: Option<PartnershipFacts>,
    /// Whether the account that the product is for is enrolled as a partner itself.
    pub is_account_partner: bool,
    /// Whether it signed up by an affiliate's link and this is its first order.
    pub is_referred_first_order: bool,
}

/// One of the two accounts of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Party {
    /// The account that the product is for: the client, or whoever orders for itself.
    Account,
    /// The partner that orders for it.
    Partner,
}

/// What becomes of D on a line: never two of these.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Benefit {
    /// Nobody earns.
    None,
    /// D is taken off the invoice of the partner that pays.
    Discount,
    /// D is credited to the partner, since another paid the public price.
    Cashback,
    /// The affiliate's commission is credited to it.
    Commission,
}

/// Who pays for a line, what becomes of D, and where its product is installed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terms {
    /// Who is billed and alone sees the invoice.
    pub billed_to: Party,
    /// What becomes of D.
    pub benefit: Benefit,
    /// Where an ordered product is installed; a renewal leaves it where it is.
    pub holder: Party,
}

/// Why this way to order is not offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotOffered {
    /// The client has not granted PURCHASE (S4.10).
    #[error("the client has not permitted purchases")]
    PurchaseNotGranted,
    /// The partner pays in this partnership, so the client's card is not used.
    #[error("the partner pays in this partnership")]
    PartnerPays,
}

/// The terms of a line: the table of `docs/rules.md` §3, row by row.
pub fn billing_terms(facts: BillingFacts) -> Result<Terms, NotOffered> {
    let partner_pays = facts.partnership.is_some_and(PartnershipFacts::partner_pays);
    let partner_pays_for_client =
        Terms { billed_to: Party::Partner, benefit: Benefit::Discount, holder: Party::Account };
    match facts.ordered_by {
        OrderedBy::PartnerForClient(CheckoutMethod::PartnerCard) if partner_pays => Ok(partner_pays_for_client),
        OrderedBy::PartnerForClient(CheckoutMethod::PartnerCard) => {
            Ok(Terms { billed_to: Party::Partner, benefit: Benefit::Discount, holder: Party::Partner })
        }
        OrderedBy::PartnerForClient(CheckoutMethod::ClientCard) if partner_pays => Err(NotOffered::PartnerPays),
        OrderedBy::PartnerRenewsForClient if partner_pays => Ok(partner_pays_for_client),
        OrderedBy::PartnerForClient(CheckoutMethod::ClientCard) | OrderedBy::PartnerRenewsForClient => {
            if facts.partnership.is_some_and(PartnershipFacts::may_purchase) {
                Ok(Terms { billed_to: Party::Account, benefit: Benefit::Cashback, holder: Party::Account })
            } else {
                Err(NotOffered::PurchaseNotGranted)
            }
        }
        OrderedBy::Automatic(RenewalBilling::Partnership) if partner_pays => Ok(partner_pays_for_client),
        OrderedBy::PartnerForClient(CheckoutMethod::SendToClient)
        | OrderedBy::Account
        | OrderedBy::Automatic(RenewalBilling::Account | RenewalBilling::Partnership) => {
            Ok(Terms { billed_to: Party::Account, benefit: benefit_of_account(facts), holder: Party::Account })
        }
    }
}

/// What becomes of D where the account pays for itself: a line that a partnership covers earns by the partnership alone.
fn benefit_of_account(facts: BillingFacts) -> Benefit {
    if facts.partnership.is_some_and(PartnershipFacts::covers_product) {
        Benefit::Cashback
    } else if facts.is_account_partner {
        Benefit::Discount
    } else if facts.is_referred_first_order && !matches!(facts.ordered_by, OrderedBy::Automatic(_)) {
        Benefit::Commission
    } else {
        Benefit::None
    }
}

impl PartnershipFacts {
    fn is_full(self) -> bool {
        self.access_level == AccessLevel::Full
    }

    fn partner_pays(self) -> bool {
        self.is_full() && self.payer == PayerKind::Partner
    }

    fn may_purchase(self) -> bool {
        self.is_full() || self.can_purchase
    }

    fn covers_product(self) -> bool {
        self.is_full() || self.is_product_covered
    }
}

/// The amounts of one line, all of one currency and without tax.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LineAmounts {
    /// P: the public price times the quantity.
    pub public_price: Money,
    /// What is taken off for a partner that pays.
    pub discount: Money,
    /// What is billed: public price − discount.
    pub net: Money,
    /// What the partner is credited once the invoice is paid.
    pub cashback: Money,
    /// What the affiliate is credited once the invoice is paid.
    pub commission: Money,
}

impl LineAmounts {
    /// What somebody is credited once the invoice is paid: the partner's cashback or the affiliate's commission, never both.
    pub fn earned(&self) -> Money {
        if self.commission.is_zero() { self.cashback } else { self.commission }
    }
}

/// The amounts of a line of `quantity` at the public price of a unit.
///
/// `rate` is that of whoever benefits: the partner's for the kind of product, or the affiliate's. D = round(P·r), rounded
/// once, on the line and not on the unit, half away from zero. Source: `docs/rules.md` §3.
pub fn line_amounts(
    unit_price: Money,
    quantity: impl Into<i64>,
    rate: Rate,
    benefit: Benefit,
) -> Result<LineAmounts, MoneyError> {
    let public_price = unit_price.checked_mul(quantity)?;
    let nothing = Money::zero(public_price.currency());
    let share = rate.of(public_price)?;
    let (discount, cashback, commission) = match benefit {
        Benefit::None => (nothing, nothing, nothing),
        Benefit::Discount => (share, nothing, nothing),
        Benefit::Cashback => (nothing, share, nothing),
        Benefit::Commission => (nothing, nothing, share),
    };
    Ok(LineAmounts { public_price, discount, net: public_price.checked_sub(discount)?, cashback, commission })
}

/// The part of a period's public price that is not used up after `used_days` of its `period_days`.
///
/// The used part is rounded, the unused one is the rest, so that the two add up. [`line_amounts`] of it gives D for the
/// credited line of the old plan and for the charged line of the new.
pub fn unused_part(price: Money, used_days: u32, period_days: u32) -> Result<Money, MoneyError> {
    price.checked_sub(price.portion(i64::from(used_days), i64::from(period_days))?)
}

#[cfg(test)]
mod tests;
