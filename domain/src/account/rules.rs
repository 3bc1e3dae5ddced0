//! What may be written into the fields of people and accounts.
#![deny(clippy::arithmetic_side_effects, clippy::as_conversions)]

use chrono::NaiveDate;
use chrono_tz::Tz;
use secrecy::{ExposeSecret as _, SecretString};
use unicode_normalization::UnicodeNormalization as _;

use crate::calendar::{Country, default_time_zone};
use crate::error::Refusal;
use crate::money::Currency;
use crate::tax::rules::{VatId, normalised_vat_id};
use crate::text;

/// The shortest password, in characters.
const MIN_PASSWORD: usize = 8;
/// The longest password, in characters.
const MAX_PASSWORD: usize = 128;
/// What those try first who try passwords: the most frequent ones of at least eight characters.
const FREQUENT: [&str; 20] = [
    "password",
    "password1",
    "password123",
    "passw0rd",
    "12345678",
    "123456789",
    "1234567890",
    "87654321",
    "11111111",
    "00000000",
    "qwertyui",
    "qwertyuiop",
    "qwerty123",
    "qwertz123",
    "iloveyou",
    "sunshine",
    "princess",
    "football",
    "baseball",
    "superman",
];

/// A new password in the form in which it is hashed: Unicode normalisation form C, so that every keyboard writes the same one.
///
/// Length counts, not the kinds of characters. Refused are the most frequent ones, a single character over and over, and the
/// person's own address.
pub fn password(field: &'static str, password: &SecretString, email: &str) -> Result<SecretString, Refusal> {
    let written = password.expose_secret();
    if written.len() > MAX_PASSWORD.saturating_mul(4) {
        return Err(Refusal::invalid(field, "must be at most 128 characters long"));
    }
    let password = normalised(written);
    let length = password.chars().count();
    if length < MIN_PASSWORD {
        return Err(Refusal::invalid(field, "must be at least 8 characters long"));
    }
    if length > MAX_PASSWORD {
        return Err(Refusal::invalid(field, "must be at most 128 characters long"));
    }
    if password.chars().any(char::is_control) {
        return Err(Refusal::invalid(field, "contains a character that cannot be typed"));
    }
    let lower = password.to_lowercase();
    let first = lower.chars().next();
    let monotonous = lower.chars().all(|c| Some(c) == first);
    if monotonous || FREQUENT.contains(&lower.as_str()) || (!email.is_empty() && lower == email) {
        return Err(Refusal::invalid(field, "is too easy to guess"));
    }
    Ok(password.into())
}

/// The form in which passwords are compared.
pub(super) fn normalised(password: &str) -> String {
    password.nfc().collect()
}

/// A postal address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PostalAddress {
    /// Of the person or company.
    pub name: String,
    /// Street and number.
    pub street: String,
    /// As the country writes it.
    pub postal_code: String,
    /// The place.
    pub city: String,
    /// Where it is.
    pub country: Country,
}

impl PostalAddress {
    /// The same without spaces around, and with nothing that hides.
    pub fn checked(&self) -> Result<Self, Refusal> {
        let Self { name, street, postal_code, city, country } = self;
        Ok(Self {
            name: text::line("name", name, text::NAME)?,
            street: text::line("street", street, text::NAME)?,
            postal_code: text::line("postalCode", postal_code, 20)?,
            city: text::line("city", city, 100)?,
            country: *country,
        })
    }
}

/// An account to be opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewAccount {
    /// The legal person.
    pub name: String,
    /// Where it is taxed.
    pub country: Country,
    /// In which it is invoiced, for good.
    pub currency: Currency,
    /// IANA name; the country's default unless given.
    pub time_zone: Option<String>,
    /// Of an enterprise.
    pub vat_id: Option<String>,
    /// Printed on invoices.
    pub billing_address: Option<PostalAddress>,
}

impl NewAccount {
    /// The same as it is stored, on this day.
    pub fn checked(&self, on: NaiveDate) -> Result<Self, Refusal> {
        let Self { name, country, currency, time_zone: zone, vat_id: vat, billing_address } = self;
        let address = billing_address.as_ref().map(PostalAddress::checked).transpose();
        Ok(Self {
            name: text::line("name", name, text::NAME)?,
            country: *country,
            currency: *currency,
            time_zone: Some(time_zone(*country, zone.as_deref())?.name().to_owned()),
            vat_id: vat_id(*country, vat.as_deref(), on)?,
            billing_address: address.map_err(|refusal| refusal.within(["billingAddress"]))?,
        })
    }
}

/// The zone of this IANA name, or the country's default.
pub fn time_zone(country: Country, name: Option<&str>) -> Result<Tz, Refusal> {
    name.map_or(Ok(default_time_zone(country)), |name| {
        name.parse()
            .map_err(|_| Refusal::invalid("timeZone", "must be the IANA name of a time zone such as Europe/Zurich"))
    })
}

/// A VAT id as it is stored: capitals without punctuation. In the European Union it must be one of a member state; elsewhere it is
/// 4 to 20 letters and digits, since nothing hangs on its form.
pub fn vat_id(country: Country, id: Option<&str>, on: NaiveDate) -> Result<Option<String>, Refusal> {
    let Some(id) = text::optional_line("vatId", id, 40)? else { return Ok(None) };
    let id = normalised_vat_id(&id);
    let good = if country.is_eu(on) {
        VatId::parse(&id, on).is_some()
    } else {
        (4..=20).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
    };
    if good { Ok(Some(id)) } else { Err(Refusal::invalid("vatId", "must be a VAT id such as DE123456789")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day() -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 11, 21).unwrap()
    }

    #[test]
    fn a_password_is_long_enough_and_not_what_is_tried_first() {
        let takes = |candidate: &str| password("password", &candidate.into(), "ann@example.com").is_ok();
        for good in ["correct horse", "pass phrase", "ÄÖÜäöüßé", "        x", "🙂🙃🙂🙃🙂🙃🙂🙃", &"x7".repeat(64)]
        {
            assert!(takes(good), "{good}");
        }
        for bad in [
            "",
            "short",
            "1234567",
            "aaaaaaaaaaaa",
            "Password",
            "12345678",
            "ann@example.com",
            "ANN@example.com",
            "with\0nul-character",
            "with\nline break",
            &"x7".repeat(65),
            &"x".repeat(1_000_000),
        ] {
            assert!(!takes(bad), "{bad:?}");
        }
        let composed = password("password", &"mot de pass\u{e9}".into(), "").unwrap();
        let decomposed = password("password", &"mot de passe\u{301}".into(), "").unwrap();
        assert_eq!(composed.expose_secret(), decomposed.expose_secret());
    }

    #[test]
    fn a_vat_id_fits_the_country() {
        let country = |code| Country::parse(code).unwrap();
        let kept = |code, id| vat_id(country(code), Some(id), day());
        assert_eq!(kept("DE", " de 123.456-789 "), Ok(Some("DE123456789".into())));
        assert_eq!(kept("FR", "DE123456789"), Ok(Some("DE123456789".into())), "of another member state");
        assert_eq!(kept("GR", "gr123456789"), Ok(Some("EL123456789".into())));
        assert_eq!(kept("CH", "CHE-123.456.789 MWST"), Ok(Some("CHE123456789MWST".into())));
        assert_eq!(kept("DE", "  "), Ok(None));
        for (code, bad) in [
            ("DE", "123456789"),
            ("DE", "DE12"),
            ("DE", "CHE123456789"),
            ("CH", "'; DROP"),
            ("CH", "X"),
            ("CH", "ÄÖÜÄ"),
        ] {
            assert!(kept(code, bad).is_err(), "{code} {bad}");
        }
    }

    #[test]
    fn a_refusal_names_the_field() {
        let ch = Country::parse("CH").unwrap();
        let address = PostalAddress {
            name: "A".into(),
            street: "B 1".into(),
            postal_code: "80\u{0}01".into(),
            city: "C".into(),
            country: ch,
        };
        let account = NewAccount {
            name: "A".into(),
            country: ch,
            currency: Currency::CHF,
            time_zone: None,
            vat_id: None,
            billing_address: Some(address),
        };
        assert_eq!(account.checked(day()).unwrap_err().field, ["billingAddress", "postalCode"]);
        let zoned = |zone: &str| {
            NewAccount { time_zone: Some(zone.into()), billing_address: None, ..account.clone() }.checked(day())
        };
        assert_eq!(zoned("Mars/Olympus").unwrap_err().field, ["timeZone"]);
        assert_eq!(zoned("Asia/Tokyo").unwrap().time_zone.as_deref(), Some("Asia/Tokyo"));
        let plain = NewAccount { billing_address: None, ..account.clone() };
        assert_eq!(plain.checked(day()).unwrap().time_zone.as_deref(), Some("Europe/Zurich"));
    }
}
