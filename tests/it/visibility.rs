//! Who sees whose invoices: the payer and nobody else, by whichever path.

use rstest::rstest;
use serde_json::{Value, json};
use tests::app::TestApp;
use tests::database::Db;
use tests::mailbox::Mail;
use tests::world::Signed;

/// Every path by which somebody could come to an account's invoices.
const PATHS: &str = "query($account: ID!, $invoice: ID!, $line: ID!) {
    account(id: $account) {
        invoices(first: 10) { totalCount nodes { number total { amount } } edges { node { number } } }
        open: invoices(filter: { status: [OPEN, PAID, CREDITED, UNCOLLECTIBLE] }) { totalCount }
        orders { totalCount nodes { id invoice { number } } }
        products { nodes { label invoices { totalCount nodes { number } } } }
    }
    node(id: $invoice) { __typename }
    line: node(id: $line) { __typename }
    nodes(ids: [$invoice]) { __typename }
}";

const OWN: &str =
    "query($id: ID!) { account(id: $id) { invoices { nodes { id number total { amount } lines { id } } } } }";

async fn own_invoices(app: &TestApp, who: &Signed) -> Vec<Value> {
    let reply = app.ask_as(&who.token, OWN, json!({ "id": who.account_id })).await;
    reply.ok()["account"]["invoices"]["nodes"].as_array().unwrap().clone()
}

/// What somebody sees of an account's invoices, and of one invoice by its ids.
async fn sees(app: &TestApp, who: &Signed, account: &str, invoice: &Value) -> Value {
    let variables = json!({ "account": account, "invoice": invoice["id"], "line": invoice["lines"][0]["id"] });
    app.ask_as(&who.token, PATHS, variables).await.ok().clone()
}

/// Nothing of an invoice, a count or a figure; that the account and its products are there is no secret to a partner.
fn assert_sees_none(seen: &Value) {
    for gone in ["node", "line"] {
        assert_eq!(seen[gone], Value::Null, "{seen:#}");
    }
    assert_eq!(seen["nodes"], json!([null]));
    let account = &seen["account"];
    assert_eq!(account["invoices"], json!({ "totalCount": 0, "nodes": [], "edges": [] }), "{seen:#}");
    assert_eq!(account["open"]["totalCount"], 0);
    for product in account["products"]["nodes"].as_array().unwrap() {
        assert_eq!(product["invoices"], json!({ "totalCount": 0, "nodes": [] }), "{seen:#}");
    }
    for order in account["orders"]["nodes"].as_array().unwrap() {
        assert_eq!(order["invoice"], Value::Null, "{seen:#}");
    }
}

/// Whether a mail names the invoice of this number; orders have numbers of the same form behind `O-`.
fn names(mail: &Mail, number: &str) -> bool {
    let order = format!("O-{number}");
    [&mail.text, &mail.html].iter().any(|body| body.replace(&order, "").contains(number))
}

/// S2.9, S2.10, S2.11: the client pays, so the invoice is in its organisation alone; the partner that ordered sees none of it, in
/// no list, by no id, in no nested field and no count, though the product is the client's and the partner looks after it.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_pays_keeps_its_invoices_to_itself(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let app = TestApp::start(db).await;
    let provider = app.provider().await;
    let partner = app.partner(&provider, "acme").await;
    let (client, record, _) = app.client_of("acme", &partner, "bolt", "CLIENT").await;
    let stranger = app.sign_up("zoe@other.example", "Other").await;
    app.buy_for(&provider, &partner, &record, "CLIENT_CARD").await;

    let own = own_invoices(&app, &client).await;
    assert_eq!(own.len(), 1);
    assert_eq!(own[0]["total"]["amount"], "117.81");
    assert_eq!(own_invoices(&app, &partner).await, Vec::<Value>::new());
    let seen = sees(&app, &partner, &client.account_id, &own[0]).await;
    assert_sees_none(&seen);
    assert_eq!(seen["account"]["products"]["nodes"][0]["label"], "Hosting Business");
    let strange = sees(&app, &stranger, &client.account_id, &own[0]).await;
    assert_eq!(strange["account"], Value::Null);
    assert_eq!(strange["node"], Value::Null);
    // what the client itself sees by the same paths, so that the paths are ones
    let whole = sees(&app, &client, &client.account_id, &own[0]).await;
    assert_eq!(whole["node"]["__typename"], "Invoice");
    assert_eq!(whole["account"]["products"]["nodes"][0]["invoices"]["totalCount"], 1);

    app.run_jobs().await;
    let number = own[0]["number"].as_str().unwrap();
    assert!(app.mails_to(&client.email).iter().any(|mail| mail.text.contains(number)));
    assert!(app.mails_to(&partner.email).iter().all(|mail| !names(mail, number)), "the partner is mailed of {number}");
    app.check_books().await;
}

/// S2.16, S2.17, S2.18: the partner pays, so the invoice is in its organisation alone; the client, in whose organisation the product
/// is, sees none of it.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_partner_that_pays_keeps_its_invoices_to_itself(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let app = TestApp::start(db).await;
    let provider = app.provider().await;
    let partner = app.partner(&provider, "acme").await;
    let (client, record, _) = app.client_of("acme", &partner, "bolt", "PARTNER").await;
    app.buy_for(&provider, &partner, &record, "PARTNER_CARD").await;

    let own = own_invoices(&app, &partner).await;
    assert_eq!(own.len(), 1);
    assert_eq!(own[0]["total"]["amount"], "94.25");
    assert_eq!(own_invoices(&app, &client).await, Vec::<Value>::new());
    for account in [&client.account_id, &partner.account_id] {
        assert_sees_none(&sees(&app, &client, account, &own[0]).await);
    }
    let whole = sees(&app, &partner, &client.account_id, &own[0]).await;
    assert_eq!(whole["account"]["products"]["nodes"][0]["invoices"]["nodes"][0]["number"], own[0]["number"]);

    app.run_jobs().await;
    let number = own[0]["number"].as_str().unwrap();
    assert!(app.mails_to(&partner.email).iter().any(|mail| mail.text.contains(number)));
    let told = app.mails_to(&client.email);
    assert!(
        told.iter().all(|mail| !names(mail, number) && !mail.text.contains("94.25")),
        "the client is mailed of {number}"
    );
    app.check_books().await;
}

/// S2.19a, S2.21: the client changes the payer; what is paid stays where it is, and the partner is mailed.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_changed_payer_moves_no_invoice(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let app = TestApp::start(db).await;
    let provider = app.provider().await;
    let partner = app.partner(&provider, "acme").await;
    let (client, record, partnership) = app.client_of("acme", &partner, "bolt", "CLIENT").await;
    app.buy_for(&provider, &partner, &record, "CLIENT_CARD").await;
    let before = own_invoices(&app, &client).await;

    let input = json!({ "partnershipId": partnership, "payer": "PARTNER", "idempotencyKey": "payer-change-1" });
    let refused = app.run(&partner.token, "changePayer", input.clone(), "partnership { payer }").await;
    assert_eq!(refused.user_error(), "PERMISSION_DENIED");
    let changed = app.done(&client.token, "changePayer", input, "partnership { payer payerChanges { from to } }").await;
    assert_eq!(changed["partnership"]["payer"], "PARTNER");
    assert_eq!(changed["partnership"]["payerChanges"], json!([{ "from": "CLIENT", "to": "PARTNER" }]));

    assert_eq!(own_invoices(&app, &client).await, before);
    assert_eq!(own_invoices(&app, &partner).await, Vec::<Value>::new());
    app.run_jobs().await;
    let mails = app.mails_to(&partner.email);
    assert_eq!(mails.iter().filter(|mail| mail.subject.to_lowercase().contains("pay")).count(), 1, "{mails:#?}");
    app.check_books().await;
}

/// S3.18: a rejected client is told by mail, with the standard text and the partner's own words.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_rejected_client_is_told_by_mail(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let app = TestApp::start(db).await;
    let provider = app.provider().await;
    let partner = app.partner(&provider, "acme").await;
    let client = app.sign_up("bea@bolt.example", "Bolt").await;
    let input = json!({ "accountId": client.account_id, "partnerProfileSlug": "acme", "accessLevel": "FULL", "payer": "CLIENT" });
    let offer = app.done(&client.token, "sendInvitation", input, "invitation { id }").await;
    let words = "Not before <spring>, sorry & thanks";
    let input = json!({ "invitationId": offer["invitation"]["id"], "message": words });
    let rejected = app.done(&partner.token, "rejectInvitation", input.clone(), "invitation { status }").await;
    assert_eq!(rejected["invitation"]["status"], "REJECTED");
    let again = app.run(&partner.token, "rejectInvitation", input, "invitation { status }").await;
    assert_eq!(again.user_error(), "INVITATION_ALREADY_ANSWERED");

    app.run_jobs().await;
    let mails = app.mails_to(&client.email);
    let mail = mails.last().expect("a mail");
    assert!(mail.text.contains(words) && mail.text.contains("acme"), "{}", mail.text);
    assert!(mail.html.contains("&lt;spring&gt;") && !mail.html.contains("<spring>"));
    app.check_books().await;
}
