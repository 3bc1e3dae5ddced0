//! Money: whole minor units of one currency, rates in basis points, and the only roundings there are.
//!
//! Invariants: no floats; no arithmetic that could wrap; amounts of two currencies never meet; every rounding is half
//! away from zero; a split sums to its whole. There is no conversion between currencies, on purpose.

#![warn(clippy::arithmetic_side_effects, clippy::as_conversions)]

use std::cmp::Ordering;
use std::fmt;

use iso_currency::Flag;
use serde::{Deserialize, Serialize};

/// Why money was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    /// The result does not fit into 64 bits of minor units.
    #[error("the amount is too large")]
    Overflow,
    /// Two currencies in one operation.
    #[error("{left} and {right} cannot be combined")]
    CurrencyMismatch {
        /// The currency of the first operand.
        left: Currency,
        /// The currency of the second.
        right: Currency,
    },
    /// No ISO 4217 code of money that can be paid with.
    #[error("no such currency")]
    UnknownCurrency,
    /// Not a plain decimal such as `119.88`.
    #[error("not a decimal amount")]
    Malformed,
    /// More decimals than the currency has.
    #[error("{currency} has {} decimals", currency.exponent())]
    TooManyDecimals {
        /// The currency of the amount.
        currency: Currency,
    },
    /// A rate outside 0 to 10000 basis points.
    #[error("a rate is 0 to 10000 basis points")]
    RateOutOfRange,
    /// Shares of nothing: no weight above zero, a weight below zero, or a part outside its whole.
    #[error("the shares do not add up to a whole")]
    BadShares,
}

/// A currency of ISO 4217 that can be paid with: no funds, precious metals or testing codes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Currency(iso_currency::Currency);

/// What ISO 4217 lists no more, and the list behind this still does.
const WITHDRAWN: [&str; 5] = ["BGN", "CUC", "HRK", "SLL", "ZWL"];

impl Currency {
    /// Euro.
    pub const EUR: Self = Self(iso_currency::Currency::EUR);
    /// Swiss franc.
    pub const CHF: Self = Self(iso_currency::Currency::CHF);
    /// United States dollar.
    pub const USD: Self = Self(iso_currency::Currency::USD);
    /// Pound sterling.
    pub const GBP: Self = Self(iso_currency::Currency::GBP);

    /// The currency of a three-letter code in capitals. Those that were withdrawn before the first invoice was written are none.
    pub fn parse(code: &str) -> Result<Self, MoneyError> {
        iso_currency::Currency::from_code(code)
            .filter(|currency| currency.exponent().is_some() && !WITHDRAWN.contains(&currency.code()))
            .filter(|currency| !currency.has_flag(Flag::Fund) && !currency.has_flag(Flag::Special))
            .map(Self)
            .ok_or(MoneyError::UnknownCurrency)
    }

    /// The three-letter code.
    pub fn code(self) -> &'static str {
        self.0.code()
    }

    /// How many decimals an amount has: JPY 0, EUR 2, KWD 3.
    pub fn exponent(self) -> u32 {
        self.0.exponent().map_or(0, u32::from)
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl std::str::FromStr for Currency {
    type Err = MoneyError;

    fn from_str(code: &str) -> Result<Self, MoneyError> {
        Self::parse(code)
    }
}

impl TryFrom<String> for Currency {
    type Error = MoneyError;

    fn try_from(code: String) -> Result<Self, MoneyError> {
        Self::parse(&code)
    }
}

impl From<Currency> for String {
    fn from(currency: Currency) -> Self {
        currency.code().to_owned()
    }
}

/// An amount in whole minor units (cents) of one currency; may be negative.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Money {
    minor: i64,
    currency: Currency,
}

impl Money {
    /// So many minor units of the currency.
    pub const fn new(minor: i64, currency: Currency) -> Self {
        Self { minor, currency }
    }

    /// Nothing, in that currency.
    pub const fn zero(currency: Currency) -> Self {
        Self::new(0, currency)
    }

    /// Minor units.
    pub const fn minor(self) -> i64 {
        self.minor
    }

    /// The currency.
    pub const fn currency(self) -> Currency {
        self.currency
    }

    /// Whether it is nothing.
    pub const fn is_zero(self) -> bool {
        self.minor == 0
    }

    /// Whether it is more than nothing.
    pub const fn is_positive(self) -> bool {
        self.minor > 0
    }

    /// Whether it is less than nothing.
    pub const fn is_negative(self) -> bool {
        self.minor < 0
    }

    /// The sum, of one currency.
    pub fn checked_add(self, other: Self) -> Result<Self, MoneyError> {
        self.same_currency(other)?;
        self.minor.checked_add(other.minor).map(|minor| self.with(minor)).ok_or(MoneyError::Overflow)
    }

    /// The difference, of one currency.
    pub fn checked_sub(self, other: Self) -> Result<Self, MoneyError> {
        self.same_currency(other)?;
        self.minor.checked_sub(other.minor).map(|minor| self.with(minor)).ok_or(MoneyError::Overflow)
    }

    /// The same amount with the other sign.
    pub fn checked_neg(self) -> Result<Self, MoneyError> {
        self.minor.checked_neg().map(|minor| self.with(minor)).ok_or(MoneyError::Overflow)
    }

    /// A unit price times a quantity.
    pub fn checked_mul(self, quantity: impl Into<i64>) -> Result<Self, MoneyError> {
        self.minor.checked_mul(quantity.into()).map(|minor| self.with(minor)).ok_or(MoneyError::Overflow)
    }

    /// Which of two amounts of one currency is larger.
    pub fn checked_cmp(self, other: Self) -> Result<Ordering, MoneyError> {
        self.same_currency(other)?;
        Ok(self.minor.cmp(&other.minor))
    }

    /// The smaller of two amounts of one currency.
    pub fn checked_min(self, other: Self) -> Result<Self, MoneyError> {
        self.same_currency(other)?;
        Ok(self.with(self.minor.min(other.minor)))
    }

    /// The sum of any number of amounts, nothing in `currency` if there are none.
    pub fn sum(currency: Currency, amounts: impl IntoIterator<Item = Self>) -> Result<Self, MoneyError> {
        amounts.into_iter().try_fold(Self::zero(currency), Self::checked_add)
    }

    /// The share `part` / `whole` of this amount, rounded half away from zero; the part is within the whole.
    pub fn portion(self, part: i64, whole: i64) -> Result<Self, MoneyError> {
        if whole <= 0 || !(0..=whole).contains(&part) {
            return Err(MoneyError::BadShares);
        }
        let exact = i128::from(self.minor).checked_mul(i128::from(part)).ok_or(MoneyError::Overflow)?;
        divide_half_away(exact, i128::from(whole)).map(|minor| self.with(minor))
    }

    /// Splits the amount by weights, none of them negative, by largest remainder.
    ///
    /// The shares sum to the amount; each is its exact share rounded down or up (towards or away from zero for a negative
    /// amount); among equal remainders the first in line gets the odd unit. A weight of zero gets nothing.
    pub fn split_by(self, weights: &[i64]) -> Result<Vec<Self>, MoneyError> {
        let sum: i128 = weights
            .iter()
            .try_fold(0_i128, |sum, &weight| if weight < 0 { None } else { sum.checked_add(i128::from(weight)) })
            .ok_or(MoneyError::BadShares)?;
        if self.is_zero() {
            return Ok(vec![self; weights.len()]);
        }
        if sum == 0 {
            return Err(MoneyError::BadShares);
        }
        let magnitude = i128::from(self.minor.unsigned_abs());
        let mut shares = Vec::with_capacity(weights.len());
        let mut remainders = Vec::with_capacity(weights.len());
        let mut left = magnitude;
        for &weight in weights {
            let exact = magnitude.checked_mul(i128::from(weight)).ok_or(MoneyError::Overflow)?;
            let share = exact.checked_div(sum).ok_or(MoneyError::BadShares)?;
            left = left.checked_sub(share).ok_or(MoneyError::Overflow)?;
            remainders.push(exact.checked_rem(sum).ok_or(MoneyError::BadShares)?);
            shares.push(share);
        }
        give_odd_units(&mut shares, &remainders, left)?;
        shares
            .into_iter()
            .map(|share| if self.minor < 0 { share.checked_neg() } else { Some(share) })
            .map(|share| share.and_then(|share| i64::try_from(share).ok()).ok_or(MoneyError::Overflow))
            .map(|share| share.map(|minor| self.with(minor)))
            .collect()
    }

    /// Reads a decimal without a sign, such as `119.88`, with at most as many decimals as the currency has.
    pub fn parse(amount: &str, currency: Currency) -> Result<Self, MoneyError> {
        let (whole, decimals) = match amount.split_once('.') {
            Some((_, "")) => return Err(MoneyError::Malformed),
            Some(parts) => parts,
            None => (amount, ""),
        };
        let is_plain = |digits: &str| digits.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || !is_plain(whole) || !is_plain(decimals) {
            return Err(MoneyError::Malformed);
        }
        let width = usize::try_from(currency.exponent()).map_err(|_| MoneyError::Overflow)?;
        if decimals.len() > width {
            return Err(MoneyError::TooManyDecimals { currency });
        }
        let minor = format!("{whole}{decimals:0<width$}").parse().map_err(|_| MoneyError::Overflow)?;
        Ok(Self::new(minor, currency))
    }

    /// As [`Money::parse`], with a minus in front where the amount is negative.
    pub fn parse_signed(amount: &str, currency: Currency) -> Result<Self, MoneyError> {
        match amount.strip_prefix('-') {
            Some(magnitude) => Self::parse(magnitude, currency)?.checked_neg(),
            None => Self::parse(amount, currency),
        }
    }

    /// The amount as a decimal with exactly the currency's decimals and no currency: `-119.80`, `500` (JPY).
    pub fn to_decimal(self) -> String {
        let width = usize::try_from(self.currency.exponent()).unwrap_or(0);
        let sign = if self.minor < 0 { "-" } else { "" };
        // One digit more than decimals, so that there is always one in front of the point.
        let digits = format!("{:0>1$}", self.minor.unsigned_abs(), width.saturating_add(1));
        let (whole, decimals) = digits.split_at(digits.len().saturating_sub(width));
        if width == 0 { format!("{sign}{whole}") } else { format!("{sign}{whole}.{decimals}") }
    }

    const fn with(self, minor: i64) -> Self {
        Self::new(minor, self.currency)
    }

    fn same_currency(self, other: Self) -> Result<(), MoneyError> {
        if self.currency == other.currency {
            Ok(())
        } else {
            Err(MoneyError::CurrencyMismatch { left: self.currency, right: other.currency })
        }
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.to_decimal(), self.currency)
    }
}

impl fmt::Debug for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A share of an amount in basis points (1/100 of a percent), 0 to 10000.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "i32", try_from = "i64")]
pub struct Rate(u16);

impl Rate {
    /// No share.
    pub const ZERO: Self = Self(0);

    /// The whole, in basis points.
    pub const MAX_BPS: u16 = 10_000;

    /// A rate of so many basis points, as a column, an argument or a literal has it.
    pub fn from_bps(bps: impl Into<i64>) -> Result<Self, MoneyError> {
        u16::try_from(bps.into()).ok().filter(|bps| *bps <= Self::MAX_BPS).map(Self).ok_or(MoneyError::RateOutOfRange)
    }

    /// Basis points, for an integer column or a GraphQL `Int`.
    pub fn bps(self) -> i32 {
        i32::from(self.0)
    }

    /// Whether it is a share of nothing.
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// The share of the amount, rounded once, half away from zero.
    pub fn of(self, amount: Money) -> Result<Money, MoneyError> {
        amount.portion(i64::from(self.0), i64::from(Self::MAX_BPS))
    }

    /// The shares of several amounts of one currency: the share of their sum is rounded once, then spread over them by
    /// largest remainder, ties by position, so that each is its own exact share rounded down or up.
    ///
    /// Amounts may have either sign. Used for the tax of a document's lines (EN 16931 BR-CO-17).
    pub fn spread_over(self, currency: Currency, amounts: &[Money]) -> Result<Vec<Money>, MoneyError> {
        let whole = self.of(Money::sum(currency, amounts.iter().copied())?)?;
        let mut left = i128::from(whole.minor);
        let mut shares = Vec::with_capacity(amounts.len());
        let mut remainders = Vec::with_capacity(amounts.len());
        let denominator = i128::from(Self::MAX_BPS);
        for amount in amounts {
            let exact = i128::from(amount.minor).checked_mul(i128::from(self.0)).ok_or(MoneyError::Overflow)?;
            let share = exact.div_euclid(denominator);
            left = left.checked_sub(share).ok_or(MoneyError::Overflow)?;
            remainders.push(exact.rem_euclid(denominator));
            shares.push(share);
        }
        give_odd_units(&mut shares, &remainders, left)?;
        shares
            .into_iter()
            .map(|share| i64::try_from(share).map(|minor| whole.with(minor)).map_err(|_| MoneyError::Overflow))
            .collect()
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (percent, hundredths) = (self.0.div_euclid(100), self.0.rem_euclid(100));
        match (hundredths, hundredths.rem_euclid(10)) {
            (0, _) => write!(f, "{percent} %"),
            (tenths, 0) => write!(f, "{percent}.{} %", tenths.div_euclid(10)),
            _ => write!(f, "{percent}.{hundredths:02} %"),
        }
    }
}

impl From<Rate> for i32 {
    fn from(rate: Rate) -> Self {
        rate.bps()
    }
}

impl TryFrom<i64> for Rate {
    type Error = MoneyError;

    fn try_from(bps: i64) -> Result<Self, MoneyError> {
        Self::from_bps(bps)
    }
}

/// The quotient, rounded half away from zero; the denominator is above zero.
fn divide_half_away(numerator: i128, denominator: i128) -> Result<i64, MoneyError> {
    let quotient = numerator.checked_div(denominator).ok_or(MoneyError::BadShares)?;
    let remainder = numerator.checked_rem(denominator).ok_or(MoneyError::BadShares)?;
    let twice = remainder.unsigned_abs().checked_mul(2).ok_or(MoneyError::Overflow)?;
    let step = if twice >= denominator.unsigned_abs() { numerator.signum() } else { 0 };
    quotient.checked_add(step).and_then(|rounded| i64::try_from(rounded).ok()).ok_or(MoneyError::Overflow)
}

/// Adds one unit to each of the `left` shares with the largest remainders, the earlier first among equals.
fn give_odd_units(shares: &mut [i128], remainders: &[i128], left: i128) -> Result<(), MoneyError> {
    let left = usize::try_from(left).map_err(|_| MoneyError::BadShares)?;
    let mut order: Vec<usize> = (0..shares.len()).collect();
    order.sort_by_key(|&at| std::cmp::Reverse(remainders.get(at).copied()));
    for at in order.into_iter().take(left) {
        if let Some(share) = shares.get_mut(at) {
            *share = share.checked_add(1).ok_or(MoneyError::Overflow)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
