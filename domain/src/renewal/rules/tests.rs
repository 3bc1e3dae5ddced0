use entities::invitation::AccessLevel;
use entities::partnership::PayerKind;
use entities::product::RenewalBilling;
use given::*;
use uuid::Uuid;

use super::*;

mod given {
    use super::*;

    pub(super) const HOLDER: AccountId = AccountId(Uuid::from_u128(1));
    pub(super) const PARTNER: AccountId = AccountId(Uuid::from_u128(2));
    pub(super) const PARTNERSHIP: PartnershipId = PartnershipId(Uuid::from_u128(3));

    pub(super) fn eur(minor: i64) -> Money {
        Money::new(minor, Currency::EUR)
    }

    pub(super) fn facts(billing: RenewalBilling, payer: PayerKind, access_level: AccessLevel) -> RenewalFacts {
        RenewalFacts {
            ordered_by: OrderedBy::Automatic(billing),
            holder_id: HOLDER,
            holder_rate: None,
            partnership: Some(RenewalPartnership {
                id: PARTNERSHIP,
                partner_id: PARTNER,
                rate: Rate::from_bps(2000).unwrap(),
                facts: PartnershipFacts { access_level, payer, can_purchase: true, is_product_covered: true },
            }),
            price: eur(9900),
        }
    }
}

/// S2.5b, S2.7b, S2.13b, S2.14b, S2.15b: the worked example of the rules, for each way a renewal is billed.
#[test]
fn whoever_pays_the_provider_keeps_the_same() {
    use AccessLevel::{Full, Partial};
    use PayerKind::{Client, Partner};
    use RenewalBilling::{Account, Partnership};
    let cases = [
        (facts(Partnership, Client, Full), HOLDER, 0, 1980),
        (facts(Account, Client, Full), HOLDER, 0, 1980),
        (facts(Partnership, Partner, Full), PARTNER, 1980, 0),
        (facts(Account, Partner, Full), HOLDER, 0, 1980),
        (facts(Partnership, Client, Partial), HOLDER, 0, 1980),
    ];
    for (facts, payer, discount, cashback) in cases {
        let line = renewal_line(&facts).unwrap();
        assert_eq!(line.billed_to_id, payer, "{facts:?}");
        assert_eq!((line.amounts.discount, line.amounts.cashback), (eur(discount), eur(cashback)), "{facts:?}");
        assert_eq!(line.amounts.net.checked_sub(line.amounts.cashback).unwrap(), eur(7920));
        assert_eq!((line.partnership_id, line.partner_id), (Some(PARTNERSHIP), Some(PARTNER)));
    }
}

#[test]
fn without_a_partnership_nobody_earns_but_a_partner_of_its_own() {
    let mut facts = facts(RenewalBilling::Partnership, PayerKind::Partner, AccessLevel::Full);
    facts.partnership = None;
    let line = renewal_line(&facts).unwrap();
    assert_eq!((line.billed_to_id, line.amounts.net, line.rate), (HOLDER, eur(9900), None));

    facts.holder_rate = Some(Rate::from_bps(1000).unwrap());
    let line = renewal_line(&facts).unwrap();
    assert_eq!((line.billed_to_id, line.amounts.net), (HOLDER, eur(8910)));
    assert_eq!((line.partnership_id, line.partner_id), (None, None));
}

#[test]
fn a_partner_without_the_right_to_purchase_does_not_renew() {
    let mut facts = facts(RenewalBilling::Account, PayerKind::Client, AccessLevel::Partial);
    facts.ordered_by = OrderedBy::PartnerRenewsForClient;
    facts.partnership = facts.partnership.map(|mut it| {
        it.facts.can_purchase = false;
        it
    });
    assert_eq!(renewal_line(&facts), Err(NoLine::NotOffered(NotOffered::PurchaseNotGranted)));
}

#[test]
fn what_is_due_within_the_hour_shares_a_run_and_what_is_late_goes_with_the_next() {
    let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
    let now = at("2027-01-10T10:20:00Z");
    assert_eq!(run_of(at("2027-01-31T18:30:00Z"), now), at("2027-01-31T19:00:00Z"));
    assert_eq!(run_of(at("2027-01-31T19:00:00Z"), now), at("2027-01-31T19:00:00Z"));
    assert_eq!(run_of(at("2026-12-01T00:00:00Z"), now), at("2027-01-10T11:00:00Z"));
    assert_eq!(run_of(now, at("2027-01-10T10:00:00Z")), at("2027-01-10T11:00:00Z"));
}

#[test]
fn an_invoice_has_at_most_so_many_lines_and_none_that_cost_nothing() {
    let key = BundleKey { billed_to_id: HOLDER, currency: Currency::EUR, run_at: DateTime::<Utc>::UNIX_EPOCH };
    let lines = (0..1_001_u128).map(|n| (key, ProductId(Uuid::from_u128(1_001 - n)), eur(i64::from(n != 7)), n));
    let bundles = bundles(lines);
    let sizes: Vec<_> = bundles.iter().map(|(_, lines)| lines.len()).collect();
    assert_eq!(sizes, [500, 500]);
    let ids: Vec<_> = bundles.iter().flat_map(|(_, lines)| lines.iter().map(|(id, _)| *id)).collect();
    assert!(ids.is_sorted());
}
