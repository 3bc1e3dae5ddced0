//! Sentences, numbers, amounts and dates as a language writes them: what mails, pages and printed documents share.
//!
//! The sentences are whoever's they are; how a language writes what stands in them is said once, here.

mod elision;

use std::borrow::Cow;

use chrono::{Datelike, NaiveDate, NaiveDateTime};
use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use unic_langid::LanguageIdentifier;

type Bundle = FluentBundle<FluentResource>;

/// A language and its file.
pub type File = (&'static str, &'static str);

/// How each language writes numbers and dates. A file for a region (`de-CH`) need only hold what differs.
const FORMATS: &[File] = &[
    ("de", include_str!("../formats/de.ftl")),
    ("en", include_str!("../formats/en.ftl")),
    ("es", include_str!("../formats/es.ftl")),
    ("fr", include_str!("../formats/fr.ftl")),
    ("it", include_str!("../formats/it.ftl")),
];
/// The language of the last resort.
const FALLBACK: &str = "en";

/// Why something could not be said: a fault of a file of ours, whatever is to be said.
#[derive(Debug, thiserror::Error)]
#[error("sentence {key}: {reason}")]
pub struct SentenceError {
    /// The name of the sentence, or of the file.
    pub key: String,
    /// What is wrong with it.
    pub reason: String,
}

/// The language of these files that is written to someone who reads `tag`: region, then language, then English.
pub fn language_for(files: &[File], tag: &str) -> &'static str {
    fallbacks(tag).iter().find_map(|tag| source(files, tag)).map_or(FALLBACK, |(known, _)| known)
}

/// Sentences and formats of one language, with English behind it.
pub struct Language {
    bundles: Vec<Bundle>,
}

impl Language {
    /// Region, then language, then English, as far as there are files.
    pub fn new(tag: &str, files: &[File]) -> Result<Self, SentenceError> {
        let chain = fallbacks(tag);
        let both = |tag: &String| [source(files, tag), source(FORMATS, tag)];
        let sources = chain.iter().flat_map(both).flatten();
        Ok(Self { bundles: sources.map(|(tag, text)| bundle(tag, text)).collect::<Result<_, _>>()? })
    }

    /// The sentence `key`. A key that no bundle has, or a variable that is not given, is an error.
    pub fn sentence(&self, key: &str, args: &FluentArgs<'_>) -> Result<String, SentenceError> {
        let found = self.bundles.iter().find_map(|bundle| Some((bundle, bundle.get_message(key)?.value()?)));
        let Some((bundle, pattern)) = found else {
            return Err(SentenceError { key: key.to_owned(), reason: "no such key".to_owned() });
        };
        let mut errors = vec![];
        let text = bundle.format_pattern(pattern, Some(args), &mut errors).into_owned();
        match errors.first() {
            None => Ok(text),
            Some(error) => Err(SentenceError { key: key.to_owned(), reason: error.to_string() }),
        }
    }

    /// The same with texts for its variables.
    pub fn with<'a>(&self, key: &str, args: &[(&'a str, Cow<'a, str>)]) -> Result<String, SentenceError> {
        self.sentence(key, &args.iter().map(|(name, value)| (*name, FluentValue::from(value.clone()))).collect())
    }

    /// The sentence without variables.
    pub fn text(&self, key: &str) -> Result<String, SentenceError> {
        self.with(key, &[])
    }

    /// `1.234,56 €` or `€1,234.56`: no digit is lost or rounded.
    pub fn money(&self, minor: i64, exponent: u8, currency: &str) -> Result<String, SentenceError> {
        let symbol = match currency {
            "EUR" => "€",
            "USD" => "$",
            "GBP" => "£",
            "JPY" => "¥",
            code => code,
        };
        let key = if symbol.is_ascii() && symbol.len() > 1 { "money-code" } else { "money" };
        let number = self.unsigned(minor.unsigned_abs(), exponent)?;
        let text = self.with(key, &[("number", number.into()), ("symbol", symbol.into())])?;
        Ok(if minor < 0 { format!("-{text}") } else { text })
    }

    /// The amount without its currency: `1.234,56`.
    pub fn decimal(&self, minor: i64, exponent: u8) -> Result<String, SentenceError> {
        let number = self.unsigned(minor.unsigned_abs(), exponent)?;
        Ok(if minor < 0 { format!("-{number}") } else { number })
    }

    /// A rate in basis points: `19 %`, `8.1%`.
    pub fn percent(&self, bps: u32) -> Result<String, SentenceError> {
        let (units, exponent) = match bps {
            whole if whole.is_multiple_of(100) => (whole / 100, 0),
            tenths if tenths.is_multiple_of(10) => (tenths / 10, 1),
            hundredths => (hundredths, 2),
        };
        let number = self.unsigned(units.into(), exponent)?;
        self.with("percent", &[("number", number.into())])
    }

    /// `units` / 10^`exponent`, grouped by thousands.
    fn unsigned(&self, units: u64, exponent: u8) -> Result<String, SentenceError> {
        let places = usize::from(exponent);
        let digits = format!("{units:0>width$}", width = places + 1);
        let (whole, fraction) = digits.split_at(digits.len() - places);
        let group = self.text("number-group")?;
        let mut text = String::new();
        for (index, digit) in whole.chars().enumerate() {
            if index > 0 && (whole.len() - index).is_multiple_of(3) {
                text.push_str(&group);
            }
            text.push(digit);
        }
        if places > 0 {
            text.push_str(&self.text("number-decimal")?);
            text.push_str(fraction);
        }
        Ok(text)
    }

    /// `6. März 2027` or `6 March 2027`.
    pub fn date(&self, date: NaiveDate) -> Result<String, SentenceError> {
        let mut args = FluentArgs::new();
        args.set("day", date.day());
        args.set("month", self.text(&format!("month-{}", date.month()))?);
        args.set("year", date.year().to_string());
        self.sentence("date", &args)
    }

    /// Date, time of day and the short name of the zone.
    pub fn moment(&self, local: NaiveDateTime, zone: &str) -> Result<String, SentenceError> {
        let date = self.date(local.date())?;
        let time = local.format("%H:%M").to_string();
        self.with("moment", &[("date", date.into()), ("time", time.into()), ("zone", zone.into())])
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

fn source(files: &[File], tag: &str) -> Option<File> {
    files.iter().find(|(known, _)| known.eq_ignore_ascii_case(tag)).copied()
}

fn bundle(tag: &str, text: &str) -> Result<Bundle, SentenceError> {
    let broken = |reason: String| SentenceError { key: format!("{tag}.ftl"), reason };
    let language: LanguageIdentifier = tag.parse().map_err(|error| broken(format!("{error}")))?;
    let resource = FluentResource::try_new(text.to_owned()).map_err(|(_, errors)| broken(format!("{errors:?}")))?;
    let mut bundle = FluentBundle::new_concurrent(vec![language]);
    // Values that need isolation bring it along, where they come from people.
    bundle.set_use_isolating(false);
    bundle.add_resource(resource).map_err(|errors| broken(format!("{errors:?}")))?;
    bundle.add_function("DE", elision::de).map_err(|error| broken(error.to_string()))?;
    bundle.add_function("QUE", elision::que).map_err(|error| broken(error.to_string()))?;
    Ok(bundle)
}

/// What is wrong with files that say the same in each language, for tests: a sentence that one lacks or has alone, other variables
/// than in English, French that lacks the narrow space before a sign, or an apostrophe before a name, Italian with an article before a day. Files of regions are left
/// alone: they hold what differs.
pub fn faults(files: &[(&str, &str)]) -> Vec<String> {
    let of = |tag: &str| files.iter().find(|(known, _)| *known == tag).map_or("", |(_, text)| *text);
    let english = shape(of(FALLBACK));
    let mut found = [unspaced(of("fr")), unelided(of("fr")), articled(of("it"))].concat();
    for (tag, _) in FORMATS.iter().filter(|(tag, _)| !tag.contains('-')) {
        let own = shape(of(tag));
        let lacks = english.iter().filter(|sentence| !own.contains(sentence));
        let alone = own.iter().filter(|sentence| !english.contains(sentence));
        found.extend(lacks.map(|(key, variables)| format!("{tag} lacks {key} with {variables:?}")));
        found.extend(alone.map(|(key, variables)| format!("only {tag} has {key} with {variables:?}")));
        if own.is_empty() {
            found.push(format!("{tag} says nothing"));
        }
    }
    found
}

/// Lines in which a sign stands without the space that French sets before it, which is narrow and never broken at (U+202F).
fn unspaced(text: &str) -> Vec<String> {
    let is_bare = |line: &str| {
        let mut signs = line.match_indices([':', ';', '!', '?', '»']);
        signs.any(|(at, _)| !line[..at].ends_with('\u{202f}'))
    };
    let bare = text.lines().filter(|line| !line.starts_with('#') && is_bare(line));
    bare.map(|line| format!("fr has no narrow space before a sign: {line}")).collect()
}

/// What is never the name of anybody or anything, and begins with no vowel: amounts, numbers and days.
const NO_NAMES: [&str; 7] = ["amount", "count", "date", "number", "total", "from", "days"];

/// Lines in which `de` or `que` stands before what may begin with a vowel: d’Acme. `DE($name)` and `QUE($name)` say it as they should.
fn unelided(text: &str) -> Vec<String> {
    let is_before_a_name = |line: &&str| {
        ["de", "que"].iter().any(|word| {
            line.split(&format!("{word} {{ $")).skip(1).zip(line.match_indices(&format!("{word} {{ $"))).any(
                |(rest, (at, _))| {
                    let name = rest.split([' ', '}']).next().unwrap_or_default();
                    !line[..at].ends_with(char::is_alphabetic) && !NO_NAMES.contains(&name)
                },
            )
        })
    };
    let plain = text.lines().filter(|line| !line.starts_with('#')).filter(is_before_a_name);
    plain.map(|line| format!("fr has no apostrophe before a name: {line}")).collect()
}

/// Lines in which an article stands before a day, which would decide its form: l’8 marzo, il 9 marzo.
fn articled(text: &str) -> Vec<String> {
    let is_articled =
        |line: &&str| ["il", "al", "del", "nel"].iter().any(|one| line.contains(&format!("{one} {{ $date }}")));
    text.lines().filter(is_articled).map(|line| format!("it has an article before a day: {line}")).collect()
}

/// What a file says, for tests that hold languages against each other: its sentences, each with its variables, in order.
pub fn shape(text: &str) -> Vec<(String, Vec<String>)> {
    let mut keys: Vec<(String, Vec<String>)> = vec![];
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        if let Some((key, _)) = line.split_once(" =").filter(|_| !line.starts_with(' ')) {
            keys.push((key.to_owned(), vec![]));
        }
        for variable in line.split('$').skip(1) {
            let name = variable.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').next().unwrap_or_default();
            if let Some((_, variables)) = keys.last_mut().filter(|(_, known)| !known.iter().any(|one| one == name)) {
                variables.push(name.to_owned());
            }
        }
    }
    for (_, variables) in &mut keys {
        variables.sort();
    }
    keys.sort();
    keys
}

#[cfg(test)]
mod tests;
