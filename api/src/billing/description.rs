//! What an entry of a wallet is called, in the reader's language.

use std::sync::LazyLock;

use async_graphql::resolver_utils::enum_value;
use domain::cashback::queries::EarnedOn;

use super::object::WalletEntryKind;
use crate::sentence::{Sentences, files};

static DESCRIPTIONS: LazyLock<Sentences> = LazyLock::new(|| Sentences::new(files!("wallet")));

/// By its kind, and by what it was earned on.
pub fn description(kind: WalletEntryKind, earned_on: Option<&EarnedOn>, locale: &str) -> String {
    let name = enum_value(kind).to_string();
    let Some(EarnedOn { offering, plan, .. }) = earned_on else { return DESCRIPTIONS.of(&name, &[], locale) };
    DESCRIPTIONS.of(&format!("{name}-ON"), &[("offering", offering), ("plan", plan)], locale)
}

#[cfg(test)]
mod tests {
    use async_graphql::resolver_utils::EnumType as _;

    use super::*;

    #[test]
    fn every_kind_has_a_name_in_every_language() {
        for item in WalletEntryKind::items() {
            for locale in ["en", "de-CH", "es", "fr", "it"] {
                assert_ne!(description(item.value, None, locale), item.name, "{locale}");
            }
        }
    }

    #[test]
    fn every_name_is_of_a_kind() {
        let kinds: Vec<_> = WalletEntryKind::items().iter().map(|item| item.name).collect();
        for name in DESCRIPTIONS.names() {
            assert!(kinds.contains(&name.trim_end_matches("-ON")), "{name}");
        }
    }
}
