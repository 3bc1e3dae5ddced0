//! Credit notes that come twice, at once, or whose answers get lost.

use futures::future::join_all;
use rstest::rstest;
use serde_json::json;
use tests::database::Db;

use super::harness::{World, net, text};

/// Ten notes at once over 60.00 of 99.00: one is issued, the others are refused, and there is no gap.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn of_notes_at_once_no_more_is_issued_than_is_left(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let w = World::start(db, "CLIENT").await;
    w.bought("CLIENT_CARD").await;
    let id = text(&w.invoices(&w.bolt).await[0]["id"]);
    let keys: Vec<String> = (0..10).map(|n| format!("at-once-{n}")).collect();
    let replies = join_all(keys.iter().map(|key| w.credit(&id, net("60.00"), key))).await;
    let refused: Vec<_> = replies.iter().filter(|reply| reply.data()["issueCreditNote"]["invoice"].is_null()).collect();
    assert_eq!(refused.len(), 9);
    assert!(refused.iter().all(|reply| reply.user_error() == "CONFLICT"));
    w.books_are_right().await;
    assert_eq!(w.credited(&id, json!({}), "the-rest").await["number"], "CN-2026-000002");
    w.books_are_right().await;
}

/// The same key is the same note; the same key for something else is refused; a credit note is not credited.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_note_is_issued_once(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let w = World::start(db, "CLIENT").await;
    w.bought("CLIENT_CARD").await;
    let id = text(&w.invoices(&w.bolt).await[0]["id"]);
    let note = w.credited(&id, net("10.00"), "the-same-key").await;
    assert_eq!(w.credited(&id, net("10.00"), "the-same-key").await["id"], note["id"]);
    assert_eq!(w.credit(&id, net("10.01"), "the-same-key").await.user_error(), "IDEMPOTENCY_KEY_REUSED");
    assert_eq!(w.credit(&text(&note["id"]), json!({}), "of-a-note").await.user_error(), "CONFLICT");
    assert_eq!(w.credit(&id, net("0.00"), "of-nothing").await.user_error(), "INVALID_INPUT");
    assert_eq!(w.credit(&id, net("-1.00"), "below-zero").await.user_error(), "INVALID_INPUT");
    for who in [&w.bolt, &w.acme] {
        let input = json!({ "invoiceId": id, "reason": "Mine!", "idempotencyKey": "not-of-staff" });
        let reply = w.app.run(&who.token, "issueCreditNote", input, "invoice { id }").await;
        let expected = if who.email == w.bolt.email { "PERMISSION_DENIED" } else { "NOT_FOUND" };
        assert_eq!(reply.user_error(), expected);
    }
    w.books_are_right().await;
}

/// The gateway's answer gets lost, for the charge and for the refund: while the charge is unknown nothing is credited, and the
/// refund is asked for again under its key, so that it is paid once.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_refund_whose_answer_is_lost_is_paid_once(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let w = World::start(db, "CLIENT").await;
    let order = w.ordered(&w.bolt, json!([{ "planId": w.provider.hosting_id }]), "bolts-own").await;
    let product = text(&order["lines"][0]["products"][0]["id"]);
    w.app.add_card(&w.bolt, "tok_timeout").await;
    let input = json!({ "productId": product, "idempotencyKey": "a-lost-answer" });
    let reply = w.app.run(&w.bolt.token, "renewProduct", input, "invoice { id }").await;
    assert_eq!(reply.user_error(), "PAYMENT_PENDING");
    let id = text(&reply.data()["renewProduct"]["invoice"]["id"]);
    assert_eq!(w.credit(&id, json!({}), "too-early").await.user_error(), "PAYMENT_PENDING");
    w.app.advance_to(&w.provider.staff, "2026-11-21T10:00:00Z").await.ok();

    w.credited(&id, json!({}), "in-time-now").await;
    // whoever asks first is not told, and does not know; the job comes twice
    w.app.run_jobs().await;
    assert_eq!(w.invoices(&w.bolt).await[1]["payments"][0]["status"], "REFUNDED");
    w.books_are_right().await;
}
