//! Codes, and which click counts.
#![deny(clippy::arithmetic_side_effects, clippy::as_conversions)]

use chrono::{DateTime, Utc};

use crate::money::Rate;

/// Characters of a code: enough that none is guessed or drawn twice, and few enough to be read out.
const LENGTH: usize = 12;
/// What a code is made of: without what is taken for something else when it is read.
const ALPHABET: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";

/// What the provider pays to affiliates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AffiliateTerms {
    /// Of the public net price of each line of the first order.
    pub commission: Rate,
    /// How long a click counts: the first one wins against those that come later within this time.
    pub click_days: u32,
}

/// A code, out of random bytes.
pub fn code(random: [u8; LENGTH]) -> String {
    random.iter().map(|byte| char::from(ALPHABET[usize::from(byte % 32)])).collect()
}

/// A code as somebody writes it; none for what cannot be one.
pub fn written(code: &str) -> Option<String> {
    let code = code.trim().to_ascii_lowercase();
    (code.len() == LENGTH && code.bytes().all(|byte| ALPHABET.contains(&byte))).then_some(code)
}

/// Whether a click at `at` still counts now.
pub fn counts(terms: AffiliateTerms, at: DateTime<Utc>, now: DateTime<Utc>) -> bool {
    at <= now && now.signed_duration_since(at).num_days() < i64::from(terms.click_days)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_as_it_is_written() {
        let drawn = code([0, 31, 32, 255, 1, 2, 3, 4, 5, 6, 7, 8]);
        assert_eq!(drawn, "a9a9bcdefghi");
        assert_eq!(written(" A9A9bcdefghi "), Some(drawn));
        for wrong in ["", "a9a9bcdefgh", "a9a9bcdefghij", "a9a9bcdefghl", "a9a9bcdefgh\u{e9}", "' OR 1=1 --"] {
            assert_eq!(written(wrong), None, "{wrong}");
        }
    }

    /// S5.11: the first click in 30 days wins.
    #[test]
    fn a_click_counts_for_thirty_days() {
        let terms = AffiliateTerms { commission: Rate::ZERO, click_days: 30 };
        let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        let clicked = at("2027-01-01T12:00:00Z");
        for (now, expected) in [
            ("2027-01-01T12:00:00Z", true),
            ("2027-01-31T11:59:59Z", true),
            ("2027-01-31T12:00:00Z", false),
            ("2027-01-01T11:59:59Z", false), // a time that is yet to come is nobody's click
        ] {
            assert_eq!(counts(terms, clicked, at(now)), expected, "{now}");
        }
    }
}
