//! What has been paid, what is owed, and what is free, when a product changes hands.

use rstest::rstest;
use serde_json::{Value, json};
use tests::app::TestApp;
use tests::database::Db;
use tests::world::Signed;

use super::harness::{Scene, invoices, products};

/// A plan that costs nothing, ordered by somebody: the product's id.
async fn free_product(s: &Scene, who: &Signed) -> String {
    let input = json!({ "sku": "site", "name": "Site", "kind": "WEBSITE" });
    let offering = s.app.done(&s.provider.staff, "saveOffering", input, "offering { id }").await;
    let price = json!({ "termMonths": 12, "price": { "amount": "0.00", "currencyCode": "EUR" } });
    let input = json!({
        "offeringId": offering["offering"]["id"], "name": "Free", "defaultTermMonths": 12, "prices": [price],
    });
    let plan = s.app.done(&s.provider.staff, "savePlan", input, "plan { id }").await;
    let input = json!({
        "accountId": who.account_id, "items": [{ "planId": plan["plan"]["id"] }], "idempotencyKey": "a-free-site",
    });
    s.app.done(&who.token, "placeOrder", input, "order { status }").await;
    let all = products(&s.app, who).await;
    let free = all.iter().find(|product| product["label"].as_str().unwrap().contains("Free")).expect("a free site");
    free["id"].as_str().unwrap().to_owned()
}

/// S1.17: a site that is handed over before anything is paid warns of nothing, and the first premium invoice for it is the client's: here
/// the site that costs nothing has a price by the time it renews.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn handed_over_before_the_upgrade_the_first_invoice_is_the_clients(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let s = Scene::start(db).await;
    let app = &s.app;
    let product = free_product(&s, &s.partner).await;
    let input = json!({ "productId": product, "toEmail": "jo@bolt.example" });
    let offer = app.done(&s.partner.token, "offerTransfer", input, "transfer { id } warnings").await;
    assert_eq!(offer["warnings"], json!(["PARTNERSHIP_WITH_RECIPIENT_MISSING"]), "nothing was paid");
    let accepted = s.accept(&s.client, offer["transfer"]["id"].as_str().unwrap()).await;
    assert_eq!(accepted.ok()["acceptTransfer"]["warnings"], json!(["PARTNERSHIP_WITH_RECIPIENT_MISSING"]));
    let mine = json!({ "productId": product, "idempotencyKey": "free-renewal" });
    let free = app.done(&s.client.token, "renewProduct", mine, "invoice { id } product { status }").await;
    assert_eq!(free, json!({ "invoice": null, "product": { "status": "FREE" }, "userErrors": [] }));

    // S1.15b and c: what is upgraded to is paid by the client and invoiced in its name
    let input = json!({
        "accountId": s.client.account_id, "items": [{ "planId": s.provider.hosting_id }], "idempotencyKey": "the-upgrade",
    });
    app.done(&s.client.token, "placeOrder", input, "order { status }").await;
    let bills = invoices(app, &s.client).await;
    assert_eq!((bills.len(), &bills[0]["billedTo"]["name"]), (1, &json!("Bolt")));
    assert_eq!(bills[0]["total"]["amount"], "117.81");
    assert_eq!(invoices(app, &s.partner).await.len(), 1, "the first year of its own site, and nothing more");
    app.check_books().await;
}

/// A partnership that the partner knows of, by the address of its client record, makes the warning go; so does the one of the account that
/// accepts.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_known_partnership_is_not_missing(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let s = Scene::start(db).await;
    let app = &s.app;
    let (cafe, record, _) = app.client_of("acme", &s.partner, "cafe", "CLIENT").await;
    app.verify(&cafe).await;
    let input = json!({ "clientId": record, "email": cafe.email });
    app.done(&s.partner.token, "updateClient", input, "client { email }").await;
    let known = s.offer(&s.partner.token, &cafe.email, false).await.ok()["offerTransfer"].clone();
    assert_eq!(known["warnings"], json!(["PAID_TERM_MOVES"]));
    let accepted = s.accept(&cafe, known["transfer"]["id"].as_str().unwrap()).await;
    assert_eq!(accepted.ok()["acceptTransfer"]["warnings"], json!(["PAID_TERM_MOVES"]));
    // the partner's partnership with the client covers it from now on
    assert_eq!(s.sees(&s.partner).await["account"]["name"], "cafe");
    // an account that is no partner leaves nobody behind
    let input = json!({ "productId": s.product, "toEmail": "jo@bolt.example" });
    let plain = app.done(&cafe.token, "offerTransfer", input, "warnings").await;
    assert_eq!(plain["warnings"], json!(["PAID_TERM_MOVES"]));
}

async fn pay(app: &TestApp, who: &Signed, product: &str) -> Value {
    let open = "query($id: ID!) { account(id: $id) { invoices(filter: { status: [OPEN] }) { nodes { id lines { product { id } } } } } }";
    let open = app.ask_as(&who.token, open, json!({ "id": who.account_id })).await;
    let nodes = open.ok()["account"]["invoices"]["nodes"].as_array().unwrap().clone();
    assert_eq!(nodes.len(), 1, "{product}: {nodes:#?}");
    app.add_card(who, "tok_visa").await;
    let input = json!({ "invoiceId": nodes[0]["id"], "idempotencyKey": format!("pay-{product}") });
    app.done(&who.token, "payInvoice", input, "invoice { status }").await
}

/// S1.17: a past-due site may be handed over: the open invoice stays with the former holder, who owes it, sees it and can pay it; the site
/// is the client's meanwhile, and restored when it is paid.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn an_open_invoice_stays_with_the_former_holder(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let s = Scene::start(db).await;
    let app = &s.app;
    app.add_card(&s.partner, "tok_declined").await;
    app.advance_to(&s.provider.staff, "2027-11-21T12:00:00Z").await.ok();
    assert_eq!(s.sees(&s.partner).await["status"], "PAST_DUE");
    let offer = s.offer(&s.partner.token, "jo@bolt.example", false).await.ok()["offerTransfer"].clone();
    assert_eq!(offer["warnings"], json!(["OPEN_INVOICE_STAYS", "PARTNERSHIP_WITH_RECIPIENT_MISSING"]));
    app.run_jobs().await;
    let mail = app.mails_to("jo@bolt.example").pop().expect("a mail");
    assert!(mail.text.contains("That invoice stays with whoever owes it;"), "{}", mail.text);
    let accepted = s.accept(&s.client, offer["transfer"]["id"].as_str().unwrap()).await;
    assert_eq!(
        accepted.ok()["acceptTransfer"]["warnings"],
        json!(["OPEN_INVOICE_STAYS", "PARTNERSHIP_WITH_RECIPIENT_MISSING"])
    );
    let held = s.sees(&s.client).await;
    assert_eq!((&held["status"], &held["invoices"]["totalCount"]), (&json!("PAST_DUE"), &json!(0)));
    assert_eq!(invoices(app, &s.client).await, Vec::<Value>::new());

    assert_eq!(pay(app, &s.partner, &s.product).await["invoice"]["status"], "PAID");
    let held = s.sees(&s.client).await;
    assert_eq!((&held["status"], &held["renewsOn"]), (&json!("ACTIVE"), &json!("2028-11-21")));
    assert_eq!(s.sees(&s.partner).await, Value::Null);
    app.check_books().await;
}

/// What is invoiced before its day and not paid would have the former holder pay for a term of another's: it is settled first.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_term_to_come_is_settled_before_it_moves(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let s = Scene::start(db).await;
    let app = &s.app;
    app.add_card(&s.partner, "tok_declined").await;
    let input = json!({ "productId": s.product, "idempotencyKey": "early-and-declined" });
    app.run(&s.partner.token, "renewProduct", input, "invoice { status }").await;
    let offer = s.offer(&s.partner.token, "jo@bolt.example", false).await.ok()["offerTransfer"].clone();
    let warnings = json!(["PAID_TERM_MOVES", "OPEN_INVOICE_STAYS", "PARTNERSHIP_WITH_RECIPIENT_MISSING"]);
    assert_eq!(offer["warnings"], warnings);
    let transfer = offer["transfer"]["id"].as_str().unwrap();
    assert_eq!(s.accept(&s.client, transfer).await.user_error(), "TRANSFER_NOT_POSSIBLE");
    assert_eq!(pay(app, &s.partner, &s.product).await["invoice"]["status"], "PAID");
    s.accept(&s.client, transfer).await.ok();
    assert_eq!(s.sees(&s.client).await["renewsOn"], "2028-11-21", "two years are paid");
    app.check_books().await;
}

/// While it is not known whether it is paid, nothing moves; once it is, it does.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn nothing_moves_while_a_payment_is_under_way(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let s = Scene::start(db).await;
    let app = &s.app;
    let transfer = s.offered("jo@bolt.example", false).await;
    app.add_card(&s.partner, "tok_timeout").await;
    let input = json!({ "productId": s.product, "idempotencyKey": "who-knows" });
    app.run(&s.partner.token, "renewProduct", input, "invoice { status }").await;
    let open = app.texts("SELECT status AS t FROM payment WHERE status IN ('PENDING', 'UNKNOWN')").await;
    assert_eq!(open.len(), 1, "{open:?}");
    assert_eq!(s.accept(&s.client, &transfer).await.user_error(), "TRANSFER_NOT_POSSIBLE");
    assert_eq!(s.sees(&s.partner).await["account"]["name"], "acme");
    // the gateway is asked again, and knows
    app.advance_to(&s.provider.staff, "2026-11-21T12:00:00Z").await.ok();
    s.accept(&s.client, &transfer).await.ok();
    assert_eq!(s.sees(&s.client).await["renewsOn"], "2028-11-21", "two years are paid");
}
