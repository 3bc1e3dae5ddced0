//! Every field of every type by everybody: nobody is given an id, a count, a figure or a text that is not theirs to see.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};

use api::id::Kind;
use serde_json::{Value, json};
use tests::app::TestApp;
use tests::client::Reply;

use super::asking::{DEEP, SHALLOW};
use super::family::secret_of;
use super::roots::{Given, ROOTS};
use super::scene::Scene;
use super::schema::Schema;
use super::told::Told;
use super::views::Views;
use super::world::{Company, Who, World};

/// As many nodes may an operation ask for. Source: promises A5.
const LIMIT: u64 = 10_000;
/// As many objects are asked for at once, even where the limit would let more through.
const AT_ONCE: u64 = 20;

pub struct Reading<'a> {
    pub app: &'a TestApp,
    pub world: &'a World,
    pub schema: &'a Schema,
    pub views: &'a Views,
    pub tried: Tried,
}

/// What was tried, in numbers.
#[derive(Default)]
pub struct Tried {
    /// A person and an id: found, or not.
    lookups: AtomicUsize,
    /// A person, something that they see, and a field of it, at whatever depth.
    fields: AtomicUsize,
    /// A person, a door, and an id that is not theirs beside one that is not there.
    pairs: AtomicUsize,
    requests: AtomicUsize,
}

impl Tried {
    pub fn pairs(&self, more: usize) {
        self.pairs.fetch_add(more, Ordering::Relaxed);
    }

    pub fn told(&self) -> String {
        let [lookups, fields, pairs, requests] =
            [&self.lookups, &self.fields, &self.pairs, &self.requests].map(|count| count.load(Ordering::Relaxed));
        let all = lookups + fields + pairs;
        format!(
            "{all} combinations ({lookups} of a person and an id, {fields} of a person and a field of something, {pairs} of \
             not one's own beside not there) in {requests} requests"
        )
    }
}

impl<'a> Reading<'a> {
    pub fn new(scene: &'a Scene, views: &'a Views) -> Self {
        Self { app: &scene.app, world: scene.world(), schema: scene.schema(), views, tried: Tried::default() }
    }
}

impl Reading<'_> {
    /// What is wrong with what somebody is shown.
    pub async fn by(&self, who: Who) -> Vec<String> {
        let may = self.views.of_whom(who);
        let mut told =
            Told { views: self.views, sight: self.views.sight(who), may: &may, findings: BTreeSet::new(), fields: 0 };
        self.looked_up(who, &mut told).await;
        self.opened(who, &mut told).await;
        self.listed(who, &mut told).await;
        self.explained(who, &mut told).await;
        self.roots(who, &mut told).await;
        self.searched(who, &mut told).await;
        self.tried.fields.fetch_add(told.fields, Ordering::Relaxed);
        let findings = told.findings.into_iter().chain(self.alike(who).await);
        findings.map(|finding| format!("{who:?}: {finding}")).collect()
    }

    pub async fn answer(&self, who: Who, query: &str, variables: Value) -> Reply {
        self.tried.requests.fetch_add(1, Ordering::Relaxed);
        match self.world.token(who) {
            Some(token) => self.app.ask_as(token, query, variables).await,
            None => self.app.ask(query, variables).await,
        }
    }

    /// The same for a question that is answered, and with no secret of a family that they have nothing to do with.
    pub async fn ask(&self, who: Who, told: &mut Told<'_>, query: &str, variables: Value) -> Value {
        let reply = self.answer(who, query, variables).await;
        let asked: String = query.chars().take(80).collect();
        if reply.status != 200 || !reply.body["errors"].is_null() {
            told.find(format!("{asked} … answers {}: {}", reply.status, reply.body["errors"]));
        }
        let said = reply.body.to_string();
        for secret in self.world.strange_to(who).iter().map(|family| secret_of(family)) {
            if said.contains(&secret) {
                told.find(format!("{asked} … gives {secret}"));
            }
        }
        reply.body
    }

    /// By its id, everybody finds exactly what they may see.
    async fn looked_up(&self, who: Who, told: &mut Told<'_>) {
        let all: Vec<_> =
            self.views.all().into_iter().flat_map(|(of, ids)| ids.into_iter().map(move |id| (of, id))).collect();
        let query = "query($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }";
        for some in all.chunks(100) {
            let ids: Vec<_> = some.iter().map(|(_, id)| id).collect();
            let found = self.ask(who, told, query, json!({ "ids": ids })).await;
            self.tried.lookups.fetch_add(some.len(), Ordering::Relaxed);
            for (at, (of, id)) in some.iter().enumerate() {
                let node = &found["data"]["nodes"][at];
                let (finds, should) = (!node.is_null(), told.sees(of, id));
                if finds != should {
                    told.find(format!("{of} {id}: found: {finds}, to be seen: {should}"));
                } else if finds && (node["id"] != json!(id) || node["__typename"] != *of) {
                    told.find(format!("{of} {id}: answers {node}"));
                }
            }
        }
    }

    /// Whatever stands in any field of what they may see, they may see. As many are opened at once as the limit lets through.
    async fn opened(&self, who: Who, told: &mut Told<'_>) {
        for (of, ids) in told.may {
            let everything = self.schema.everything(of, DEEP);
            let query = format!("query($ids: [ID!]!) {{ nodes(ids: $ids) {{ ... on {of} {{ {everything} }} }} }}");
            let (mut left, mut at_once): (Vec<_>, usize) = (ids.iter().collect(), 1);
            while !left.is_empty() {
                let some: Vec<_> = left.drain(..at_once.min(left.len())).collect();
                let found = self.ask(who, told, &query, json!({ "ids": some })).await;
                told.check(&found["data"]["nodes"], of);
                let each = found["extensions"]["cost"]["nodes"].as_u64().unwrap_or(LIMIT) / some.len() as u64;
                at_once = usize::try_from((LIMIT / each.max(1)).clamp(1, AT_ONCE)).expect("a small number");
            }
        }
    }

    /// The lists of every account that they see, whole: each counts what it lists, and both are theirs.
    async fn listed(&self, who: Who, told: &mut Told<'_>) {
        let accounts: Vec<_> = told.may.get("Account").into_iter().flatten().collect();
        let lists = self.schema.lists("Account");
        let query = format!("query($ids: [ID!]!) {{ nodes(ids: $ids) {{ ... on Account {{ {lists} }} }} }}");
        for some in accounts.chunks(6) {
            let found = self.ask(who, told, &query, json!({ "ids": some })).await;
            for account in found["data"]["nodes"].as_array().into_iter().flatten() {
                told.check(account, "a whole list: Account");
                let lists = account.as_object().into_iter().flatten();
                for (name, _) in lists.filter(|(_, list)| list["pageInfo"]["hasNextPage"] == json!(true)) {
                    told.find(format!("Account.{name} does not fit on one page: the world is too large to count"));
                }
            }
        }
    }

    /// The explained permission is what the world's own account of it says.
    async fn explained(&self, who: Who, told: &mut Told<'_>) {
        let ids: Vec<_> = self.views.all().remove(Kind::Product.type_name()).into_iter().flatten().collect();
        for some in ids.chunks(20) {
            let asked = some
                .iter()
                .enumerate()
                .map(|(n, id)| format!("p{n}: permission(permission: VIEW_PRODUCTS, on: \"{id}\") {{ allowed }}"));
            let query = format!("{{ viewer {{ {} }} }}", asked.collect::<Vec<_>>().join(" "));
            let found = self.ask(who, told, &query, json!({})).await;
            for (n, id) in some.iter().enumerate() {
                let allowed = found["data"]["viewer"][format!("p{n}")]["allowed"] == json!(true);
                if allowed != told.sees("Product", id) {
                    told.find(format!("VIEW_PRODUCTS on {id}: {allowed}"));
                }
            }
        }
    }

    /// Each field of `Query` answers those whom its row says.
    async fn roots(&self, who: Who, told: &mut Told<'_>) {
        for (name, given) in ROOTS {
            let depth = if *given == Given::Public { SHALLOW } else { DEEP };
            let Some(asked) = self.schema.asked("Query", name, depth) else { continue };
            let query = format!("{{ {asked} }}");
            let found = self.ask(who, told, &query, json!({})).await["data"].take();
            told.check(&found, "Query");
            let is_right = match given {
                Given::ById | Given::ByLink => true,
                Given::Public => found == self.answer(Who::Nobody, &query, json!({})).await.body["data"],
                Given::SignedIn => found[name].is_null() == (who == Who::Nobody),
                Given::Staff => found[name].is_null() == (who != Who::Staff),
            };
            if !is_right {
                told.find(format!("Query.{name} answers {found}"));
            }
        }
    }

    /// A search finds, and counts, nothing else.
    async fn searched(&self, who: Who, told: &mut Told<'_>) {
        let query = "query($id: ID!, $search: String!) { account(id: $id) {
            clients(search: $search) { totalCount nodes { __typename id } pageInfo { hasNextPage } }
            products(filter: { search: $search }) { totalCount nodes { __typename id } pageInfo { hasNextPage } } } }";
        for company in [Company::Acme, Company::Bolt, Company::Zeta, Company::Yolk] {
            let variables = json!({ "id": self.world.account(company), "search": "a secret of" });
            let found = self.ask(who, told, query, variables).await;
            told.check(&found["data"], &format!("a search in {company:?}"));
        }
    }
}

/// Types of which the world has too few for anything to show.
pub fn too_few(views: &Views) -> Vec<String> {
    let all: BTreeMap<_, _> = views.all();
    let needed = |of: &str| if Views::is_for_all_or_staff(of) { 1 } else { 2 };
    let missing = Views::kinds().into_iter().map(|of| (of, all.get(of).map_or(0, BTreeSet::len)));
    let few = missing.filter(|(of, there)| *there < needed(of));
    few.map(|(of, there)| format!("the world has {there} of {of}: too few to show anything")).collect()
}
