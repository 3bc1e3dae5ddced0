//! Who is let in to a product, and how they come there.

use axum::body::Body;
use http::Request;
use rstest::rstest;
use serde_json::{Value, json};
use tests::database::Db;

use super::harness::{Scene, product_of};

/// What is shared with an address is open to the user who has shown that it is theirs: to that user EMAIL_NOT_VERIFIED before, to all
/// others NOT_FOUND. Following the link shows it, and the link stays good.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn what_is_shared_is_the_verified_addresss(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let s = Scene::start(db).await;
    let app = &s.app;
    let invited = s.invite(&s.partner, "new@bolt.example", "EDITOR").await;
    let contributor = &invited.ok()["inviteContributor"]["contributor"];
    assert_eq!((&contributor["accepted"], &contributor["user"]), (&json!(false), &Value::Null));
    app.run_jobs().await;
    let mail = app.mails_to("new@bolt.example").pop().expect("a mail");
    assert_eq!(mail.subject, "acme shares Hosting Business with you");
    assert!(mail.text.contains("http://portal.example/contribute?token="), "{}", mail.text);
    assert!(mail.text.contains("as soon as you have signed up with this address"), "{}", mail.text);

    // the mail says that the address is theirs, also to whoever has not signed up yet; that alone gives nobody anything
    let follow = "mutation($token: String!) { verifyEmail(input: { token: $token }) { user { email }
        contributor { email role accepted product { label nextRenewal { on } invoices { totalCount } contributors { email } } }
        userErrors { code } } }";
    let link = json!({ "token": mail.token() });
    let followed = app.ask(follow, link.clone()).await.ok()["verifyEmail"].clone();
    let product = json!({ "label": "Hosting Business", "nextRenewal": null, "invoices": { "totalCount": 0 }, "contributors": [] });
    let contributor = json!({ "email": "new@bolt.example", "role": "EDITOR", "accepted": false, "product": product });
    assert_eq!(followed, json!({ "user": null, "contributor": contributor, "userErrors": [] }));

    let new = app.sign_up("new@bolt.example", "New").await;
    assert_eq!(s.sees(&new).await, Value::Null);
    assert_eq!(s.contributions(&new).await, json!([]));
    assert_eq!(s.label(&new, "Mine").await.user_error(), "EMAIL_NOT_VERIFIED");
    assert_eq!(s.label(&s.client, "Mine").await.user_error(), "NOT_FOUND");
    let input = json!({ "productId": s.product, "email": "x@y.example", "role": "VIEWER" });
    assert_eq!(app.run(&new.token, "inviteContributor", input, "contributor { id }").await.user_error(), "NOT_FOUND");

    let followed = app.ask(follow, link.clone()).await.ok()["verifyEmail"].clone();
    assert_eq!(
        (&followed["user"]["email"], &followed["contributor"]["accepted"]),
        (&json!("new@bolt.example"), &json!(true))
    );
    assert_eq!(s.label(&new, "Ours").await.ok()["updateProduct"]["product"]["label"], "Ours");
    assert_eq!(
        s.contributions(&new).await,
        json!([{ "role": "EDITOR", "accepted": true, "product": { "label": "Ours" } }])
    );
    app.ask(follow, link).await.ok();

    // someone who is a user already is told so, in their language
    s.invited(&s.partner, "jo@bolt.example", "VIEWER").await;
    app.run_jobs().await;
    let mail = app.mails_to("jo@bolt.example").pop().expect("a mail");
    assert!(mail.text.contains("you have access already"), "{}", mail.text);
}

/// Nobody shares what they do not hold, or twice; an address is one, and nobody can be invited to what is not there.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn bad_invitations_are_refused(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let s = Scene::start(db).await;
    let app = &s.app;
    s.invited(&s.partner, "zoe@bolt.example", "VIEWER").await;
    for (by, email, code) in [
        (&s.partner, "ZOE@Bolt.example", "ALREADY_EXISTS"),
        (&s.partner, "zoe", "INVALID_INPUT"),
        (&s.partner, "zoe@bolt.example\r\nBcc: a@b.example", "INVALID_INPUT"),
        (&s.partner, "zoё@bolt.example", "INVALID_INPUT"),
        (&s.client, "zoe@bolt.example", "NOT_FOUND"),
    ] {
        let refused = s.invite(by, email, "VIEWER").await;
        assert_eq!(refused.user_error(), code, "{email:?}");
        if code != "NOT_FOUND" {
            assert_eq!(refused.user_error_field(), "email");
        }
    }
    let input = json!({ "productId": s.partner.account_id, "email": "a@b.example", "role": "VIEWER" });
    assert_eq!(
        app.run(&s.partner.token, "inviteContributor", input, "contributor { id }").await.user_error(),
        "NOT_FOUND"
    );

    // a partner that may see a product, and not manage it, shares nothing of it
    let holder = app.sign_up("owner@cafe.example", "cafe").await;
    app.add_card(&holder, "tok_visa").await;
    let key = json!({ "accountId": holder.account_id, "items": [{ "planId": s.provider.hosting_id }], "idempotencyKey": "key-12345" });
    app.done(&holder.token, "placeOrder", key, "order { status }").await;
    let product = product_of(app, &holder).await;
    let input = json!({
        "accountId": holder.account_id, "partnerProfileSlug": "acme", "accessLevel": "PARTIAL", "permissions": ["MANAGE_PRODUCTS"],
    });
    let offer = app.done(&holder.token, "sendInvitation", input, "invitation { id }").await;
    app.done(&s.partner.token, "connectClient", json!({ "invitationId": offer["invitation"]["id"] }), "client { id }")
        .await;
    let input = json!({ "productId": product, "email": "a@b.example", "role": "VIEWER" });
    let refused = app.run(&s.partner.token, "inviteContributor", input, "contributor { id }").await;
    assert_eq!(refused.user_error(), "PERMISSION_DENIED");
}

/// The plain page of an invitation: opening it changes nothing, its form shows whose the address is, and it ends with the invitation.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn an_invitation_has_a_plain_page(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let s = Scene::start(db).await;
    let app = &s.app;
    let named = json!({ "productId": s.product, "label": "<b>Shop</b> & Co" });
    app.done(&s.partner.token, "updateProduct", named, "product { id }").await;
    let id = s.invited(&s.partner, "new@bolt.example", "VIEWER").await;
    app.run_jobs().await;
    let token = app.mails_to("new@bolt.example").pop().expect("a mail").token().to_owned();
    let open = async |token: &str| {
        let request = Request::get(format!("/contribute?token={token}")).body(Body::empty()).unwrap();
        let reply = app.request(request).await;
        (reply.status, reply.body.as_str().unwrap().to_owned())
    };
    let send = async || {
        let request = Request::post("/contribute").header("content-type", "application/x-www-form-urlencoded");
        let reply = app.request(request.body(Body::from(format!("token={token}"))).unwrap()).await;
        (reply.status, reply.body.as_str().unwrap().to_owned())
    };
    let (status, page) = open(&token).await;
    assert_eq!(status, 200);
    assert!(page.contains("&lt;b&gt;Shop&lt;/b&gt; &amp; Co is shared with you") && !page.contains("<b>"), "{page}");
    assert!(page.contains("new@bolt.example") && page.contains("action=\"/contribute\""), "{page}");
    let (status, page) = send().await;
    assert!(status == 200 && page.contains("Now sign up with new@bolt.example"), "{page}");
    let new = app.sign_up("new@bolt.example", "New").await;
    open(&token).await;
    assert_eq!(s.sees(&new).await, Value::Null, "to open it changes nothing");
    let (status, page) = send().await;
    assert!(status == 200 && page.contains("You have access"), "{page}");
    assert_eq!(s.sees(&new).await["label"], "<b>Shop</b> & Co");

    app.done(&s.partner.token, "removeContributor", json!({ "contributorId": id }), "product { id }").await;
    for token in [token.as_str(), "nonsense", ""] {
        let (status, page) = open(token).await;
        assert!(status == 404 && page.contains("not valid"), "{page}");
    }
    app.run_jobs().await;
    let verify = app.mails_to("new@bolt.example").into_iter().find(|mail| mail.text.contains("/verify?token="));
    let (status, _) = open(verify.expect("a mail with a link").token()).await;
    assert_eq!(status, 404, "a link for something else opens nothing here");
}
