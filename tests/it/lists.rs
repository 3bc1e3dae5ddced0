//! Lists that hang on objects: the contract's quartet on each, and one statement for all objects of a level.

use rstest::rstest;
use serde_json::{Value, json};
use tests::app::TestApp;
use tests::database::Db;
use tests::world::{Provider, Signed};

async fn asked(app: &TestApp, who: &Signed, query: &str) -> (Value, u64) {
    let reply = app.ask_as(&who.token, query, json!({ "id": who.account_id })).await;
    (reply.ok()["account"].clone(), reply.statements())
}

/// A client in this currency that pays itself and has bought the hosting plan through the partner.
async fn client_in(app: &TestApp, provider: &Provider, partner: &Signed, name: &str, currency: &str) {
    let client = app.sign_up_in(&format!("owner@{name}.example"), name, "DE", currency, "en").await;
    app.add_card(&client, "tok_visa").await;
    let input = json!({
        "accountId": client.account_id, "partnerProfileSlug": "acme", "accessLevel": "FULL", "payer": "CLIENT",
    });
    let offer = app.done(&client.token, "sendInvitation", input, "invitation { id }").await;
    let input = json!({ "invitationId": offer["invitation"]["id"] });
    let connected = app.done(&partner.token, "connectClient", input, "client { id }").await;
    app.buy_for(provider, partner, connected["client"]["id"].as_str().unwrap(), "CLIENT_CARD").await;
}

/// The entries of two wallets, their counts and the balances that they left cost as many statements as those of one.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn the_entries_of_all_wallets_are_read_together(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let app = TestApp::start(db).await;
    let provider = app.provider().await;
    let partner = app.partner(&provider, "acme").await;
    let plan = json!({
        "id": provider.hosting_id, "offeringId": offering_of(&app, &provider).await, "name": "Business", "defaultTermMonths": 12,
        "prices": [
            { "termMonths": 12, "price": { "amount": "99.00", "currencyCode": "EUR" } },
            { "termMonths": 12, "price": { "amount": "110.00", "currencyCode": "CHF" } },
        ],
    });
    app.done(&provider.staff, "savePlan", plan, "plan { id }").await;
    for name in ["bolt", "coil", "dyno"] {
        client_in(&app, &provider, &partner, name, "EUR").await;
    }
    let wallets = "query($id: ID!) { account(id: $id) { wallets { pending { amount currencyCode }
        entries(first: 2) { totalCount pageInfo { hasNextPage } nodes { amount { amount } balanceAfter { amount } } }
        oldest: entries(last: 1) { nodes { balanceAfter { amount } } } } } }";
    let (one, statements) = asked(&app, &partner, wallets).await;
    // 20 % of 99.00, three times
    assert_eq!(
        one["wallets"],
        json!([{
            "pending": { "amount": "59.40", "currencyCode": "EUR" },
            "entries": {
                "totalCount": 3, "pageInfo": { "hasNextPage": true },
                "nodes": [
                    { "amount": { "amount": "19.80" }, "balanceAfter": { "amount": "59.40" } },
                    { "amount": { "amount": "19.80" }, "balanceAfter": { "amount": "39.60" } },
                ],
            },
            "oldest": { "nodes": [{ "balanceAfter": { "amount": "19.80" } }] },
        }])
    );

    client_in(&app, &provider, &partner, "elba", "CHF").await;
    let (two, as_many) = asked(&app, &partner, wallets).await;
    assert_eq!(two["wallets"][0]["entries"]["nodes"][0]["balanceAfter"]["amount"], "22.00");
    assert_eq!(two["wallets"][0]["pending"]["currencyCode"], "CHF");
    assert_eq!(two["wallets"][1], one["wallets"][0]);
    assert_eq!(as_many, statements);
    app.run_jobs().await;
    app.check_books().await;
}

async fn offering_of(app: &TestApp, provider: &Provider) -> Value {
    let query = "query($id: ID!) { node(id: $id) { ... on Plan { offering { id } } } }";
    app.ask(query, json!({ "id": provider.hosting_id })).await.ok()["node"]["offering"]["id"].clone()
}

/// The feeds of three clients' accounts cost as many statements as that of one.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn the_feeds_of_all_clients_are_read_together(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let app = TestApp::start(db).await;
    let provider = app.provider().await;
    let partner = app.partner(&provider, "acme").await;
    let feeds = "query($id: ID!) { account(id: $id) { clients { nodes { account { name activity(first: 1, kinds: [PRODUCT_ACTIVATED]) {
        totalCount nodes { kind } } } } } } }";
    client_in(&app, &provider, &partner, "bolt", "EUR").await;
    let (one, statements) = asked(&app, &partner, feeds).await;
    let feed = json!({ "totalCount": 1, "nodes": [{ "kind": "PRODUCT_ACTIVATED" }] });
    assert_eq!(one["clients"]["nodes"], json!([{ "account": { "name": "bolt", "activity": feed } }]));

    for name in ["coil", "dyno"] {
        client_in(&app, &provider, &partner, name, "EUR").await;
    }
    let (three, as_many) = asked(&app, &partner, feeds).await;
    assert_eq!(three["clients"]["nodes"][2], json!({ "account": { "name": "dyno", "activity": feed } }));
    assert_eq!(as_many, statements);
}

/// Every list takes the whole quartet: forwards from its newest row, backwards from its oldest.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_list_is_paged_from_both_ends(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let app = TestApp::start(db).await;
    let provider = app.provider().await;
    let buyer = app.sign_up("owner@solo.example", "solo").await;
    app.add_card(&buyer, "tok_visa").await;
    for n in 1..=3 {
        let input = json!({
            "accountId": buyer.account_id, "items": [{ "planId": provider.hosting_id }], "idempotencyKey": format!("order-no-{n}"),
        });
        app.done(&buyer.token, "placeOrder", input, "order { id }").await;
    }
    let numbers = |page: &Value| -> Vec<String> {
        page["nodes"].as_array().unwrap().iter().map(|it| it["number"].as_str().unwrap().to_owned()).collect()
    };
    let page = "{ nodes { number } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } }";
    let query = format!("query($id: ID!) {{ account(id: $id) {{ invoices(first: 2) {page} }} }}");
    let (account, _) = asked(&app, &buyer, &query).await;
    assert_eq!(numbers(&account["invoices"]), ["2026-000003", "2026-000002"]);
    let end = account["invoices"]["pageInfo"]["endCursor"].as_str().unwrap();

    let query = format!(
        "query($id: ID!) {{ account(id: $id) {{
            rest: invoices(after: \"{end}\") {page} oldest: invoices(last: 2) {page} newer: invoices(before: \"{end}\") {page} }} }}"
    );
    let (account, _) = asked(&app, &buyer, &query).await;
    assert_eq!(numbers(&account["rest"]), ["2026-000001"]);
    assert_eq!(numbers(&account["oldest"]), ["2026-000002", "2026-000001"]);
    assert_eq!(account["oldest"]["pageInfo"]["hasPreviousPage"], true);
    assert_eq!(numbers(&account["newer"]), ["2026-000003"]);
    assert_eq!(account["newer"]["pageInfo"]["hasNextPage"], true);
}
