//! Value added tax: which category and rate a payer's invoice carries.
//!
//! Prices are net. Category and rate follow the *payer's* country and VAT id, on the day of issue; the rates are data
//! with dates, which a provider's settings may correct. Absent on purpose: reduced rates, checks of a VAT id's digits
//! against a register, and thresholds below which a small seller taxes at home.

pub mod rates;
pub mod rules;
