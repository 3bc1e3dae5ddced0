//! Whose a transfer is to answer.

use rstest::rstest;
use serde_json::{Value, json};
use tests::database::Db;

use super::harness::Scene;

/// S1.13: what is offered to an address is open to the user who has shown that it is theirs: to that user EMAIL_NOT_VERIFIED before, to all
/// others there is nothing. Following the link shows it, says what the mail was about, and stays good.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn what_is_offered_is_the_verified_addresss(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let s = Scene::start(db).await;
    let app = &s.app;
    let transfer = s.offered("new@bolt.example", false).await;
    app.run_jobs().await;
    let mail = app.mails_to("new@bolt.example").pop().expect("a mail");
    assert_eq!(mail.subject, "acme would like to hand Hosting Business over to you");
    assert!(mail.text.contains("http://portal.example/transfer?token="), "{}", mail.text);
    for said in ["you do not pay it again", "until 21 December 2026", "You open an account as you accept."] {
        assert!(mail.text.contains(said), "{said}: {}", mail.text);
    }

    let new = app.sign_up("new@bolt.example", "New").await;
    assert_eq!(s.received(&new, None).await, json!([]));
    for reply in [s.accept(&new, &transfer).await, s.decline(&new.token, &transfer).await] {
        assert_eq!(reply.user_error(), "EMAIL_NOT_VERIFIED");
    }
    for reply in [s.accept(&s.client, &transfer).await, s.decline(&s.client.token, &transfer).await] {
        assert_eq!(reply.user_error(), "NOT_FOUND");
    }
    // who offers it sees it, and does not answer it; nor do the provider's staff
    for token in [&s.partner.token, &s.provider.staff] {
        let refused = s.accept_into(token, &transfer, &s.partner.account_id).await;
        assert_eq!(refused.user_error(), "PERMISSION_DENIED");
        assert_eq!(s.decline(token, &transfer).await.user_error(), "PERMISSION_DENIED");
    }
    assert_eq!(s.cancel(&new.token, &transfer).await.user_error(), "NOT_FOUND");

    let follow = "mutation($token: String!) { verifyEmail(input: { token: $token }) { user { email }
        transfer { status offered { label } from { name } product { id } } userErrors { code } } }";
    for _ in 0..2 {
        let followed = app.ask(follow, json!({ "token": mail.token() })).await.ok()["verifyEmail"].clone();
        let offered = json!({
            "status": "PENDING", "offered": { "label": "Hosting Business" }, "from": { "name": "acme" }, "product": null,
        });
        assert_eq!((&followed["user"]["email"], &followed["transfer"]), (&json!("new@bolt.example"), &offered));
    }
    assert_eq!(s.received(&new, Some("PENDING")).await[0]["id"], json!(transfer));
    // a key is nobody in person
    let input = json!({ "accountId": new.account_id, "name": "Build", "permissions": ["VIEW_PRODUCTS", "PURCHASE"] });
    let key = app.done(&new.token, "createApiKey", input, "secret").await;
    let key = key["secret"].as_str().unwrap();
    assert_eq!(s.accept_into(key, &transfer, &new.account_id).await.user_error(), "NOT_FOUND");
    s.accept(&new, &transfer).await.ok();
}

/// Accepting takes PURCHASE in the account as its own member, since it pays from then on; offering and calling off take MANAGE_PRODUCTS in
/// the holder, and no partnership carries either.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn it_takes_a_membership_on_either_side(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let s = Scene::start(db).await;
    let app = &s.app;
    let transfer = s.offered("tech@bolt.example", false).await;
    let tech = app.member(&s.client, "tech@bolt.example", "TECHNICAL", Value::Null).await;
    let refused = s.accept_into(&tech.token, &transfer, &s.client.account_id).await;
    assert_eq!(refused.user_error(), "PERMISSION_DENIED");
    let cafe = app.sign_up("zoe@cafe.example", "Cafe").await;
    let strange = s.accept_into(&tech.token, &transfer, &cafe.account_id).await;
    assert_eq!((strange.user_error(), strange.user_error_field().as_str()), ("NOT_FOUND", "accountId"));
    s.cancel(&s.partner.token, &transfer).await.ok();

    let transfer = s.offered("buys@bolt.example", false).await;
    let buys = app.member(&s.client, "buys@bolt.example", "BILLING", Value::Null).await;
    s.accept_into(&buys.token, &transfer, &s.client.account_id).await.ok();
    // who buys does not manage
    assert_eq!(s.offer(&buys.token, "jo@bolt.example", false).await.user_error(), "PERMISSION_DENIED");

    // a partner with full access looks after it, and cannot give it away, call it off, or see to whom it goes
    let zeta = app.partner(&s.provider, "zeta").await;
    let offer = json!({ "accountId": s.client.account_id, "partnerProfileSlug": "zeta", "accessLevel": "FULL", "payer": "CLIENT" });
    let offer = app.done(&s.client.token, "sendInvitation", offer, "invitation { id }").await;
    app.done(&zeta.token, "connectClient", json!({ "invitationId": offer["invitation"]["id"] }), "client { id }").await;
    s.label(&zeta, "Looked after").await.ok();
    assert_eq!(s.offer(&zeta.token, "owner@zeta.example", false).await.user_error(), "PERMISSION_DENIED");
    let input = json!({ "productId": s.product, "toEmail": "zoe@cafe.example" });
    let made = app.done(&s.client.token, "offerTransfer", input, "transfer { id }").await;
    assert_eq!(s.sees(&zeta).await["transfer"], Value::Null);
    let made = made["transfer"]["id"].as_str().unwrap();
    assert_eq!(s.cancel(&zeta.token, made).await.user_error(), "NOT_FOUND");
}
