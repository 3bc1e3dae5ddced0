use proptest::prelude::*;

use super::*;

fn currency(code: &str) -> Currency {
    Currency::parse(code).unwrap()
}

fn eur(minor: i64) -> Money {
    Money::new(minor, Currency::EUR)
}

fn rate(bps: i32) -> Rate {
    Rate::from_bps(bps).unwrap()
}

fn minors(shares: &[Money]) -> Vec<i64> {
    shares.iter().map(|share| share.minor()).collect()
}

#[test]
fn currencies_are_those_one_can_pay_with() {
    for (code, exponent) in
        [("JPY", 0), ("ISK", 0), ("EUR", 2), ("CHF", 2), ("HUF", 2), ("VES", 2), ("KWD", 3), ("BHD", 3)]
    {
        assert_eq!(currency(code).exponent(), exponent, "{code}");
        assert_eq!(currency(code).to_string(), code);
    }
    for code in ["", "eur", "EURO", "XXX", "XAU", "XTS", "CHE", "CLF", "ABC", "BGN", "HRK"] {
        assert_eq!(Currency::parse(code), Err(MoneyError::UnknownCurrency), "{code}");
    }
}

#[test]
fn decimals_are_read_and_written_by_the_currencys_exponent() {
    for (text, code, minor) in [
        ("119.88", "EUR", 11988),
        ("119.8", "EUR", 11980),
        ("119", "EUR", 11900),
        ("0.01", "EUR", 1),
        ("0", "EUR", 0),
        ("007.5", "EUR", 750),
        ("500", "JPY", 500),
        ("1.234", "KWD", 1234),
        ("1.2", "KWD", 1200),
        ("92233720368547758.07", "EUR", i64::MAX),
    ] {
        assert_eq!(Money::parse(text, currency(code)), Ok(Money::new(minor, currency(code))), "{text} {code}");
    }
    for (minor, code, text) in [
        (11988, "EUR", "119.88"),
        (5, "EUR", "0.05"),
        (-5, "EUR", "-0.05"),
        (0, "JPY", "0"),
        (-500, "JPY", "-500"),
        (1, "KWD", "0.001"),
    ] {
        assert_eq!(Money::new(minor, currency(code)).to_decimal(), text);
    }
    assert_eq!(eur(i64::MIN).to_decimal(), "-92233720368547758.08");
    assert_eq!(eur(11781).to_string(), "117.81 EUR");
}

#[test]
fn anything_but_a_plain_decimal_is_refused() {
    for text in
        ["", ".", ".5", "5.", "-1", "+1", " 1", "1 ", "1e2", "1E2", "1,5", "1.5.0", "0x10", "1_000", "NaN", "inf", "١"]
    {
        assert_eq!(Money::parse(text, Currency::EUR), Err(MoneyError::Malformed), "{text:?}");
    }
    for (text, code) in [("1.234", "EUR"), ("1.000", "EUR"), ("1.0", "JPY"), ("1.0000", "KWD")] {
        let currency = currency(code);
        assert_eq!(Money::parse(text, currency), Err(MoneyError::TooManyDecimals { currency }), "{text} {code}");
    }
    for text in ["92233720368547758.08", "99999999999999999999999999"] {
        assert_eq!(Money::parse(text, Currency::EUR), Err(MoneyError::Overflow), "{text}");
    }
    assert_eq!(Money::parse_signed("-1.5", Currency::EUR), Ok(eur(-150)));
    assert_eq!(Money::parse_signed("--1.5", Currency::EUR), Err(MoneyError::Malformed));
    assert_eq!(Money::parse_signed("+1.5", Currency::EUR), Err(MoneyError::Malformed));
}

#[test]
fn currencies_do_not_meet() {
    let mismatch = Err(MoneyError::CurrencyMismatch { left: Currency::EUR, right: Currency::CHF });
    let (left, right) = (eur(1), Money::new(1, Currency::CHF));
    assert_eq!(left.checked_add(right), mismatch);
    assert_eq!(left.checked_sub(right), mismatch);
    assert_eq!(left.checked_min(right), mismatch);
    assert_eq!(left.checked_cmp(right).map(|_| left), mismatch);
    assert_eq!(Money::sum(Currency::EUR, [left, right]), mismatch);
}

#[test]
fn nothing_wraps() {
    for overflow in [
        eur(i64::MAX).checked_add(eur(1)),
        eur(i64::MIN).checked_sub(eur(1)),
        eur(i64::MIN).checked_neg(),
        eur(i64::MAX).checked_mul(2),
        Money::sum(Currency::EUR, [eur(i64::MAX), eur(1)]),
    ] {
        assert_eq!(overflow, Err(MoneyError::Overflow));
    }
    assert_eq!(rate(10_000).of(eur(i64::MIN)), Ok(eur(i64::MIN)));
    assert_eq!(eur(i64::MAX).portion(i64::MAX, i64::MAX), Ok(eur(i64::MAX)));
    assert_eq!(minors(&eur(i64::MIN).split_by(&[i64::MAX]).unwrap()), [i64::MIN]);
    assert_eq!(eur(i64::MAX).split_by(&[i64::MAX, i64::MAX, i64::MAX]).map(|shares| shares.len()), Ok(3));
}

#[test]
fn rates_round_half_away_from_zero_once() {
    for (bps, minor, expected) in [
        (2000, 9900, 1980),
        (1900, 9900, 1881),
        (1900, 7920, 1505),
        (1250, 3702, 463),
        (5000, 1, 1),
        (5000, -1, -1),
        (4999, 1, 0),
        (4999, -1, 0),
        (2550, 1000, 255),
        (0, 9900, 0),
        (10_000, 9900, 9900),
    ] {
        assert_eq!(rate(bps).of(eur(minor)), Ok(eur(expected)), "{bps} of {minor}");
    }
    for bps in [-1, 10_001, i32::MAX, i32::MIN] {
        assert_eq!(Rate::from_bps(bps), Err(MoneyError::RateOutOfRange));
    }
    assert_eq!([2000, 2550, 810, 5].map(|bps| rate(bps).to_string()), ["20 %", "25.5 %", "8.1 %", "0.05 %"]);
}

#[test]
fn a_split_is_by_largest_remainder_and_ties_go_to_the_first() {
    for (whole, weights, expected) in [
        (100, vec![1, 1, 1], vec![34, 33, 33]),
        (-100, vec![1, 1, 1], vec![-34, -33, -33]),
        (5583, vec![6833, 5750, 8500, 6833], vec![1367, 1150, 1700, 1366]),
        (1, vec![1, 2, 1], vec![0, 1, 0]),
        (2, vec![0, 1, 0], vec![0, 2, 0]),
        (0, vec![0, 0], vec![0, 0]),
        (0, vec![], vec![]),
        (7, vec![3], vec![7]),
    ] {
        assert_eq!(minors(&eur(whole).split_by(&weights).unwrap()), expected, "{whole} by {weights:?}");
    }
    for weights in [vec![], vec![0, 0], vec![2, -1]] {
        assert_eq!(eur(1).split_by(&weights), Err(MoneyError::BadShares), "{weights:?}");
    }
}

#[test]
fn a_share_is_within_its_whole() {
    assert_eq!(eur(1000).portion(21, 31), Ok(eur(677)));
    for (part, whole) in [(-1, 31), (32, 31), (0, 0), (1, -1)] {
        assert_eq!(eur(1000).portion(part, whole), Err(MoneyError::BadShares));
    }
}

#[test]
fn money_travels_as_minor_units_and_code() {
    let json = serde_json::json!({ "minor": -150, "currency": "EUR" });
    assert_eq!(serde_json::to_value(eur(-150)).unwrap(), json);
    assert_eq!(serde_json::from_value::<Money>(json).unwrap(), eur(-150));
    assert!(serde_json::from_value::<Money>(serde_json::json!({ "minor": 1, "currency": "XXX" })).is_err());
    assert!(serde_json::from_value::<Rate>(serde_json::json!(10_001)).is_err());
}

proptest! {
    #[test]
    fn a_decimal_comes_back_as_it_went(minor: i64, at in 0..4_usize) {
        let money = Money::new(minor, currency(["EUR", "JPY", "KWD", "CHF"][at]));
        // The magnitude of the lowest amount is no amount.
        prop_assume!(minor > i64::MIN);
        prop_assert_eq!(Money::parse_signed(&money.to_decimal(), money.currency()), Ok(money));
    }

    #[test]
    fn reading_never_panics(text in "[-+0-9.e ]{0,24}|\\PC{0,8}", at in 0..3_usize) {
        let _ = Money::parse_signed(&text, currency(["EUR", "JPY", "KWD"][at]));
    }

    #[test]
    fn a_split_sums_to_its_whole(whole: i64, weights in prop::collection::vec(0..=i64::MAX, 1..40)) {
        prop_assume!(weights.iter().any(|weight| *weight > 0));
        let shares = eur(whole).split_by(&weights).unwrap();
        prop_assert_eq!(Money::sum(Currency::EUR, shares.iter().copied()), Ok(eur(whole)));
        let sum: i128 = weights.iter().copied().map(i128::from).sum();
        for (share, weight) in shares.iter().zip(&weights) {
            // |share × sum − whole × weight| < sum: each share is its exact share, rounded down or up.
            let exact = i128::from(whole).checked_mul(i128::from(*weight)).unwrap();
            let ours = i128::from(share.minor()).checked_mul(sum).unwrap();
            prop_assert!(ours.checked_sub(exact).unwrap().abs() < sum);
        }
    }

    #[test]
    fn a_negative_split_mirrors_the_positive(whole in 0..=i64::MAX, weights in prop::collection::vec(1..1000_i64, 1..20)) {
        let mirrored: Vec<_> = eur(whole).split_by(&weights).unwrap().into_iter().map(|share| share.checked_neg().unwrap()).collect();
        prop_assert_eq!(eur(whole).checked_neg().unwrap().split_by(&weights).unwrap(), mirrored);
    }

    #[test]
    fn a_rate_never_exceeds_the_amount(minor: i64, bps in 0..=10_000_i32) {
        let share = rate(bps).of(eur(minor)).unwrap();
        prop_assert!(share.minor().unsigned_abs() <= minor.unsigned_abs());
        prop_assert!(share.is_zero() || share.is_negative() == (minor < 0));
    }

    #[test]
    fn a_rate_spread_over_amounts_is_the_rate_of_their_sum(
        amounts in prop::collection::vec(-1_000_000_000_000..1_000_000_000_000_i64, 0..40), bps in 0..=10_000_i32,
    ) {
        let amounts: Vec<_> = amounts.into_iter().map(eur).collect();
        let shares = rate(bps).spread_over(Currency::EUR, &amounts).unwrap();
        let sum = Money::sum(Currency::EUR, amounts.iter().copied()).unwrap();
        prop_assert_eq!(Money::sum(Currency::EUR, shares.iter().copied()), rate(bps).of(sum));
        for (share, amount) in shares.iter().zip(&amounts) {
            let away = share.checked_sub(rate(bps).of(*amount).unwrap()).unwrap();
            prop_assert!(away.minor().abs() <= 1, "{share} of {amount}");
        }
    }
}
