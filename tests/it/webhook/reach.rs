//! Whom an endpoint is told about: what its account sees at that moment, and what the provider does.

use rstest::rstest;
use serde_json::{Value, json};
use tests::app::TestApp;
use tests::database::Db;
use tests::hooks::Receiver;

use super::delivery::{feed, order};

/// Rules §2, §6: a partner's program is told of a client what the partnership carries, and no invoice; from the end of the
/// partnership on nothing more, not even what had happened before.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_partner_is_told_what_its_partnership_carries(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let app = TestApp::start_calling(db).await;
    let provider = app.provider().await;
    let acme = app.partner(&provider, "acme").await;
    let (bolt, _, partnership) = app.client_of("acme", &acme, "bolt", "CLIENT").await;
    let receiver = Receiver::start().await;
    let endpoint = app.endpoint(&acme, &receiver.url(), &[]).await;
    order(&app, &bolt, &provider.hosting_id, "the-first-order").await;
    app.run_jobs().await;

    let shown = feed(&app, &acme.token, &bolt.account_id).await;
    let received = receiver.take();
    let of_bolt: Vec<_> =
        received.iter().filter(|one| one.body["data"]["account"] == bolt.account_id.as_str()).collect();
    assert!(of_bolt.iter().any(|one| one.kind() == "PRODUCT_ACTIVATED"));
    for one in &of_bolt {
        assert!(
            shown.iter().any(|event| event["id"] == one.body["data"]["event"]),
            "not in the feed as acme sees it: {one:?}"
        );
        assert!(!["INVOICE_ISSUED", "PAYMENT_SUCCEEDED", "ORDER_PLACED"].contains(&one.kind()), "{one:?}");
        assert!(!String::from_utf8_lossy(&one.bytes).to_lowercase().contains("invoice"), "{one:?}");
    }
    // numbers tell nothing of what is not for it
    let mut numbers: Vec<_> = received.iter().filter_map(|one| one.body["sequence"].as_u64()).collect();
    numbers.sort_unstable();
    assert_eq!(numbers, (1..=received.len() as u64).collect::<Vec<_>>());
    let seen = app.endpoint_as_seen(&acme.token, &endpoint.id).await;
    assert_eq!(seen["deliveries"]["totalCount"], received.len());

    receiver.answer(500);
    order(&app, &bolt, &provider.hosting_id, "the-second-order").await;
    app.run_jobs().await;
    assert!(
        receiver.take().iter().any(|one| one.body["data"]["account"] == bolt.account_id.as_str()),
        "tried, and refused"
    );
    receiver.answer(204);
    let input = json!({ "partnershipId": partnership });
    app.done(&bolt.token, "endPartnership", input, "partnership { id }").await;
    order(&app, &bolt, &provider.hosting_id, "the-third-order").await;
    app.advance_to(&acme.token, "2026-11-24T00:00:00Z").await.ok();
    let of_bolt: Vec<_> =
        receiver.take().into_iter().filter(|one| one.body["data"]["account"] == bolt.account_id.as_str()).collect();
    assert!(of_bolt.is_empty(), "told after the end: {of_bolt:?}");
    let replay =
        json!({ "webhookEndpointId": endpoint.id, "from": "2026-11-21T00:00:00Z", "to": "2026-11-25T00:00:00Z" });
    app.done(&acme.token, "replayWebhooks", replay, "replayed").await;
    app.run_jobs().await;
    let again = receiver.take();
    assert!(!again.is_empty() && again.iter().all(|one| one.body["data"]["account"] == acme.account_id.as_str()));
    let seen = app.endpoint_as_seen(&acme.token, &endpoint.id).await;
    for delivery in seen["deliveries"]["nodes"].as_array().expect("deliveries") {
        assert_eq!(delivery["event"]["account"]["id"], acme.account_id.as_str(), "shown after the end");
    }
}

/// The provider's own endpoint is told what happens in every account; nobody but its staff knows of it, makes one or changes it.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn the_provider_is_told_everything(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let app = TestApp::start_calling(db).await;
    let provider = app.provider().await;
    let ann = app.sign_up("ann@bolt.example", "bolt").await;
    let eve = app.sign_up("eve@solo.example", "solo").await;
    app.add_card(&eve, "tok_visa").await;
    let receiver = Receiver::start().await;
    let input = json!({
        "accountId": ann.account_id, "url": receiver.url(), "events": ["PRODUCT_ACTIVATED", "INVOICE_ISSUED"],
        "forProvider": true,
    });
    assert_eq!(
        app.run(&ann.token, "saveWebhookEndpoint", input.clone(), "secret").await.user_error(),
        "PERMISSION_DENIED"
    );
    let saved =
        app.done(&provider.staff, "saveWebhookEndpoint", input, "webhookEndpoint { id forProvider } secret").await;
    let id = saved["webhookEndpoint"]["id"].as_str().expect("an id");
    assert_eq!(saved["webhookEndpoint"]["forProvider"], true);
    order(&app, &eve, &provider.hosting_id, "the-first-order").await;
    app.run_jobs().await;
    let mut kinds: Vec<_> = receiver
        .take()
        .iter()
        .map(|one| {
            assert_eq!(one.body["data"]["account"], eve.account_id.as_str());
            assert!(one.is_signed_by(saved["secret"].as_str().unwrap()));
            one.kind().to_owned()
        })
        .collect();
    kinds.sort();
    assert_eq!(kinds, ["INVOICE_ISSUED", "PRODUCT_ACTIVATED"]);

    let list = "query($id: ID!) { account(id: $id) { webhookEndpoints { id } } provider { webhookEndpoints { id } } }";
    let anns = app.ask_as(&ann.token, list, json!({ "id": ann.account_id })).await;
    assert_eq!(*anns.ok(), json!({ "account": { "webhookEndpoints": [] }, "provider": null }));
    let staffs = app.ask_as(&provider.staff, list, json!({ "id": ann.account_id })).await;
    assert_eq!(staffs.ok()["provider"]["webhookEndpoints"], json!([{ "id": id }]));
    assert_eq!(app.endpoint_as_seen(&ann.token, id).await, Value::Null);
    for (mutation, selection) in [("rotateWebhookSecret", "secret"), ("deleteWebhookEndpoint", "deletedId")] {
        let reply = app.run(&ann.token, mutation, json!({ "webhookEndpointId": id }), selection).await;
        assert_eq!(reply.user_error(), "NOT_FOUND");
    }
    let change = json!({ "id": id, "accountId": ann.account_id, "url": "http://eve.example/", "events": [] });
    assert_eq!(app.run(&ann.token, "saveWebhookEndpoint", change, "secret").await.user_error(), "NOT_FOUND");
}

/// Nobody lets a program see what they do not: an admin who may not see invoices makes no endpoint that is told of them.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn nobody_lets_a_program_see_more(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let app = TestApp::start_calling(db).await;
    let ann = app.sign_up("ann@bolt.example", "bolt").await;
    app.run_jobs().await;
    let account = api::id::decode(&ann.account_id).unwrap().1;
    let mut sql = domain::sql::Sql::new(sea_orm::ConnectionTrait::get_database_backend(app.db()));
    // VIEW_PRODUCTS alone, by an admin
    sql.add("UPDATE membership SET role = 'ADMIN', permissions = 1 WHERE account_id = ?", [account.into()]);
    sql.execute(app.db()).await.unwrap();
    let save = async |events: Value| {
        let input = json!({ "accountId": ann.account_id, "url": "https://hooks.example/", "events": events });
        app.run(&ann.token, "saveWebhookEndpoint", input, "webhookEndpoint { id }").await
    };
    for events in [json!([]), json!(["INVOICE_ISSUED"]), json!(["PRODUCT_RENEWED", "MEMBER_ADDED"])] {
        let reply = save(events.clone()).await;
        assert_eq!(
            (reply.user_error(), reply.user_error_field().as_str()),
            ("PERMISSION_DENIED", "events"),
            "{events}"
        );
    }
    save(json!(["PRODUCT_RENEWED"])).await.ok();
}
