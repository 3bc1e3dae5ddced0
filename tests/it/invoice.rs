//! What is shown of invoices, their lines and the entries of wallets, and to whom.

use rstest::rstest;
use serde_json::{Value, json};
use tests::app::TestApp;
use tests::database::Db;
use tests::world::Signed;

/// An invoice bears the payer's address as of its issue, and none where none was given, whatever becomes of the account.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn an_invoice_keeps_the_address_it_was_issued_with(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let app = TestApp::start(db).await;
    let provider = app.provider().await;
    let buyer = app.sign_up("ada@solo.example", "Solo").await;
    app.add_card(&buyer, "tok_visa").await;
    let order = async |key: &str| {
        let input = json!({ "accountId": buyer.account_id, "items": [{ "planId": provider.hosting_id }], "idempotencyKey": key });
        app.done(&buyer.token, "placeOrder", input, "order { id }").await;
    };
    let live_at = async |street: &str| {
        let address =
            json!({ "name": "Solo GmbH", "street": street, "postalCode": "10115", "city": "Berlin", "country": "DE" });
        let input = json!({ "accountId": buyer.account_id, "billingAddress": address });
        app.done(&buyer.token, "updateAccount", input, "account { id }").await;
    };
    order("without-address").await;
    live_at("Alte Allee 1").await;
    order("with-address").await;
    live_at("Neue Gasse 2").await;

    let query = "query($id: ID!) { account(id: $id) { invoices { nodes {
        billingAddress { name street postalCode city country } } } } }";
    let reply = app.ask_as(&buyer.token, query, json!({ "id": buyer.account_id })).await;
    let old = json!({ "name": "Solo GmbH", "street": "Alte Allee 1", "postalCode": "10115", "city": "Berlin", "country": "DE" });
    let expected = json!([{ "billingAddress": old }, { "billingAddress": null }]);
    assert_eq!(reply.ok()["account"]["invoices"]["nodes"], expected);
}

/// A line and an entry are found by their ids, with their amounts, by those who see what they stand in, and by nobody else.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn lines_and_entries_are_nodes(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let app = TestApp::start(db).await;
    let provider = app.provider().await;
    let partner = app.partner(&provider, "acme").await;
    let (client, record, _) = app.client_of("acme", &partner, "bolt", "CLIENT").await;
    app.buy_for(&provider, &partner, &record, "CLIENT_CARD").await;
    let lines = "query($id: ID!) { account(id: $id) { invoices { nodes { lines { id } } } } }";
    let reply = app.ask_as(&client.token, lines, json!({ "id": client.account_id })).await;
    let line = reply.ok()["account"]["invoices"]["nodes"][0]["lines"][0]["id"].clone();
    let entries = "query($id: ID!) { account(id: $id) { wallet { entries { nodes { id invoiceLineId } } } } }";
    let reply = app.ask_as(&partner.token, entries, json!({ "id": partner.account_id })).await;
    let entry = reply.ok()["account"]["wallet"]["entries"]["nodes"][0].clone();
    assert_eq!(entry["invoiceLineId"], line);

    let nodes = "query($ids: [ID!]!) { nodes(ids: $ids) { id
        ... on InvoiceLine { net { amount currencyCode } tax { amount } taxRateBps }
        ... on WalletEntry { kind description amount { amount } balanceAfter { amount currencyCode } } } }";
    let seen = async |who: &Signed| {
        let reply = app.ask_as(&who.token, nodes, json!({ "ids": [line, entry["id"]] })).await;
        reply.ok()["nodes"].clone()
    };
    let shown_line = json!({ "id": line, "net": { "amount": "99.00", "currencyCode": "EUR" }, "tax": { "amount": "18.81" }, "taxRateBps": 1900 });
    assert_eq!(seen(&client).await, json!([shown_line, null]));
    let mut shown_entry = json!({
        "id": entry["id"], "kind": "CASHBACK", "description": "Cashback on Hosting Business", "amount": { "amount": "19.80" },
        "balanceAfter": { "amount": "19.80", "currencyCode": "EUR" },
    });
    assert_eq!(seen(&partner).await, json!([null, shown_entry]));
    app.done(&partner.token, "updateUser", json!({ "locale": "de" }), "user { id }").await;
    shown_entry["description"] = "Cashback auf Hosting Business".into();
    assert_eq!(seen(&partner).await, json!([null, shown_entry]));
}

const OF_CLIENTS: &str = "query($id: ID!) { account(id: $id) { clients { nodes { name
    invoices(first: 5) { totalCount nodes { total { amount } billedTo { name } lines { net { amount } } } } } } } }";

/// The invoices of each of the partner's client records that this person sees, and how many statements it took.
async fn of_clients(app: &TestApp, who: &Signed, partner: &Signed) -> (Vec<Value>, u64) {
    let reply = app.ask_as(&who.token, OF_CLIENTS, json!({ "id": partner.account_id })).await;
    let records = reply.ok()["account"]["clients"]["nodes"].as_array().unwrap().clone();
    (records, reply.statements())
}

/// S2.10: on the record of a client that pays itself, its partner finds what is billed to the partner, and nothing else.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_record_shows_what_its_partner_pays(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let app = TestApp::start(db).await;
    let provider = app.provider().await;
    let partner = app.partner(&provider, "acme").await;
    let (client, payer_record, _) = app.client_of("acme", &partner, "bolt", "CLIENT").await;
    app.buy_for(&provider, &partner, &payer_record, "CLIENT_CARD").await;
    let none = json!({ "totalCount": 0, "nodes": [] });
    let (records, statements) = of_clients(&app, &partner, &partner).await;
    assert_eq!(records, [json!({ "name": "bolt", "invoices": none })]);

    // the partner's own card, for the same client: P - D = 79.20 and 19 % of it
    app.buy_for(&provider, &partner, &payer_record, "PARTNER_CARD").await;
    let (_, paid_record, _) = app.client_of("acme", &partner, "coil", "PARTNER").await;
    app.buy_for(&provider, &partner, &paid_record, "PARTNER_CARD").await;
    let paid = json!({
        "totalCount": 1,
        "nodes": [{ "total": { "amount": "94.25" }, "billedTo": { "name": "acme" }, "lines": [{ "net": { "amount": "79.20" } }] }],
    });
    let (records, with_rows) = of_clients(&app, &partner, &partner).await;
    assert_eq!(records, [json!({ "name": "bolt", "invoices": paid }), json!({ "name": "coil", "invoices": paid })]);
    // lines and payer of what there is now, a statement each
    assert_eq!(with_rows, statements + 2);

    for name in ["dyno", "elba"] {
        let (_, record, _) = app.client_of("acme", &partner, name, "PARTNER").await;
        app.buy_for(&provider, &partner, &record, "PARTNER_CARD").await;
    }
    let (records, as_many) = of_clients(&app, &partner, &partner).await;
    assert_eq!(records.len(), 4);
    assert_eq!(as_many, with_rows);

    let whole = app.ask_as(&provider.staff, OF_CLIENTS, json!({ "id": partner.account_id })).await;
    assert_eq!(whole.ok()["account"]["clients"]["nodes"][0]["invoices"]["totalCount"], 2, "staff sees both");
    let (strange, _) = of_clients(&app, &client, &partner).await;
    assert_eq!(strange, Vec::<Value>::new());
}
