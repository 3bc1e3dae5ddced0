//! A delivery: what it says, who signs it, and what is seen of it.

use rstest::rstest;
use serde_json::{Value, json};
use tests::app::TestApp;
use tests::database::Db;
use tests::hooks::{Receiver, is_now};
use tests::world::Signed;

/// Orders a product for the account itself: several events.
pub(super) async fn order(app: &TestApp, who: &Signed, plan: &str, key: &str) {
    let input = json!({ "accountId": who.account_id, "items": [{ "planId": plan }], "idempotencyKey": key });
    app.done(&who.token, "placeOrder", input, "order { id }").await;
}

/// The feed of an account, oldest first, as somebody sees it.
pub(super) async fn feed(app: &TestApp, token: &str, account: &str) -> Vec<Value> {
    let query = "query($id: ID!) { account(id: $id) { activity(first: 100) { nodes { id kind subject { id } } } } }";
    let reply = app.ask_as(token, query, json!({ "id": account })).await;
    let mut nodes = reply.ok()["account"]["activity"]["nodes"].as_array().expect("nodes").clone();
    nodes.reverse();
    nodes
}

/// Rules §6: the webhook tells the events of the feed, in numbers without gaps, signed by the secret that was shown once.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn the_feed_is_told_signed(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let app = TestApp::start_calling(db).await;
    let provider = app.provider().await;
    let ann = app.sign_up("ann@bolt.example", "bolt").await;
    app.add_card(&ann, "tok_visa").await;
    let receiver = Receiver::start().await;
    let before = feed(&app, &ann.token, &ann.account_id).await.len();
    let endpoint = app.endpoint(&ann, &receiver.url(), &[]).await;
    order(&app, &ann, &provider.hosting_id, "the-first-order").await;
    app.run_jobs().await;

    let told = feed(&app, &ann.token, &ann.account_id).await.split_off(before);
    assert!(told.len() >= 3, "{told:?}");
    let mut received = receiver.take();
    received.sort_by_key(|one| one.body["sequence"].as_i64());
    assert_eq!(received.len(), told.len(), "each once");
    for (at, (one, event)) in received.iter().zip(&told).enumerate() {
        assert!(one.is_signed_by(&endpoint.secret), "{one:?}");
        assert!(!one.is_signed_by("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw") && one.signatures.len() == 1);
        assert!(is_now(one.timestamp), "{}", one.timestamp);
        assert_eq!(one.body["sequence"], at + 1);
        assert_eq!(one.body["type"], event["kind"]);
        assert_eq!(one.body["timestamp"], "2026-11-21T09:00:00.000Z");
        assert_eq!(one.body["id"], one.id.as_str());
        assert_eq!(one.body["data"]["event"], event["id"]);
        assert_eq!(one.body["data"]["account"], ann.account_id.as_str());
        assert_eq!(one.body["data"]["subject"]["id"], event["subject"]["id"]);
    }
    let seen = app.endpoint_as_seen(&ann.token, &endpoint.id).await;
    assert_eq!(seen["deliveries"]["totalCount"], told.len());
    for delivery in seen["deliveries"]["nodes"].as_array().expect("deliveries") {
        assert_eq!(
            (&delivery["status"], &delivery["attempts"], &delivery["lastResponseStatus"], &delivery["nextAttemptAt"]),
            (&json!("DELIVERED"), &json!(1), &json!(204), &Value::Null)
        );
        let one = received.iter().find(|one| one.id == delivery["id"].as_str().unwrap()).expect("what arrived");
        assert_eq!(one.body["data"]["event"], delivery["event"]["id"]);
    }
    app.run_jobs().await;
    assert_eq!(receiver.count(), 0, "nothing is told twice");
}

/// Kinds that nobody asked for are not told, nor given numbers.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn only_chosen_kinds_are_told(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let app = TestApp::start_calling(db).await;
    let provider = app.provider().await;
    let ann = app.sign_up("ann@bolt.example", "bolt").await;
    app.add_card(&ann, "tok_visa").await;
    let receiver = Receiver::start().await;
    let endpoint = app.endpoint(&ann, &receiver.url(), &["PRODUCT_ACTIVATED"]).await;
    for key in ["the-first-order", "the-second-order"] {
        order(&app, &ann, &provider.hosting_id, key).await;
        app.run_jobs().await;
    }
    let received = receiver.take();
    let told: Vec<_> = received.iter().map(|one| (one.kind(), one.body["sequence"].as_i64())).collect();
    assert_eq!(told, [("PRODUCT_ACTIVATED", Some(1)), ("PRODUCT_ACTIVATED", Some(2))]);
    let seen = app.endpoint_as_seen(&ann.token, &endpoint.id).await;
    assert_eq!(seen["events"], json!(["PRODUCT_ACTIVATED"]));
}

/// The contract: a secret is shown when it is made. After a rotation both sign for a day, then the new one alone.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_secret_is_shown_once_and_rotated_with_overlap(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let app = TestApp::start_calling(db).await;
    let provider = app.provider().await;
    let ann = app.sign_up("ann@bolt.example", "bolt").await;
    app.add_card(&ann, "tok_visa").await;
    let receiver = Receiver::start().await;
    let kinds = ["PRODUCT_ACTIVATED"];
    let endpoint = app.endpoint(&ann, &receiver.url(), &kinds).await;
    let again = json!({
        "id": endpoint.id, "accountId": ann.account_id, "url": receiver.url(), "events": kinds,
    });
    let saved = app.done(&ann.token, "saveWebhookEndpoint", again, "webhookEndpoint { id } secret").await;
    assert_eq!((&saved["webhookEndpoint"]["id"], &saved["secret"]), (&json!(endpoint.id), &Value::Null));

    let input = json!({ "webhookEndpointId": endpoint.id });
    let rotated = app.done(&ann.token, "rotateWebhookSecret", input.clone(), "secret webhookEndpoint { id }").await;
    let second = rotated["secret"].as_str().expect("a secret").to_owned();
    order(&app, &ann, &provider.hosting_id, "the-first-order").await;
    app.run_jobs().await;
    let [both] = &receiver.take()[..] else { panic!("one delivery") };
    assert!(both.is_signed_by(&endpoint.secret) && both.is_signed_by(&second) && both.signatures.len() == 2);

    app.advance_to(&ann.token, "2026-11-22T09:00:00Z").await.ok();
    order(&app, &ann, &provider.hosting_id, "the-second-order").await;
    app.run_jobs().await;
    let [one] = &receiver.take()[..] else { panic!("one delivery") };
    assert!(!one.is_signed_by(&endpoint.secret) && one.is_signed_by(&second) && one.signatures.len() == 1);

    let third = app.done(&ann.token, "rotateWebhookSecret", input.clone(), "secret").await;
    let fourth = app.done(&ann.token, "rotateWebhookSecret", input, "secret").await;
    order(&app, &ann, &provider.hosting_id, "the-third-order").await;
    app.run_jobs().await;
    let [last] = &receiver.take()[..] else { panic!("one delivery") };
    assert!(
        last.is_signed_by(third["secret"].as_str().unwrap()) && last.is_signed_by(fourth["secret"].as_str().unwrap())
    );
    assert!(!last.is_signed_by(&second), "two rotations on, a secret is worth nothing");
}

/// Rules §6: `replayWebhooks` tells a time again, by the same ids and numbers, whether it was heard or not.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_time_is_told_again(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let app = TestApp::start_calling(db).await;
    let provider = app.provider().await;
    let ann = app.sign_up("ann@bolt.example", "bolt").await;
    app.add_card(&ann, "tok_visa").await;
    let receiver = Receiver::start().await;
    order(&app, &ann, &provider.hosting_id, "before-the-endpoint").await;
    let kinds = ["PRODUCT_ACTIVATED"];
    let endpoint = app.endpoint(&ann, &receiver.url(), &kinds).await;
    app.run_jobs().await;
    assert_eq!(receiver.count(), 0, "an endpoint is told what happens from then on");
    app.advance_to(&ann.token, "2026-11-21T12:00:00Z").await.ok();
    order(&app, &ann, &provider.hosting_id, "the-first-order").await;
    app.run_jobs().await;
    let [first] = &receiver.take()[..] else { panic!("one delivery") };

    let replay = async |from: &str, to: &str| {
        let input = json!({ "webhookEndpointId": endpoint.id, "from": from, "to": to });
        app.run(&ann.token, "replayWebhooks", input, "replayed").await
    };
    for _ in 0..2 {
        let done = replay("2026-11-21T12:00:00Z", "2026-11-21T12:00:01Z").await;
        assert_eq!(done.ok()["replayWebhooks"]["replayed"], 1);
        app.run_jobs().await;
        let [again] = &receiver.take()[..] else { panic!("one delivery") };
        assert_eq!((&again.id, &again.body), (&first.id, &first.body));
        assert!(again.is_signed_by(&endpoint.secret));
    }
    let done = replay("2026-11-21T00:00:00Z", "2026-11-22T00:00:00Z").await;
    assert_eq!(done.ok()["replayWebhooks"]["replayed"], 2, "also what was before it");
    app.run_jobs().await;
    let received = receiver.take();
    let mut numbers: Vec<_> = received.iter().map(|one| (one.id == first.id, one.body["sequence"].as_i64())).collect();
    numbers.sort_unstable();
    assert_eq!(numbers, [(false, Some(2)), (true, Some(1))]);
    assert_eq!(replay("2026-11-22T00:00:00Z", "2026-11-22T00:00:00Z").await.user_error(), "INVALID_INPUT");
    let done = replay("2025-11-21T00:00:00Z", "2025-11-22T00:00:00Z").await;
    assert_eq!(done.ok()["replayWebhooks"]["replayed"], 0);
}
