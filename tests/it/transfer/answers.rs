//! How a transfer ends otherwise.

use rstest::rstest;
use serde_json::{Value, json};
use tests::database::Db;

use super::harness::Scene;

/// S1.13: declined, it stays where it is, and both sides are told; it is answered once, and can be offered again.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_declined_product_stays(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let s = Scene::start(db).await;
    let transfer = s.offered("jo@bolt.example", true).await;
    assert_eq!(s.decline(&s.client.token, &transfer).await.ok()["declineTransfer"]["transfer"]["status"], "DECLINED");
    assert_eq!(s.sees(&s.client).await, Value::Null);
    let kept = s.sees(&s.partner).await;
    assert_eq!((&kept["account"]["name"], &kept["transfer"]["status"]), (&json!("acme"), &json!("DECLINED")));
    let subject = s.subjects(&s.partner.email).await.pop();
    assert_eq!(subject.as_deref(), Some("jo@bolt.example has declined Hosting Business"));
    assert_eq!(s.subjects(&s.client.email).await.pop().as_deref(), Some("You have declined Hosting Business"));
    for reply in [
        s.accept(&s.client, &transfer).await,
        s.decline(&s.client.token, &transfer).await,
        s.cancel(&s.partner.token, &transfer).await,
    ] {
        assert_eq!(reply.user_error(), "TRANSFER_NOT_POSSIBLE");
    }
    assert_eq!(s.feed(&s.partner).await, ["TRANSFER_DECLINED", "TRANSFER_OFFERED"]);
    assert_eq!(s.received(&s.client, Some("DECLINED")).await.as_array().unwrap().len(), 1);
    assert_eq!(s.received(&s.client, Some("PENDING")).await, json!([]));
    s.hand_over(false).await;
}

/// The holder takes its offer back: the mail that has not left does not leave, and one that has is followed by another.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_transfer_is_called_off(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let s = Scene::start(db).await;
    let before = s.subjects(&s.client.email).await.len();
    let transfer = s.offered("jo@bolt.example", false).await;
    assert_eq!(s.cancel(&s.partner.token, &transfer).await.ok()["cancelTransfer"]["transfer"]["status"], "CANCELLED");
    let told: Vec<_> = s.subjects(&s.client.email).await.split_off(before);
    assert_eq!(told, ["acme does not hand Hosting Business over any more"]);
    assert_eq!(s.accept(&s.client, &transfer).await.user_error(), "TRANSFER_NOT_POSSIBLE");
    assert_eq!(s.cancel(&s.partner.token, &transfer).await.user_error(), "TRANSFER_NOT_POSSIBLE");
    assert_eq!(s.feed(&s.partner).await, ["TRANSFER_CANCELLED", "TRANSFER_OFFERED"]);
    s.hand_over(false).await;
}

/// Rules §4: unanswered for thirty days, it lapses by the product's clock, to the second, and the holder is told.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_transfer_lapses_after_thirty_days(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let s = Scene::start(db).await;
    let transfer = s.offered("jo@bolt.example", false).await;
    s.app.run_jobs().await;
    s.app.set_clock("2026-12-21T08:59:59Z").await;
    assert_eq!(s.received(&s.client, Some("PENDING")).await.as_array().unwrap().len(), 1);
    s.app.set_clock("2026-12-21T09:00:00Z").await;
    assert_eq!(s.received(&s.client, Some("PENDING")).await, json!([]));
    assert_eq!(s.received(&s.client, Some("EXPIRED")).await[0]["status"], "EXPIRED");
    assert_eq!(s.accept(&s.client, &transfer).await.user_error(), "TRANSFER_NOT_POSSIBLE");

    s.app.set_clock("2026-12-20T00:00:00Z").await;
    s.app.advance_to(&s.provider.staff, "2026-12-22T00:00:00Z").await.ok();
    let subject = s.subjects(&s.partner.email).await.pop();
    assert_eq!(subject.as_deref(), Some("No answer from jo@bolt.example"));
    assert_eq!(s.feed(&s.partner).await, ["TRANSFER_EXPIRED", "TRANSFER_OFFERED"]);
    assert_eq!(s.sees(&s.partner).await["transfer"]["status"], "EXPIRED");
    let expired = s.app.texts("SELECT status AS t FROM transfer").await;
    assert_eq!(expired, ["EXPIRED"]);
    s.hand_over(false).await;
}

/// S1.14: both sides are told that it has changed hands, each what it means for them, in their language.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn both_sides_are_told(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let s = Scene::start(db).await;
    let german = s.app.sign_up_in("lea@kiosk.example", "Kiosk", "DE", "EUR", "de").await;
    s.app.verify(&german).await;
    let transfer = s.offered("lea@kiosk.example", true).await;
    s.app.run_jobs().await;
    let offer = s.app.mails_to("lea@kiosk.example").pop().expect("a mail");
    assert_eq!(offer.subject, "acme möchte Ihnen Hosting Business übertragen");
    s.accept(&german, &transfer).await.ok();
    s.app.run_jobs().await;
    let ours = s.app.mails_to(&s.partner.email).pop().expect("a mail");
    assert_eq!(ours.subject, "Hosting Business is with Kiosk now");
    assert!(ours.text.contains("You go on working on it as contributors."), "{}", ours.text);
    let theirs = s.app.mails_to("lea@kiosk.example").pop().expect("a mail");
    assert_eq!(theirs.subject, "Hosting Business liegt jetzt in Ihrem Konto");
    assert!(theirs.text.contains("acme arbeitet weiter daran mit"), "{}", theirs.text);
}
