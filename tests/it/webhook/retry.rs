//! What becomes of a delivery that does not arrive, and of an endpoint at which nothing does.

use rstest::rstest;
use serde_json::{Value, json};
use tests::app::TestApp;
use tests::database::Db;
use tests::hooks::{Receiver, Reply};
use tests::world::Signed;

use super::delivery::order;

struct World {
    app: TestApp,
    ann: Signed,
    staff: String,
    plan: String,
    receiver: Receiver,
}

async fn world(db: Db, locale: &str) -> World {
    let app = TestApp::start_calling(db).await;
    let provider = app.provider().await;
    let ann = app.sign_up_in("ann@bolt.example", "Bolt", "DE", "EUR", locale).await;
    app.add_card(&ann, "tok_visa").await;
    World { app, ann, staff: provider.staff, plan: provider.hosting_id, receiver: Receiver::start().await }
}

fn deliveries(seen: &Value) -> &Vec<Value> {
    seen["deliveries"]["nodes"].as_array().expect("deliveries")
}

/// Rules §6: what fails is tried again, under the same id, until it arrives; redirects are no success and are not followed.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn what_fails_is_tried_again(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let World { app, ann, plan, receiver, .. } = world(db, "en").await;
    let elsewhere = Receiver::start().await;
    let endpoint = app.endpoint(&ann, &receiver.url(), &["PRODUCT_ACTIVATED"]).await;
    let redirect = Reply { location: Some(elsewhere.url()), ..302.into() };
    receiver.answer_next([redirect, 500.into()]);
    order(&app, &ann, &plan, "the-first-order").await;
    app.run_jobs().await;
    let seen = app.endpoint_as_seen(&ann.token, &endpoint.id).await;
    let [waiting] = &deliveries(&seen)[..] else { panic!("one delivery") };
    assert_eq!((&waiting["status"], &waiting["attempts"]), (&json!("PENDING"), &json!(1)));
    assert_eq!(waiting["lastResponseStatus"], 302);
    let next = waiting["nextAttemptAt"].as_str().expect("a time");
    assert!(("2026-11-21T09:00:05".."2026-11-21T09:00:06").contains(&next), "five seconds and a tenth at most: {next}");
    assert_eq!(seen["failingSince"], "2026-11-21T09:00:00Z");

    app.advance_to(&ann.token, "2026-11-21T09:00:06Z").await.ok();
    let waiting = app.endpoint_as_seen(&ann.token, &endpoint.id).await;
    assert_eq!(deliveries(&waiting)[0]["lastResponseStatus"], 500);
    app.advance_to(&ann.token, "2026-11-21T12:00:00Z").await.ok();

    let received = receiver.take();
    assert_eq!(received.len(), 3);
    for one in &received {
        assert!(one.is_signed_by(&endpoint.secret));
        assert_eq!((&one.id, &one.body), (&received[0].id, &received[0].body));
    }
    assert_eq!(elsewhere.count(), 0, "a redirect was followed");
    let seen = app.endpoint_as_seen(&ann.token, &endpoint.id).await;
    let [done] = &deliveries(&seen)[..] else { panic!("one delivery") };
    assert_eq!(
        (&done["status"], &done["attempts"], &seen["failingSince"]),
        (&json!("DELIVERED"), &json!(3), &Value::Null)
    );
}

/// One delivery that is refused holds up none of the others.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn one_refused_delivery_holds_up_no_other(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let World { app, ann, plan, receiver, .. } = world(db, "en").await;
    app.endpoint(&ann, &receiver.url(), &["PRODUCT_ACTIVATED"]).await;
    receiver.answer_next([500]);
    for key in ["the-first-order", "the-second-order", "the-third-order"] {
        order(&app, &ann, &plan, key).await;
        app.run_jobs().await;
    }
    assert_eq!(receiver.take().len(), 3);
    app.advance_to(&ann.token, "2026-11-21T10:00:00Z").await.ok();
    assert_eq!(receiver.take().len(), 1, "the one that was refused");
}

/// R21: nothing arrives for three days: ten tries, then it is over; the endpoint is switched off, its people are mailed in their
/// language, the audit log says so, and nothing more is sent. Switched on, it is told what happens from then on, and by a replay
/// what it has missed.
#[rstest]
#[case("en", "Webhook switched off: Bolt", "nothing has arrived at its address for three days")]
#[case("de", "Webhook abgeschaltet: Bolt", "Unter seiner Adresse ist seit drei Tagen nichts angekommen")]
#[tokio::test(flavor = "multi_thread")]
async fn an_endpoint_that_never_hears_is_switched_off(
    #[values(Db::Sqlite, Db::Postgres)] db: Db,
    #[case] locale: &str,
    #[case] subject: &str,
    #[case] sentence: &str,
) {
    let World { app, ann, staff, plan, receiver } = world(db, locale).await;
    let kinds = ["PRODUCT_ACTIVATED"];
    let endpoint = app.endpoint(&ann, &receiver.url(), &kinds).await;
    receiver.answer(503);
    order(&app, &ann, &plan, "the-first-order").await;
    app.run_jobs().await;
    app.advance_to(&ann.token, "2026-11-24T08:00:00Z").await.ok();
    let seen = app.endpoint_as_seen(&ann.token, &endpoint.id).await;
    assert_eq!(
        (&seen["enabled"], &deliveries(&seen)[0]["status"]),
        (&json!(true), &json!("PENDING")),
        "not three days"
    );
    app.advance_to(&ann.token, "2026-11-26T00:00:00Z").await.ok();

    let received = receiver.take();
    assert_eq!(received.len(), 10, "ten tries");
    assert!(received.iter().all(|one| one.id == received[0].id));
    let seen = app.endpoint_as_seen(&ann.token, &endpoint.id).await;
    let [over] = &deliveries(&seen)[..] else { panic!("one delivery") };
    assert_eq!(
        (&over["status"], &over["attempts"], &over["nextAttemptAt"]),
        (&json!("FAILED"), &json!(10), &Value::Null)
    );
    assert_eq!(seen["enabled"], false);
    let mails: Vec<_> = app.mails_to(&ann.email).into_iter().filter(|mail| mail.subject == subject).collect();
    let [mail] = &mails[..] else { panic!("one mail: {:?}", app.mails_to(&ann.email)) };
    assert!(mail.text.contains(sentence) && mail.text.contains(&receiver.url()), "{}", mail.text);
    let log = "query($id: ID!) { provider { auditLog(first: 5, accountId: $id) { nodes { operation } } } }";
    let log = app.ask_as(&staff, log, json!({ "id": ann.account_id })).await;
    assert!(log.ok().to_string().contains("disableWebhookEndpoint"), "{:#}", log.body);

    receiver.answer(204);
    order(&app, &ann, &plan, "while-it-is-off").await;
    app.advance_to(&ann.token, "2026-11-27T00:00:00Z").await.ok();
    assert_eq!(receiver.count(), 0, "it is switched off");
    let replay =
        json!({ "webhookEndpointId": endpoint.id, "from": "2026-11-21T00:00:00Z", "to": "2026-11-28T00:00:00Z" });
    assert_eq!(app.run(&ann.token, "replayWebhooks", replay.clone(), "replayed").await.user_error(), "CONFLICT");

    let on = json!({ "id": endpoint.id, "accountId": ann.account_id, "url": receiver.url(), "events": kinds });
    app.done(&ann.token, "saveWebhookEndpoint", on, "webhookEndpoint { id }").await;
    order(&app, &ann, &plan, "when-it-is-on-again").await;
    app.run_jobs().await;
    assert_eq!(receiver.take().len(), 1, "what happens from then on");
    assert_eq!(app.done(&ann.token, "replayWebhooks", replay, "replayed").await["replayed"], 3);
    app.run_jobs().await;
    let again = receiver.take();
    assert_eq!(again.len(), 3);
    assert!(again.iter().any(|one| one.id == received[0].id), "by the id of the first time");
}

/// 410 Gone: nothing more is sent, at once.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn an_endpoint_that_is_gone_is_switched_off(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let World { app, ann, plan, receiver, .. } = world(db, "fr").await;
    let endpoint = app.endpoint(&ann, &receiver.url(), &["PRODUCT_ACTIVATED"]).await;
    receiver.answer(410);
    order(&app, &ann, &plan, "the-first-order").await;
    app.run_jobs().await;
    order(&app, &ann, &plan, "the-second-order").await;
    app.advance_to(&ann.token, "2026-11-23T00:00:00Z").await.ok();
    assert_eq!(receiver.take().len(), 1);
    assert_eq!(app.endpoint_as_seen(&ann.token, &endpoint.id).await["enabled"], false);
    let mails = app.mails_to(&ann.email);
    let mail = mails.iter().find(|mail| mail.subject.starts_with("Webhook désactivé")).expect("a mail in French");
    assert!(mail.text.contains("(HTTP 410)"), "{}", mail.text);
}
