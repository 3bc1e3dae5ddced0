//! The category and rate of a payer's tax, from two countries, a VAT id and a day.

#![warn(clippy::arithmetic_side_effects, clippy::as_conversions)]

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::rates::VatRates;
use crate::calendar::Country;
use crate::money::Rate;

/// Why no tax could be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TaxError {
    /// The table has no rate of a country whose rate is needed: a fault of the settings.
    #[error("no VAT rate is known for {country} on {on}")]
    NoRate {
        /// The country without a rate.
        country: Country,
        /// The day of issue.
        on: NaiveDate,
    },
}

/// The VAT category of an invoice line, by its code of EN 16931 (UNCL 5305).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum TaxCategory {
    /// Taxed at the standard rate.
    #[serde(rename = "S")]
    Standard,
    /// Taxed at a rate of zero: only where the settings say that the standard rate is zero.
    #[serde(rename = "Z")]
    ZeroRated,
    /// Reverse charge: the payer owes the tax in its own member state.
    #[serde(rename = "AE")]
    ReverseCharge,
    /// Export: no tax is charged.
    #[serde(rename = "G")]
    Export,
}

impl TaxCategory {
    /// The code of EN 16931, as stored on invoice lines.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Standard => "S",
            Self::ZeroRated => "Z",
            Self::ReverseCharge => "AE",
            Self::Export => "G",
        }
    }

    /// The category of a stored code.
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::Standard, Self::ZeroRated, Self::ReverseCharge, Self::Export]
            .into_iter()
            .find(|category| category.code() == code)
    }

    /// What the invoice must say besides, if anything.
    pub const fn note(self) -> Option<TaxNote> {
        match self {
            Self::Standard | Self::ZeroRated => None,
            Self::ReverseCharge => Some(TaxNote::ReverseCharge),
            Self::Export => Some(TaxNote::Export),
        }
    }
}

/// The sentence about tax that an invoice must carry, in the reader's language.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TaxNote {
    /// "Reverse charge", with both parties' VAT ids.
    ReverseCharge,
    /// "Not taxable: recipient outside the territory".
    Export,
}

impl TaxNote {
    /// The exemption reason code of the CEF list VATEX, for electronic invoices.
    pub const fn vatex_code(self) -> &'static str {
        match self {
            Self::ReverseCharge => "VATEX-EU-AE",
            Self::Export => "VATEX-EU-G",
        }
    }
}

/// What an invoice line is taxed with. Tax is rounded once per treatment and document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TaxTreatment {
    /// The category of EN 16931.
    pub category: TaxCategory,
    /// The rate; zero for all categories but [`TaxCategory::Standard`].
    pub rate: Rate,
}

/// What the tax of an invoice depends on.
#[derive(Clone, Copy, Debug)]
pub struct TaxFacts<'a> {
    /// The country of the seller.
    pub seller_country: Country,
    /// The country of the payer, who holds the invoice.
    pub payer_country: Country,
    /// The payer's VAT id as it was entered, if it has one.
    pub payer_vat_id: Option<&'a str>,
    /// The day of issue, in the seller's time zone.
    pub on: NaiveDate,
}

/// Category and rate of what this payer is billed.
///
/// The seller's own country: its rate, whatever the VAT id. Another member state: reverse charge for a valid-looking VAT
/// id of a state other than the seller's, else the payer's country's rate. Outside the EU, or from a seller outside the
/// EU to any other country: export, 0 %. Monaco counts as France, whose VAT it shares, and the Isle of Man as the United
/// Kingdom. Northern Ireland is in the EU's VAT area for goods alone, and this is a seller of services: it is the United
/// Kingdom here, and an `XI` id is no id of a member state. Source: `docs/rules.md` §3, directive 2006/112/EC art. 44, 58,
/// 196.
pub fn tax_treatment(facts: &TaxFacts<'_>, rates: &VatRates) -> Result<TaxTreatment, TaxError> {
    let TaxFacts { seller_country, payer_country, payer_vat_id, on } = *facts;
    let (seller, payer) = (vat_territory(seller_country), vat_territory(payer_country));
    let untaxed = |category| TaxTreatment { category, rate: Rate::ZERO };
    if payer == seller {
        return at_rate_of(payer, on, rates);
    }
    if !seller.is_eu(on) || !payer.is_eu(on) {
        return Ok(untaxed(TaxCategory::Export));
    }
    let vat_id = payer_vat_id.and_then(|text| VatId::parse(text, on));
    if vat_id.is_some_and(|id| id.country() != seller) {
        return Ok(untaxed(TaxCategory::ReverseCharge));
    }
    at_rate_of(payer, on, rates)
}

fn at_rate_of(country: Country, on: NaiveDate, rates: &VatRates) -> Result<TaxTreatment, TaxError> {
    let rate = rates.on(country, on).ok_or(TaxError::NoRate { country, on })?;
    let category = if rate.is_zero() { TaxCategory::ZeroRated } else { TaxCategory::Standard };
    Ok(TaxTreatment { category, rate })
}

/// The country whose VAT applies there.
fn vat_territory(country: Country) -> Country {
    let shared = match country.code() {
        "MC" => "FR",
        "IM" => "GB",
        own => own,
    };
    Country::parse(shared).unwrap_or(country)
}

/// A VAT id of a member state that looks valid: its prefix and the number of its digits and letters are right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VatId {
    text: String,
    country: Country,
}

impl VatId {
    /// Reads an id of a state that is a member on that day. Spaces, dots, dashes and slashes do not matter, nor does case;
    /// Greece writes `EL`, and `GR` is taken as that.
    pub fn parse(text: &str, on: NaiveDate) -> Option<Self> {
        let text = normalised_vat_id(text);
        let (prefix, number) = text.split_at_checked(2)?;
        let (_, code, patterns) = FORMATS.iter().find(|(known, _, _)| *known == prefix)?;
        let country = Country::parse(code).ok().filter(|country| country.is_eu(on))?;
        let is_valid = patterns.iter().any(|pattern| matches(pattern, number));
        is_valid.then_some(Self { text, country })
    }

    /// The id in the form that invoices show: capitals, no spaces, `EL` for Greece.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The member state that gave the id.
    pub fn country(&self) -> Country {
        self.country
    }
}

/// A VAT id of any country without spaces and punctuation, in capitals, with `EL` in front of a Greek one: what is stored.
pub fn normalised_vat_id(text: &str) -> String {
    let bare: String = text.chars().filter(|c| !c.is_whitespace() && !".-/".contains(*c)).collect();
    let bare = bare.to_uppercase();
    match bare.strip_prefix("GR") {
        Some(number) => format!("EL{number}"),
        None => bare,
    }
}

/// Whether an id, normalised, begins with a country's code, as electronic invoices want it: one of ISO 3166-1, `EL` for Greece, `XI`
/// for Northern Ireland. Source: EN 16931, BR-CO-09.
pub fn begins_with_country(vat_id: &str) -> bool {
    let of_country = |prefix: &str| matches!(prefix, "EL" | "XI") || Country::parse(prefix).is_ok();
    vat_id.split_at_checked(2).is_some_and(|(prefix, number)| !number.is_empty() && of_country(prefix))
}

/// Whether a number has the form of a pattern: `#` a digit, `@` a letter, `*` either, all else itself.
fn matches(pattern: &str, number: &str) -> bool {
    pattern.len() == number.len()
        && pattern.bytes().zip(number.bytes()).all(|(form, byte)| match form {
            b'#' => byte.is_ascii_digit(),
            b'@' => byte.is_ascii_uppercase(),
            b'*' => byte.is_ascii_digit() || byte.is_ascii_uppercase(),
            itself => byte == itself,
        })
}

/// Prefix, country and forms of the member states' VAT ids. Source: the Commission's VIES, "format of VAT numbers".
const FORMATS: [(&str, &str, &[&str]); 27] = [
    ("AT", "AT", &["U########"]),
    ("BE", "BE", &["0#########", "1#########"]),
    ("BG", "BG", &["#########", "##########"]),
    ("CY", "CY", &["########@"]),
    ("CZ", "CZ", &["########", "#########", "##########"]),
    ("DE", "DE", &["#########"]),
    ("DK", "DK", &["########"]),
    ("EE", "EE", &["#########"]),
    ("EL", "GR", &["#########"]),
    ("ES", "ES", &["@########", "########@", "@#######@"]),
    ("FI", "FI", &["########"]),
    ("FR", "FR", &["**#########"]),
    ("HR", "HR", &["###########"]),
    ("HU", "HU", &["########"]),
    ("IE", "IE", &["#######@", "#######@@", "#@#####@"]),
    ("IT", "IT", &["###########"]),
    ("LT", "LT", &["#########", "############"]),
    ("LU", "LU", &["########"]),
    ("LV", "LV", &["###########"]),
    ("MT", "MT", &["########"]),
    ("NL", "NL", &["#########B##"]),
    ("PL", "PL", &["##########"]),
    ("PT", "PT", &["#########"]),
    ("RO", "RO", &["##", "###", "####", "#####", "######", "#######", "########", "#########", "##########"]),
    ("SE", "SE", &["##########01"]),
    ("SI", "SI", &["########"]),
    ("SK", "SK", &["##########"]),
];

#[cfg(test)]
mod tests;
