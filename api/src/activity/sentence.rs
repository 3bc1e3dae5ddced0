//! An event as a sentence, in the reader's language.

use std::sync::LazyLock;

use domain::activity::ActivityKind;
use fluent_bundle::FluentResource;
use fluent_bundle::concurrent::FluentBundle;

type Bundle = FluentBundle<FluentResource>;

static ENGLISH: LazyLock<Bundle> = LazyLock::new(|| bundle("en", include_str!("../../locale/activity.en.ftl")));
static GERMAN: LazyLock<Bundle> = LazyLock::new(|| bundle("de", include_str!("../../locale/activity.de.ftl")));

fn bundle(language: &str, text: &str) -> Bundle {
    // What of a resource parses is used; a test holds every kind in every language against it.
    let resource = FluentResource::try_new(text.to_owned()).unwrap_or_else(|(resource, _)| resource);
    let mut bundle = Bundle::new_concurrent(vec![language.parse().unwrap_or_default()]);
    bundle.set_use_isolating(false);
    bundle.add_resource_overriding(resource);
    bundle
}

/// The sentence of this kind of event; in English where the language has none.
pub fn sentence(kind: ActivityKind, locale: &str) -> String {
    let of = |bundle: &Bundle| {
        let pattern = bundle.get_message(kind.name())?.value()?;
        Some(bundle.format_pattern(pattern, None, &mut Vec::new()).into_owned())
    };
    let own = if locale.starts_with("de") { of(&GERMAN) } else { None };
    own.or_else(|| of(&ENGLISH)).unwrap_or_else(|| kind.name().to_owned())
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
