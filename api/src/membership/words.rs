//! What ended with a membership, in the reader's language.

use std::sync::LazyLock;

use async_graphql::resolver_utils::enum_value;
use domain::membership::Ended;

use crate::account::object::Role;
use crate::sentence::{Sentences, files};

static WORDS: LazyLock<Sentences> = LazyLock::new(|| Sentences::new(files!("ended")));

/// A sentence each: the membership, the accounts of clients, memberships of clients, products of others, keys, offers.
pub(super) fn in_words(ended: &Ended, locale: &str) -> Vec<String> {
    let Ended { account, role, permissions, keys, invitations, clients, memberships, contributions } = ended;
    let role = enum_value(Role::from(*role)).to_string();
    let held: Vec<_> = permissions.iter().map(domain::permission::Permission::name).collect();
    let mut words =
        vec![WORDS.of("membership", &[("account", account), ("role", &role), ("held", &held.join(", "))], locale)];
    if clients.count > 0 {
        let named = i64::try_from(clients.names.len()).unwrap_or(i64::MAX);
        let key = if named < clients.count { "clients-and-more" } else { "clients" };
        let (count, names) = (clients.count.to_string(), clients.names.join(", "));
        words.push(WORDS.of(key, &[("count", &count), ("names", &names)], locale));
    }
    let lists =
        [("elsewhere", memberships), ("contribution", contributions), ("key", keys), ("invitation", invitations)];
    for (key, each) in lists {
        words.extend(each.iter().map(|name| WORDS.of(key, &[("name", name)], locale)));
    }
    words
}

#[cfg(test)]
mod tests {
    use domain::membership::Clients;
    use domain::permission::{Permission, Permissions};

    use super::*;

    fn everything(clients: i64) -> Ended {
        Ended {
            account: "Acme".to_owned(),
            role: entities::membership::Role::Technical,
            permissions: [Permission::ViewProducts, Permission::Purchase].into_iter().collect::<Permissions>(),
            keys: vec!["deploy".to_owned()],
            invitations: vec!["new@acme.example".to_owned()],
            clients: Clients { count: clients, names: vec!["Bolt".to_owned(), "Cora".to_owned()] },
            memberships: vec!["Dido".to_owned()],
            contributions: vec!["dido.example".to_owned()],
        }
    }

    #[test]
    fn all_that_ended_is_named() {
        assert_eq!(
            in_words(&everything(2), "en-GB"),
            [
                "The membership of Acme as TECHNICAL, with VIEW_PRODUCTS, PURCHASE.",
                "The access to the accounts of clients: Bolt, Cora.",
                "The membership of Dido, which was granted through the partnership.",
                "The part in the work on dido.example.",
                "The API key “deploy”.",
                "The invitation of new@acme.example.",
            ]
        );
        assert_eq!(
            in_words(&everything(10_000), "de-CH")[1],
            "Der Zugang zu den Konten von 10000 Kunden, darunter Bolt, Cora."
        );
    }

    #[test]
    fn every_language_has_every_sentence() {
        for locale in ["en", "de", "es", "fr", "it", "xx"] {
            for clients in [0, 2, 3] {
                let words = in_words(&everything(clients), locale);
                assert_eq!(words.len(), if clients == 0 { 5 } else { 6 });
                assert!(words.iter().all(|sentence| sentence.ends_with('.') && !sentence.contains('{')), "{words:?}");
            }
        }
    }

    #[test]
    fn every_sentence_is_said() {
        let names = ["clients", "clients-and-more", "contribution", "elsewhere", "invitation", "key", "membership"];
        assert_eq!(WORDS.names(), names, "those of `in_words`, and no others");
    }
}
