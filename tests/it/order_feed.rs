//! What the feed says of orders.

use rstest::rstest;
use serde_json::{Value, json};
use tests::app::TestApp;
use tests::database::Db;

/// An order is told when it is done, as the act of who placed it; of one that is declined, the payment's failure alone.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn an_order_is_told_when_it_is_done(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let app = TestApp::start(db).await;
    let provider = app.provider().await;
    let buyer = app.sign_up("ada@solo.example", "Solo").await;
    let order = async |key: &str| {
        let items = json!([{ "planId": provider.hosting_id }]);
        let input = json!({ "accountId": buyer.account_id, "items": items, "idempotencyKey": key });
        app.run(&buyer.token, "placeOrder", input, "order { status }").await
    };
    let told = async || -> Vec<Value> {
        let query = "query($id: ID!) { account(id: $id) { activity(kinds: [ORDER_PLACED, PAYMENT_FAILED]) {
            nodes { kind actor { id } } } } }";
        let reply = app.ask_as(&buyer.token, query, json!({ "id": buyer.account_id })).await;
        reply.ok()["account"]["activity"]["nodes"].as_array().unwrap().clone()
    };

    app.add_card(&buyer, "tok_declined").await;
    assert_eq!(order("declined-1").await.user_error(), "PAYMENT_DECLINED");
    let failed = json!({ "kind": "PAYMENT_FAILED", "actor": null });
    assert_eq!(told().await, std::slice::from_ref(&failed));
    app.add_card(&buyer, "tok_visa").await;
    assert_eq!(order("paid-no-1").await.ok()["placeOrder"]["order"]["status"], "PAID");
    assert_eq!(told().await, [json!({ "kind": "ORDER_PLACED", "actor": { "id": buyer.user_id } }), failed]);
}
