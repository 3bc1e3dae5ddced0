//! The languages of mails, and strings that are cleaned before they come into one.

use language::File;
use serde_json::Value as Json;

/// One file per language. A further language is a further file and a line here; a file for a region (`de-CH`) need only hold
/// what differs.
pub(super) const LOCALES: &[File] = &[
    ("de", include_str!("../../mails/locale/de.ftl")),
    ("en", include_str!("../../mails/locale/en.ftl")),
    ("es", include_str!("../../mails/locale/es.ftl")),
    ("fr", include_str!("../../mails/locale/fr.ftl")),
    ("it", include_str!("../../mails/locale/it.ftl")),
];
/// Names are shown up to this many characters; a longer one is no name.
const NAME_LENGTH: usize = 120;
/// The same for what has several lines.
const MESSAGE_LENGTH: usize = 5_000;
/// Fields in which line breaks mean something.
const MULTI_LINE: &[&str] = &["message", "address"];

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

    /// A key that one language lacks would be answered in English in the middle of a German mail.
    #[test]
    fn every_language_has_the_same_sentences_with_the_same_variables() {
        assert_eq!(language::faults(LOCALES), Vec::<String>::new());
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
