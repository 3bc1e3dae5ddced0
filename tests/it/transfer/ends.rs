//! What was set for a product, and its end, against a transfer of it.

use futures::future::join3;
use rstest::rstest;
use serde_json::{Value, json};
use tests::database::Db;
use tests::world::Signed;

use super::harness::{Scene, invoices, products};

/// A larger plan of the same kind, which is sold for three years alone: 250.00.
async fn larger(s: &Scene) -> String {
    let query = "query($id: ID!) { node(id: $id) { ... on Plan { offering { id } } } }";
    let plan = s.app.ask_as(&s.provider.staff, query, json!({ "id": s.provider.hosting_id })).await;
    let price = json!({ "termMonths": 36, "price": { "amount": "250.00", "currencyCode": "EUR" } });
    let input = json!({
        "offeringId": plan.ok()["node"]["offering"]["id"], "name": "Large", "defaultTermMonths": 36, "prices": [price],
    });
    let saved = s.app.done(&s.provider.staff, "savePlan", input, "plan { id }").await;
    saved["plan"]["id"].as_str().unwrap().to_owned()
}

/// The holder sets another plan, for three years, for the period's end.
async fn set_for_the_end(s: &Scene, who: &Signed, plan: &str) {
    let input = json!({
        "productId": s.product, "planId": plan, "termMonths": 36, "atPeriodEnd": true, "idempotencyKey": "at-the-end",
    });
    s.app.done(&who.token, "changePlan", input, "order { id }").await;
}

/// What the product's next renewal is for, to its holder: plan, term and public price.
async fn next(s: &Scene, who: &Signed) -> Value {
    let query = "query($id: ID!) { node(id: $id) { ... on Product {
        plan { name } termMonths autoRenew nextRenewal { publicPrice { amount } } } } }";
    s.app.ask_as(&who.token, query, json!({ "id": s.product })).await.ok()["node"].clone()
}

/// S5.9b, S1.14: the plan that the former holder had set for the period's end stays behind: the new one pays for what runs, and for its
/// term, which the other plan is not even sold for.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_plan_set_for_the_periods_end_stays_behind(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let s = Scene::start(db).await;
    let large = larger(&s).await;
    set_for_the_end(&s, &s.partner, &large).await;
    let as_it_runs = |term: i32, price: &str| {
        json!({
            "plan": { "name": "Business" }, "termMonths": term, "autoRenew": true,
            "nextRenewal": { "publicPrice": { "amount": price } },
        })
    };
    assert_eq!(next(&s, &s.partner).await, as_it_runs(36, "250.00"));
    s.hand_over(false).await;
    assert_eq!(next(&s, &s.client).await, as_it_runs(12, "99.00"));
    s.app.advance_to(&s.provider.staff, "2027-11-21T12:00:00Z").await.ok();
    assert_eq!(s.sees(&s.client).await["renewsOn"], "2028-11-21");
    let billed = invoices(&s.app, &s.client).await;
    assert_eq!((billed.len(), &billed[0]["total"]["amount"]), (1, &json!("117.81")));
    s.app.check_books().await;
}

/// A renewal for it that is billed already is another matter: whoever owes it gets what they pay for.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_plan_that_is_billed_comes_with_its_payment(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let s = Scene::start(db).await;
    let large = larger(&s).await;
    set_for_the_end(&s, &s.partner, &large).await;
    s.app.add_card(&s.partner, "tok_declined").await;
    s.app.advance_to(&s.provider.staff, "2027-11-21T12:00:00Z").await.ok();
    assert_eq!(s.sees(&s.partner).await["status"], "PAST_DUE");
    s.hand_over(false).await;
    s.app.add_card(&s.partner, "tok_visa").await;
    let query = "query($id: ID!) { account(id: $id) { invoices(filter: { status: [OPEN] }) { nodes { id } } } }";
    let open = s.app.ask_as(&s.partner.token, query, json!({ "id": s.partner.account_id })).await;
    let open = &open.ok()["account"]["invoices"]["nodes"][0]["id"];
    let input = json!({ "invoiceId": open, "idempotencyKey": "what-is-owed" });
    s.app.done(&s.partner.token, "payInvoice", input, "invoice { status }").await;
    let now = next(&s, &s.client).await;
    assert_eq!((&now["plan"]["name"], &now["termMonths"]), (&json!("Large"), &json!(36)));
    assert_eq!(s.sees(&s.client).await["renewsOn"], "2030-11-21");
    s.app.check_books().await;
}

/// Stopped, and renewed after all: for what runs, not for what had been set before.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn what_is_stopped_forgets_what_was_set(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let s = Scene::start(db).await;
    let large = larger(&s).await;
    set_for_the_end(&s, &s.partner, &large).await;
    let stop = json!({ "productId": s.product, "atPeriodEnd": true });
    s.app.done(&s.partner.token, "cancelProduct", stop, "product { id }").await;
    let again = json!({ "productId": s.product, "autoRenew": true });
    s.app.done(&s.partner.token, "updateProduct", again, "product { id }").await;
    let now = next(&s, &s.partner).await;
    assert_eq!((&now["termMonths"], &now["nextRenewal"]["publicPrice"]["amount"]), (&json!(12), &json!("99.00")));
}

/// A product that has ended is offered to nobody: by a cancellation at once, and when its term is over; whoever waited is told.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn what_has_ended_is_offered_no_more(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let s = Scene::start(db).await;
    let cancel = |product: Value, at_period_end: bool| {
        let input = json!({ "productId": product, "atPeriodEnd": at_period_end });
        s.app.done(&s.partner.token, "cancelProduct", input, "product { status }")
    };
    s.app.buy_for(&s.provider, &s.partner, &s.record, "PARTNER_CARD").await;
    let all = products(&s.app, &s.partner).await;
    let other = all.iter().find(|product| product["id"] != s.product.as_str()).unwrap()["id"].clone();

    let at_once = s.offered("jo@bolt.example", false).await;
    s.subjects("jo@bolt.example").await;
    cancel(json!(s.product), false).await;
    assert_eq!(s.received(&s.client, None).await[0]["status"], "CANCELLED");
    assert_eq!(s.accept(&s.client, &at_once).await.user_error(), "TRANSFER_NOT_POSSIBLE");
    assert_eq!(s.cancel(&s.partner.token, &at_once).await.user_error(), "TRANSFER_NOT_POSSIBLE");
    let told = s.subjects("jo@bolt.example").await;
    assert!(told.last().unwrap().contains("acme"), "{told:?}");
    let number = told.len();
    assert_eq!(s.feed(&s.partner).await, ["TRANSFER_CANCELLED", "TRANSFER_OFFERED"]);

    // stopped, it can still be taken over, until its term is over
    s.app.advance_to(&s.provider.staff, "2027-11-10T09:00:00Z").await.ok();
    cancel(other.clone(), true).await;
    let input = json!({ "productId": other, "toEmail": "jo@bolt.example" });
    s.app.done(&s.partner.token, "offerTransfer", input, "transfer { id }").await;
    assert_eq!(s.received(&s.client, None).await[0]["status"], "PENDING");
    s.app.advance_to(&s.provider.staff, "2027-11-22T09:00:00Z").await.ok();
    assert_eq!(s.received(&s.client, None).await[0]["status"], "CANCELLED");
    let told = s.subjects("jo@bolt.example").await;
    assert_eq!(told.len(), number + 2, "offered, and called off: {told:?}");
    s.app.check_books().await;
}

/// Taken, cancelled and declined at the same time: one of the three happens, and nothing of the others.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn of_an_acceptance_and_a_cancellation_one_happens(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let s = Scene::start(db).await;
    let input = json!({
        "accountId": s.partner.account_id, "items": [{ "planId": s.provider.hosting_id, "quantity": 11 }],
        "idempotencyKey": "eleven-sites",
    });
    s.app.done(&s.partner.token, "placeOrder", input, "order { status }").await;
    let mut ends = Vec::new();
    for product in products(&s.app, &s.partner).await {
        let offer = json!({ "productId": product["id"], "toEmail": "jo@bolt.example" });
        let offer = s.app.done(&s.partner.token, "offerTransfer", offer, "transfer { id }").await;
        let offer = offer["transfer"]["id"].as_str().unwrap().to_owned();
        let input = json!({ "productId": product["id"], "atPeriodEnd": false });
        let cancel = s.app.run(&s.partner.token, "cancelProduct", input, "product { status }");
        let (taken, cancelled, declined) =
            join3(s.accept(&s.client, &offer), cancel, s.decline(&s.client.token, &offer)).await;
        let is_done = |reply: &tests::client::Reply, name: &str, of: &str| !reply.data()[name][of].is_null();
        let end = (
            is_done(&taken, "acceptTransfer", "transfer"),
            is_done(&declined, "declineTransfer", "transfer"),
            is_done(&cancelled, "cancelProduct", "product"),
        );
        let query = "query($id: ID!) { node(id: $id) { ... on Product { status account { name } } } }";
        let seen = async |who: &Signed| {
            s.app.ask_as(&who.token, query, json!({ "id": product["id"] })).await.ok()["node"].clone()
        };
        let status = |status: &str, name: &str| json!({ "status": status, "account": { "name": name } });
        match end {
            (true, false, false) => {
                assert_eq!(seen(&s.client).await, status("ACTIVE", "Bolt"));
                assert_eq!((seen(&s.partner).await, cancelled.user_error()), (Value::Null, "NOT_FOUND"));
            }
            (false, _, true) => {
                assert_eq!(seen(&s.partner).await, status("CANCELLED", "acme"));
                assert_eq!((seen(&s.client).await, taken.user_error()), (Value::Null, "TRANSFER_NOT_POSSIBLE"));
            }
            end => panic!("accepted, declined, cancelled: {end:?}"),
        }
        ends.push(end);
    }
    println!("accepted, declined, cancelled: {ends:?}");
    let waiting = s.app.texts("SELECT status AS t FROM transfer WHERE status = 'PENDING'").await;
    assert_eq!(waiting, Vec::<String>::new());
    s.app.run_jobs().await;
    s.app.check_books().await;
}
