use chrono::{DateTime, Utc};
use entities::partnership::PartnershipStatus;
use uuid::Uuid;

use super::*;
use crate::billing::rules::{BillingFacts, billing_terms};
use crate::tax::rules::TaxCategory;

fn eur(minor: i64) -> Money {
    Money::new(minor, Currency::EUR)
}

fn partnership(id: u128, access_level: AccessLevel, payer: PayerKind, all: bool, created: &str) -> partnership::Model {
    partnership::Model {
        id: Uuid::from_u128(id).into(),
        partner_id: Uuid::from_u128(1).into(),
        client_account_id: Uuid::from_u128(2).into(),
        status: PartnershipStatus::Active,
        access_level,
        permissions: Permissions::PARTNERSHIP.bits(),
        has_all_products: all,
        payer,
        expires_at: None,
        created_at: created.parse::<DateTime<Utc>>().unwrap(),
        ended_at: None,
    }
}

fn nineteen() -> TaxTreatment {
    TaxTreatment { category: TaxCategory::Standard, rate: Rate::from_bps(1900).unwrap() }
}

fn piece(minor: i64, quantity: i32) -> Piece {
    Piece {
        unit_price: eur(minor),
        quantity,
        partner_rate: Rate::from_bps(2000).ok(),
        account_rate: None,
        affiliate_rate: None,
    }
}

fn terms(method: CheckoutMethod, partnership: Option<&partnership::Model>) -> Result<Terms, NotOffered> {
    billing_terms(BillingFacts {
        ordered_by: OrderedBy::PartnerForClient(method),
        partnership: partnership.map(partnership_facts),
        is_account_partner: false,
        is_referred_first_order: false,
    })
}

/// S2.6, S2.7, S2.14: 9900 at 20 % and 19 %: the client pays 11781 and 1980 is earned; the partner pays 9425.
#[test]
fn the_worked_example() {
    let client = partnership(1, AccessLevel::Full, PayerKind::Client, true, "2026-01-01T00:00:00Z");
    let priced =
        price(terms(CheckoutMethod::ClientCard, Some(&client)).unwrap(), Currency::EUR, &[piece(9900, 1)], nineteen());
    let priced = priced.unwrap();
    assert_eq!((priced.totals.total, priced.totals.tax), (eur(11781), eur(1881)));
    assert_eq!(priced.cashback(Currency::EUR), Ok(eur(1980)));

    let partner = partnership(1, AccessLevel::Full, PayerKind::Partner, true, "2026-01-01T00:00:00Z");
    let priced = price(
        terms(CheckoutMethod::PartnerCard, Some(&partner)).unwrap(),
        Currency::EUR,
        &[piece(9900, 1)],
        nineteen(),
    );
    let priced = priced.unwrap();
    assert_eq!((priced.totals.discount, priced.totals.tax, priced.totals.total), (eur(1980), eur(1505), eur(9425)));
    assert_eq!(priced.cashback(Currency::EUR), Ok(eur(0)));
}

/// Rounding on the line: 3 × 1234 at 12.5 % is 463, not three times 154.
#[test]
fn a_line_is_rounded_once() {
    let line = Piece { partner_rate: Rate::from_bps(1250).ok(), ..piece(1234, 3) };
    let own = terms(CheckoutMethod::PartnerCard, None).unwrap();
    let priced = price(own, Currency::EUR, &[line], nineteen()).unwrap();
    assert_eq!((priced.totals.subtotal, priced.totals.discount), (eur(3702), eur(463)));
}

/// The largest order there is: no amount of it overflows.
#[test]
fn the_largest_order_is_an_amount() {
    let lines = vec![piece(crate::catalogue::rules::MAX_PRICE_MINOR, MAX_QUANTITY); MAX_LINES];
    let steep = TaxTreatment { rate: Rate::from_bps(10_000).unwrap(), ..nineteen() };
    let own = terms(CheckoutMethod::PartnerCard, None).unwrap();
    assert!(price(own, Currency::EUR, &lines, steep).is_ok());
}

/// S4.10: without the client's permission its card is not offered; a permission on chosen products is none to order.
#[test]
fn purchase_on_chosen_products_orders_nothing_new() {
    let named = partnership(1, AccessLevel::Partial, PayerKind::Client, false, "2026-01-01T00:00:00Z");
    assert_eq!(terms(CheckoutMethod::ClientCard, Some(&named)), Err(NotOffered::PurchaseNotGranted));
    let all = partnership::Model { has_all_products: true, ..named };
    assert!(terms(CheckoutMethod::ClientCard, Some(&all)).is_ok());
    assert_eq!(refusal_of(NotOffered::PurchaseNotGranted).code, Code::PermissionDenied);
    assert_eq!(capital("the partner pays"), "The partner pays.");
}

#[test]
fn what_an_account_orders_is_looked_after_by_its_oldest_full_partnership() {
    let old_partial = partnership(1, AccessLevel::Partial, PayerKind::Client, true, "2026-01-01T00:00:00Z");
    let named = partnership(2, AccessLevel::Partial, PayerKind::Client, false, "2025-01-01T00:00:00Z");
    let full = partnership(3, AccessLevel::Full, PayerKind::Client, true, "2026-03-01T00:00:00Z");
    let older_full = partnership(4, AccessLevel::Full, PayerKind::Partner, true, "2026-02-01T00:00:00Z");
    let id = |rows: &[partnership::Model]| managing(rows).map(|row| row.id.0.as_u128());
    assert_eq!(id(&[]), None);
    assert_eq!(id(std::slice::from_ref(&named)), None);
    assert_eq!(id(&[named.clone(), old_partial.clone()]), Some(1));
    assert_eq!(id(&[named, old_partial, full, older_full]), Some(4));
}

#[test]
fn renewals_follow_a_partnership_that_something_was_ordered_through() {
    let full = partnership(1, AccessLevel::Full, PayerKind::Partner, true, "2026-01-01T00:00:00Z");
    let billing = |method, partnership: Option<&partnership::Model>| {
        renewal_billing(OrderedBy::PartnerForClient(method), terms(method, partnership).unwrap())
    };
    assert_eq!(billing(CheckoutMethod::PartnerCard, Some(&full)), RenewalBilling::Partnership);
    assert_eq!(billing(CheckoutMethod::PartnerCard, None), RenewalBilling::Account);
    assert_eq!(billing(CheckoutMethod::SendToClient, Some(&full)), RenewalBilling::Account);
    assert_eq!(method_of(&full), CheckoutMethod::PartnerCard);
    let client_pays = partnership::Model { payer: PayerKind::Client, ..full };
    assert_eq!(billing(CheckoutMethod::ClientCard, Some(&client_pays)), RenewalBilling::Partnership);
    assert_eq!(method_of(&client_pays), CheckoutMethod::ClientCard);
}

#[test]
fn quantities_and_domain_names_are_checked() {
    for bad in [0, -1, 101, 1_000_000_000, i32::MIN] {
        assert!(quantity(bad, ProductKind::Hosting).is_err(), "{bad}");
    }
    assert_eq!(quantity(100, ProductKind::Hosting), Ok(100));
    assert!(quantity(2, ProductKind::Domain).is_err());
    assert_eq!(
        domain_name(Some(" Bücher.Example "), ProductKind::Domain),
        Ok(Some("xn--bcher-kva.example".to_owned()))
    );
    assert_eq!(domain_name(None, ProductKind::Hosting), Ok(None));
    for bad in [
        None,
        Some(""),
        Some("nodot"),
        Some("a b.example"),
        Some("-a.example"),
        Some("1.2.3.4"),
        Some("a\u{202e}b.example"),
    ] {
        assert!(domain_name(bad, ProductKind::Domain).is_err(), "{bad:?}");
    }
}
