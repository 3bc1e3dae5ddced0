use super::*;
use crate::calendar::Country;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn country(code: &str) -> Country {
    Country::parse(code).unwrap()
}

fn rates() -> VatRates {
    VatRates::standard()
}

fn treatment(seller: &str, payer: &str, payer_vat_id: Option<&str>, on: &str) -> (TaxCategory, i32) {
    let facts = TaxFacts { seller_country: country(seller), payer_country: country(payer), payer_vat_id, on: day(on) };
    let TaxTreatment { category, rate } = tax_treatment(&facts, &rates()).unwrap();
    (category, rate.bps())
}

#[test]
fn category_and_rate_follow_the_payers_country_and_vat_id() {
    use TaxCategory::{Export, ReverseCharge, Standard};
    for (seller, payer, vat_id, category, bps) in [
        ("DE", "DE", None, Standard, 1900),
        ("DE", "DE", Some("DE123456789"), Standard, 1900),
        // At home an id of another state changes nothing.
        ("DE", "DE", Some("ATU12345678"), Standard, 1900),
        ("DE", "AT", Some("ATU12345678"), ReverseCharge, 0),
        ("DE", "AT", Some("at u 123.456-78"), ReverseCharge, 0),
        ("DE", "AT", None, Standard, 2000),
        ("DE", "AT", Some(""), Standard, 2000),
        ("DE", "AT", Some("ATU1234567"), Standard, 2000),
        // The id must be of another state than the seller's.
        ("DE", "AT", Some("DE123456789"), Standard, 2000),
        ("DE", "GR", Some("EL123456789"), ReverseCharge, 0),
        ("DE", "GR", Some("GR 123456789"), ReverseCharge, 0),
        ("GR", "GR", Some("EL123456789"), Standard, 2400),
        ("GR", "IT", Some("GR123456789"), Standard, 2200),
        // Northern Ireland is the United Kingdom for services.
        ("DE", "GB", Some("XI123456789"), Export, 0),
        ("DE", "IE", Some("XI123456789"), Standard, 2300),
        ("DE", "IE", Some("IE1234567WA"), ReverseCharge, 0),
        ("DE", "CH", Some("CHE-123.456.789 MWST"), Export, 0),
        ("DE", "US", None, Export, 0),
        ("DE", "NO", None, Export, 0),
        ("DE", "AX", None, Export, 0),
        // Monaco shares the VAT of France.
        ("DE", "MC", None, Standard, 2000),
        ("DE", "MC", Some("FR12345678901"), ReverseCharge, 0),
        ("FR", "MC", Some("FR12345678901"), Standard, 2000),
        // A seller outside the EU taxes its own country alone.
        ("CH", "CH", None, Standard, 810),
        ("CH", "DE", None, Export, 0),
        ("CH", "DE", Some("DE123456789"), Export, 0),
        ("CH", "LI", None, Export, 0),
        ("NO", "NO", None, Standard, 2500),
        ("GB", "IM", None, Standard, 2000),
    ] {
        assert_eq!(treatment(seller, payer, vat_id, "2026-11-21"), (category, bps), "{seller} to {payer} {vat_id:?}");
    }
}

#[test]
fn a_rate_holds_from_its_day() {
    for (code, on, bps) in [
        ("EE", "2023-12-31", 2000),
        ("EE", "2024-01-01", 2200),
        ("EE", "2025-06-30", 2200),
        ("EE", "2025-07-01", 2400),
        ("SK", "2024-12-31", 2000),
        ("SK", "2025-01-01", 2300),
        ("RO", "2025-07-31", 1900),
        ("RO", "2025-08-01", 2100),
        ("FI", "2024-08-31", 2400),
        ("FI", "2024-09-01", 2550),
        ("CH", "2023-12-31", 770),
        ("CH", "2024-01-01", 810),
        ("LI", "2024-01-01", 810),
        ("LU", "2023-06-01", 1600),
        ("LU", "2024-01-01", 1700),
    ] {
        assert_eq!(rates().on(country(code), day(on)).map(Rate::bps), Some(bps), "{code} {on}");
    }
    assert_eq!(rates().on(country("DE"), day("2020-12-31")), None, "before the table begins");
    assert_eq!(rates().on(country("US"), day("2026-01-01")), None);
}

#[test]
fn every_member_state_has_a_rate_and_a_form_of_vat_id() {
    let on = day("2026-11-21");
    for member in Country::all().filter(|country| country.is_eu(on)) {
        let bps = rates().on(member, on).map(Rate::bps);
        // Directive 2006/112/EC, art. 97: at least 15 %. None is above 27 %.
        assert!(bps.is_some_and(|bps| (1500..=2700).contains(&bps)), "{member}: {bps:?}");
        assert_eq!(FORMATS.iter().filter(|(_, code, _)| *code == member.code()).count(), 1, "{member}");
    }
}

#[test]
fn settings_correct_the_table() {
    let (home, on) = (country("DE"), day("2027-01-01"));
    let mut rates = rates();
    rates.set(home, on, Rate::from_bps(2100).unwrap());
    assert_eq!(rates.on(home, day("2026-12-31")).map(Rate::bps), Some(1900));
    assert_eq!(rates.on(home, on).map(Rate::bps), Some(2100));

    let seller = country("US");
    let facts = TaxFacts { seller_country: seller, payer_country: seller, payer_vat_id: None, on };
    assert_eq!(tax_treatment(&facts, &rates), Err(TaxError::NoRate { country: seller, on }));
    rates.set(seller, on, Rate::ZERO);
    let zero = TaxTreatment { category: TaxCategory::ZeroRated, rate: Rate::ZERO };
    assert_eq!(tax_treatment(&facts, &rates), Ok(zero), "a rate of zero is not the standard category");
}

#[test]
fn vat_ids_are_known_by_their_form() {
    let on = day("2026-11-21");
    for valid in [
        "ATU12345678",
        "BE0123456789",
        "BE1123456789",
        "BG123456789",
        "BG1234567890",
        "CY12345678L",
        "CZ12345678",
        "CZ1234567890",
        "DE123456789",
        "DK12345678",
        "EE123456789",
        "EL123456789",
        "ESX12345678",
        "ES12345678X",
        "ESX1234567X",
        "FI12345678",
        "FR12345678901",
        "FRXX345678901",
        "HR12345678901",
        "HU12345678",
        "IE1234567W",
        "IE1234567WA",
        "IE1A23456W",
        "IT12345678901",
        "LT123456789",
        "LT123456789012",
        "LU12345678",
        "LV12345678901",
        "MT12345678",
        "NL123456789B01",
        "PL1234567890",
        "PT123456789",
        "RO12",
        "RO1234567890",
        "SE123456789001",
        "SI12345678",
        "SK1234567890",
    ] {
        assert_eq!(VatId::parse(valid, on).map(|id| id.as_str().to_owned()), Some(valid.to_owned()), "{valid}");
    }
    for invalid in [
        "",
        "D",
        "DE",
        "DE12345678",
        "DE1234567890",
        "DE12345678X",
        "AT12345678",
        "NL123456789X01",
        "ES123456789",
        "SE123456789002",
        "RO1",
        "CHE123456789",
        "GB123456789",
        "XI123456789",
        "US123456789",
        "DE12345678٩",
        "ÄÖ123456789",
    ] {
        assert_eq!(VatId::parse(invalid, on), None, "{invalid}");
    }
    assert_eq!(VatId::parse("gr 123 456 789", on).map(|id| id.country()), Some(country("GR")));
    assert_eq!(normalised_vat_id(" che-123.456.789 mwst"), "CHE123456789MWST");
}

#[test]
fn categories_are_stored_by_their_codes() {
    for code in ["S", "Z", "AE", "G"] {
        assert_eq!(TaxCategory::from_code(code).map(TaxCategory::code), Some(code));
        assert_eq!(serde_json::to_value(TaxCategory::from_code(code)).unwrap(), code);
    }
    assert_eq!(TaxCategory::from_code("O"), None);
    assert_eq!(TaxCategory::ReverseCharge.note().map(TaxNote::vatex_code), Some("VATEX-EU-AE"));
    assert_eq!(TaxCategory::Standard.note(), None);
}
