//! Who did what, for whom, with what result: for staff, and for each account what is its affair.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::Request;
use domain::audit::queries::{self, Filter};
use domain::page::PageRequest;
use domain::permission::Permissions;
use domain::seed::{self, Sizes};
use domain::seller::Settings;
use domain::signal::Signals;
use domain::sql::insert;
use domain::store::Statements;
use domain::{Store, account, job, notification, secret};
use entities::id::{AccountId, MembershipId, UserId};
use entities::membership::{self, Role};
use rstest::rstest;
use sea_orm::{ConnectionTrait, FromQueryResult, Statement};
use serde_json::{Value, json};
use tests::app::TestApp;
use tests::client::Reply;
use tests::database::{Database, Db};
use tests::scans::whole_scans;
use tests::world::{Provider, Signed};
use uuid::Uuid;

const LOG: &str = "query($id: ID!) { account(id: $id) { auditLog { totalCount nodes {
    operation actor { email } account { name } actingFor { name } partnership { id } subjectId outcome ip } } } }";

async fn log(app: &TestApp, who: &Signed, account: &Signed) -> Vec<Value> {
    let reply = app.ask_as(&who.token, LOG, json!({ "id": account.account_id })).await;
    let Some(log) = reply.ok()["account"].get("auditLog") else { return Vec::new() };
    let nodes = log["nodes"].as_array().unwrap().clone();
    assert_eq!(log["totalCount"], nodes.len());
    nodes
}

fn operations(log: &[Value]) -> Vec<&str> {
    log.iter().map(|entry| entry["operation"].as_str().unwrap()).collect()
}

async fn whole(app: &TestApp, token: &str, filter: Value) -> Vec<Value> {
    let query =
        "query($account: ID, $actor: ID) { provider { auditLog(first: 100, accountId: $account, actorId: $actor) {
        totalCount nodes { id operation actor { email } account { name } outcome ip } } } }";
    let reply = app.ask_as(token, query, filter).await;
    let log = &reply.ok()["provider"]["auditLog"];
    let nodes = log["nodes"].as_array().unwrap().clone();
    assert_eq!(log["totalCount"], nodes.len());
    nodes
}

/// A mutation that comes from this address.
async fn run_from(app: &TestApp, ip: &str, token: &str, mutation: &str, input: Value) -> Reply {
    let query = mutation.to_owned();
    let body = json!({ "query": query, "variables": { "input": input } }).to_string();
    let mut request = Request::post("/graphql")
        .header("content-type", "application/json")
        .header("authorization", format!("Bearer {token}"))
        .body(Body::from(body))
        .unwrap();
    request.extensions_mut().insert(ConnectInfo(SocketAddr::new(ip.parse().unwrap(), 4711)));
    app.request(request).await
}

const LABEL: &str =
    "mutation($input: UpdateProductInput!) { updateProduct(input: $input) { product { id } userErrors { code } } }";

/// A product that the account has bought for itself.
async fn buy(app: &TestApp, provider: &Provider, who: &Signed) -> Value {
    let item = json!({ "planId": provider.hosting_id });
    let input =
        json!({ "accountId": who.account_id, "items": [item], "idempotencyKey": format!("key-of-{}", who.email) });
    let placed = app.done(&who.token, "placeOrder", input, "order { lines { products { id } } }").await;
    placed["order"]["lines"][0]["products"][0]["id"].clone()
}

/// Makes somebody a member of another's account, too.
async fn join(app: &TestApp, who: &Signed, of: &Signed, role: Role) {
    let number = if role == Role::Admin { 1 } else { 2 };
    let row = |id: &str| Uuid::from_slice(&decoded(id)[1..]).unwrap();
    let member = membership::Model {
        id: MembershipId(Uuid::from_u128(number)),
        user_id: UserId(row(&who.user_id)),
        account_id: AccountId(row(&of.account_id)),
        role,
        permissions: Permissions::of_role(role).bits(),
        granted_through_id: None,
        created_at: "2026-11-21T09:00:00Z".parse().unwrap(),
    };
    insert::<membership::Entity>(app.db(), &[member]).await.unwrap();
}

fn decoded(id: &str) -> Vec<u8> {
    use base64::Engine as _;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(id).unwrap()
}

/// Both sides of a partnership read what the partner's people did for the client; neither reads of the other more than that, and
/// nobody but owner and admins reads at all.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn both_sides_read_what_was_done_for_the_client(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let app = TestApp::start(db).await;
    let provider = app.provider().await;
    let partner = app.partner(&provider, "acme").await;
    let (client, _, partnership) = app.client_of("acme", &partner, "bolt", "CLIENT").await;
    let (other, _, _) = app.client_of("acme", &partner, "nut", "CLIENT").await;
    let (admin, viewer) = (app.sign_up("ada@acme.example", "Ada").await, app.sign_up("vi@acme.example", "Vi").await);
    join(&app, &admin, &partner, Role::Admin).await;
    join(&app, &viewer, &partner, Role::Viewer).await;
    let product = buy(&app, &provider, &client).await;

    let input = json!({ "productId": product, "label": "Shop" });
    run_from(&app, "203.0.113.9", &partner.token, LABEL, input).await.ok();
    let programme = json!({ "accountId": partner.account_id, "programmeId": provider.programme_id });
    app.done(&provider.staff, "setProgramme", programme, "account { id }").await;

    let labelled = json!({
        "operation": "updateProduct", "actor": { "email": "owner@acme.example" }, "account": { "name": "bolt" },
        "actingFor": { "name": "bolt" }, "partnership": { "id": partnership }, "subjectId": product, "outcome": "DONE", "ip": null,
    });
    assert_eq!(log(&app, &client, &client).await, std::slice::from_ref(&labelled), "not what the client did itself");
    let mut own = labelled.clone();
    own["ip"] = "203.0.113.9".into();
    let moved = json!({
        "operation": "setProgramme", "actor": null, "account": { "name": "acme" }, "actingFor": { "name": "acme" },
        "partnership": null, "subjectId": partner.account_id, "outcome": "DONE", "ip": null,
    });
    for who in [&partner, &admin] {
        assert_eq!(log(&app, who, &partner).await, [moved.clone(), own.clone()]);
        assert_eq!(log(&app, who, &client).await, [own.clone()], "what its own people did there");
    }
    assert_eq!(log(&app, &client, &partner).await, [labelled], "what was done for it");
    for (who, account) in
        [(&viewer, &partner), (&viewer, &client), (&other, &other), (&other, &partner), (&other, &client)]
    {
        assert_eq!(log(&app, who, account).await, Vec::<Value>::new(), "{} of {}", who.email, account.email);
    }

    let input = json!({ "partnershipId": partnership });
    app.done(&client.token, "endPartnership", input, "partnership { status }").await;
    assert_eq!(operations(&log(&app, &client, &client).await), ["updateProduct"], "what was done stays");
    assert_eq!(operations(&log(&app, &partner, &partner).await), ["setProgramme", "updateProduct"]);
    app.check_books().await;
}

/// Staff reads everything, by account and by person; an entry is a node to those who read it, and to nobody else.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn staff_reads_the_whole_log(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let app = TestApp::start(db).await;
    let provider = app.provider().await;
    let partner = app.partner(&provider, "acme").await;
    let (client, _, _) = app.client_of("acme", &partner, "bolt", "CLIENT").await;
    let input = json!({ "accountId": client.account_id, "subject": "Hello", "message": "there" });
    let support = "mutation($input: ContactSupportInput!) { contactSupport(input: $input) { accepted } }";
    run_from(&app, "2001:db8::1", &partner.token, support, input).await.ok();

    let of_client = whole(&app, &provider.staff, json!({ "account": client.account_id })).await;
    let expected = ["contactSupport", "sendInvitation", "addPaymentMethod", "signUp"];
    assert_eq!(operations(&of_client), expected, "newest first; connecting was done to the partner's account");
    assert_eq!((&of_client[0]["ip"], &of_client[0]["actor"]["email"]), (&json!("2001:db8::1"), &json!(partner.email)));
    let of_partner = whole(&app, &provider.staff, json!({ "account": partner.account_id })).await;
    let expected =
        ["contactSupport", "connectClient", "addPaymentMethod", "savePartnerProfile", "enrolAsPartner", "signUp"];
    assert_eq!(operations(&of_partner), expected, "what its members did for others, too");
    let by_partner = whole(&app, &provider.staff, json!({ "actor": partner.user_id })).await;
    assert_eq!(operations(&by_partner), expected);
    let both = json!({ "account": client.account_id, "actor": partner.user_id });
    assert_eq!(operations(&whole(&app, &provider.staff, both).await), ["contactSupport"]);
    for nothing in [json!({ "account": "nonsense" }), json!({ "actor": client.account_id })] {
        assert_eq!(whole(&app, &provider.staff, nothing).await, Vec::<Value>::new());
    }
    let all = whole(&app, &provider.staff, json!({})).await;
    assert_eq!(all.len(), 14);
    assert_eq!(operations(&all)[9..], ["savePlan", "saveOffering", "saveProgramme", "signIn", "addStaff"]);

    let node = "query($id: ID!) { node(id: $id) { __typename } }";
    let entry = &of_client[0]["id"];
    for who in [&client.token, &partner.token, &provider.staff] {
        assert_eq!(app.ask_as(who, node, json!({ "id": entry })).await.ok()["node"]["__typename"], "AuditEntry");
    }
    assert_eq!(app.ask_as(&partner.token, node, json!({ "id": of_client[1]["id"] })).await.ok()["node"], Value::Null);
    let stranger = app.sign_up("eve@else.example", "Else").await;
    assert_eq!(app.ask_as(&stranger.token, node, json!({ "id": entry })).await.ok()["node"], Value::Null);
    assert_eq!(app.ask(node, json!({ "id": entry })).await.ok()["node"], Value::Null);
}

/// An act refused for want of a right is written down, and nothing else of it; what a stranger could not see is not, and nobody
/// fills the log with refusals.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn refusals_are_written_down(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let app = TestApp::start(db).await;
    let provider = app.provider().await;
    let partner = app.partner(&provider, "acme").await;
    let client = app.sign_up("li@looks.example", "Looks").await;
    app.add_card(&client, "tok_visa").await;
    let product = buy(&app, &provider, &client).await;
    let input = json!({
        "accountId": client.account_id, "partnerProfileSlug": "acme", "accessLevel": "PARTIAL", "permissions": ["VIEW_PRODUCTS"],
    });
    let offer = app.done(&client.token, "sendInvitation", input, "invitation { id }").await;
    app.done(&partner.token, "connectClient", json!({ "invitationId": offer["invitation"]["id"] }), "client { id }")
        .await;
    let stranger = app.sign_up("eve@else.example", "Else").await;
    let before = whole(&app, &provider.staff, json!({})).await.len();

    let input = json!({ "productId": product, "label": "Mine" });
    assert_eq!(
        app.run(&partner.token, "updateProduct", input.clone(), "product { id }").await.user_error(),
        "PERMISSION_DENIED"
    );
    let order = json!({
        "accountId": client.account_id, "items": [{ "planId": provider.hosting_id }], "idempotencyKey": "not-for-acme",
    });
    assert_eq!(app.run(&partner.token, "placeOrder", order, "order { id }").await.user_error(), "PERMISSION_DENIED");
    assert_eq!(app.run(&stranger.token, "updateProduct", input, "product { id }").await.user_error(), "NOT_FOUND");
    let support = json!({ "accountId": partner.account_id, "subject": "Hello", "message": "there" });
    assert_eq!(
        app.run(&stranger.token, "contactSupport", support.clone(), "accepted").await.user_error(),
        "PERMISSION_DENIED"
    );
    let bad = json!({ "accountId": client.account_id, "subject": "", "message": "there" });
    assert_eq!(app.run(&client.token, "contactSupport", bad, "accepted").await.user_error(), "INVALID_INPUT");

    let refused = log(&app, &client, &client).await;
    assert_eq!(operations(&refused), ["placeOrder", "updateProduct"]);
    for entry in &refused {
        assert_eq!((&entry["outcome"], &entry["subjectId"]), (&json!("PERMISSION_DENIED"), &Value::Null));
        assert_eq!(entry["actor"]["email"], partner.email.as_str());
        assert_eq!(entry["actingFor"]["name"], "Looks");
        assert!(entry["partnership"]["id"].is_string());
    }
    assert_eq!(log(&app, &partner, &partner).await.len(), 2, "a stranger's is for the staff alone");
    let whole_log = whole(&app, &provider.staff, json!({})).await;
    assert_eq!(whole_log.len(), before + 3);
    assert_eq!(
        (&whole_log[0]["operation"], &whole_log[0]["account"]["name"]),
        (&json!("contactSupport"), &json!("acme"))
    );

    for _ in 0..70 {
        app.run(&stranger.token, "contactSupport", support.clone(), "accepted").await;
    }
    let count = "SELECT count(*) AS n FROM audit_entry WHERE outcome = 'PERMISSION_DENIED'";
    let statement = Statement::from_string(app.db().get_database_backend(), count);
    let n: i64 = app.db().query_one_raw(statement).await.unwrap().unwrap().try_get("", "n").unwrap();
    assert_eq!(n, 60 + 2, "sixty of the stranger's, two of the partner's");
    app.check_books().await;
}

/// The logs of several accounts are one statement, and their lengths another.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn logs_take_a_statement_a_level(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let app = TestApp::start(db).await;
    let provider = app.provider().await;
    let partner = app.partner(&provider, "acme").await;
    let mut clients = Vec::new();
    for name in ["bolt", "nut", "gear"] {
        let (client, _, _) = app.client_of("acme", &partner, name, "CLIENT").await;
        for subject in ["one", "two", "three"] {
            let input = json!({ "accountId": client.account_id, "subject": subject, "message": "there" });
            app.done(&partner.token, "contactSupport", input, "accepted").await;
        }
        clients.push(client);
    }
    let query = "query($ids: [ID!]!) { nodes(ids: $ids) { ... on Account { auditLog(first: 2) {
        totalCount nodes { operation } pageInfo { hasNextPage endCursor } } } } }";
    let ask = async |ids: Vec<&str>| app.ask_as(&partner.token, query, json!({ "ids": ids })).await;
    let one = ask(vec![&clients[0].account_id]).await;
    let ids = clients.iter().chain([&partner]).map(|of| of.account_id.as_str()).collect();
    let all = ask(ids).await;
    assert_eq!(all.statements(), one.statements());
    let logs = all.ok()["nodes"].as_array().unwrap();
    let totals: Vec<_> = logs.iter().map(|node| node["auditLog"]["totalCount"].as_i64().unwrap()).collect();
    assert_eq!(totals, [3, 3, 3, 9]);
    for node in logs {
        assert_eq!(node["auditLog"]["nodes"].as_array().unwrap().len(), 2);
        assert_eq!(node["auditLog"]["pageInfo"]["hasNextPage"], true);
    }
    let next = "query($id: ID!, $after: String) { account(id: $id) { auditLog(first: 100, after: $after) {
        nodes { operation } pageInfo { hasPreviousPage } } } }";
    let after = json!({ "id": partner.account_id, "after": logs[3]["auditLog"]["pageInfo"]["endCursor"] });
    let rest = app.ask_as(&partner.token, next, after).await;
    let rest = &rest.ok()["account"]["auditLog"];
    assert_eq!((rest["nodes"].as_array().unwrap().len(), &rest["pageInfo"]["hasPreviousPage"]), (7, &json!(true)));
}

#[derive(FromQueryResult)]
struct Ids {
    account_id: AccountId,
    user_id: UserId,
}

/// Many rows that others' acts, jobs and mails have left, and many accounts: far more than any page.
const CROWD: [&str; 5] = [
    "INSERT INTO account (id, name, country, locale, currency, time_zone, search, created_at)
        SELECT gen_random_uuid(), 'Crowd ' || n, 'DE', 'en', 'EUR', 'Europe/Berlin', 'crowd ' || n, now() FROM generate_series(1, 30000) n",
    "INSERT INTO audit_entry (id, occurred_at, actor_id, by_staff, acting_for_id, acted_from_id, partnership_id, operation, account_id, outcome)
        SELECT gen_random_uuid(), now(), m.user_id, FALSE, s.client_account_id, s.partner_id, s.id, 'updateProduct', s.client_account_id, 'DONE'
        FROM partnership s JOIN membership m ON m.account_id = s.partner_id AND m.role = 'OWNER', generate_series(1, 100)",
    "INSERT INTO job (id, kind, class, payload, priority, run_at, state, attempts, max_attempts, changed_at)
        SELECT gen_random_uuid(), 'act', 'fast', '{}', 1, n, CASE WHEN n % 2000 = 0 THEN 'dead' ELSE 'done' END, 1, 1, n FROM generate_series(1, 40000) n",
    "INSERT INTO notification (id, kind, subject_id, step, recipient, required, locale, data, created_at, failed_at)
        SELECT gen_random_uuid(), 'verify_address', gen_random_uuid(), 0, 'a@b.example', 0, 'en', '{}', now(), CASE WHEN n % 2000 = 0 THEN now() END
        FROM generate_series(1, 40000) n",
    "ANALYZE",
];

/// Neither the log of an account nor any list of the staff reads a table as a whole.
#[tokio::test]
async fn no_list_reads_a_whole_table() {
    let database = Database::fresh(Db::Postgres).await;
    let pool = domain::database::connect(&database.url().parse().unwrap(), 1).await.unwrap();
    let store = Store::new(pool.clone(), Signals::local(), Arc::new(Settings::demo(pool.clone())));
    seed::fill(&store, Sizes { partners: 3, clients: 200, products: 1, invoices: 1 }, |_| {}).await.unwrap();
    for sql in CROWD {
        pool.execute_unprepared(sql).await.unwrap();
    }
    let session = format!(
        "INSERT INTO session (id, user_id, token_hash, created_at, expires_at)
        SELECT id, id, '{}', created_at, '2999-01-01T00:00:00+00:00' FROM \"user\" WHERE email = 'owner@agency-1.example'",
        secret::hash("a token")
    );
    pool.execute_unprepared(&session).await.unwrap();
    let (owner, now) = account::queries::authenticate(&store, Some("a token"), None).await.unwrap();
    let sql = "SELECT m.account_id, m.user_id FROM membership m JOIN account a ON a.id = m.account_id AND a.name = 'Agency 1'";
    let ids = Ids::find_by_statement(Statement::from_string(pool.get_database_backend(), sql));
    let Ids { account_id, user_id } = ids.one(&pool).await.unwrap().unwrap();
    let operator = domain::Actor::System(domain::actor::System::Operator);
    let (own, staff) =
        (store.reader(owner, now.now, Statements::default()), store.reader(operator, now.now, Statements::default()));
    let page = PageRequest::first(20);
    let filters = [
        Filter::default(),
        Filter { account_id: Some(account_id), actor_id: None },
        Filter { account_id: None, actor_id: Some(user_id) },
        Filter { account_id: Some(account_id), actor_id: Some(user_id) },
    ];

    let tables = ["account", "audit_entry", "job", "membership", "notification", "partnership", "user"];
    let before = whole_scans(&pool, &tables).await;
    // more often than it takes until a plan for any value is tried
    for _ in 0..8 {
        let log = queries::of_accounts(&own, &[account_id], &page).await.unwrap();
        assert_eq!(log[&account_id].rows.len(), 20);
        assert!(log[&account_id].rows.is_sorted_by(|a, b| a.id > b.id), "newest first");
        assert!(queries::count_of_accounts(&own, &[account_id]).await.unwrap()[&account_id] > 10_000);
        for filter in filters {
            assert_eq!(queries::all(&staff, filter, &page).await.unwrap().rows.len(), 20, "{filter:?}");
        }
        assert_eq!(job::dead::page(&staff, &page).await.unwrap().rows.len(), 20);
        assert_eq!(notification::queries::failed(&staff, &page).await.unwrap().rows.len(), 20);
        for (search, found) in [("crowd 29999", 1), ("nobody such", 0), ("owner@agency-1.example", 1)] {
            assert_eq!(account::queries::all(&staff, Some(search), &page).await.unwrap().rows.len(), found, "{search}");
        }
    }
    assert_eq!(whole_scans(&pool, &tables).await, before);
}
