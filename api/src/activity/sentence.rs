//! An event as a sentence, in the reader's language.

use std::sync::LazyLock;

use domain::activity::ActivityKind;

use crate::sentence::{Sentences, files};

static SENTENCES: LazyLock<Sentences> = LazyLock::new(|| Sentences::new(files!("activity")));

/// The sentence of this kind of event; in English where the language has none.
pub fn sentence(kind: ActivityKind, locale: &str) -> String {
    SENTENCES.of(kind.name(), &[], locale)
}

/// What is said where the mail about an event could not be delivered.
pub fn undelivered(locale: &str) -> String {
    SENTENCES.of("undelivered", &[], locale)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_a_sentence_in_every_language() {
        for kind in ActivityKind::ALL {
            let english = sentence(*kind, "en");
            for locale in ["de-CH", "es", "fr", "it"] {
                let own = sentence(*kind, locale);
                assert!(own.ends_with('.') && own != english, "{}: {own}", kind.name());
            }
            assert_eq!(sentence(*kind, "xx"), english);
        }
    }

    #[test]
    fn every_sentence_is_of_a_kind() {
        let mut kinds: Vec<_> = ActivityKind::ALL.iter().map(|kind| kind.name()).collect();
        kinds.push("undelivered");
        kinds.sort_unstable();
        assert_eq!(SENTENCES.names(), kinds);
    }
}
