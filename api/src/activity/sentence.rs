//! An event as a sentence, in the reader's language.

use std::sync::LazyLock;

use domain::activity::ActivityKind;

use crate::sentence::Sentences;

static SENTENCES: LazyLock<Sentences> = LazyLock::new(|| {
    Sentences::new(include_str!("../../locale/activity.en.ftl"), include_str!("../../locale/activity.de.ftl"))
});

/// The sentence of this kind of event; in English where the language has none.
pub fn sentence(kind: ActivityKind, locale: &str) -> String {
    SENTENCES.of(kind.name(), None, locale)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_a_sentence_in_every_language() {
        for kind in ActivityKind::ALL {
            let (english, german) = (sentence(*kind, "en"), sentence(*kind, "de-CH"));
            assert!(english.ends_with('.') && german.ends_with('.'), "{}: {english} {german}", kind.name());
            assert_ne!(english, german);
            assert_eq!(sentence(*kind, "xx"), english);
        }
    }
}
