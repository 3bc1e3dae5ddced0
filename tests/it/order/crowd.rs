//! Many checkouts of one partner at the same time.

use futures::future::join_all;
use rstest::rstest;
use serde_json::json;
use tests::app::TestApp;
use tests::database::Db;

/// Fifty clients' carts are checked out at once by their one partner, half on its own card and half on the clients': each is paid once,
/// invoices are numbered without a gap, nobody hears of a deadlock, and the partner's one wallet has all its cashback.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn fifty_checkouts_of_one_partner_at_once(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let app = TestApp::start(db).await;
    let provider = app.provider().await;
    let acme = app.partner(&provider, "acme").await;
    let mut carts = Vec::new();
    for at in 0..50 {
        let (payer, method) = if at % 2 == 0 { ("PARTNER", "PARTNER_CARD") } else { ("CLIENT", "CLIENT_CARD") };
        let (_, record, _) = app.client_of("acme", &acme, &format!("client-{at}"), payer).await;
        let cart = app.done(&acme.token, "createCart", json!({ "clientId": record }), "cart { id }").await;
        let cart = cart["cart"]["id"].clone();
        let item = json!({ "cartId": cart, "planId": provider.hosting_id });
        app.done(&acme.token, "addCartItem", item, "cart { id }").await;
        carts.push(json!({ "cartId": cart, "method": method, "idempotencyKey": format!("checkout-{at}") }));
    }
    let all = carts.into_iter().map(|input| app.run(&acme.token, "checkoutCart", input, "order { status }"));
    for reply in join_all(all).await {
        assert_eq!(reply.ok()["checkoutCart"]["order"]["status"], "PAID", "{:#}", reply.body);
    }
    let query = "query($id: ID!) { account(id: $id) { wallets { pending { amount } } } }";
    let reply = app.ask_as(&acme.token, query, json!({ "id": acme.account_id })).await;
    // 25 x 20 % of 99.00
    assert_eq!(reply.ok()["account"]["wallets"], json!([{ "pending": { "amount": "495.00" } }]));
    app.check_books().await;
}
