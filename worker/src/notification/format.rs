//! The pieces that sentences are filled with: cleaned strings, dates and amounts as a language writes them.

use std::borrow::Cow;

use chrono::{Datelike, NaiveDate};
use fluent_bundle::{FluentArgs, FluentResource, FluentValue, concurrent::FluentBundle};
use serde_json::Value as Json;
use unic_langid::LanguageIdentifier;

use super::{
    content::{Amount, Moment},
    render::RenderError,
};

/// One bundle per language. A further language is a further file and a line here; a file for a region
/// (`de-CH`) need only hold what differs.
const LOCALES: &[(&str, &str)] =
    &[("de", include_str!("../../mails/locale/de.ftl")), ("en", include_str!("../../mails/locale/en.ftl"))];
/// The language of the last resort.
const FALLBACK: &str = "en";
/// Names are shown up to this many characters; a longer one is no name.
const NAME_LENGTH: usize = 120;
/// The same for what has several lines.
const MESSAGE_LENGTH: usize = 5_000;
/// Fields in which line breaks mean something.
const MULTI_LINE: &[&str] = &["message", "address"];

/// The languages that mails are written in.
pub(super) fn languages() -> impl Iterator<Item = &'static str> {
    LOCALES.iter().map(|(tag, _)| *tag)
}

/// The language that is written to someone who reads `tag`: region, then language, then English.
pub(super) fn language_for(tag: &str) -> &'static str {
    fallbacks(tag).iter().find_map(|tag| source(tag)).map_or(FALLBACK, |(known, _)| known)
}

/// Sentences and formats of one language, with English behind it.
pub(super) struct Language {
    bundles: Vec<FluentBundle<FluentResource>>,
}

impl Language {
    /// Region, then language, then English, as far as there are files.
    pub(super) fn new(tag: &str) -> Result<Self, RenderError> {
        let chain = fallbacks(tag);
        let sources = chain.iter().filter_map(|tag| source(tag));
        Ok(Self { bundles: sources.map(|(tag, text)| bundle(tag, text)).collect::<Result<_, _>>()? })
    }

    /// The sentence `key`. A key that no bundle has, or a variable that is not given, is an error.
    pub(super) fn sentence(&self, key: &str, args: &FluentArgs<'_>) -> Result<String, RenderError> {
        let found = self.bundles.iter().find_map(|bundle| Some((bundle, bundle.get_message(key)?.value()?)));
        let Some((bundle, pattern)) = found else {
            return Err(RenderError::Sentence { key: key.to_owned(), reason: "no such key".to_owned() });
        };
        let mut errors = vec![];
        let text = bundle.format_pattern(pattern, Some(args), &mut errors).into_owned();
        match errors.first() {
            None => Ok(text),
            Some(error) => Err(RenderError::Sentence { key: key.to_owned(), reason: error.to_string() }),
        }
    }

    fn with<'a>(&self, key: &str, args: &[(&'a str, Cow<'a, str>)]) -> Result<String, RenderError> {
        self.sentence(key, &args.iter().map(|(name, value)| (*name, FluentValue::from(value.clone()))).collect())
    }

    /// `1.234,56 €` or `€1,234.56`: no digit is lost or rounded.
    pub(super) fn money(&self, amount: &Amount) -> Result<String, RenderError> {
        let symbol = match amount.currency.as_str() {
            "EUR" => "€",
            "USD" => "$",
            "GBP" => "£",
            "JPY" => "¥",
            code => code,
        };
        let key = if symbol.is_ascii() && symbol.len() > 1 { "money-code" } else { "money" };
        let number = self.decimal(amount.minor.unsigned_abs(), amount.exponent)?;
        let text = self.with(key, &[("number", number.into()), ("symbol", symbol.into())])?;
        Ok(if amount.minor < 0 { format!("-{text}") } else { text })
    }

    /// `units` / 10^`exponent`, grouped by thousands.
    fn decimal(&self, units: u64, exponent: u8) -> Result<String, RenderError> {
        let places = usize::from(exponent);
        let digits = format!("{units:0>width$}", width = places + 1);
        let (whole, fraction) = digits.split_at(digits.len() - places);
        let group = self.with("number-group", &[])?;
        let mut text = String::new();
        for (index, digit) in whole.chars().enumerate() {
            if index > 0 && (whole.len() - index).is_multiple_of(3) {
                text.push_str(&group);
            }
            text.push(digit);
        }
        if places > 0 {
            text.push_str(&self.with("number-decimal", &[])?);
            text.push_str(fraction);
        }
        Ok(text)
    }

    /// `6. März 2027` or `6 March 2027`.
    pub(super) fn date(&self, date: NaiveDate) -> Result<String, RenderError> {
        let month = self.with(&format!("month-{}", date.month()), &[])?;
        let args =
            [("day", date.day().to_string().into()), ("month", month.into()), ("year", date.year().to_string().into())];
        self.with("date", &args)
    }

    /// Date, time of day and zone.
    pub(super) fn moment(&self, moment: &Moment) -> Result<String, RenderError> {
        let date = self.date(moment.local.date())?;
        let time = moment.local.format("%H:%M").to_string();
        self.with("moment", &[("date", date.into()), ("time", time.into()), ("zone", moment.zone.as_str().into())])
    }
}

/// `de_CH` → `de-CH`, `de`, `en`.
fn fallbacks(tag: &str) -> Vec<String> {
    let parts: Vec<_> = tag.split(['-', '_']).filter(|part| !part.is_empty()).collect();
    let mut chain: Vec<_> = (1..=parts.len()).rev().map(|length| parts[..length].join("-")).collect();
    if !chain.iter().any(|tag| tag == FALLBACK) {
        chain.push(FALLBACK.to_owned());
    }
    chain
}

fn source(tag: &str) -> Option<(&'static str, &'static str)> {
    LOCALES.iter().find(|(known, _)| known.eq_ignore_ascii_case(tag)).copied()
}

fn bundle(tag: &str, text: &str) -> Result<FluentBundle<FluentResource>, RenderError> {
    let broken = |reason: String| RenderError::Sentence { key: format!("{tag}.ftl"), reason };
    let language: LanguageIdentifier = tag.parse().map_err(|error| broken(format!("{error}")))?;
    let resource = FluentResource::try_new(text.to_owned()).map_err(|(_, errors)| broken(format!("{errors:?}")))?;
    let mut bundle = FluentBundle::new_concurrent(vec![language]);
    // Values that need isolation bring it along: see `clean`.
    bundle.set_use_isolating(false);
    bundle.add_resource(resource).map_err(|errors| broken(format!("{errors:?}")))?;
    Ok(bundle)
}

/// Cleans every string of `json`, whatever it is: see [`clean`].
pub(super) fn clean_all(json: &mut Json) {
    match json {
        Json::String(text) => *text = clean(text),
        Json::Array(items) => items.iter_mut().for_each(clean_all),
        Json::Object(fields) => {
            for (name, value) in fields {
                if let Json::String(text) = value
                    && MULTI_LINE.contains(&name.as_str())
                {
                    *text = clean_lines(text);
                } else {
                    clean_all(value);
                }
            }
        }
        Json::Null | Json::Bool(_) | Json::Number(_) => {}
    }
}

/// One line without control characters, cut to the length of a name.
///
/// Line breaks in a name would let it write paragraphs of its own into our mail. Marks that turn the direction of
/// the text around are taken out, since they reach beyond the name; letters that run from right to left are kept,
/// and isolated.
pub(super) fn clean(text: &str) -> String {
    let words: Vec<_> = text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|w| !w.is_empty()).collect();
    isolate(cut(words.join(" ").chars().filter(|c| !turns_direction(*c)), NAME_LENGTH))
}

/// Like [`clean`], line by line, and longer.
fn clean_lines(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let plain = text.chars().filter(|c| (*c == '\n' || *c == '\t' || !c.is_control()) && !turns_direction(*c));
    let lines: Vec<_> = cut(plain, MESSAGE_LENGTH).trim().lines().map(|line| isolate(line.to_owned())).collect();
    lines.join("\n")
}

fn cut(text: impl Iterator<Item = char>, length: usize) -> String {
    let mut text = text.peekable();
    let mut kept: String = text.by_ref().take(length).collect();
    if text.peek().is_some() {
        kept.push('…');
    }
    kept
}

fn turns_direction(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{061c}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

fn isolate(text: String) -> String {
    let is_right_to_left = |c| matches!(c, '\u{0590}'..='\u{08ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{fefc}');
    if text.chars().any(is_right_to_left) { format!("\u{2068}{text}\u{2069}") } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn amount(minor: i64, currency: &str, exponent: u8) -> Amount {
        Amount { minor, currency: currency.to_owned(), exponent }
    }

    #[test]
    fn money_is_written_as_the_language_does() {
        let cases = [
            (123_456, "EUR", 2, "1.234,56\u{a0}€", "€1,234.56"),
            (5, "EUR", 2, "0,05\u{a0}€", "€0.05"),
            (-100_000_000, "USD", 2, "-1.000.000,00\u{a0}$", "-$1,000,000.00"),
            (1_234, "JPY", 0, "1.234\u{a0}¥", "¥1,234"),
            (1_234_567, "KWD", 3, "1.234,567\u{a0}KWD", "KWD\u{a0}1,234.567"),
            (i64::MIN, "CHF", 2, "-92.233.720.368.547.758,08\u{a0}CHF", "-CHF\u{a0}92,233,720,368,547,758.08"),
        ];
        let (de, en) = (Language::new("de").unwrap(), Language::new("en").unwrap());
        for (minor, currency, exponent, german, english) in cases {
            assert_eq!(de.money(&amount(minor, currency, exponent)).unwrap(), german);
            assert_eq!(en.money(&amount(minor, currency, exponent)).unwrap(), english);
        }
    }

    #[test]
    fn dates_are_written_as_the_language_does() {
        let day = NaiveDate::from_ymd_opt(2027, 3, 6).unwrap();
        let at =
            Moment::from(day.and_hms_opt(14, 5, 0).unwrap().and_local_timezone(chrono_tz::Europe::Berlin).unwrap());
        let (de, en) = (Language::new("de").unwrap(), Language::new("en").unwrap());
        assert_eq!(de.date(day).unwrap(), "6. März 2027");
        assert_eq!(en.date(day).unwrap(), "6 March 2027");
        assert_eq!(de.moment(&at).unwrap(), "6. März 2027, 14:05 Uhr (CET)");
        assert_eq!(en.moment(&at).unwrap(), "6 March 2027, 14:05 (CET)");
    }

    #[test]
    fn a_language_falls_back_from_region_to_language_to_english() {
        for (asked, written) in
            [("de-CH", "de"), ("de_AT", "de"), ("DE", "de"), ("en-GB", "en"), ("pt-BR", "en"), ("", "en")]
        {
            assert_eq!(language_for(asked), written, "{asked}");
        }
    }

    /// A key that one language lacks would be answered in English in the middle of a German mail.
    #[test]
    fn every_language_has_the_same_sentences_with_the_same_variables() {
        let shape = |text: &str| {
            let mut keys: Vec<_> = vec![];
            for line in text.lines().filter(|line| !line.starts_with('#')) {
                if let Some((key, _)) = line.split_once(" =").filter(|_| !line.starts_with(' ')) {
                    keys.push((key.to_owned(), vec![]));
                }
                for variable in line.split('$').skip(1) {
                    let name =
                        variable.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').next().unwrap_or_default();
                    let (_, variables) = keys.last_mut().expect("a variable belongs to a key");
                    if !variables.contains(&name.to_owned()) {
                        variables.push(name.to_owned());
                    }
                }
            }
            for (_, variables) in &mut keys {
                variables.sort();
            }
            keys.sort();
            keys
        };
        let (_, english) = source("en").unwrap();
        for (tag, text) in LOCALES.iter().filter(|(tag, _)| !tag.contains('-')) {
            assert_eq!(shape(text), shape(english), "{tag}.ftl");
        }
        let files = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/mails/locale")).unwrap().count();
        assert_eq!(files, LOCALES.len(), "a file that is not listed is not spoken");
    }

    #[test]
    fn names_stay_names() {
        assert_eq!(clean(" Ann\r\nBcc: x@y.example\t\u{0} "), "Ann Bcc: x@y.example");
        assert_eq!(clean("\u{202e}gro.elpmaxe"), "gro.elpmaxe");
        assert_eq!(clean("שלום"), "\u{2068}שלום\u{2069}");
        assert_eq!(clean(&"n".repeat(1_000)).chars().count(), NAME_LENGTH + 1);
        assert_eq!(clean("👩‍💻 Zoë"), "👩‍💻 Zoë");
    }
}
