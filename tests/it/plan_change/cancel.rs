//! Ending a product.

use rstest::rstest;
use serde_json::json;
use tests::database::Db;
use tests::world::Signed;

use super::harness::World;

/// At the period's end: it runs on, is not renewed, and has expired when its month is over. Payer and holder are told both times.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_product_ends_with_its_period(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let w = World::start(db, "PARTNER").await;
    let product = w.partners_product(&w.ten, "acmes-order").await;
    let input = json!({ "productId": product });
    let ended =
        w.app.done(&w.acme.token, "cancelProduct", input.clone(), "product { status autoRenew renewsOn }").await;
    assert_eq!(ended["product"], json!({ "status": "ACTIVE", "autoRenew": false, "renewsOn": "2027-04-01" }));
    w.app.done(&w.acme.token, "cancelProduct", input, "product { id }").await;
    w.books_are_right().await;
    let told = |who: &Signed| {
        let mails = w.app.mails_to(&who.email);
        mails
            .into_iter()
            .filter(|mail| mail.subject.ends_with("is cancelled"))
            .map(|mail| mail.text)
            .collect::<Vec<_>>()
    };
    for who in [&w.acme, &w.bolt] {
        let mails = told(who);
        assert_eq!(mails.len(), 1, "once, to each");
        assert!(mails[0].contains("It runs until 1 April 2027"), "{}", mails[0]);
    }
    w.advance("2027-04-02T00:00:00Z").await;
    assert_eq!(w.product(&product).await["status"], "EXPIRED");
    assert_eq!(told(&w.bolt).len(), 2);
    let feed = w.feed(&w.bolt).await;
    assert!(feed.contains(&"PRODUCT_CANCELLED".to_owned()) && feed.contains(&"PRODUCT_EXPIRED".to_owned()), "{feed:?}");
    assert_eq!(w.invoices(&w.acme).await.len(), 1, "nothing more was billed");
    w.books_are_right().await;
}

/// At once by its holder alone, whatever a partnership carries; nothing comes back.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_product_ends_at_once(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let w = World::start(db, "CLIENT").await;
    let product = w.own_product(&w.ten, "bolts-own").await;
    let input = json!({ "productId": product, "atPeriodEnd": false });
    let denied = w.app.run(&w.acme.token, "cancelProduct", input.clone(), "product { id }").await;
    assert_eq!(denied.user_error(), "PERMISSION_DENIED");
    let ended = w.app.done(&w.bolt.token, "cancelProduct", input.clone(), "product { status renewsOn }").await;
    assert_eq!(ended["product"], json!({ "status": "CANCELLED", "renewsOn": null }));
    assert_eq!(w.app.run(&w.bolt.token, "cancelProduct", input, "product { id }").await.user_error(), "CONFLICT");
    assert_eq!(w.invoices(&w.bolt).await, ["2027-000001 ORDER PAID 11.90"]);
    w.advance("2027-05-01T00:00:00Z").await;
    assert_eq!(w.product(&product).await["status"], "CANCELLED");
    w.books_are_right().await;
}
