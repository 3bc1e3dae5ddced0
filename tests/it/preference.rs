//! Who wants no mails about something gets none, unless it must be told.

use axum::body::Body;
use http::Request;
use rstest::rstest;
use serde_json::{Value, json};
use tests::app::TestApp;
use tests::client::Reply;
use tests::database::Db;
use tests::world::Signed;

const MINE: &str = "{ viewer { user { id notificationPreferences { kind email mandatory } } } }";

async fn preferences(app: &TestApp, token: &str) -> Vec<Value> {
    let reply = app.ask_as(token, MINE, json!({})).await;
    reply.ok()["viewer"]["user"]["notificationPreferences"].as_array().unwrap().clone()
}

/// The kinds that are switched off.
async fn off(app: &TestApp, token: &str) -> Vec<String> {
    let all = preferences(app, token).await;
    all.iter().filter(|one| one["email"] == false).map(|one| one["kind"].as_str().unwrap().to_owned()).collect()
}

async fn set(app: &TestApp, token: &str, preferences: Value) -> Reply {
    let input = json!({ "preferences": preferences });
    app.run(token, "updateNotificationPreferences", input, "user { notificationPreferences { kind email } }").await
}

async fn ask_for_help(app: &TestApp, slug: &str, name: &str) {
    let input = json!({
        "profileSlug": slug, "name": name, "email": "jo@lead.example", "company": null, "message": "Can you help?",
    });
    let submit =
        "mutation($input: SubmitInquiryInput!) { submitInquiry(input: $input) { accepted userErrors { code } } }";
    app.ask(submit, json!({ "input": input })).await.ok();
    app.run_jobs().await;
}

async fn speak(app: &TestApp, who: &Signed, locale: &str) {
    app.done(&who.token, "updateUser", json!({ "locale": locale }), "user { locale }").await;
}

/// Issue 6: a switch is a user's own and a kind's own, in whatever language they read; nobody else sees it, and their colleagues are
/// mailed as before.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn who_wants_no_mails_gets_none(
    #[values(Db::Sqlite, Db::Postgres)] db: Db,
    #[values(("de", "Anfrage"), ("fr", "demande"))] (locale, subject): (&str, &str),
) {
    let app = TestApp::start(db).await;
    let provider = app.provider().await;
    let acme = app.partner(&provider, "acme").await;
    speak(&app, &acme, locale).await;
    let ben = app.member(&acme, "ben@acme.example", "ADMIN", Value::Null).await;
    let sent =
        |address: &str| app.mails_to(address).into_iter().filter(|mail| mail.text.contains("Can you help?")).count();

    let all = preferences(&app, &acme.token).await;
    assert!(all.len() > 50 && all.iter().all(|one| one["email"] == true), "{all:?}");
    for (kind, mandatory) in [
        ("INVOICE_ISSUED", true),
        ("PAYMENT_FAILED", true),
        ("PARTNERSHIP_ENDED", true),
        ("INQUIRY_RECEIVED", false),
        ("RENEWAL_UPCOMING", false),
    ] {
        assert!(all.contains(&json!({ "kind": kind, "email": true, "mandatory": mandatory })), "{kind}");
    }

    ask_for_help(&app, "acme", "First").await;
    assert_eq!((sent(&acme.email), sent(&ben.email)), (1, 1));
    let mail = app.mails_to(&acme.email).pop().unwrap();
    assert!(mail.subject.to_lowercase().contains(&subject.to_lowercase()), "{}", mail.subject);

    let both = json!([{ "kind": "INQUIRY_RECEIVED", "email": false }, { "kind": "CART_COMPLETED", "email": false }]);
    let reply = set(&app, &acme.token, both).await;
    let shown =
        reply.ok()["updateNotificationPreferences"]["user"]["notificationPreferences"].as_array().unwrap().clone();
    assert!(shown.contains(&json!({ "kind": "INQUIRY_RECEIVED", "email": false })));
    assert_eq!(off(&app, &acme.token).await, ["INQUIRY_RECEIVED", "CART_COMPLETED"]);
    assert_eq!(off(&app, &ben.token).await, Vec::<String>::new());
    ask_for_help(&app, "acme", "Second").await;
    assert_eq!((sent(&acme.email), sent(&ben.email)), (1, 2));
    let feed = "query($id: ID!) { account(id: $id) { activity(first: 50, kinds: [INQUIRY_RECEIVED]) { totalCount } } }";
    let told = app.ask_as(&acme.token, feed, json!({ "id": acme.account_id })).await;
    assert_eq!(told.ok()["account"]["activity"]["totalCount"], 2, "the feed tells it all the same");

    let again = json!([{ "kind": "INQUIRY_RECEIVED", "email": false }, { "kind": "INQUIRY_RECEIVED", "email": true }]);
    set(&app, &acme.token, again).await.ok();
    assert_eq!(off(&app, &acme.token).await, ["CART_COMPLETED"], "of what is named twice, the last counts");
    ask_for_help(&app, "acme", "Third").await;
    assert_eq!((sent(&acme.email), sent(&ben.email)), (2, 3));

    let members = "query($id: ID!) { account(id: $id) { members { nodes { user { email notificationPreferences { kind } } } } } }";
    let seen = app.ask_as(&ben.token, members, json!({ "id": acme.account_id })).await;
    for node in seen.ok()["account"]["members"]["nodes"].as_array().unwrap() {
        let count = node["user"]["notificationPreferences"].as_array().unwrap().len();
        assert_eq!(count > 0, node["user"]["email"] == "ben@acme.example", "nobody else's: {node}");
    }
}

/// What is about money and access is told in any case, and an update is done wholly or not at all.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn what_must_be_told_cannot_be_switched_off(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let app = TestApp::start(db).await;
    let jo = app.sign_up("jo@bolt.example", "Bolt").await;
    for kind in ["INVOICE_ISSUED", "PAYER_CHANGED", "OWNERSHIP_TRANSFERRED", "PRODUCT_SUSPENDED"] {
        let reply =
            set(&app, &jo.token, json!([{ "kind": "CART_SENT", "email": false }, { "kind": kind, "email": false }]))
                .await;
        assert_eq!(
            (reply.user_error(), reply.user_error_field().as_str()),
            ("INVALID_INPUT", "preferences.1.email"),
            "{kind}"
        );
    }
    assert_eq!(off(&app, &jo.token).await, Vec::<String>::new());
    set(&app, &jo.token, json!([{ "kind": "INVOICE_ISSUED", "email": true }])).await.ok();
    set(&app, &jo.token, json!([])).await.ok();
    let audit = "query($id: ID!) { account(id: $id) { id } viewer { user { id } } }";
    app.ask_as(&jo.token, audit, json!({ "id": jo.account_id })).await.ok();
    let texts =
        app.texts("SELECT operation AS t FROM audit_entry WHERE operation = 'updateNotificationPreferences'").await;
    assert_eq!(texts.len(), 2);
    let anonymous = "mutation { updateNotificationPreferences(input: { preferences: [] }) { userErrors { code } } }";
    assert_eq!(app.ask(anonymous, json!({})).await.error(), "UNAUTHENTICATED");
}

/// The link in such a mail: a person is asked first, a mail program does it with one post, any number of times; nothing else in the
/// world does, and mails that must be told carry none.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_mail_says_how_to_stop_such_mails(
    #[values(Db::Sqlite, Db::Postgres)] db: Db,
    #[values(("de", "Weniger E-Mails", "Eine Anfrage ist"), ("it", "Meno e-mail", "richiesta"))] (locale, title, event): (&str, &str, &str),
) {
    let app = TestApp::start(db).await;
    let provider = app.provider().await;
    let acme = app.partner(&provider, "acme").await;
    speak(&app, &acme, locale).await;
    app.run_jobs().await;
    assert!(app.mails_to(&acme.email).iter().all(|mail| mail.stop_url.is_none()), "a link to verify an address");
    ask_for_help(&app, "acme", "First").await;
    let mail = app.mails_to(&acme.email).pop().unwrap();
    let url = mail.stop_url.clone().expect("a link");
    assert!(mail.text.contains(&url), "{}", mail.text);
    let path = url.strip_prefix("http://127.0.0.1:8080").expect("the gateway's own address");

    let shown = app.request(Request::get(path).body(Body::empty()).unwrap()).await;
    let page = shown.body.as_str().unwrap();
    assert!(shown.status == 200 && page.contains(title) && page.contains(&acme.email), "{page}");
    assert!(page.to_lowercase().contains(&event.to_lowercase()), "{page}");
    assert_eq!(off(&app, &acme.token).await, Vec::<String>::new(), "to look changes nothing");

    for (kind, body) in [
        ("application/x-www-form-urlencoded", "List-Unsubscribe=One-Click"),
        (
            "multipart/form-data; boundary=x",
            "--x\r\nContent-Disposition: form-data; name=\"List-Unsubscribe\"\r\n\r\nOne-Click\r\n--x--\r\n",
        ),
    ] {
        let post = Request::post(path).header("content-type", kind).body(Body::from(body)).unwrap();
        assert_eq!(app.request(post).await.status, 200, "{kind}");
        assert_eq!(off(&app, &acme.token).await, ["INQUIRY_RECEIVED"]);
    }
    ask_for_help(&app, "acme", "Second").await;
    assert_eq!(app.mails_to(&acme.email).last().unwrap().text, mail.text, "no further mail");

    let (claims, signature) = path.split_once("token=").unwrap().1.split_once('.').unwrap();
    let other = app.partner(&provider, "zeta").await;
    ask_for_help(&app, "zeta", "Other").await;
    let theirs = app.mails_to(&other.email).pop().unwrap().stop_url.unwrap();
    let (their_claims, _) = theirs.split_once("token=").unwrap().1.split_once('.').unwrap();
    for wrong in ["", ".", claims, &format!("{their_claims}.{signature}"), &format!("{claims}.{signature}A")] {
        for method in ["GET", "POST"] {
            let uri = format!("/unsubscribe?token={wrong}");
            let request = Request::builder().method(method).uri(uri).body(Body::empty()).unwrap();
            assert_eq!(app.request(request).await.status, 404, "{method} {wrong}");
        }
    }
    assert_eq!(off(&app, &other.token).await, Vec::<String>::new());
    let verify = "mutation($token: String!) { verifyEmail(input: { token: $token }) { userErrors { code } } }";
    let token = path.split_once("token=").unwrap().1;
    assert_eq!(app.ask(verify, json!({ "token": token })).await.user_error(), "TOKEN_INVALID", "it says only that");
}
