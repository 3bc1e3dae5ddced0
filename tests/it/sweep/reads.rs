//! Every field of every type by everybody: nobody is given an id, a count or a text that is not theirs to see.

use std::collections::{BTreeMap, BTreeSet};

use api::id::{Kind, encode, from_type_name};
use serde_json::{Value, json};
use tests::app::TestApp;
use uuid::Uuid;

use super::schema::{Field, Schema};
use super::views::Views;
use super::world::{Company, Who, World, secret_of};

/// Fields that need an argument, with the one that is tried.
const ARGUMENTS: [(&str, &str, &str); 2] =
    [("Partnership", "payerChangePreview", "(payer: PARTNER)"), ("Query", "partnerProfile", "(slug: \"zeta\")")];

/// Fields that are tried with arguments of their own.
const BY_HAND: [(&str, &str); 4] =
    [("Query", "node"), ("Query", "nodes"), ("Query", "account"), ("Viewer", "permission")];

/// What an account shows to whoever has reached it through something that they see; the rest of it is null, its lists are
/// empty. Source: the contract's head.
const PUBLIC_OF_ACCOUNT: [&str; 8] =
    ["__typename", "id", "name", "country", "locale", "currencyCode", "timeZone", "createdAt"];

/// Types with an id that one may be shown without being able to look them up: of whoever did something, the name.
const NAMED: [&str; 2] = ["Account", "User"];

/// As many objects are asked for at once: the product of the sizes of their pages stays below the limit.
const AT_ONCE: usize = 10;

/// How far a selection goes on.
#[derive(Clone, Copy)]
struct Depth {
    /// Into objects without an id.
    levels: usize,
    /// Into accounts.
    accounts: usize,
}

pub struct Reading<'a> {
    pub app: &'a TestApp,
    pub world: &'a World,
    pub schema: &'a Schema,
    pub views: &'a Views,
}

impl Reading<'_> {
    /// What is wrong with what somebody is shown.
    pub async fn by(&self, who: Who) -> Vec<String> {
        let may = self.views.of_whom(who);
        let mut findings = self.looked_up(who, &may).await;
        findings.extend(self.opened(who, &may).await);
        findings.extend(self.explained(who, &may).await);
        findings.extend(self.listed(who, &may).await);
        findings.into_iter().map(|finding| format!("{who:?}: {finding}")).collect()
    }

    /// Every id of a type that can be looked up.
    fn nodes(&self) -> BTreeMap<&'static str, BTreeSet<String>> {
        let mut all = self.views.all();
        all.retain(|of, _| self.schema.nodes().any(|node| node == *of));
        all
    }

    /// What is answered; it holds no secret of the other family's.
    async fn ask(&self, who: Who, query: &str, variables: Value) -> Value {
        let reply = match self.world.token(who) {
            Some(token) => self.app.ask_as(token, query, variables).await,
            None => self.app.ask(query, variables).await,
        };
        assert_eq!(reply.status, 200, "{query}: {:#}", reply.body);
        let said = reply.body.to_string();
        for family in self.world.strange_to(who) {
            assert!(!said.contains(&secret_of(family)), "{who:?} reads {}: {query}: {said}", secret_of(family));
        }
        reply.data().clone()
    }

    /// By its id, everybody finds exactly what they may see.
    async fn looked_up(&self, who: Who, may: &BTreeSet<String>) -> Vec<String> {
        let mut findings = Vec::new();
        for (of, ids) in self.nodes() {
            let ids: Vec<_> = ids.into_iter().collect();
            for some in ids.chunks(100) {
                let found = self
                    .ask(who, "query($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }", json!({ "ids": some }))
                    .await;
                for (id, node) in some.iter().zip(found["nodes"].as_array().unwrap()) {
                    let (finds, should) = (!node.is_null(), may.contains(id));
                    if finds != should {
                        findings.push(format!("{of} {id}: found: {finds}, to be seen: {should}"));
                    } else if finds && (node["id"] != json!(id) || node["__typename"] != of) {
                        findings.push(format!("{of} {id}: answers {node}"));
                    }
                }
            }
        }
        findings
    }

    /// Whatever stands in any field of what they may see, they may see.
    async fn opened(&self, who: Who, may: &BTreeSet<String>) -> Vec<String> {
        let mut findings = Vec::new();
        for (of, ids) in self.nodes() {
            let ids: Vec<_> = ids.into_iter().filter(|id| may.contains(id)).collect();
            let query =
                format!("query($ids: [ID!]!) {{ nodes(ids: $ids) {{ ... on {of} {{ {} }} }} }}", self.everything(of));
            // the preview of a payer change alone is worth a quarter of a request
            let at_once = if of == "Partnership" { 1 } else { AT_ONCE };
            for some in ids.chunks(at_once) {
                let found = self.ask(who, &query, json!({ "ids": some })).await;
                for node in found["nodes"].as_array().unwrap() {
                    self.check(node, of, may, &mut findings);
                }
            }
        }
        findings.sort();
        findings.dedup();
        findings
    }

    /// Every field of a type: of what has an id in it, that alone; of what has none, every field again; of accounts both, so that
    /// what must not be told of them shows; of lists, a page with its count.
    fn everything(&self, of: &str) -> String {
        self.fields(of, Depth { levels: 3, accounts: 1 })
    }

    fn fields(&self, of: &str, depth: Depth) -> String {
        let mut selected = vec!["__typename".to_owned()];
        for field in self.schema.fields(of) {
            let Some(arguments) = arguments(of, field, depth.accounts == 0) else { continue };
            let (name, result) = (&field.name, field.of.name());
            selected.push(if self.schema.is_leaf(result) {
                format!("{name}{arguments}")
            } else if let Some(node) = self.schema.listed(result) {
                let node = self.inner(node, depth);
                let page = "pageInfo { hasNextPage hasPreviousPage startCursor endCursor }";
                format!("{name}{arguments} {{ totalCount nodes {{ {node} }} edges {{ node {{ {node} }} }} {page} }}")
            } else {
                format!("{name}{arguments} {{ {} }}", self.inner(result, depth))
            });
        }
        selected.join(" ")
    }

    fn inner(&self, of: &str, Depth { levels, accounts }: Depth) -> String {
        if of == "Account" && accounts > 0 {
            self.fields(of, Depth { levels: 0, accounts: 0 })
        } else if self.schema.has_id(of) {
            "__typename id".to_owned()
        } else if levels > 0 {
            self.fields(of, Depth { levels: levels - 1, accounts })
        } else {
            "__typename".to_owned()
        }
    }

    /// Looks through an answer about something of this type.
    fn check(&self, node: &Value, path: &str, may: &BTreeSet<String>, findings: &mut Vec<String>) {
        let Value::Object(fields) = node else {
            for item in node.as_array().into_iter().flatten() {
                self.check(item, path, may, findings);
            }
            return;
        };
        if let (Some(id), Some(of)) =
            (fields.get("id").and_then(Value::as_str), fields.get("__typename").and_then(Value::as_str))
        {
            let has_view = from_type_name(of).is_some() && self.schema.has_id(of) && Views::kinds().contains(of);
            if has_view && !may.contains(id) {
                if !NAMED.contains(&of) {
                    findings.push(format!("{path} gives the {of} {id}"));
                } else if of == "Account" {
                    let shown = fields
                        .iter()
                        .filter(|(name, value)| !PUBLIC_OF_ACCOUNT.contains(&name.as_str()) && says(value));
                    findings.extend(shown.map(|(name, value)| format!("{path} gives {name} of an account: {value}")));
                }
            }
        }
        if let (Some(total), Some(nodes)) = (fields.get("totalCount"), fields.get("nodes").and_then(Value::as_array)) {
            let is_whole = fields["pageInfo"]["hasNextPage"] == json!(false);
            if is_whole && *total != json!(nodes.len()) {
                findings.push(format!("{path} counts {total} and lists {}", nodes.len()));
            }
        }
        for (name, value) in fields {
            self.check(value, &format!("{path}.{name}"), may, findings);
        }
    }

    /// What is another's and what is not there are answered alike to the byte.
    pub async fn alike(&self) -> Vec<String> {
        let mut findings = Vec::new();
        let stranger = Who::Left(Company::Solo);
        let token = self.world.token(stranger).expect("somebody without any right");
        let may = self.views.of_whom(stranger);
        for (of, ids) in self.nodes() {
            let Some(foreign) = ids.iter().find(|id| !may.contains(*id)) else { continue };
            let absent = encode(from_type_name(of).expect("a type with an id"), Uuid::now_v7()).0;
            for query in [
                "query($id: ID!) { node(id: $id) { __typename } }",
                "query($id: ID!) { nodes(ids: [$id]) { __typename } }",
                "query($id: ID!) { account(id: $id) { __typename } }",
                "query($id: ID!) { viewer { permission(permission: VIEW_PRODUCTS, on: $id) { allowed paths { expiresAt } } } }",
            ] {
                let one = self.app.ask_as(token, query, json!({ "id": foreign })).await;
                let other = self.app.ask_as(token, query, json!({ "id": absent })).await;
                if (one.status, &one.body) != (other.status, &other.body) {
                    findings.push(format!("{of}: {query}: {} where what is not there gives {}", one.body, other.body));
                }
            }
        }
        findings
    }

    /// The explained permission is what the world's own account of it says.
    async fn explained(&self, who: Who, may: &BTreeSet<String>) -> Vec<String> {
        let mut findings = Vec::new();
        let query = "query($on: ID!) { viewer { view: permission(permission: VIEW_PRODUCTS, on: $on) { allowed } } }";
        for id in self.views.all().remove(Kind::Product.type_name()).unwrap_or_default() {
            let found = self.ask(who, query, json!({ "on": id })).await;
            let allowed = found["viewer"]["view"]["allowed"] == json!(true);
            if allowed != may.contains(&id) {
                findings.push(format!("VIEW_PRODUCTS on {id}: {allowed}"));
            }
        }
        findings
    }

    /// What the roots list, and what a search finds.
    async fn listed(&self, who: Who, may: &BTreeSet<String>) -> Vec<String> {
        let mut findings = Vec::new();
        let query = format!("{{ {} }}", self.fields("Query", Depth { levels: 0, accounts: 0 }));
        self.check(&self.ask(who, &query, json!({})).await, "Query", may, &mut findings);
        let viewer = self.ask(who, &format!("{{ viewer {{ {} }} }}", self.everything("Viewer")), json!({})).await;
        if viewer["viewer"].is_null() != (who == Who::Nobody) {
            findings.push(format!("viewer is {viewer}"));
        }
        self.check(&viewer, "Query", may, &mut findings);
        let provider = self.ask(who, "{ provider { __typename } }", json!({})).await;
        if provider["provider"].is_null() == (who == Who::Staff) {
            findings.push(format!("provider is {provider}"));
        }
        let query = "query($id: ID!, $search: String!) { account(id: $id) {
            clients(search: $search) { totalCount nodes { __typename id } pageInfo { hasNextPage } }
            products(filter: { search: $search }) { totalCount nodes { __typename id } pageInfo { hasNextPage } } } }";
        for company in [Company::Acme, Company::Bolt, Company::Zeta, Company::Yolk] {
            let variables = json!({ "id": self.world.account(company), "search": "a secret of" });
            let found = self.ask(who, query, variables).await;
            self.check(&found, &format!("a search in {company:?}"), may, &mut findings);
        }
        findings
    }
}

/// Whether a field tells anything.
fn says(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Array(all) => !all.is_empty(),
        Value::Object(fields) if fields.contains_key("totalCount") => fields["totalCount"] != json!(0),
        _ => true,
    }
}

/// The arguments with which a field is tried, a short page of a list where that is wanted; none where it needs some that are
/// not known.
fn arguments(of: &str, field: &Field, is_short: bool) -> Option<&'static str> {
    let known = ARGUMENTS.iter().find(|(on, name, _)| *on == of && *name == field.name);
    let needs = field.args.iter().any(|arg| arg.of.is_required() && arg.default_value.is_none());
    let has_page = field.args.iter().any(|arg| arg.name == "first");
    match known {
        Some((_, _, arguments)) => Some(arguments),
        None if needs => None,
        None if has_page && is_short => Some("(first: 2)"),
        None => Some(""),
    }
}

/// Fields that need an argument and have none above, and types with an id whose rule is not written down.
pub fn unknown(schema: &Schema) -> BTreeMap<String, Vec<String>> {
    let mut unknown: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for of in schema.objects().filter(|of| !["Mutation", "Subscription"].contains(of) && !of.starts_with("__")) {
        for field in schema.fields(of).iter().filter(|field| arguments(of, field, false).is_none()) {
            if !BY_HAND.contains(&(of, field.name.as_str())) {
                unknown.entry(of.to_owned()).or_default().push(field.name.clone());
            }
        }
        if schema.has_id(of) && !Views::kinds().contains(of) && !["OfferedProduct"].contains(&of) {
            unknown.entry(of.to_owned()).or_default().push("its rule in views.rs".to_owned());
        }
    }
    unknown
}
