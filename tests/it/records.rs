//! A partner with 10,000 clients and 100,000 products, among others like it: every list, search and badge takes as many statements
//! as for one client, and finds its rows by index.

use api::id::{Kind, decode, encode};
use sea_orm::ConnectionTrait as _;
use serde_json::{Value, json};
use tests::app::TestApp;
use tests::database::Db;
use tests::world::{Provider, Signed};
use uuid::Uuid;

/// How many of them there are; each has as much.
const PARTNERS: u32 = 3;

/// Every list, search and badge of a partner's work with its clients.
const OVERVIEW: &str = "query($id: ID!) { account(id: $id) {
    clients(first: 20) { totalCount nodes { name
        products(first: 5) { totalCount nodes { label } }
        tasks(first: 5) { totalCount nodes { title } } open: tasks(first: 5, done: false) { totalCount }
        inquiries(first: 5) { totalCount unreadCount nodes { name } } } }
    found: clients(first: 20, search: \"client 9999\") { totalCount nodes { name } }
    products(first: 20) { totalCount nodes { label client { name } contributors { email accepted user { name } } } }
    sites: products(first: 20, filter: { search: \"site 9999\" }) { totalCount nodes { label } }
    tasks(first: 20) { totalCount nodes { title client { name } assignee { name } } }
    open: tasks(first: 20, done: false) { totalCount nodes { title } }
    inquiries(first: 20) { totalCount unreadCount nodes { name client { name } } }
    new: inquiries(first: 20, assigned: false) { totalCount unreadCount nodes { name } }
    receivedInvitations(status: PENDING) { totalCount }
    partnershipsAsPartner(first: 20) { totalCount }
} viewer { contributions { role product { label } } } }";

const SUBMIT: &str =
    "mutation($input: SubmitInquiryInput!) { submitInquiry(input: $input) { accepted userErrors { code } } }";

/// An id as the tables have it, of the row of this kind with this number: they grow with it.
fn ids(kind: u32, number: &str) -> String {
    format!("CAST(lpad(to_hex({kind}), 8, '0') || lpad(to_hex({number}), 24, '0') AS uuid)")
}

fn row(id: &str) -> Uuid {
    decode(id).expect("an id").1
}

/// Ten thousand clients with ten products each, one of which is shared with somebody, and as many tasks and inquiries, for this partner and for others that are nothing
/// but a number. Of the tasks every other is done, of the inquiries every other is assigned, and one in a hundred unread, none of
/// them assigned. Written as sets, without looking up what the rows refer to.
async fn fill(app: &TestApp, provider: &Provider, partner: &Signed) {
    let owner = format!("CASE p WHEN 1 THEN CAST('{}' AS uuid) ELSE {} END", row(&partner.account_id), ids(1, "p"));
    let (client, of_client) = (ids(2, "p * 10000 + n"), ids(2, "p * 10000 + (n - 1) / 10 + 1"));
    let each = |rows: u32| format!("FROM generate_series(1, {PARTNERS}) p, generate_series(1, {rows}) n ORDER BY p, n");
    let (few, many) = (each(10_000), each(100_000));
    let sql = format!(
        "SET session_replication_role = replica;
        INSERT INTO client (id, partner_id, name, email, search, created_at)
            SELECT {client}, {owner}, 'Client ' || n, n || '@clients.example', 'client ' || n, now() {few};
        INSERT INTO product (id, account_id, plan_id, client_id, status, label, term_months, currency, started_on, anchor_on,
                anchor_months, renews_on, renews_at, auto_renew, renewal_billing, search, created_at)
            SELECT {product}, {owner}, '{plan}', {of_client}, 'ACTIVE', 'Site ' || n, 12, 'EUR', now(), now(), 12, now(), now(), true,
                'ACCOUNT', 'site ' || n, now() {many};
        INSERT INTO task (id, client_id, partner_id, title, assignee_id, created_at, done_at)
            SELECT {task}, {client}, {owner}, 'Call ' || n, '{user}', now(), CASE WHEN n % 2 = 0 THEN now() END {few};
        INSERT INTO inquiry (id, partner_id, name, email, message, client_id, created_at, read_at)
            SELECT {inquiry}, {owner}, 'Lea ' || n, 'lea@lead.example', 'Hello', CASE WHEN n % 2 = 0 THEN {client} END, now(),
                CASE WHEN n % 100 <> 1 THEN now() END {few};
        INSERT INTO contributor (id, product_id, email, role, created_at)
            SELECT {contributor}, {shared}, n || '@contributors.example', 'EDITOR', now() {few};
        SET session_replication_role = DEFAULT;",
        contributor = ids(6, "p * 10000 + n"),
        shared = ids(3, "p * 100000 + n * 10"),
        product = ids(3, "p * 100000 + n"),
        plan = row(&provider.hosting_id),
        task = ids(4, "p * 10000 + n"),
        inquiry = ids(5, "p * 10000 + n"),
        user = row(&partner.user_id),
    );
    app.db().execute_unprepared(&sql).await.expect("rows");
}

/// A client with a product, a task, and one of two inquiries.
async fn one_of_each(app: &TestApp, provider: &Provider, partner: &Signed) {
    let input = json!({ "partnerId": partner.account_id, "client": { "name": "One", "email": "one@clients.example" } });
    let client = app.done(&partner.token, "createClient", input, "client { id }").await["client"]["id"].clone();
    let input = json!({
        "accountId": partner.account_id, "items": [{ "planId": provider.hosting_id }], "idempotencyKey": "the-only-one",
    });
    let placed = app.done(&partner.token, "placeOrder", input, "order { lines { products { id } } }").await;
    let product = &placed["order"]["lines"][0]["products"][0]["id"];
    let input = json!({ "productId": product, "clientId": client });
    app.done(&partner.token, "assignProductToClient", input, "product { id }").await;
    let input = json!({ "productId": product, "email": partner.email, "role": "VIEWER" });
    app.done(&partner.token, "inviteContributor", input, "contributor { id }").await;
    let input = json!({ "clientId": client, "title": "Call", "assigneeId": partner.user_id });
    app.done(&partner.token, "createTask", input, "task { id }").await;
    for _ in 0..2 {
        let input = json!({ "profileSlug": "acme", "name": "Lea", "email": "lea@lead.example", "message": "Hello" });
        app.ask(SUBMIT, json!({ "input": input })).await.ok();
    }
    let newest = "query($id: ID!) { account(id: $id) { inquiries(first: 1) { nodes { id } } } }";
    let newest = app.ask_as(&partner.token, newest, json!({ "id": partner.account_id })).await;
    let input = json!({ "inquiryId": newest.ok()["account"]["inquiries"]["nodes"][0]["id"], "clientId": client });
    app.done(&partner.token, "assignInquiry", input, "inquiry { id }").await;
}

/// What is written every day: a task, an inquiry, a client, and what is done with them.
async fn everyday(app: &TestApp, partner: &Signed) {
    let id = |kind, of: u128, number: u128| encode(kind, Uuid::from_u128(of << 96 | number)).0;
    let client = id(Kind::Client, 2, 10_001);
    let input = json!({ "clientId": client, "title": "Call", "assigneeId": partner.user_id });
    let task = app.done(&partner.token, "createTask", input, "task { id }").await["task"]["id"].clone();
    app.done(&partner.token, "completeTask", json!({ "taskId": task }), "task { done }").await;
    let input = json!({ "profileSlug": "acme", "name": "Lea", "email": "new@lead.example", "message": "Hello" });
    app.ask(SUBMIT, json!({ "input": input })).await.ok();
    let input = json!({ "inquiryId": id(Kind::Inquiry, 5, 10_001) });
    app.done(&partner.token, "markInquiryRead", input.clone(), "inquiry { id }").await;
    app.done(&partner.token, "assignInquiry", input, "client { id inquiries { totalCount } }").await;
    let input = json!({ "productId": id(Kind::Product, 3, 100_001), "clientId": id(Kind::Client, 2, 10_002) });
    app.done(&partner.token, "assignProductToClient", input, "product { client { name } }").await;
    let product = id(Kind::Product, 3, 100_001);
    let input = json!({ "productId": product, "email": "new@contributors.example", "role": "EDITOR" });
    let invited = app.done(&partner.token, "inviteContributor", input, "contributor { id }").await;
    app.done(&partner.token, "updateProduct", json!({ "productId": product, "label": "Site" }), "product { id }").await;
    let input = json!({ "contributorId": invited["contributor"]["id"] });
    app.done(&partner.token, "removeContributor", input, "product { contributors { email } }").await;
    let input = json!({ "partnerId": partner.account_id, "client": { "name": "New", "email": "2@clients.example" } });
    let taken = app.run(&partner.token, "createClient", input, "client { id }").await;
    assert_eq!(taken.user_error(), "ALREADY_EXISTS");
    let input = json!({ "clientId": client, "email": "other@clients.example" });
    app.done(&partner.token, "updateClient", input, "client { id }").await;
}

/// S1.3, S3.3, S3.7: with 10,000 clients and 100,000 products a partner's lists, searches and badges take as many statements as with one
/// of each, and no statement reads a table as a whole; nor does one of what is done every day.
#[tokio::test(flavor = "multi_thread")]
async fn a_large_partner_is_read_by_index() {
    let app = TestApp::start_recorded(Db::Postgres).await;
    let provider = app.provider().await;
    let acme = app.partner(&provider, "acme").await;
    app.verify(&acme).await;
    one_of_each(&app, &provider, &acme).await;
    let (_, few) = overview(&app, &acme).await;
    fill(&app, &provider, &acme).await;
    app.db().execute_unprepared("ANALYZE").await.expect("an analysed database");

    let ((shown, many), mut sent) = app.recorder.during(overview(&app, &acme)).await;
    let counted = ["clients", "found", "products", "sites", "tasks", "open", "inquiries", "new"]
        .map(|list| shown[list]["totalCount"].as_u64().unwrap());
    // of 1 to 100,000 there are 9999 itself and 99990 to 99999
    assert_eq!(counted, [10_001, 1, 100_001, 11, 10_001, 5_001, 10_002, 5_001]);
    assert_eq!([&shown["inquiries"]["unreadCount"], &shown["new"]["unreadCount"]], [101, 101]);
    assert_eq!(shown["clients"]["nodes"][0]["products"]["totalCount"], 10);
    assert_eq!(
        shown["tasks"]["nodes"][0],
        json!({
            "title": "Call 1", "client": { "name": "Client 1" }, "assignee": { "name": "acme's owner" },
        })
    );

    // of the twenty oldest, every tenth
    let shared = shown["products"]["nodes"].as_array().unwrap().iter();
    let shared: Vec<_> = shared.filter_map(|product| product["contributors"][0]["email"].as_str()).collect();
    assert_eq!(shared, ["1@contributors.example", "2@contributors.example"]);
    let ((), more) = app.recorder.during(everyday(&app, &acme)).await;
    sent.extend(more);
    assert_eq!(many, few);
    assert!(sent.len() > 60, "{}", sent.len());
    app.assert_no_seq_scan(&sent, 5_000).await;
}

/// What it shows, and how many statements it took.
async fn overview(app: &TestApp, who: &Signed) -> (Value, u64) {
    let reply = app.ask_as(&who.token, OVERVIEW, json!({ "id": who.account_id })).await;
    (reply.ok()["account"].clone(), reply.statements())
}
