//! Transfers at the same time as everything else.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use futures::future::{join, join_all};
use rstest::rstest;
use serde_json::json;
use tests::client::Reply;
use tests::database::Db;

use super::harness::{Scene, invoices};

fn done(replies: &[Reply], mutation: &str) -> usize {
    replies.iter().filter(|reply| !reply.data()[mutation]["transfer"].is_null()).count()
}

/// R11 at the size of a check: of acceptances, refusals, cancellations, further offers and renewals at the same time each product sees
/// exactly one outcome; whoever is a member of both sides sees it in one of the two at each instant, and never in both or none.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_transfer_is_whole(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let s = Scene::start(db).await;
    let app = &s.app;
    // one who looks into both accounts with one question
    let link = app.invite(&s.partner.token, &s.partner.account_id, "both@people.example", "VIEWER", json!(null)).await;
    let both = app.join(&link, "Both").await.ok()["acceptMembership"]["accessToken"].as_str().unwrap().to_owned();
    let link = app.invite(&s.client.token, &s.client.account_id, "both@people.example", "VIEWER", json!(null)).await;
    app.join_as(&both, &link).await.ok();

    let (is_over, looks) = (AtomicBool::new(false), AtomicU32::new(0));
    let watch = async {
        let where_is_it = "{ viewer { memberships { nodes { account { products { nodes { id } } } } } } }";
        while !is_over.load(Ordering::Relaxed) {
            let seen = app.ask_as(&both, where_is_it, json!({})).await;
            let times = seen.ok().to_string().matches(&s.product).count();
            assert_eq!(times, 1, "it is in both, or in none");
            looks.fetch_add(1, Ordering::Relaxed);
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    let hands = async {
        let (mut from, mut to) = (&s.partner, &s.client);
        app.verify(&s.partner).await;
        for round in 0..6 {
            let input = json!({ "productId": s.product, "toEmail": to.email, "stayAsContributor": false });
            let offers =
                join_all((0..3).map(|_| app.run(&from.token, "offerTransfer", input.clone(), "transfer { id }"))).await;
            assert_eq!(done(&offers, "offerTransfer"), 1, "{round}");
            let offer =
                offers.iter().find_map(|reply| reply.data()["offerTransfer"]["transfer"]["id"].as_str()).unwrap();
            let renewal = json!({ "productId": s.product, "idempotencyKey": format!("round-{round}") });
            let (accepted, (others, renewed)) = join(
                join_all((0..3).map(|_| s.accept(to, offer))),
                join(
                    join_all([s.cancel(&from.token, offer), s.cancel(&from.token, offer)]),
                    join_all(
                        [from, to].map(|who| app.run(&who.token, "renewProduct", renewal.clone(), "invoice { id }")),
                    ),
                ),
            )
            .await;
            let (accepts, cancels) = (done(&accepted, "acceptTransfer"), done(&others, "cancelTransfer"));
            assert_eq!(accepts + cancels, 1, "{round}: one outcome");
            // it is renewed at most once: by whoever held it then
            let paid = renewed.iter().filter(|reply| !reply.data()["renewProduct"]["invoice"].is_null()).count();
            assert!(paid <= 1, "{round}: renewed {paid} times");
            if accepts == 1 {
                (from, to) = (to, from);
            }
            assert_eq!(
                s.sees(from).await["account"]["name"],
                if from.email == s.client.email { "Bolt" } else { "acme" }
            );
            assert!(s.sees(to).await.is_null());
        }
        is_over.store(true, Ordering::Relaxed);
    };
    join(watch, hands).await;
    assert!(looks.load(Ordering::Relaxed) > 20, "nobody looked");
    // what was renewed was billed once, to one of the two
    let renewals = app.texts("SELECT CAST(count(*) AS text) AS t FROM product_period").await;
    let billed = invoices(app, &s.client).await.len() + invoices(app, &s.partner).await.len();
    assert_eq!(renewals, [billed.to_string()]);
    app.run_jobs().await;
    app.check_books().await;
}

/// Several products are handed over one by one, all at once.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn many_products_change_hands_at_once(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let s = Scene::start(db).await;
    let app = &s.app;
    let input = json!({
        "accountId": s.partner.account_id, "items": [{ "planId": s.provider.hosting_id, "quantity": 12 }],
        "idempotencyKey": "a-dozen-sites",
    });
    app.done(&s.partner.token, "placeOrder", input, "order { status }").await;
    let all = super::harness::products(app, &s.partner).await;
    assert_eq!(all.len(), 13);
    let moved = join_all(all.iter().map(async |product| {
        let input = json!({ "productId": product["id"], "toEmail": "jo@bolt.example" });
        let offer = app.done(&s.partner.token, "offerTransfer", input, "transfer { id }").await;
        s.accept(&s.client, offer["transfer"]["id"].as_str().unwrap()).await
    }))
    .await;
    for reply in moved {
        reply.ok();
    }
    assert_eq!(super::harness::products(app, &s.client).await.len(), 13);
    assert_eq!(super::harness::products(app, &s.partner).await.len(), 0);
    app.run_jobs().await;
    app.check_books().await;
}
