//! What may be written into programmes and profiles.
#![deny(clippy::arithmetic_side_effects, clippy::as_conversions)]

use entities::offering::ProductKind;

use crate::error::Refusal;
use crate::money::Rate;
use crate::text;

/// The longest time for which cashback is held, in days.
const MAX_HOLD_DAYS: i32 = 365;

/// A rate of 0 to 10,000 basis points.
pub fn rate(field: &'static str, bps: i32) -> Result<Rate, Refusal> {
    Rate::from_bps(bps).map_err(|_| Refusal::invalid(field, "must be from 0 to 10000 basis points"))
}

/// Rates that differ for a kind of product, each kind at most once.
pub fn kind_rates(rates: &[(ProductKind, i32)]) -> Result<(), Refusal> {
    for (at, (kind, bps)) in rates.iter().enumerate() {
        let here = ["kindRates".to_owned(), at.to_string()];
        rate("rateBps", *bps).map_err(|refusal| refusal.within(here.clone()))?;
        if rates.iter().take(at).any(|(earlier, _)| earlier == kind) {
            return Err(Refusal::invalid("kind", "has a rate already").within(here));
        }
    }
    Ok(())
}

/// For how many days cashback is held.
pub fn hold_days(days: i32) -> Result<i32, Refusal> {
    let message = "must be from 0 to 365 days";
    (0..=MAX_HOLD_DAYS).contains(&days).then_some(days).ok_or(Refusal::invalid("cashbackHoldDays", message))
}

/// A profile's name in addresses: 3 to 60 small ASCII letters, digits and single hyphens between them.
pub fn slug(slug: &str) -> Result<String, Refusal> {
    let slug = slug.trim();
    let part = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    if (3..=60).contains(&slug.len()) && slug.split('-').all(part) {
        Ok(slug.to_owned())
    } else {
        Err(Refusal::invalid("slug", "must be 3 to 60 small letters a to z, digits, and single hyphens between them"))
    }
}

/// What a partner offers: at most 20 short lines, none twice.
pub fn services(services: &[String]) -> Result<Vec<String>, Refusal> {
    if services.len() > 20 {
        return Err(Refusal::invalid("services", "must be at most 20"));
    }
    let mut checked: Vec<String> = Vec::with_capacity(services.len());
    for (at, service) in services.iter().enumerate() {
        let service = text::line("services", service, 100);
        let service = service.map_err(|refusal| refusal.at(["services".to_owned(), at.to_string()]))?;
        if !checked.contains(&service) {
            checked.push(service);
        }
    }
    Ok(checked)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slug_is_plain() {
        for good in ["abc", "acme-web-2", "1a1", &"a".repeat(60)] {
            assert_eq!(slug(good).as_deref(), Ok(good));
        }
        for bad in [
            "",
            "ab",
            "Acme",
            "ac me",
            "-acme",
            "acme-",
            "ac--me",
            "äcme",
            "аcme",
            "acme/x",
            "acme.x",
            "acme\0",
            &"a".repeat(61),
        ] {
            assert!(slug(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn each_kind_has_one_rate() {
        assert!(kind_rates(&[(ProductKind::Domain, 0), (ProductKind::Hosting, 10_000)]).is_ok());
        let twice = kind_rates(&[(ProductKind::Domain, 1), (ProductKind::Domain, 2)]).unwrap_err();
        assert_eq!(twice.field, ["kindRates", "1", "kind"]);
        assert_eq!(kind_rates(&[(ProductKind::Domain, 10_001)]).unwrap_err().field, ["kindRates", "0", "rateBps"]);
        assert!(rate("rateBps", -1).is_err() && hold_days(366).is_err() && hold_days(0).is_ok());
    }

    #[test]
    fn services_are_few_and_short() {
        let lines = |lines: &[&str]| services(&lines.iter().map(|&line| line.to_owned()).collect::<Vec<_>>());
        assert_eq!(lines(&[" Shops ", "Shops", "Design"]), Ok(vec!["Shops".to_owned(), "Design".to_owned()]));
        assert_eq!(lines(&["Shops", "a\0"]).unwrap_err().field, ["services", "1"]);
        assert!(lines(&["x"; 21]).is_err());
    }
}
