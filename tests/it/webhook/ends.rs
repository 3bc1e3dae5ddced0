//! What ends: an endpoint that is switched off or deleted is told nothing more, and old deliveries are taken away.

use rstest::rstest;
use serde_json::{Value, json};
use tests::app::TestApp;
use tests::database::Db;
use tests::hooks::Receiver;

use super::delivery::order;

/// From the answer on, nothing is sent: not what happens, not what waits for another try.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_sent_after_the_end(
    #[values(Db::Sqlite, Db::Postgres)] db: Db,
    #[values(true, false)] is_deleted: bool,
) {
    let app = TestApp::start_calling(db).await;
    let provider = app.provider().await;
    let ann = app.sign_up("ann@bolt.example", "bolt").await;
    app.add_card(&ann, "tok_visa").await;
    let receiver = Receiver::start().await;
    let endpoint = app.endpoint(&ann, &receiver.url(), &[]).await;
    receiver.answer(500);
    order(&app, &ann, &provider.hosting_id, "the-first-order").await;
    app.run_jobs().await;
    assert!(!receiver.take().is_empty());
    receiver.answer(204);
    // one that has happened, and was not yet spread
    order(&app, &ann, &provider.hosting_id, "the-second-order").await;
    if is_deleted {
        let input = json!({ "webhookEndpointId": endpoint.id });
        let deleted = app.done(&ann.token, "deleteWebhookEndpoint", input, "deletedId").await;
        assert_eq!(deleted["deletedId"], endpoint.id.as_str());
    } else {
        let off = json!({
            "id": endpoint.id, "accountId": ann.account_id, "url": receiver.url(), "events": [], "enabled": false,
        });
        app.done(&ann.token, "saveWebhookEndpoint", off, "webhookEndpoint { enabled }").await;
    }
    order(&app, &ann, &provider.hosting_id, "the-third-order").await;
    app.advance_to(&ann.token, "2026-11-30T00:00:00Z").await.ok();
    assert_eq!(receiver.count(), 0);
    let seen = app.endpoint_as_seen(&ann.token, &endpoint.id).await;
    assert_eq!(seen == Value::Null, is_deleted);
}

/// Deliveries are kept for thirty days from when they were put in line.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn old_deliveries_are_taken_away(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let app = TestApp::start_calling(db).await;
    let provider = app.provider().await;
    let ann = app.sign_up("ann@bolt.example", "bolt").await;
    app.add_card(&ann, "tok_visa").await;
    let receiver = Receiver::start().await;
    let endpoint = app.endpoint(&ann, &receiver.url(), &["PRODUCT_ACTIVATED"]).await;
    order(&app, &ann, &provider.hosting_id, "the-first-order").await;
    app.run_jobs().await;
    let count = async || app.endpoint_as_seen(&ann.token, &endpoint.id).await["deliveries"]["totalCount"].clone();
    app.set_clock("2026-12-21T09:00:00Z").await;
    domain::upkeep::clean_up(&app.store).await.unwrap();
    assert_eq!(count().await, 1);
    app.set_clock("2026-12-21T09:00:01Z").await;
    domain::upkeep::clean_up(&app.store).await.unwrap();
    assert_eq!(count().await, 0);
}
