//! What waits while a right ends: a mail, a renewal, a reader who does not read on. It is done, told and paid by what holds then.

use std::time::Duration;

use chrono::{DateTime, Utc};
use domain::actor::{Actor, System};
use domain::renewal::begin_run;
use domain::store::Statements;
use rstest::rstest;
use serde_json::{Value, json};
use tests::app::TestApp;
use tests::database::Db;
use tests::world::{Provider, Signed};

/// Orders a hosting plan for somebody's own account.
async fn order(app: &TestApp, provider: &Provider, who: &Signed, key: &str) {
    let input = json!({
        "accountId": who.account_id, "items": [{ "planId": provider.hosting_id }],
        "idempotencyKey": format!("order-{key}"),
    });
    app.done(&who.token, "placeOrder", input, "order { status }").await;
}

/// The subjects of the mails to an address, without those that this scenario is not about.
fn subjects(app: &TestApp, address: &str) -> Vec<String> {
    app.mails_to(address).into_iter().map(|mail| mail.subject).filter(|subject| !subject.contains("address")).collect()
}

/// A2, rules §6: a mail goes to whoever holds its permission when it is sent. One that was to go out while they held it, and waits, is
/// not sent to who was narrowed, or has left; nor is it kept for the day on which they are let in again.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_mail_that_waits_is_not_sent_to_who_lost_its_right(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let app = TestApp::start(db).await;
    let provider = app.provider().await;
    let bolt = app.sign_up("jo@bolt.example", "Bolt").await;
    app.add_card(&bolt, "tok_visa").await;
    let stays = app.member(&bolt, "stays@bolt.example", "BILLING", json!(null)).await;
    let narrowed = app.member(&bolt, "narrowed@bolt.example", "BILLING", json!(null)).await;
    let removed = app.member(&bolt, "removed@bolt.example", "BILLING", json!(null)).await;
    let before = subjects(&app, &stays.email);

    order(&app, &provider, &bolt, "first").await;
    let change = async |permissions: Value| {
        let input = json!({ "membershipId": narrowed.membership_id, "permissions": permissions });
        app.done(&bolt.token, "updateMember", input, "membership { permissions }").await;
    };
    change(json!(["VIEW_PRODUCTS", "MANAGE_BILLING"])).await;
    app.done(&bolt.token, "removeMember", json!({ "membershipId": removed.membership_id }), "ended").await;
    app.run_jobs().await;

    let told = subjects(&app, &stays.email)[before.len()..].to_vec();
    assert_eq!(told.len(), 2, "the confirmation and the invoice: {told:?}");
    let changed = ["Your permissions in Bolt have changed".to_owned()];
    assert_eq!(subjects(&app, &narrowed.email)[before.len()..], changed, "only what is about themselves");
    assert_eq!(subjects(&app, &removed.email)[before.len()..], ["You are no longer a member of Bolt"]);
    change(json!(["VIEW_PRODUCTS", "VIEW_INVOICES"])).await;
    app.run_jobs().await;
    assert_eq!(subjects(&app, &narrowed.email)[before.len()..], [&changed[..], &changed].concat());
    app.check_books().await;
}

/// A2, rules §2: nor to who was let in through a partnership that has run out by then, though nobody has written that down yet.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_mail_that_waits_is_not_sent_after_the_access_has_run_out(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let app = TestApp::start(db).await;
    let provider = app.provider().await;
    let acme = app.partner(&provider, "acme").await;
    let bolt = app.sign_up("jo@bolt.example", "Bolt").await;
    let input = json!({ "accountId": bolt.account_id, "partnerProfileSlug": "acme", "accessLevel": "FULL",
        "payer": "PARTNER", "accessExpiresAt": "2026-11-22T00:00:00Z" });
    let offer = app.done(&bolt.token, "sendInvitation", input, "invitation { id }").await;
    let input = json!({ "invitationId": offer["invitation"]["id"] });
    let made = app.done(&acme.token, "connectClient", input, "client { id }").await;
    let eva = app.invite(&acme.token, &bolt.account_id, "eva@bolt.example", "VIEWER", json!(null)).await;
    app.join(&eva, "Eva").await.ok();
    app.run_jobs().await;
    let before = (subjects(&app, "eva@bolt.example").len(), subjects(&app, &bolt.email).len());

    let record = made["client"]["id"].as_str().expect("an id");
    app.set_clock("2026-11-21T23:59:59Z").await;
    app.buy_for(&provider, &acme, record, "PARTNER_CARD").await;
    app.run_jobs().await;
    assert_eq!(subjects(&app, "eva@bolt.example").len(), before.0 + 1, "the holder's confirmation");
    app.buy_for(&provider, &acme, record, "PARTNER_CARD").await;
    app.set_clock("2026-11-22T00:00:00Z").await;
    app.run_jobs().await;
    assert_eq!(subjects(&app, "eva@bolt.example").len(), before.0 + 1, "{:?}", subjects(&app, "eva@bolt.example"));
    assert_eq!(subjects(&app, &bolt.email).len(), before.1 + 2, "{:?}", subjects(&app, &bolt.email));
}

/// A2, R10: a renewal that waits acts by what is in force when it runs. The partner that was to pay does not once the client has ended
/// the partnership, and sees nothing of what the client is billed then.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_renewal_that_waits_is_not_paid_by_who_lost_access(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let app = TestApp::start(db).await;
    let provider = app.provider().await;
    let acme = app.partner(&provider, "acme").await;
    let (bolt, record, partnership) = app.client_of("acme", &acme, "bolt", "PARTNER").await;
    app.buy_for(&provider, &acme, &record, "PARTNER_CARD").await;
    app.run_jobs().await;
    let paid = "query($id: ID!) { account(id: $id) { invoices(last: 9) { nodes { kind subtotal { amount } } } } }";
    let invoices = async |who: &Signed| {
        let reply = app.ask_as(&who.token, paid, json!({ "id": who.account_id })).await;
        reply.ok()["account"]["invoices"]["nodes"].clone()
    };
    let first = json!([{ "kind": "ORDER", "subtotal": { "amount": "99.00" } }]);
    assert_eq!((invoices(&acme).await, invoices(&bolt).await), (first.clone(), json!([])));

    app.set_clock("2027-11-21T09:00:00Z").await;
    let as_of: DateTime<Utc> = "2027-11-21T09:00:00Z".parse().expect("an instant");
    let begun = app.store.write(Actor::System(System::Renewals), Statements::default(), move |work| {
        Box::pin(async move { begin_run(work, as_of).await.map(drop) })
    });
    begun.await.expect("a run");
    app.done(&bolt.token, "endPartnership", json!({ "partnershipId": partnership }), "partnership { status }").await;
    app.run_jobs().await;
    assert_eq!(invoices(&acme).await, first, "nothing was charged to the partner");
    assert_eq!(invoices(&bolt).await, json!([{ "kind": "RENEWAL", "subtotal": { "amount": "99.00" } }]));
    let told = subjects(&app, &acme.email);
    assert!(!told.iter().any(|subject| subject.contains("renewed")), "{told:?}");
    app.check_books().await;
}

/// A2, R20: a reader who takes nothing for a while has nothing in store: what was read for them before their right ended is not told
/// after it, and of what they may still see they miss nothing.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_reader_who_stalls_is_told_by_the_right_they_have_then(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let app = TestApp::start(db).await;
    let provider = app.provider().await;
    let bolt = app.sign_up("jo@bolt.example", "Bolt").await;
    app.add_card(&bolt, "tok_visa").await;
    let leaver = app.member(&bolt, "leaver@bolt.example", "ADMIN", json!(null)).await;
    let narrowed = app.member(&bolt, "narrowed@bolt.example", "ADMIN", json!(null)).await;
    for key in ["first", "second", "third"] {
        order(&app, &provider, &bolt, key).await;
    }
    let (mut left, mut kept) =
        (app.follow(&leaver.token, &bolt.account_id).await, app.follow(&narrowed.token, &bolt.account_id).await);
    for stream in [&mut left, &mut kept] {
        assert_eq!(stream.next().await["data"]["activityAdded"]["kind"], "ACCOUNT_CREATED");
    }
    app.done(&bolt.token, "removeMember", json!({ "membershipId": leaver.membership_id }), "ended").await;
    let input = json!({ "membershipId": narrowed.membership_id, "permissions": ["VIEW_PRODUCTS"] });
    app.done(&bolt.token, "updateMember", input, "membership { id }").await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    let rest = left.end().await;
    assert_eq!(rest, "event: complete\ndata: \n\n", "nothing more is told");
    for _ in 0..3 {
        assert_eq!(kept.next().await["data"]["activityAdded"]["kind"], "PRODUCT_ACTIVATED", "and nothing about money");
    }
    app.done(&bolt.token, "removeMember", json!({ "membershipId": narrowed.membership_id }), "ended").await;
    assert_eq!(kept.end().await, "event: complete\ndata: \n\n");
    app.run_jobs().await;
}
