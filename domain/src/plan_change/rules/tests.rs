#![expect(clippy::arithmetic_side_effects, reason = "small numbers, and a test that overflows fails")]

use proptest::prelude::*;

use super::*;
use crate::tax::rules::TaxCategory;

fn eur(minor: i64) -> Money {
    Money::new(minor, Currency::EUR)
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn term(months: i32) -> Term {
    Term::from_months(months).unwrap()
}

fn vat(bps: i32) -> TaxTreatment {
    TaxTreatment { category: TaxCategory::Standard, rate: Rate::from_bps(bps).unwrap() }
}

/// A line of so much public price, under this benefit at 20 %, of which nothing is credited.
fn line(public_price: i64, benefit: Benefit) -> LineFacts {
    let amounts = line_amounts(eur(public_price), 1, Rate::from_bps(2000).unwrap(), benefit).unwrap();
    let billed = Part {
        public_price: amounts.public_price,
        discount: amounts.discount,
        net: amounts.net,
        tax: vat(1900).rate.of(amounts.net).unwrap(),
        cashback: amounts.cashback,
    };
    LineFacts { billed, is_credit: false, treatment: vat(1900), credited: Part::zero(Currency::EUR) }
}

fn paid(line: LineFacts, quantity: i32) -> PaidTerm {
    let period = (day("2027-03-01"), day("2027-04-01"));
    PaidTerm { line, quantity, rate: Rate::from_bps(2000).unwrap(), period }
}

/// S5.9b, 1000 → 2000 after 21 of 31 days: unused 323 and 645, charge 322.
#[test]
fn the_worked_change_charges_322() {
    let today = day("2027-03-22");
    let standing = Standing {
        anchor_on: day("2027-01-01"),
        anchor_months: 3,
        renews_on: day("2027-04-01"),
        paid_term: Some(term(1)),
    };
    let new = new_term(&standing, today, eur(2000), term(1)).unwrap();
    assert_eq!((new.charge, new.renews_on, new.anchor_on), (eur(645), day("2027-04-01"), day("2027-01-01")));
    let credit = credit_of(&paid(line(1000, Benefit::None), 1), today).unwrap();
    assert_eq!((credit.public_price, credit.net), (eur(323), eur(323)));
    // 19 % of 322 is 61.18; the invoice before gives back 61.37 → 61 of its tax
    let credit = Part { tax: eur(61), ..credit };
    let sums = sums(Currency::EUR, (eur(645), vat(1900)), Some((credit, vat(1900)))).unwrap();
    assert_eq!((sums.charge_tax, sums.tax, sums.total), (eur(122), eur(61), eur(383)));
}

/// D of 323 at 20 % is 64.6 → 65: off what a partner gets back, and taken from the wallet of one that earned.
#[test]
fn the_benefit_follows_the_credit() {
    for (benefit, net, discount, cashback) in
        [(Benefit::None, 323, 0, 0), (Benefit::Discount, 258, 65, 0), (Benefit::Cashback, 323, 0, 65)]
    {
        let credit = credit_of(&paid(line(1000, benefit), 1), day("2027-03-22")).unwrap();
        assert_eq!((credit.net, credit.discount, credit.cashback), (eur(net), eur(discount), eur(cashback)));
    }
}

/// Of three products on a line of 3000, one changes: a third of it counts. Of a line that staff has credited but for 100, no more.
#[test]
fn no_more_is_credited_than_is_the_products_and_is_left() {
    let today = day("2027-03-22");
    assert_eq!(credit_of(&paid(line(3000, Benefit::None), 3), today).unwrap().net, eur(323));
    let mut facts = line(1000, Benefit::Discount);
    facts.credited = Part { public_price: eur(900), discount: eur(180), net: eur(720), ..facts.credited };
    let credit = credit_of(&paid(facts, 1), today).unwrap();
    assert_eq!((credit.public_price, credit.discount, credit.net), (eur(100), eur(20), eur(80)), "all that is left");
}

/// From 31 January on, by the month: the term that runs has 31 days, from 28 February to 31 March. On its first day all is unused, on
/// its last one a day of 31; a term of another length, and one after a free plan, is whole.
#[test]
fn another_term_begins_anew() {
    let cases = [
        ("2027-02-28", Some(1), 1, 2000, "2027-03-31", "2027-01-31"),
        ("2027-03-30", Some(1), 1, 65, "2027-03-31", "2027-01-31"),
        ("2027-03-22", Some(1), 12, 2000, "2028-03-22", "2027-03-22"),
        ("2027-03-22", None, 1, 2000, "2027-04-22", "2027-03-22"),
    ];
    for (today, paid_term, months, charge, renews_on, anchor_on) in cases {
        let standing = Standing {
            anchor_on: day("2027-01-31"),
            anchor_months: 2,
            renews_on: day("2027-03-31"),
            paid_term: paid_term.map(term),
        };
        let new = new_term(&standing, day(today), eur(2000), term(months)).unwrap();
        assert_eq!(
            (new.charge, new.renews_on, new.anchor_on),
            (eur(charge), day(renews_on), day(anchor_on)),
            "{today}"
        );
    }
}

/// A downgrade of 2000 to 1000 is a credit note of 322; to a free plan the credit alone counts; two rates are rounded apart.
#[test]
fn below_zero_it_is_a_credit_note() {
    let credit = |net: i64, tax: i64, bps| {
        (Part { net: eur(net), public_price: eur(net), tax: eur(tax), ..Part::zero(Currency::EUR) }, vat(bps))
    };
    let of = |charge: i64, credit| sums(Currency::EUR, (eur(charge), vat(1900)), Some(credit)).unwrap();
    // −322 × 19 % = −61.18; the credit is 645 × 19 % = 122.55 → 123
    assert_eq!(of(323, credit(645, 123, 1900)), Sums { charge_tax: eur(62), tax: eur(-61), total: eur(-383) });
    assert_eq!(of(0, credit(645, 123, 1900)), Sums { charge_tax: eur(0), tax: eur(-123), total: eur(-768) });
    // 323 × 19 % = 61.37 → 61, less nothing of a tax that was never charged
    assert_eq!(of(323, credit(645, 0, 0)), Sums { charge_tax: eur(61), tax: eur(61), total: eur(-261) });
    let alone = sums(Currency::EUR, (eur(645), vat(1900)), None).unwrap();
    assert_eq!((alone.tax, alone.total), (eur(123), eur(768)));
}

proptest! {
    /// Used and unused add up to the price, and no credit exceeds what is left of the line, net, discount and cashback.
    #[test]
    fn no_credit_exceeds_its_line(
        price in 1..10_000_000_i64, bps in 0..=10_000_i32, used in 0..40_i64, quantity in 1..5_i32, benefit in 0..3_usize, taken in 0..100_i64,
    ) {
        let rate = Rate::from_bps(bps).unwrap();
        let benefit = [Benefit::None, Benefit::Discount, Benefit::Cashback][benefit];
        let amounts = line_amounts(eur(price), quantity, rate, benefit).unwrap();
        let billed = Part {
            public_price: amounts.public_price, discount: amounts.discount, net: amounts.net, tax: eur(0), cashback: amounts.cashback,
        };
        let mut line = LineFacts { billed, is_credit: false, treatment: vat(1900), credited: Part::zero(Currency::EUR) };
        if amounts.net.is_positive() && taken > 0 {
            let net = amounts.net.portion(taken, 100).unwrap();
            if net.is_positive() {
                let credits = crate::credit::rules::credit_lines(Currency::EUR, &[line], None, Some(net)).unwrap();
                line.credited = Part { tax: eur(0), ..credits[0].1 };
            }
        }
        let paid = PaidTerm { rate, ..paid(line, quantity) };
        let credit = credit_of(&paid, day("2027-03-01") + chrono::TimeDelta::days(used)).unwrap();
        let rest = line.rest().unwrap();
        for (part, left) in [(credit.net, rest.net), (credit.discount, rest.discount), (credit.cashback, rest.cashback), (credit.public_price, rest.public_price)] {
            prop_assert!(!part.is_negative() && part.minor() <= left.minor(), "{credit:?} of {rest:?}");
        }
        prop_assert_eq!(credit.public_price.checked_sub(credit.discount), Ok(credit.net));
    }
}
