//! Texts in the reader's language.

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource};

type Bundle = FluentBundle<FluentResource>;

/// Some texts in every language that there is.
pub struct Sentences {
    english: Bundle,
    german: Bundle,
}

impl Sentences {
    /// From a resource each.
    pub fn new(english: &str, german: &str) -> Self {
        Self { english: bundle("en", english), german: bundle("de", german) }
    }

    /// The text of this name; in English where the language has none, and the name itself where there is none at all.
    pub fn of(&self, name: &str, args: Option<&FluentArgs<'_>>, locale: &str) -> String {
        let of = |bundle: &Bundle| {
            let pattern = bundle.get_message(name)?.value()?;
            Some(bundle.format_pattern(pattern, args, &mut Vec::new()).into_owned())
        };
        let own = if locale.starts_with("de") { of(&self.german) } else { None };
        own.or_else(|| of(&self.english)).unwrap_or_else(|| name.to_owned())
    }
}

fn bundle(language: &str, text: &str) -> Bundle {
    // What of a resource parses is used; tests hold every text in every language against it.
    let resource = FluentResource::try_new(text.to_owned()).unwrap_or_else(|(resource, _)| resource);
    let mut bundle = Bundle::new_concurrent(vec![language.parse().unwrap_or_default()]);
    bundle.set_use_isolating(false);
    bundle.add_resource_overriding(resource);
    bundle
}
