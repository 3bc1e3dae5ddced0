//! The standard rates of value added tax that are compiled in, and those of the file.

use chrono::NaiveDate;
use serde::Deserialize;

use super::source::Given;

/// A country's standard rate from a day on.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VatRate {
    /// ISO 3166-1, two letters.
    pub country: String,
    /// The first day of the rate.
    pub from: NaiveDate,
    /// Basis points: 1900 is 19 %.
    pub rate_bps: u32,
}

/// Country, first day as year, month and day, rate in basis points. Source: European Commission, "VAT rates applied in the
/// Member States", and the tax offices of CH, GB, IS, LI and NO, as of November 2026. Rates older than 2020 start in 2000:
/// no invoice of ours is older.
const STANDARD: &[(&str, i32, u32, u32, u32)] = &[
    ("AT", 2000, 1, 1, 2000),
    ("BE", 2000, 1, 1, 2100),
    ("BG", 2000, 1, 1, 2000),
    ("CH", 2000, 1, 1, 770),
    ("CH", 2024, 1, 1, 810),
    ("CY", 2000, 1, 1, 1900),
    ("CZ", 2000, 1, 1, 2100),
    ("DE", 2000, 1, 1, 1900),
    ("DE", 2020, 7, 1, 1600),
    ("DE", 2021, 1, 1, 1900),
    ("DK", 2000, 1, 1, 2500),
    ("EE", 2000, 1, 1, 2000),
    ("EE", 2024, 1, 1, 2200),
    ("EE", 2025, 7, 1, 2400),
    ("ES", 2000, 1, 1, 2100),
    ("FI", 2000, 1, 1, 2400),
    ("FI", 2024, 9, 1, 2550),
    ("FR", 2000, 1, 1, 2000),
    ("GB", 2000, 1, 1, 2000),
    ("GR", 2000, 1, 1, 2400),
    ("HR", 2000, 1, 1, 2500),
    ("HU", 2000, 1, 1, 2700),
    ("IE", 2000, 1, 1, 2300),
    ("IE", 2020, 9, 1, 2100),
    ("IE", 2021, 3, 1, 2300),
    ("IS", 2000, 1, 1, 2400),
    ("IT", 2000, 1, 1, 2200),
    ("LI", 2000, 1, 1, 770),
    ("LI", 2024, 1, 1, 810),
    ("LT", 2000, 1, 1, 2100),
    ("LU", 2000, 1, 1, 1700),
    ("LU", 2023, 1, 1, 1600),
    ("LU", 2024, 1, 1, 1700),
    ("LV", 2000, 1, 1, 2100),
    ("MT", 2000, 1, 1, 1800),
    ("NL", 2000, 1, 1, 2100),
    ("NO", 2000, 1, 1, 2500),
    ("PL", 2000, 1, 1, 2300),
    ("PT", 2000, 1, 1, 2300),
    ("RO", 2000, 1, 1, 1900),
    ("RO", 2025, 8, 1, 2100),
    ("SE", 2000, 1, 1, 2500),
    ("SI", 2000, 1, 1, 2200),
    ("SK", 2000, 1, 1, 2000),
    ("SK", 2025, 1, 1, 2300),
];

/// The compiled-in rates, where those of the file replace one of the same country and day and stand beside all others.
pub(super) fn rates(given: &mut Given) -> Vec<VatRate> {
    let mut rates: Vec<VatRate> = given.take_vat();
    for VatRate { country, from, rate_bps } in &rates {
        if let Err(why) = super::parse::country(country) {
            given.errors.push(format!("vat: country {country:?} {why}"));
        }
        if *rate_bps > 10_000 {
            given.errors.push(format!("vat: {country} from {from}: rate_bps is above 10000, which is 100 %"));
        }
    }
    for &(country, year, month, day, rate_bps) in STANDARD {
        let from = NaiveDate::from_ymd_opt(year, month, day).expect("a day of the calendar");
        if !rates.iter().any(|rate| rate.country == country && rate.from == from) {
            rates.push(VatRate { country: country.to_owned(), from, rate_bps });
        }
    }
    rates.sort();
    rates
}
