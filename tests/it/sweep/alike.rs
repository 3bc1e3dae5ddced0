//! What is another's and what is not there are answered alike, to the byte, wherever an id goes in.

use std::iter::zip;

use api::id::{Kind, encode, from_type_name};
use serde_json::{Value, json};
use uuid::Uuid;

use super::reads::Reading;
use super::world::{Company, Who};

/// A field that an object is named to.
pub struct Door {
    of: &'static str,
    field: &'static str,
    argument: &'static str,
    /// How it is asked, with `$id`; `$seen` is a partnership that the asker sees.
    asked: &'static str,
    /// The one type that goes in; none: any.
    only: Option<Kind>,
    /// As many are asked in one request.
    at_once: usize,
}

/// Every argument that takes an id.
pub const DOORS: &[Door] = &[
    Door { asked: "node(id: $id) { __typename id }", ..door("Query", "node", "id") },
    Door { asked: "nodes(ids: [$id]) { __typename id }", ..door("Query", "nodes", "ids") },
    Door { asked: "account(id: $id) { __typename id name }", ..door("Query", "account", "id") },
    Door {
        asked: "viewer { permission(permission: VIEW_PRODUCTS, on: $id) { allowed paths { expiresAt } } }",
        ..door("Viewer", "permission", "on")
    },
    Door {
        asked: "node(id: $seen) { ... on Partnership { payerChangePreview(payer: PARTNER, productIds: [$id]) {
            renewals(first: 10) { totalCount nodes { product { id } } } } } }",
        only: Some(Kind::Product),
        at_once: 1,
        ..door("Partnership", "payerChangePreview", "productIds")
    },
    Door {
        asked: "provider { auditLog(first: 5, accountId: $id) { totalCount nodes { id } } }",
        only: Some(Kind::Account),
        ..door("Provider", "auditLog", "accountId")
    },
    Door {
        asked: "provider { auditLog(first: 5, actorId: $id) { totalCount nodes { id } } }",
        only: Some(Kind::User),
        ..door("Provider", "auditLog", "actorId")
    },
];

const fn door(of: &'static str, field: &'static str, argument: &'static str) -> Door {
    Door { of, field, argument, asked: "", only: None, at_once: 20 }
}

impl Door {
    pub fn is(&self, of: &str, field: &str, argument: &str) -> bool {
        (self.of, self.field, self.argument) == (of, field, argument)
    }

    /// One request with all of these ids, each under a name of its own.
    fn query(&self, ids: usize) -> String {
        let variables: Vec<_> = (0..ids).map(|n| format!("$i{n}: ID!")).collect();
        let asked: Vec<_> =
            (0..ids).map(|n| format!("f{n}: {}", self.asked.replace("$id", &format!("$i{n}")))).collect();
        let seen = if self.asked.contains("$seen") { ", $seen: ID!" } else { "" };
        format!("query({}{seen}) {{ {} }}", variables.join(", "), asked.join(" "))
    }
}

/// An id that is not to be told of, and what it must be like.
struct Pair {
    kind: Kind,
    hidden: String,
    absent: String,
}

impl Reading<'_> {
    /// Of each type the oldest and the newest of what somebody may not see, through every door; through `nodes`, all of it.
    pub async fn alike(&self, who: Who) -> Vec<String> {
        let may = self.views.of_whom(who);
        let mut hidden = Vec::new();
        for (of, ids) in self.views.all() {
            let kind = from_type_name(of).expect("a type with an id");
            let not_theirs = ids.into_iter().filter(|id| !may.get(of).is_some_and(|may| may.contains(id)));
            hidden.extend(not_theirs.map(|id| Pair { kind, hidden: id, absent: encode(kind, Uuid::now_v7()).0 }));
        }
        let of_each = hidden.chunk_by(|one, next| one.kind == next.kind);
        let some: Vec<_> = of_each.flat_map(|of_kind| [of_kind.first(), of_kind.last()]).flatten().collect();
        let seen = may.get("Partnership").and_then(|ids| ids.first());
        let mut findings = Vec::new();
        for door in DOORS.iter().filter(|door| seen.is_some() || !door.asked.contains("$seen")) {
            let fits = some.iter().filter(|pair| door.only.is_none_or(|only| only == pair.kind));
            for pairs in fits.copied().collect::<Vec<_>>().chunks(door.at_once) {
                findings.extend(self.compared(who, door, pairs, seen).await);
            }
        }
        for pairs in hidden.chunks(100) {
            findings.extend(self.listed_alike(who, pairs).await);
        }
        findings.extend(self.by_name(who).await);
        findings
    }

    async fn compared(&self, who: Who, door: &Door, pairs: &[&Pair], seen: Option<&String>) -> Vec<String> {
        let query = door.query(pairs.len());
        let variables = |id: fn(&Pair) -> &String| -> Value {
            let ids = pairs.iter().enumerate().map(|(n, pair)| (format!("i{n}"), json!(id(pair))));
            let seen = seen.filter(|_| door.asked.contains("$seen"));
            ids.chain(seen.map(|seen| ("seen".to_owned(), json!(seen)))).collect()
        };
        self.tried.pairs(pairs.len());
        let one = self.answer(who, &query, variables(|pair| &pair.hidden)).await;
        let other = self.answer(who, &query, variables(|pair| &pair.absent)).await;
        if (one.status, &one.body) == (other.status, &other.body) {
            return Vec::new();
        }
        let data = |n: usize| (&one.body["data"][format!("f{n}")], &other.body["data"][format!("f{n}")]);
        let place = format!("{}.{}({})", door.of, door.field, door.argument);
        let differs = pairs.iter().enumerate().filter(|(n, _)| data(*n).0 != data(*n).1);
        let mut findings: Vec<_> = differs
            .map(|(n, pair)| {
                let (hidden, absent) = data(n);
                format!("{place} of {}: {hidden}, where what is not there gives {absent}", pair.hidden)
            })
            .collect();
        if findings.is_empty() {
            findings.push(format!("{place}: {} where what is not there gives {}", one.body, other.body));
        }
        findings
    }

    async fn listed_alike(&self, who: Who, pairs: &[Pair]) -> Vec<String> {
        let query = "query($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }";
        let (hidden, absent): (Vec<_>, Vec<_>) = pairs.iter().map(|pair| (&pair.hidden, &pair.absent)).unzip();
        self.tried.pairs(pairs.len());
        let one = self.answer(who, query, json!({ "ids": hidden })).await;
        let other = self.answer(who, query, json!({ "ids": absent })).await;
        if (one.status, &one.body) == (other.status, &other.body) {
            return Vec::new();
        }
        let nothing = json!([]);
        let nodes = one.body["data"]["nodes"].as_array().or(nothing.as_array()).expect("a list");
        let mut findings: Vec<_> = zip(pairs, nodes)
            .filter(|(_, node)| !node.is_null())
            .map(|(pair, node)| format!("nodes gives {node} for {}", pair.hidden))
            .collect();
        if findings.is_empty() {
            findings.push(format!("nodes: {} where what is not there gives {}", one.body, other.body));
        }
        findings
    }

    /// A profile that is not published is like one that there is not, by its name and in a search.
    async fn by_name(&self, who: Who) -> Vec<String> {
        if who == Who::Staff || matches!(who, Who::Member(Company::Late, _)) {
            return Vec::new();
        }
        let query = "query($slug: String!) { partnerProfile(slug: $slug) { id }
            partnerProfiles(search: $slug) { totalCount nodes { id } } }";
        self.tried.pairs(1);
        let one = self.answer(who, query, json!({ "slug": "late" })).await;
        let other = self.answer(who, query, json!({ "slug": "none" })).await;
        let is_alike = (one.status, &one.body) == (other.status, &other.body);
        let finding = || format!("the profile \"late\": {}, where \"none\" gives {}", one.body, other.body);
        (!is_alike).then(finding).into_iter().collect()
    }
}
