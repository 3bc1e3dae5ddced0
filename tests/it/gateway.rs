//! The gateway as a whole: what stands around GraphQL.

use axum::body::Body;
use axum::http::Request;
use rstest::rstest;
use serde_json::json;
use tests::app::{BEGINNING, TestApp};
use tests::database::Db;

/// A probe finds the process alive and ready, and the clock where the test has put it.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn it_is_alive_and_ready(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let app = TestApp::start(db).await;
    for (path, body) in [("/healthz", "ok"), ("/readyz", "ready")] {
        let reply = app.request(Request::get(path).body(Body::empty()).unwrap()).await;
        assert_eq!((reply.status, reply.body), (200, json!(body)), "{path}");
    }
    assert_eq!(app.ask("{ now }", json!({})).await.ok()["now"], BEGINNING);
}

/// Signing up tells an event in the new account's feed, in the viewer's language, and to nobody else.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_new_account_has_a_feed(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let app = TestApp::start(db).await;
    let anna = app.sign_up_in("anna@bolt.example", "Bolt", "DE", "EUR", "de").await;
    let other = app.sign_up("otto@other.example", "Other").await;
    let feed = "query($id: ID!) { account(id: $id) { activity(first: 5) { totalCount nodes { kind message cursor account { id } } } } }";
    let reply = app.ask_as(&anna.token, feed, json!({ "id": anna.account_id })).await;
    let activity = &reply.ok()["account"]["activity"];
    assert_eq!(activity["totalCount"], 1);
    assert_eq!(activity["nodes"][0]["kind"], "ACCOUNT_CREATED");
    assert_eq!(activity["nodes"][0]["message"], "Das Konto wurde eröffnet.");
    let strange = app.ask_as(&other.token, feed, json!({ "id": anna.account_id })).await;
    assert_eq!(strange.ok()["account"], json!(null));
    app.run_jobs().await;
    assert_eq!(app.mails_to("anna@bolt.example").len(), 1);
    app.check_books().await;
}
