//! The rates of value added tax: those of the file over those that are built in.

use chrono::NaiveDate;
use domain::calendar::Country;
use domain::money::Rate;
use domain::tax::rates::VatRates;
use serde::Deserialize;

use super::source::Given;

/// One row of the file: a country's standard rate from a day on.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    country: String,
    from: NaiveDate,
    /// Basis points: 1900 is 19 %.
    rate_bps: u32,
}

/// The built-in rates, where those of the file replace one of the same country and day and stand beside all others.
pub(super) fn rates(given: &mut Given) -> VatRates {
    let mut rates = VatRates::standard();
    for Row { country, from, rate_bps } in given.take_vat() {
        let code =
            Country::parse(&country).map_err(|error| given.errors.push(format!("vat: country {country:?}: {error}")));
        let rate = Rate::from_bps(rate_bps)
            .map_err(|error| given.errors.push(format!("vat: {country} from {from}: rate_bps = {rate_bps}: {error}")));
        if let (Ok(code), Ok(rate)) = (code, rate) {
            rates.set(code, from, rate);
        }
    }
    rates
}
