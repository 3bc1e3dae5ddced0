//! What an entry of a wallet is called, in the reader's language.

use std::sync::LazyLock;

use async_graphql::resolver_utils::enum_value;
use domain::cashback::queries::EarnedOn;
use fluent_bundle::FluentArgs;

use super::object::WalletEntryKind;
use crate::sentence::Sentences;

static DESCRIPTIONS: LazyLock<Sentences> = LazyLock::new(|| {
    Sentences::new(include_str!("../../locale/wallet.en.ftl"), include_str!("../../locale/wallet.de.ftl"))
});

/// By its kind, and by what it was earned on.
pub fn description(kind: WalletEntryKind, earned_on: Option<&EarnedOn>, locale: &str) -> String {
    let name = enum_value(kind).to_string();
    let Some(EarnedOn { offering, plan, .. }) = earned_on else { return DESCRIPTIONS.of(&name, None, locale) };
    let args = FluentArgs::from_iter([("offering", offering.as_str()), ("plan", plan.as_str())]);
    DESCRIPTIONS.of(&format!("{name}-ON"), Some(&args), locale)
}

#[cfg(test)]
mod tests {
    use async_graphql::resolver_utils::EnumType as _;

    use super::*;

    #[test]
    fn every_kind_has_a_name_in_every_language() {
        for item in WalletEntryKind::items() {
            for locale in ["en", "de-CH"] {
                assert_ne!(description(item.value, None, locale), item.name, "{locale}");
            }
        }
    }
}
