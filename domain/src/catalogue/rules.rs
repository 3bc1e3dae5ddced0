//! What may be written into the catalogue, and what an offer says of a wish.
#![deny(clippy::arithmetic_side_effects, clippy::as_conversions)]

use chrono::NaiveDate;

use crate::calendar::Term;
use crate::error::{Code, Refusal};
use crate::money::Money;

/// The most prices that one save brings.
const MAX_PRICES: usize = 500;
/// The highest price of a term, in minor units: a hundred lines of a hundred pieces of it, with any tax, are still an amount.
pub const MAX_PRICE_MINOR: i64 = 10_000_000_000_000;

/// What a plan costs from a day on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewPrice {
    /// The length of the term.
    pub term_months: i32,
    /// Net, of the whole term.
    pub price: Money,
    /// From which day; none: from today.
    pub valid_from: Option<NaiveDate>,
}

/// The term of a plan that is ordered without saying for how long.
pub fn default_term(months: i32) -> Result<i32, Refusal> {
    let term = Term::from_months(months).map_err(|e| Refusal::invalid("defaultTermMonths", e.to_string()))?;
    Ok(term.months_i32())
}

/// Prices of terms of 1 to 120 months, none below zero, none twice for the same term, currency and day.
pub fn prices(prices: &[NewPrice], today: NaiveDate) -> Result<(), Refusal> {
    if prices.len() > MAX_PRICES {
        return Err(Refusal::invalid("prices", "must be at most 500"));
    }
    for (at, new) in prices.iter().enumerate() {
        let refuse = |field: &'static str, message: &'static str| {
            Err(Refusal::invalid(field, message).within(["prices".to_owned(), at.to_string()]))
        };
        if Term::from_months(new.term_months).is_err() {
            return refuse("termMonths", "must be from 1 to 120 months");
        }
        if new.price.is_negative() || new.price.minor() > MAX_PRICE_MINOR {
            return refuse("price", "must be from zero to ten trillion minor units");
        }
        let key = |price: &NewPrice| (price.term_months, price.price.currency(), price.valid_from.unwrap_or(today));
        if prices.iter().take(at).any(|earlier| key(earlier) == key(new)) {
            return refuse("price", "is given twice for this term, currency and day");
        }
    }
    Ok(())
}

/// Why a plan cannot be had as it is wanted: it has no price in the currency at all, or none for the term.
pub fn not_offered(has_currency: bool, has_price: bool) -> Refusal {
    if has_price && !has_currency {
        Refusal::new(Code::CurrencyMismatch, "The plan has no price in this currency.").at(["planId"])
    } else {
        Refusal::new(Code::TermNotOffered, "The plan is not offered for this term.").at(["termMonths"])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::money::Currency;

    fn price(term_months: i32, minor: i64, currency: Currency) -> NewPrice {
        NewPrice { term_months, price: Money::new(minor, currency), valid_from: None }
    }

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn a_price_is_of_a_term_and_not_negative() {
        let today = day("2026-11-21");
        let fine = [price(12, 9900, Currency::EUR), price(12, 9900, Currency::CHF), price(36, 0, Currency::EUR)];
        assert_eq!(prices(&fine, today), Ok(()));
        for (bad, field) in [
            (price(0, 1, Currency::EUR), "termMonths"),
            (price(121, 1, Currency::EUR), "termMonths"),
            (price(12, -1, Currency::EUR), "price"),
            (price(12, i64::MAX, Currency::EUR), "price"),
        ] {
            let refusal = prices(&[price(1, 1, Currency::EUR), bad], today).unwrap_err();
            assert_eq!(refusal.field, ["prices", "1", field], "{bad:?}");
        }
    }

    #[test]
    fn today_said_and_unsaid_is_one_day() {
        let today = day("2026-11-21");
        let said = NewPrice { valid_from: Some(today), ..price(12, 2, Currency::EUR) };
        assert!(prices(&[price(12, 1, Currency::EUR), said], today).is_err());
        let later = NewPrice { valid_from: Some(day("2026-11-22")), ..said };
        assert_eq!(prices(&[price(12, 1, Currency::EUR), later], today), Ok(()));
    }

    #[test]
    fn a_missing_currency_is_told_from_a_missing_term() {
        assert_eq!(not_offered(false, true).code, Code::CurrencyMismatch);
        assert_eq!(not_offered(true, true).code, Code::TermNotOffered);
        assert_eq!(not_offered(false, false).code, Code::TermNotOffered);
        assert!(default_term(0).is_err() && default_term(121).is_err() && default_term(36) == Ok(36));
    }
}
