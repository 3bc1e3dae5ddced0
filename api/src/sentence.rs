//! Texts in the reader's language.

use std::borrow::Cow;
use std::collections::HashMap;

use language::{File, Language, language_for};

/// The files `api/locale/<name>.<language>.ftl`. A further language is a line here, and a file for each name.
macro_rules! files {
    ($name:literal) => {
        &[
            ("de", include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/locale/", $name, ".de.ftl"))),
            ("en", include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/locale/", $name, ".en.ftl"))),
            ("es", include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/locale/", $name, ".es.ftl"))),
            ("fr", include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/locale/", $name, ".fr.ftl"))),
            ("it", include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/locale/", $name, ".it.ftl"))),
        ]
    };
}
pub(crate) use files;

/// Some texts in every language that there is.
pub struct Sentences {
    files: &'static [File],
    languages: HashMap<&'static str, Language>,
}

impl Sentences {
    /// From a file for each language. One that is broken is not spoken, which a test finds.
    pub fn new(files: &'static [File]) -> Self {
        let spoken = files.iter().filter_map(|(tag, _)| Some((*tag, Language::new(tag, files).ok()?)));
        Self { files, languages: spoken.collect() }
    }

    /// The text of this name with these facts; in English where the language has none, and the name itself where there is none at all.
    pub fn of(&self, name: &str, facts: &[(&str, &str)], locale: &str) -> String {
        let language = self.languages.get(language_for(self.files, locale));
        let facts: Vec<_> = facts.iter().map(|(name, fact)| (*name, Cow::from(*fact))).collect();
        language.and_then(|language| language.with(name, &facts).ok()).unwrap_or_else(|| name.to_owned())
    }

    /// What there is, in order.
    #[cfg(test)]
    pub(crate) fn names(&self) -> Vec<String> {
        let english = self.files.iter().find(|(tag, _)| *tag == "en").map_or("", |(_, text)| *text);
        language::shape(english).into_iter().map(|(name, _)| name).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A text that one language lacks would be answered in English in the middle of another.
    #[test]
    fn every_language_has_the_same_texts_with_the_same_facts() {
        let all: [&[File]; 3] = [files!("activity"), files!("ended"), files!("wallet")];
        for files in all {
            assert_eq!(language::faults(files), Vec::<String>::new());
            assert_eq!(Sentences::new(files).languages.len(), files.len());
        }
        let there = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/locale")).into_iter().flatten().count();
        assert_eq!(there, all.concat().len(), "a file that is not listed is not spoken");
    }
}
