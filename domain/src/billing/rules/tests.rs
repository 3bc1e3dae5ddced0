use proptest::prelude::*;

use super::*;
use crate::money::Currency;

fn eur(minor: i64) -> Money {
    Money::new(minor, Currency::EUR)
}

fn rate(bps: i32) -> Rate {
    Rate::from_bps(bps).unwrap()
}

#[expect(clippy::unnecessary_wraps, reason = "as the facts hold it")]
fn full(payer: PayerKind) -> Option<PartnershipFacts> {
    Some(PartnershipFacts { access_level: AccessLevel::Full, payer, can_purchase: true, is_product_covered: true })
}

#[expect(clippy::unnecessary_wraps, reason = "as the facts hold it")]
fn partial(can_purchase: bool, is_product_covered: bool) -> Option<PartnershipFacts> {
    Some(PartnershipFacts {
        access_level: AccessLevel::Partial,
        payer: PayerKind::Client,
        can_purchase,
        is_product_covered,
    })
}

fn terms(ordered_by: OrderedBy, partnership: Option<PartnershipFacts>) -> Result<Terms, NotOffered> {
    billing_terms(BillingFacts { ordered_by, partnership, is_account_partner: false, is_referred_first_order: false })
}

const CLIENT_CARD: OrderedBy = OrderedBy::PartnerForClient(CheckoutMethod::ClientCard);
const PARTNER_CARD: OrderedBy = OrderedBy::PartnerForClient(CheckoutMethod::PartnerCard);
const SENT_CART: OrderedBy = OrderedBy::PartnerForClient(CheckoutMethod::SendToClient);
const FOLLOWS_PARTNERSHIP: OrderedBy = OrderedBy::Automatic(RenewalBilling::Partnership);
const FOLLOWS_ACCOUNT: OrderedBy = OrderedBy::Automatic(RenewalBilling::Account);

const ACCOUNT_PAYS: Terms = Terms { billed_to: Party::Account, benefit: Benefit::None, holder: Party::Account };
const ACCOUNT_PAYS_PARTNER_EARNS: Terms = Terms { benefit: Benefit::Cashback, ..ACCOUNT_PAYS };
const PARTNER_PAYS: Terms = Terms { billed_to: Party::Partner, benefit: Benefit::Discount, holder: Party::Account };
const PARTNER_PAYS_AND_HOLDS: Terms = Terms { holder: Party::Partner, ..PARTNER_PAYS };

/// S2.5, S2.6, S2.7, S2.8, S2.11: the client pays the public price and holds the product, the partner earns cashback,
/// whoever of the two orders or renews.
#[test]
fn a_paying_client_pays_the_public_price_and_its_partner_earns() {
    for ordered_by in [
        CLIENT_CARD,
        SENT_CART,
        OrderedBy::PartnerRenewsForClient,
        OrderedBy::Account,
        FOLLOWS_PARTNERSHIP,
        FOLLOWS_ACCOUNT,
    ] {
        assert_eq!(terms(ordered_by, full(PayerKind::Client)), Ok(ACCOUNT_PAYS_PARTNER_EARNS), "{ordered_by:?}");
    }
}

/// S2.13, S2.14, S2.18: the partner pays for what it orders and renews, less its discount; the client holds the product.
#[test]
fn a_paying_partner_has_its_discount_and_the_client_the_product() {
    for ordered_by in [PARTNER_CARD, OrderedBy::PartnerRenewsForClient, FOLLOWS_PARTNERSHIP] {
        assert_eq!(terms(ordered_by, full(PayerKind::Partner)), Ok(PARTNER_PAYS), "{ordered_by:?}");
    }
}

/// S2.15: under a paying partner, what the client orders itself is at the public price, paid by the client, and earns.
#[test]
fn what_the_client_orders_itself_it_pays_itself() {
    for ordered_by in [OrderedBy::Account, FOLLOWS_ACCOUNT, SENT_CART] {
        assert_eq!(terms(ordered_by, full(PayerKind::Partner)), Ok(ACCOUNT_PAYS_PARTNER_EARNS), "{ordered_by:?}");
    }
}

/// S4.9, S4.10: the client's card needs its permission, and is not used where the partner pays.
#[test]
fn the_clients_card_needs_the_permission_to_purchase() {
    assert_eq!(terms(CLIENT_CARD, partial(true, false)), Ok(ACCOUNT_PAYS_PARTNER_EARNS));
    assert_eq!(terms(CLIENT_CARD, partial(false, true)), Err(NotOffered::PurchaseNotGranted));
    assert_eq!(terms(CLIENT_CARD, None), Err(NotOffered::PurchaseNotGranted));
    assert_eq!(terms(CLIENT_CARD, full(PayerKind::Partner)), Err(NotOffered::PartnerPays));
    assert_eq!(terms(OrderedBy::PartnerRenewsForClient, partial(true, true)), Ok(ACCOUNT_PAYS_PARTNER_EARNS));
    assert_eq!(terms(OrderedBy::PartnerRenewsForClient, partial(false, true)), Err(NotOffered::PurchaseNotGranted));
    assert_eq!(terms(OrderedBy::PartnerRenewsForClient, None), Err(NotOffered::PurchaseNotGranted));
}

/// S2.8: under partial access a product earns if the partnership manages it, else not.
#[test]
fn under_partial_access_only_managed_products_earn() {
    for ordered_by in [OrderedBy::Account, FOLLOWS_ACCOUNT, FOLLOWS_PARTNERSHIP, SENT_CART] {
        assert_eq!(terms(ordered_by, partial(false, true)), Ok(ACCOUNT_PAYS_PARTNER_EARNS), "{ordered_by:?}");
        assert_eq!(terms(ordered_by, partial(true, false)), Ok(ACCOUNT_PAYS), "{ordered_by:?}");
        assert_eq!(terms(ordered_by, None), Ok(ACCOUNT_PAYS), "{ordered_by:?}");
    }
}

/// S4.11, S4.12: what the partner pays by its own card is held in its own account.
#[test]
fn what_the_partner_pays_by_its_card_it_holds() {
    for partnership in [None, partial(false, false), partial(true, true), full(PayerKind::Client)] {
        assert_eq!(terms(PARTNER_CARD, partnership), Ok(PARTNER_PAYS_AND_HOLDS), "{partnership:?}");
    }
}

/// S2.2: a payer counts under full access alone.
#[test]
fn a_payer_counts_under_full_access_alone() {
    let partnership = partial(true, true).map(|it| PartnershipFacts { payer: PayerKind::Partner, ..it });
    assert_eq!(terms(PARTNER_CARD, partnership), Ok(PARTNER_PAYS_AND_HOLDS));
    assert_eq!(terms(FOLLOWS_PARTNERSHIP, partnership), Ok(ACCOUNT_PAYS_PARTNER_EARNS));
    assert_eq!(terms(CLIENT_CARD, partnership), Ok(ACCOUNT_PAYS_PARTNER_EARNS));
}

/// S5.13: a partner has its discount on what it orders and renews for itself, and an affiliate's referral earns once.
#[test]
fn for_itself_a_partner_has_its_discount_and_a_referred_account_earns_a_commission() {
    let benefit = |ordered_by, partnership, is_account_partner, is_referred_first_order| {
        billing_terms(BillingFacts { ordered_by, partnership, is_account_partner, is_referred_first_order })
            .map(|terms| (terms.billed_to, terms.holder, terms.benefit))
    };
    let ours = |benefit| Ok((Party::Account, Party::Account, benefit));
    assert_eq!(benefit(OrderedBy::Account, None, true, false), ours(Benefit::Discount));
    assert_eq!(benefit(FOLLOWS_ACCOUNT, None, true, false), ours(Benefit::Discount));
    assert_eq!(benefit(OrderedBy::Account, None, false, true), ours(Benefit::Commission));
    assert_eq!(benefit(SENT_CART, None, false, true), ours(Benefit::Commission));
    assert_eq!(benefit(FOLLOWS_ACCOUNT, None, false, true), ours(Benefit::None), "a renewal is no first order");
    // A line that a partnership covers earns by the partnership alone.
    assert_eq!(benefit(OrderedBy::Account, full(PayerKind::Client), true, true), ours(Benefit::Cashback));
}

/// P = 9900, r = 20 %: the partner's D is 1980 whoever pays, and the provider keeps 7920.
#[test]
fn the_worked_line_gives_the_same_benefit_whoever_pays() {
    let client_pays = line_amounts(eur(9900), 1, rate(2000), Benefit::Cashback).unwrap();
    assert_eq!((client_pays.net, client_pays.discount, client_pays.cashback), (eur(9900), eur(0), eur(1980)));
    let partner_pays = line_amounts(eur(9900), 1, rate(2000), Benefit::Discount).unwrap();
    assert_eq!((partner_pays.net, partner_pays.discount, partner_pays.cashback), (eur(7920), eur(1980), eur(0)));
}

/// 3 × 1234 = 3702 at 12.5 % gives 463, not 3 × 154.
#[test]
fn rounding_is_on_the_line_and_not_on_the_unit() {
    let line = line_amounts(eur(1234), 3, rate(1250), Benefit::Cashback).unwrap();
    assert_eq!((line.public_price, line.cashback), (eur(3702), eur(463)));
    assert_eq!(line_amounts(eur(i64::MAX), 2, rate(1), Benefit::None), Err(MoneyError::Overflow));
}

/// 1000 → 2000 after 21 of 31 days: unused 323 and 645, charge 322.
#[test]
fn a_plan_change_is_prorated_by_day() {
    let (old, new) = (unused_part(eur(1000), 21, 31).unwrap(), unused_part(eur(2000), 21, 31).unwrap());
    assert_eq!((old, new, new.checked_sub(old)), (eur(323), eur(645), Ok(eur(322))));
    // D applies to the credited line as on an order: 20 % of 323 is 64.6.
    assert_eq!(line_amounts(old, 1, rate(2000), Benefit::Cashback).unwrap().cashback, eur(65));
    assert_eq!(unused_part(eur(1000), 0, 31), Ok(eur(1000)));
    assert_eq!(unused_part(eur(1000), 31, 31), Ok(eur(0)));
    assert_eq!(unused_part(eur(1000), 32, 31), Err(MoneyError::BadShares));
}

fn ordered_by() -> impl Strategy<Value = OrderedBy> {
    prop::sample::select(vec![
        CLIENT_CARD,
        PARTNER_CARD,
        SENT_CART,
        OrderedBy::PartnerRenewsForClient,
        OrderedBy::Account,
        FOLLOWS_PARTNERSHIP,
        FOLLOWS_ACCOUNT,
    ])
}

fn partnerships() -> impl Strategy<Value = Option<PartnershipFacts>> {
    prop::option::of((any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>()).prop_map(
        |(is_full, partner_pays, can_purchase, is_product_covered)| PartnershipFacts {
            access_level: if is_full { AccessLevel::Full } else { AccessLevel::Partial },
            payer: if partner_pays { PayerKind::Partner } else { PayerKind::Client },
            can_purchase,
            is_product_covered,
        },
    ))
}

proptest! {
    /// The law: discount + cashback = D on every line that a partnership covers, so that the provider nets P − D.
    #[test]
    fn the_provider_nets_the_same_whoever_pays(
        ordered_by in ordered_by(), partnership in partnerships(), is_account_partner: bool, is_referred_first_order: bool,
        unit in 0..10_000_000_i64, quantity in 1..=100_i32, bps in 0..=10_000_i32,
    ) {
        let facts = BillingFacts { ordered_by, partnership, is_account_partner, is_referred_first_order };
        let Ok(terms) = billing_terms(facts) else { return Ok(()) };
        let line = line_amounts(eur(unit), quantity, rate(bps), terms.benefit).unwrap();
        let benefit = rate(bps).of(line.public_price).unwrap();
        let earned = [line.discount, line.cashback, line.commission];
        prop_assert!(earned.iter().filter(|amount| !amount.is_zero()).count() <= 1, "at most one");
        prop_assert_eq!(line.net, line.public_price.checked_sub(line.discount).unwrap());
        let by_partnership = line.discount.checked_add(line.cashback).unwrap();
        if partnership.is_some_and(|it| it.is_full() || it.is_product_covered) {
            prop_assert_eq!(by_partnership, benefit);
            prop_assert!(line.commission.is_zero());
        }
        // Whoever is billed at P − D is the partner, or one for itself; cashback never goes with a discount.
        prop_assert!(terms.benefit != Benefit::Cashback || terms.billed_to == Party::Account);
        prop_assert!(terms.billed_to != Party::Partner || terms.benefit == Benefit::Discount);
        prop_assert!(terms.holder != Party::Partner || terms.billed_to == Party::Partner);
    }

    /// S2.19: a payer change turns the same benefit from cashback into discount and back, and changes nothing else.
    #[test]
    fn a_payer_change_moves_the_bill_and_keeps_the_benefit(unit in 0..10_000_000_i64, bps in 0..=10_000_i32) {
        let nets = [PayerKind::Client, PayerKind::Partner].map(|payer| {
            let terms = terms(FOLLOWS_PARTNERSHIP, full(payer)).unwrap();
            let line = line_amounts(eur(unit), 1, rate(bps), terms.benefit).unwrap();
            line.net.checked_sub(line.cashback).unwrap()
        });
        prop_assert_eq!(nets[0], nets[1]);
    }
}
