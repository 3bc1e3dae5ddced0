//! A filter or a search picks from what its reader sees, and from nothing else: what it finds is what they see of what fits, its count
//! and its first page say no more, and a value that only hidden rows have finds as much as one that none has.

use std::collections::{BTreeMap, BTreeSet};

use api::id::{Kind, encode};
use serde_json::{Value, json};

use super::reads::Reading;
use super::schema::Schema;
use super::told::Told;
use super::views::rows_of;
use super::world::{Who, row};

/// A list of an account's, asked with something that picks from it.
struct Filter {
    list: &'static str,
    of: Kind,
    argument: String,
    /// The ids of all rows that fit, whoever sees them.
    rows: String,
}

/// Every argument of an account's lists that is not about pages, with values that some rows have.
fn filters() -> Vec<Filter> {
    let mut all = Vec::new();
    let mut add = |list, of, argument: String, rows: String| all.push(Filter { list, of, argument, rows });
    for word in ["BOLT", "hosting", "a secret of yolk", "%"] {
        let fits = |columns: &[&str]| {
            let word = word.to_lowercase().replace('%', "!%");
            let fits = columns.iter().map(|column| format!("lower(coalesce({column}, '')) LIKE '%{word}%' ESCAPE '!'"));
            fits.collect::<Vec<_>>().join(" OR ")
        };
        let clients = format!("SELECT id FROM client WHERE {}", fits(&["name", "email", "company"]));
        add("clients", Kind::Client, format!("search: \"{word}\""), clients);
        let products = format!("SELECT id FROM product WHERE {}", fits(&["label", "domain_name"]));
        add("products", Kind::Product, format!("filter: {{ search: \"{word}\" }}"), products);
    }
    for (status, table, list, of) in [
        ("ACTIVE", "product", "products", Kind::Product),
        ("PAST_DUE", "product", "products", Kind::Product),
        ("OPEN", "invoice", "invoices", Kind::Invoice),
        ("PAID", "invoice", "invoices", Kind::Invoice),
    ] {
        let rows = format!("SELECT id FROM {table} WHERE status = '{status}'");
        add(list, of, format!("filter: {{ status: [{status}] }}"), rows);
    }
    for kind in ["ORDER", "RENEWAL"] {
        let rows = format!("SELECT id FROM invoice WHERE kind = '{kind}'");
        add("invoices", Kind::Invoice, format!("filter: {{ kind: [{kind}] }}"), rows);
    }
    for (list, table, of, value) in [
        ("receivedInvitations", "invitation", Kind::Invitation, "PENDING"),
        ("sentInvitations", "invitation", Kind::Invitation, "ACCEPTED"),
        ("partnershipsAsPartner", "partnership", Kind::Partnership, "FROZEN"),
        ("partnershipsAsClient", "partnership", Kind::Partnership, "ACTIVE"),
        ("carts", "cart", Kind::Cart, "OPEN"),
    ] {
        // of the world's partnerships, the one with an end is over
        let lasts = if table == "partnership" { " AND expires_at IS NULL" } else { "" };
        let rows = format!("SELECT id FROM {table} WHERE status = '{value}'{lasts}");
        add(list, of, format!("status: {value}"), rows);
    }
    for (value, is) in [(true, "IS NOT"), (false, "IS")] {
        let rows = format!("SELECT id FROM inquiry WHERE client_id {is} NULL");
        add("inquiries", Kind::Inquiry, format!("assigned: {value}"), rows);
        add("tasks", Kind::Task, format!("done: {value}"), format!("SELECT id FROM task WHERE done_at {is} NULL"));
    }
    for kind in ["PRODUCT_ACTIVATED", "PAYMENT_SUCCEEDED"] {
        let rows = format!("SELECT id FROM activity WHERE kind = '{kind}'");
        add("activity", Kind::ActivityEvent, format!("kinds: [{kind}]"), rows);
    }
    all
}

/// The filters, with the ids of the rows that fit each.
pub struct Filters(Vec<(Filter, BTreeSet<String>)>);

/// As many are tried where there should be nothing to find: the searches.
const FEW: usize = 8;
/// As many stand in one request.
const AT_ONCE: usize = 15;

impl Filters {
    /// The arguments of an account's lists that no filter tries.
    pub fn untried(&self, schema: &Schema) -> Vec<String> {
        let pages = ["first", "after", "last", "before"];
        let is_tried = |list: &str, arg: &str| {
            self.0.iter().any(|(filter, _)| filter.list == list && filter.argument.starts_with(&format!("{arg}: ")))
        };
        let lists = schema.fields("Account").iter().filter(|field| field.args.iter().any(|arg| arg.name == "first"));
        let args = lists.flat_map(|list| list.args.iter().map(|arg| (&list.name, &arg.name)));
        let args = args.filter(|(list, arg)| !pages.contains(&arg.as_str()) && !is_tried(list, arg));
        args.map(|(list, arg)| format!("{list}({arg})")).collect()
    }

    pub async fn of(app: &tests::app::TestApp) -> Self {
        let mut all = Vec::new();
        for filter in filters() {
            let fits = rows_of(app, &filter.rows).await;
            let fits = fits.into_iter().map(|row| encode(filter.of, row).0).collect();
            all.push((filter, fits));
        }
        Self(all)
    }
}

/// A list as it was answered: the ids on its page, and how many it says that there are.
fn listed(list: &Value) -> (Vec<&str>, u64) {
    let nodes = list["nodes"].as_array().into_iter().flatten();
    (nodes.filter_map(|node| node["id"].as_str()).collect(), list["totalCount"].as_u64().unwrap_or_default())
}

impl Reading<'_> {
    /// What somebody finds by every filter in the lists of every account where they hold anything, and by the first few in all others
    /// that they see.
    pub async fn filtered(&self, who: Who, filters: &Filters) -> Vec<String> {
        let may = self.views.of_whom(who);
        let mut told =
            Told { views: self.views, sight: self.views.sight(who), may: &may, findings: BTreeSet::new(), fields: 0 };
        for account in may.get("Account").into_iter().flatten() {
            let everything = self.everything_of(who, &mut told, account).await;
            let is_known = told.sight.follows(row(account));
            let tried = if is_known { &filters.0[..] } else { &filters.0[..FEW] };
            for some in tried.chunks(AT_ONCE) {
                let asked = some.iter().enumerate().map(|(n, (Filter { list, argument, .. }, _))| {
                    let page = "totalCount nodes { id } pageInfo { hasNextPage startCursor }";
                    format!("all{n}: {list}(first: 100, {argument}) {{ {page} }} one{n}: {list}(first: 1, {argument}) {{ {page} }}")
                });
                let query =
                    format!("query($id: ID!) {{ account(id: $id) {{ {} }} }}", asked.collect::<Vec<_>>().join(" "));
                let found = self.ask(who, &mut told, &query, json!({ "id": account })).await["data"]["account"].take();
                self.tried.pairs(some.len());
                for (n, (filter, fits)) in some.iter().enumerate() {
                    let seen = &everything[filter.list];
                    let expected: Vec<&str> =
                        seen.iter().map(|(id, _)| id.as_str()).filter(|id| fits.contains(*id)).collect();
                    let (all, one) = (&found[format!("all{n}")], &found[format!("one{n}")]);
                    let what = format!("{}({}) of {account}", filter.list, filter.argument);
                    let (ids, total) = listed(all);
                    if ids != expected || total != expected.len() as u64 {
                        told.find(format!("{what} finds {total}: {ids:?}, and it is {expected:?}"));
                    }
                    let cursor = expected.first().and_then(|id| seen.iter().find(|(seen, _)| seen == id));
                    let cursor = cursor.map_or(Value::Null, |(_, cursor)| json!(cursor));
                    let first = json!({ "hasNextPage": expected.len() > 1, "startCursor": cursor });
                    if one["pageInfo"] != first || listed(one).1 != total {
                        told.find(format!("{what} begins with {one}, and it is {first}"));
                    }
                }
            }
        }
        told.findings.into_iter().map(|finding| format!("{who:?}: {finding}")).collect()
    }

    /// The same lists unfiltered: what their reader sees of each, in its order, with the cursors.
    async fn everything_of(
        &self,
        who: Who,
        told: &mut Told<'_>,
        account: &str,
    ) -> BTreeMap<&'static str, Vec<(String, String)>> {
        let lists: BTreeSet<_> = filters().iter().map(|filter| filter.list).collect();
        let asked: Vec<_> =
            lists.iter().map(|list| format!("{list}(first: 100) {{ edges {{ cursor node {{ id }} }} }}")).collect();
        let query = format!("query($id: ID!) {{ account(id: $id) {{ {} }} }}", asked.join(" "));
        let found = self.ask(who, told, &query, json!({ "id": account })).await["data"]["account"].take();
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let edges = |list: &str| found[list]["edges"].as_array().cloned().unwrap_or_default();
        let rows = |list: &&'static str| {
            let rows = edges(list).iter().map(|edge| (text(&edge["node"]["id"]), text(&edge["cursor"]))).collect();
            (*list, rows)
        };
        lists.iter().map(rows).collect()
    }
}
