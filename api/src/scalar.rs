//! The scalars of the contract, and money. What a scalar refuses is the developer's mistake: `BAD_USER_INPUT`.

use async_graphql::{InputObject, InputValueError, InputValueResult, Object, Scalar, ScalarType, Value};
use chrono::{Datelike, NaiveDate, SecondsFormat, SubsecRound, Utc};
use domain::money::{self, Currency, MoneyError};

use crate::error::{Code, EdgeError};

/// Years outside are a slip of the keyboard, and some would not survive the way through a database.
const YEARS: std::ops::RangeInclusive<i32> = 1900..=2999;
/// Longest URL, in characters.
const MAX_URL: usize = 2_048;
/// Longest decimal, in characters: more digits than 64 bits of minor units have.
const MAX_DECIMAL: usize = 24;

fn refused<T: async_graphql::InputType>(message: &str) -> InputValueError<T> {
    InputValueError::custom(message).with_extension("code", Code::BadUserInput.as_str())
}

fn text(value: Value) -> InputValueResult<String> {
    if let Value::String(text) = value { Ok(text) } else { Err(refused("a string is expected")) }
}

/// RFC 3339 instant in UTC, e.g. 2026-11-21T20:19:00Z.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct DateTime(pub chrono::DateTime<Utc>);

#[Scalar(name = "DateTime")]
impl ScalarType for DateTime {
    /// Takes any offset, and truncates to microseconds as the databases do.
    fn parse(value: Value) -> InputValueResult<Self> {
        let text = text(value).map_err(InputValueError::propagate)?;
        let instant = chrono::DateTime::parse_from_rfc3339(&text)
            .map_err(|_| refused("an RFC 3339 instant such as 2026-11-21T20:19:00Z is expected"))?
            .with_timezone(&Utc);
        if !YEARS.contains(&instant.year()) {
            return Err(refused("the year must be from 1900 to 2999"));
        }
        Ok(Self(instant.trunc_subsecs(6)))
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.trunc_subsecs(6).to_rfc3339_opts(SecondsFormat::AutoSi, true))
    }
}

/// Calendar date, e.g. 2027-01-31.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Date(pub NaiveDate);

#[Scalar(name = "Date")]
impl ScalarType for Date {
    fn parse(value: Value) -> InputValueResult<Self> {
        let text = text(value).map_err(InputValueError::propagate)?;
        // chrono takes `+2027-1-31`, too; one date has one text here.
        let date = NaiveDate::parse_from_str(&text, "%Y-%m-%d").ok().filter(|date| date.to_string() == text);
        match date {
            Some(date) if YEARS.contains(&date.year()) => Ok(Self(date)),
            Some(_) => Err(refused("the year must be from 1900 to 2999")),
            None => Err(refused("a date such as 2027-01-31 is expected")),
        }
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_string())
    }
}

/// Exact decimal as a string, e.g. "119.88".
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decimal(String);

#[Scalar(name = "Decimal")]
impl ScalarType for Decimal {
    /// A sign, digits and a point: no exponent, no float, no grouping.
    fn parse(value: Value) -> InputValueResult<Self> {
        let text = text(value).map_err(InputValueError::propagate)?;
        let magnitude = text.strip_prefix('-').unwrap_or(&text);
        let (whole, decimals) = magnitude.split_once('.').unwrap_or((magnitude, "0"));
        let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        if text.len() > MAX_DECIMAL || !digits(whole) || !digits(decimals) {
            return Err(refused("a decimal such as \"119.88\" is expected"));
        }
        Ok(Self(text))
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.clone())
    }
}

/// ISO 4217 code, e.g. EUR.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CurrencyCode(pub Currency);

#[Scalar(name = "CurrencyCode")]
impl ScalarType for CurrencyCode {
    fn parse(value: Value) -> InputValueResult<Self> {
        let text = text(value).map_err(InputValueError::propagate)?;
        Currency::parse(&text).map(Self).map_err(|_| refused("an ISO 4217 code such as EUR is expected"))
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.code().to_owned())
    }
}

/// ISO 3166-1 alpha-2 code, e.g. CH.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CountryCode([u8; 2]);

impl CountryCode {
    /// The code of two capitals, as stored. Which countries there are is not decided here.
    pub fn new(code: &str) -> Option<Self> {
        let code: [u8; 2] = code.as_bytes().try_into().ok()?;
        code.iter().all(u8::is_ascii_uppercase).then_some(Self(code))
    }

    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

#[Scalar(name = "CountryCode")]
impl ScalarType for CountryCode {
    fn parse(value: Value) -> InputValueResult<Self> {
        let text = text(value).map_err(InputValueError::propagate)?;
        Self::new(&text).ok_or_else(|| refused("an ISO 3166-1 code of two capitals such as CH is expected"))
    }

    fn to_value(&self) -> Value {
        Value::String(self.as_str().to_owned())
    }
}

/// BCP 47 language tag; mails exist in en, de, fr, it and es.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Locale(pub String);

#[Scalar(name = "Locale")]
impl ScalarType for Locale {
    fn parse(value: Value) -> InputValueResult<Self> {
        let text = text(value).map_err(InputValueError::propagate)?;
        let mut subtags = text.split('-');
        let language = subtags.next().unwrap_or_default();
        let is_language = (2..=3).contains(&language.len()) && language.bytes().all(|byte| byte.is_ascii_alphabetic());
        let mut rest =
            subtags.map(|tag| (1..=8).contains(&tag.len()) && tag.bytes().all(|byte| byte.is_ascii_alphanumeric()));
        if text.len() > 35 || !is_language || !rest.all(|is_subtag| is_subtag) {
            return Err(refused("a BCP 47 language tag such as de or fr-CH is expected"));
        }
        Ok(Self(text))
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.clone())
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Url(pub String);

#[Scalar(name = "URL")]
impl ScalarType for Url {
    /// Absolute, http or https, with a host and without credentials. Where it leads is checked when it is called.
    fn parse(value: Value) -> InputValueResult<Self> {
        let text = text(value).map_err(InputValueError::propagate)?;
        let uri = (text.len() <= MAX_URL).then(|| text.parse::<http::Uri>().ok()).flatten();
        let is_web = uri.is_some_and(|uri| {
            matches!(uri.scheme_str(), Some("http" | "https"))
                && uri.host().is_some_and(|host| !host.is_empty())
                && uri.authority().is_some_and(|authority| !authority.as_str().contains('@'))
        });
        if is_web { Ok(Self(text)) } else { Err(refused("an absolute http or https URL is expected")) }
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.clone())
    }
}

/// An amount going out. Its decimals are the currency's: 119.80 EUR, 500 JPY.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Money(pub money::Money);

#[Object]
impl Money {
    async fn amount(&self) -> Decimal {
        Decimal(self.0.to_decimal())
    }

    async fn currency_code(&self) -> CurrencyCode {
        CurrencyCode(self.0.currency())
    }
}

impl From<money::Money> for Money {
    fn from(amount: money::Money) -> Self {
        Self(amount)
    }
}

/// An amount as it is stored.
pub fn amount(minor: i64, currency: &str) -> async_graphql::Result<Money> {
    let currency = Currency::parse(currency).map_err(|_| EdgeError::internal())?;
    Ok(Money(money::Money::new(minor, currency)))
}

/// An amount coming in; whether a negative one makes sense is for the use case to say.
#[derive(Debug, Clone, PartialEq, Eq, InputObject)]
pub struct MoneyInput {
    pub amount: Decimal,
    pub currency_code: CurrencyCode,
}

impl MoneyInput {
    /// The amount in minor units; refused with more decimals than the currency has. A user can mend that: `userErrors`.
    pub fn into_money(self) -> Result<money::Money, MoneyError> {
        money::Money::parse_signed(&self.amount.0, self.currency_code.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn takes<T: ScalarType>(texts: &[&str]) -> Vec<Option<Value>> {
        texts.iter().map(|text| T::parse(Value::String((*text).into())).ok().map(|scalar| scalar.to_value())).collect()
    }

    fn out(texts: &[Option<&str>]) -> Vec<Option<Value>> {
        texts.iter().map(|text| text.map(|text| Value::String(text.into()))).collect()
    }

    #[test]
    fn instants_are_utc_and_microseconds() {
        assert_eq!(
            takes::<DateTime>(&[
                "2026-11-21T20:19:00Z",
                "2026-11-21T21:19:00.1234567+01:00",
                "2026-11-21",
                "9999-01-01T00:00:00Z",
                "0001-01-01T00:00:00Z",
                ""
            ]),
            out(&[Some("2026-11-21T20:19:00Z"), Some("2026-11-21T20:19:00.123456Z"), None, None, None, None])
        );
    }

    #[test]
    fn dates_have_one_text() {
        assert_eq!(
            takes::<Date>(&[
                "2028-02-29",
                "2027-02-29",
                "2027-1-31",
                "+2027-01-31",
                "2027-01-31T00:00:00Z",
                "3000-01-01",
                " 2027-01-31"
            ]),
            out(&[Some("2028-02-29"), None, None, None, None, None, None])
        );
    }

    #[test]
    fn codes_tags_and_urls_are_checked() {
        let kept = |found: Vec<Option<Value>>| found.iter().map(Option::is_some).collect::<Vec<_>>();
        assert_eq!(
            kept(takes::<CurrencyCode>(&["EUR", "JPY", "eur", "EU", "XXX", ""])),
            [true, true, false, false, false, false]
        );
        assert_eq!(kept(takes::<CountryCode>(&["CH", "ch", "CHE", "É", ""])), [true, false, false, false, false]);
        assert_eq!(
            kept(takes::<Locale>(&["de", "fr-CH", "zh-Hant-TW", "d", "de_CH", "de-", "../de"])),
            [true, true, true, false, false, false, false]
        );
        assert_eq!(
            kept(takes::<Url>(&[
                "https://a.example/x?y=z",
                "http://[::1]:80",
                "ftp://a",
                "//a.example",
                "javascript:alert(1)",
                "https://u:p@a.example",
                "https://a b"
            ])),
            [true, true, false, false, false, false, false]
        );
        assert_eq!(
            kept(takes::<Decimal>(&["119.88", "-5", "0", "1e3", ".5", "5.", "1,000", "", "+1", "NaN"])),
            [true, true, true, false, false, false, false, false, false, false]
        );
    }

    #[test]
    fn a_float_is_not_money() {
        let float = async_graphql::Number::from_f64(1.5).unwrap();
        let refusal =
            Decimal::parse(Value::Number(float)).unwrap_err().into_server_error(async_graphql::Pos::default());
        assert_eq!(Code::of(&refusal), Some(Code::BadUserInput));
    }

    #[test]
    fn money_in_is_exact() {
        let input = |amount: &str, code: &str| MoneyInput {
            amount: Decimal(amount.into()),
            currency_code: CurrencyCode(Currency::parse(code).unwrap()),
        };
        assert_eq!(input("119.88", "EUR").into_money().unwrap().minor(), 11_988);
        assert_eq!(input("500", "JPY").into_money().unwrap().minor(), 500);
        assert!(input("5.5", "JPY").into_money().is_err());
        assert!(input("99999999999999999999", "EUR").into_money().is_err());
    }
}
