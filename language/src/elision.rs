//! French before a name: `de Bolt`, but `d’Acme`; `que Bolt`, but `qu’Acme`.
//!
//! Files say `{ DE($name) }` and `{ QUE($name) }`. What is elided is heard, not read: nothing tells of a name how it is said, so this is
//! what most people would write.

use fluent_bundle::{FluentArgs, FluentValue};

/// Beginnings of French words with a mute h. Before any other h, as in most names from abroad, nothing is elided.
const MUTE_H: [&str; 26] = [
    "habit", "harmon", "hebdo", "hector", "hélène", "hélio", "henri", "herb", "hermès", "hermine", "heur", "hippo",
    "hist", "hiver", "homm", "honn", "honor", "horiz", "horlo", "hospi", "hôpi", "hôt", "huil", "huma", "hydr",
    "hyper",
];
/// Words that begin with a vowel and are said as if they did not.
const NOT_ELIDED: [&str; 6] = ["onze", "oui", "ouistiti", "uhlan", "ululement", "yaourt"];

pub(super) fn de<'a>(positional: &[FluentValue<'a>], _: &FluentArgs<'_>) -> FluentValue<'a> {
    before(positional, "de ", "d’")
}

pub(super) fn que<'a>(positional: &[FluentValue<'a>], _: &FluentArgs<'_>) -> FluentValue<'a> {
    before(positional, "que ", "qu’")
}

fn before<'a>(positional: &[FluentValue<'a>], whole: &str, elided: &str) -> FluentValue<'a> {
    match positional.first() {
        Some(FluentValue::String(name)) => {
            FluentValue::from(format!("{}{name}", if is_elided_before(name) { elided } else { whole }))
        }
        _ => FluentValue::Error,
    }
}

/// Whether `de` and `que` lose their e before this name.
fn is_elided_before(name: &str) -> bool {
    let word: String = name.trim_start_matches(|c: char| !c.is_alphanumeric()).chars().take(12).collect();
    let word = word.to_lowercase();
    let first = word.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
    let mut letters = word.chars();
    match (letters.next(), letters.next()) {
        (Some('h'), _) => MUTE_H.iter().any(|begin| word.starts_with(begin)),
        // Yves, but not Yahoo
        (Some('y'), next) => next.is_some_and(|next| next.is_alphabetic() && !is_vowel(next)),
        (Some(letter), _) => is_vowel(letter) && !NOT_ELIDED.contains(&first),
        (None, _) => false,
    }
}

fn is_vowel(letter: char) -> bool {
    "aàâäáãåæeéèêëiîïíoôöóøœuùûüúy".contains(letter)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_elided_as_they_are_said() {
        for name in [
            "Acme",
            "acme.example",
            "École Martin",
            "Île & Co",
            "Œuvre",
            "Uber",
            "Ann",
            "« Atelier »",
            "Yves",
            "Hôtel du Parc",
            "Hermès",
            "Henri",
            "HISTOIRE",
            "Ångström",
            "Humanis",
            "ouest",
        ] {
            assert!(is_elided_before(name), "{name}");
        }
        for name in [
            "Bolt",
            "Zoë",
            "Hetzner",
            "Hosting GmbH",
            "Yahoo",
            "Yoga",
            "Y",
            "Onze",
            "oui",
            "1&1",
            "8 bits",
            "",
            "…",
            "\u{2068}שלום\u{2069}",
            "👩‍💻 Zoë",
            "Çelik",
            "Haus",
        ] {
            assert!(!is_elided_before(name), "{name}");
        }
    }
}
