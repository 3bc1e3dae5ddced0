//! Changes at the period's end.

use rstest::rstest;
use serde_json::json;
use tests::database::Db;

use super::harness::World;

/// S5.9b: set for the period's end, nothing is billed now; the renewal is for the new plan at its price then, and brings it.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn the_next_renewal_is_for_the_new_plan(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let w = World::start(db, "CLIENT").await;
    let product = w.own_product(&w.ten, "bolts-own").await;
    let set = async |plan: &str, key: &str| {
        let reply = w.change(&w.bolt, &product, plan, json!({ "atPeriodEnd": true }), key).await;
        assert!(reply.ok()["changePlan"]["order"].is_null());
    };
    let next = async || {
        let query = "query($id: ID!) { node(id: $id) { ... on Product { plan { name } nextRenewal { publicPrice { amount } } } } }";
        let node = w.app.ask_as(&w.bolt.token, query, json!({ "id": product })).await.ok()["node"].clone();
        (node["plan"]["name"].clone(), node["nextRenewal"]["publicPrice"]["amount"].clone())
    };
    set(&w.twenty, "later-twenty").await;
    assert_eq!(next().await, (json!("S"), json!("20.00")));
    set(&w.ten, "after-all-not").await;
    assert_eq!(next().await, (json!("S"), json!("10.00")));
    set(&w.twenty, "after-all-twenty").await;
    let early = json!({ "productId": product, "idempotencyKey": "before-its-day" });
    assert_eq!(w.app.run(&w.bolt.token, "renewProduct", early, "product { id }").await.user_error(), "CONFLICT");
    w.advance("2027-04-01T12:00:00Z").await;
    assert_eq!(next().await, (json!("L"), json!("20.00")));
    assert_eq!(w.invoices(&w.bolt).await[0], "2027-000002 RENEWAL PAID 23.80");
    assert_eq!(w.product(&product).await["renewsOn"], "2027-05-01");
    assert!(w.feed(&w.bolt).await.contains(&"PLAN_CHANGED".to_owned()));
    w.books_are_right().await;
}
