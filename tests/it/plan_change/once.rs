//! Changes that are declined, unknown, refused, or come twice.

use futures::future::join_all;
use rstest::rstest;
use serde_json::json;
use tests::database::Db;

use super::harness::World;

/// A declined change leaves a failed order and nothing else; one whose answer is lost waits, keeps others out, and is done when the
/// gateway knows.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn nothing_changes_before_it_is_paid(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let w = World::start(db, "CLIENT").await;
    let product = w.own_product(&w.ten, "bolts-own").await;
    let before = w.product(&product).await;
    w.app.add_card(&w.bolt, "tok_declined").await;
    let declined = w.change(&w.bolt, &product, &w.twenty, json!({}), "declined-one").await;
    assert_eq!(declined.user_error(), "PAYMENT_DECLINED");
    assert_eq!(declined.data()["changePlan"]["order"]["status"], "FAILED");
    assert_eq!(w.product(&product).await, before);
    w.books_are_right().await;

    w.app.add_card(&w.bolt, "tok_timeout").await;
    let unknown = w.change(&w.bolt, &product, &w.twenty, json!({}), "a-lost-answer").await;
    assert_eq!(unknown.user_error(), "PAYMENT_PENDING");
    assert_eq!(unknown.data()["changePlan"]["order"]["status"], "PENDING_PAYMENT");
    assert_eq!(w.product(&product).await, before);
    let again = w.change(&w.bolt, &product, &w.twenty, json!({}), "another-key").await;
    assert_eq!(again.user_error(), "PAYMENT_PENDING");
    let renew = json!({ "productId": product, "idempotencyKey": "renew-meanwhile" });
    assert_eq!(w.app.run(&w.bolt.token, "renewProduct", renew, "product { id }").await.user_error(), "CONFLICT");
    let end = json!({ "productId": product, "atPeriodEnd": false });
    assert_eq!(w.app.run(&w.bolt.token, "cancelProduct", end, "product { id }").await.user_error(), "PAYMENT_PENDING");
    w.advance("2027-03-01T10:00:00Z").await;
    assert_eq!(w.product(&product).await["plan"]["name"], "L");
    let same = w.change(&w.bolt, &product, &w.twenty, json!({}), "a-lost-answer").await;
    assert_eq!(same.ok()["changePlan"]["order"]["status"], "PAID");
    w.books_are_right().await;
}

/// Eight changes at once, and a credit note and a renewal beside them: one change is made, and no cent is counted twice.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn of_many_at_once_one_is_made(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let w = World::start(db, "CLIENT").await;
    let product = w.own_product(&w.ten, "bolts-own").await;
    let query = "query($id: ID!) { account(id: $id) { invoices { nodes { id } } } }";
    let reply = w.app.ask_as(&w.bolt.token, query, json!({ "id": w.bolt.account_id })).await;
    let invoice = reply.ok()["account"]["invoices"]["nodes"][0]["id"].clone();
    w.app.set_clock("2027-03-22T09:00:00Z").await;
    let keys: Vec<String> = (0..8).map(|n| format!("at-once-{n}")).collect();
    let changes = join_all(keys.iter().map(|key| w.change(&w.bolt, &product, &w.twenty, json!({}), key)));
    let credit = json!({ "invoiceId": invoice, "reason": "Slow.", "idempotencyKey": "beside-them" });
    let credit = w.app.run(&w.provider.staff, "issueCreditNote", credit, "invoice { id }");
    let renew = json!({ "productId": product, "idempotencyKey": "renew-beside" });
    let renew = w.app.run(&w.bolt.token, "renewProduct", renew, "product { id }");
    let (changes, ..) = futures::join!(changes, credit, renew);
    let paid = changes.iter().filter(|reply| reply.data()["changePlan"]["order"]["status"] == "PAID").count();
    assert!(paid <= 1, "{paid} changes were made");
    w.books_are_right().await;
}

/// What is no change, or none that can be made.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_changed_is_refused(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let w = World::start(db, "CLIENT").await;
    let product = w.own_product(&w.ten, "bolts-own").await;
    let change = async |plan: &str, more, key: &str| {
        let reply = w.change(&w.bolt, &product, plan, more, key).await;
        reply.user_error().to_owned()
    };
    assert_eq!(change(&w.ten, json!({}), "the-same-plan").await, "INVALID_INPUT");
    assert_eq!(change(&w.twenty, json!({ "termMonths": 7 }), "seven-months").await, "TERM_NOT_OFFERED");
    assert_eq!(change(&w.bolt.account_id.clone(), json!({}), "no-plan-at-all").await, "NOT_FOUND");
    let offering = json!({ "sku": "mail", "name": "Mail", "kind": "EMAIL" });
    let offering = w.app.done(&w.provider.staff, "saveOffering", offering, "offering { id }").await;
    let plan = async |currency: &str| {
        let price = json!({ "termMonths": 1, "price": { "amount": "5.00", "currencyCode": currency } });
        let input =
            json!({ "offeringId": offering["offering"]["id"], "name": "M", "defaultTermMonths": 1, "prices": [price] });
        super::harness::text(&w.app.done(&w.provider.staff, "savePlan", input, "plan { id }").await["plan"]["id"])
    };
    assert_eq!(change(&plan("EUR").await, json!({}), "another-kind").await, "INVALID_INPUT");
    let sites = json!({ "sku": "swiss", "name": "Swiss", "kind": "HOSTING" });
    let sites = w.app.done(&w.provider.staff, "saveOffering", sites, "offering { id }").await;
    let price = json!({ "termMonths": 1, "price": { "amount": "5.00", "currencyCode": "CHF" } });
    let input =
        json!({ "offeringId": sites["offering"]["id"], "name": "M", "defaultTermMonths": 1, "prices": [price] });
    let swiss = w.app.done(&w.provider.staff, "savePlan", input, "plan { id }").await;
    assert_eq!(change(swiss["plan"]["id"].as_str().unwrap(), json!({}), "in-francs").await, "CURRENCY_MISMATCH");
    assert!(w.preview(&w.bolt, &product, &w.ten, None).await.body.get("errors").is_some());
    let renew = json!({ "productId": product, "idempotencyKey": "a-month-ahead" });
    w.app.done(&w.bolt.token, "renewProduct", renew, "product { id }").await;
    assert_eq!(change(&w.twenty, json!({}), "paid-ahead").await, "CONFLICT");
    w.books_are_right().await;
}
