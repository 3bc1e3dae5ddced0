//! What staff cannot credit, however they ask.

use domain::sql::Sql;
use rstest::rstest;
use serde_json::json;
use tests::database::Db;

use super::harness::{World, net, text};

/// A line of another invoice, another currency, more than is left of the chosen lines, no reason, and what was given up; nothing is
/// written by any of it.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_credited_is_refused(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let w = World::start(db, "CLIENT").await;
    let hosting = json!({ "planId": w.provider.hosting_id });
    let two = w.ordered(&w.bolt, json!([hosting, hosting]), "two-lines").await;
    let one = w.ordered(&w.bolt, json!([hosting]), "one-line").await;
    let (id, first) = (text(&two["invoice"]["id"]), two["invoice"]["lines"][0]["id"].clone());
    let others = one["invoice"]["lines"][0]["id"].clone();
    let of = |lines: serde_json::Value, amount: &str| json!({ "lineIds": lines, "amount": { "amount": amount, "currencyCode": "EUR" } });
    for (what, code, field) in [
        (json!({ "lineIds": [others] }), "NOT_FOUND", "lineIds"),
        (json!({ "lineIds": [first, others] }), "NOT_FOUND", "lineIds"),
        (json!({ "amount": { "amount": "1.00", "currencyCode": "USD" } }), "CURRENCY_MISMATCH", "amount"),
        (of(json!([first]), "99.01"), "CONFLICT", "amount"),
        (of(json!([first, first]), "99.01"), "CONFLICT", "amount"),
        (net("198.01"), "CONFLICT", "amount"),
        (net("92233720368547758.07"), "CONFLICT", "amount"),
        (json!({ "reason": " " }), "INVALID_INPUT", "reason"),
    ] {
        let refused = w.credit(&id, what.clone(), &format!("refused: {code}")).await;
        assert_eq!((refused.user_error(), refused.user_error_field().as_str()), (code, field), "{what}");
    }
    let notes = "SELECT CAST(count(*) AS text) AS t FROM invoice WHERE kind = 'CREDIT_NOTE'";
    assert_eq!(w.app.texts(notes).await, ["0"]);

    // a cent less than all, and then the cent, of that line alone
    w.credited(&id, of(json!([first]), "98.99"), "nearly-all").await;
    assert_eq!(w.credit(&id, of(json!([first]), "0.02"), "two-cents").await.user_error(), "CONFLICT");
    assert_eq!(w.credited(&id, json!({ "lineIds": [first] }), "one-cent").await["subtotal"]["amount"], "0.01");
    w.books_are_right().await;

    let mut sql = Sql::new(sea_orm::ConnectionTrait::get_database_backend(w.app.db()));
    sql.add("UPDATE invoice SET status = 'UNCOLLECTIBLE' WHERE number = ?", ["2026-000002".into()]);
    assert_eq!(sql.execute(w.app.db()).await.unwrap(), 1);
    let given_up = w.credit(&text(&one["invoice"]["id"]), json!({}), "was-given-up").await;
    assert_eq!(given_up.user_error(), "CONFLICT");
}

/// While it is not known whether a change of the plan is paid, what it will credit is not credited by staff, too.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_credited_beside_a_change_in_flight(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let w = World::start(db, "CLIENT").await;
    let order = w.ordered(&w.bolt, json!([{ "planId": w.provider.hosting_id }]), "bolts-own").await;
    let query = "query($id: ID!) { node(id: $id) { ... on Plan { offering { id } } } }";
    let plan = w.app.ask_as(&w.provider.staff, query, json!({ "id": w.provider.hosting_id })).await;
    let price = json!({ "termMonths": 12, "price": { "amount": "198.00", "currencyCode": "EUR" } });
    let input = json!({
        "offeringId": plan.ok()["node"]["offering"]["id"], "name": "Large", "defaultTermMonths": 12, "prices": [price],
    });
    let large = w.app.done(&w.provider.staff, "savePlan", input, "plan { id }").await["plan"]["id"].clone();
    w.app.add_card(&w.bolt, "tok_timeout").await;
    let input = json!({
        "productId": order["lines"][0]["products"][0]["id"], "planId": large, "idempotencyKey": "who-knows",
    });
    let change = w.app.run(&w.bolt.token, "changePlan", input, "order { status }").await;
    assert_eq!(change.user_error(), "PAYMENT_PENDING");
    let id = text(&order["invoice"]["id"]);
    assert_eq!(w.credit(&id, json!({}), "all-of-it").await.user_error(), "PAYMENT_PENDING");
    assert_eq!(w.credit(&id, net("0.01"), "a-cent-now").await.user_error(), "PAYMENT_PENDING");
    w.app.advance_to(&w.provider.staff, "2026-11-21T10:00:00Z").await.ok();
    // all of the term was to come, so nothing is left of what it cost
    assert_eq!(w.credit(&id, net("0.01"), "a-cent-later").await.user_error(), "CONFLICT");
    w.books_are_right().await;
}
