//! Standard rates of value added tax, each from the day on which it came into force.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use crate::calendar::Country;
use crate::money::Rate;

/// The standard rate of each country, by the day from which it holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VatRates(BTreeMap<(Country, NaiveDate), Rate>);

impl VatRates {
    /// The rates of the member states of the EU, of Switzerland, Liechtenstein, the United Kingdom and Norway.
    ///
    /// # Panics
    /// Never: the table is constant and read by every test of it.
    pub fn standard() -> Self {
        let mut rates = Self::default();
        for (country, from, bps) in STANDARD {
            let country = Country::parse(country).expect("the table has codes of ISO 3166");
            let from = from.parse().expect("the table has dates");
            rates.set(country, from, Rate::from_bps(bps).expect("the table has rates"));
        }
        rates
    }

    /// Sets the rate of a country from that day until the next one in the table, replacing what the table said of that day.
    pub fn set(&mut self, country: Country, from: NaiveDate, rate: Rate) {
        self.0.insert((country, from), rate);
    }

    /// The standard rate in force on that day; `None` where the table knows none.
    pub fn on(&self, country: Country, day: NaiveDate) -> Option<Rate> {
        self.0.range((country, NaiveDate::MIN)..=(country, day)).next_back().map(|(_, rate)| *rate)
    }
}

/// Country, first day, basis points. What held before 2021 and still does begins there. Source: the European Commission's
/// "Taxes in Europe" database; Switzerland and Liechtenstein: Federal Tax Administration; United Kingdom: HMRC; Norway:
/// Skatteetaten. As of January 2026.
const STANDARD: [(&str, &str, i32); 40] = [
    ("AT", "2021-01-01", 2000),
    ("BE", "2021-01-01", 2100),
    ("BG", "2021-01-01", 2000),
    ("CH", "2021-01-01", 770),
    ("CH", "2024-01-01", 810),
    ("CY", "2021-01-01", 1900),
    ("CZ", "2021-01-01", 2100),
    ("DE", "2021-01-01", 1900),
    ("DK", "2021-01-01", 2500),
    ("EE", "2021-01-01", 2000),
    ("EE", "2024-01-01", 2200),
    ("EE", "2025-07-01", 2400),
    ("ES", "2021-01-01", 2100),
    ("FI", "2021-01-01", 2400),
    ("FI", "2024-09-01", 2550),
    ("FR", "2021-01-01", 2000),
    ("GB", "2021-01-01", 2000),
    ("GR", "2021-01-01", 2400),
    ("HR", "2021-01-01", 2500),
    ("HU", "2021-01-01", 2700),
    ("IE", "2021-03-01", 2300),
    ("IT", "2021-01-01", 2200),
    ("LI", "2021-01-01", 770),
    ("LI", "2024-01-01", 810),
    ("LT", "2021-01-01", 2100),
    ("LU", "2021-01-01", 1700),
    ("LU", "2023-01-01", 1600),
    ("LU", "2024-01-01", 1700),
    ("LV", "2021-01-01", 2100),
    ("MT", "2021-01-01", 1800),
    ("NL", "2021-01-01", 2100),
    ("NO", "2021-01-01", 2500),
    ("PL", "2021-01-01", 2300),
    ("PT", "2021-01-01", 2300),
    ("RO", "2021-01-01", 1900),
    ("RO", "2025-08-01", 2100),
    ("SE", "2021-01-01", 2500),
    ("SI", "2021-01-01", 2200),
    ("SK", "2021-01-01", 2000),
    ("SK", "2025-01-01", 2300),
];
