//! The plain page of a transfer.

use axum::body::Body;
use http::Request;
use rstest::rstest;
use serde_json::{Value, json};
use tests::database::Db;
use tests::world::PASSWORD;

use super::harness::{Scene, products};

async fn open(s: &Scene, token: &str) -> (u16, String) {
    let request = Request::get(format!("/transfer?token={token}")).body(Body::empty()).unwrap();
    let reply = s.app.request(request).await;
    (reply.status, reply.body.as_str().unwrap().to_owned())
}

async fn post(s: &Scene, token: &str, fields: &str) -> (u16, String) {
    let request = Request::post("/transfer").header("content-type", "application/x-www-form-urlencoded");
    let reply = s.app.request(request.body(Body::from(format!("token={token}&{fields}"))).unwrap()).await;
    (reply.status, reply.body.as_str().unwrap().to_owned())
}

/// The link of an offer to this address.
async fn link(s: &Scene, email: &str) -> String {
    s.offered(email, false).await;
    s.app.run_jobs().await;
    s.app.mails_to(email).pop().expect("a mail").token().to_owned()
}

/// S1.14: whoever has a sign-in accepts or declines with their password; opening the page changes nothing.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_user_answers_on_the_page(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let s = Scene::start(db).await;
    s.label(&s.partner, "<b>Shop</b> {email}").await.ok();
    let token = link(&s, "jo@bolt.example").await;
    let (status, page) = open(&s, &token).await;
    assert_eq!(status, 200);
    assert!(
        page.contains("acme would like to hand over to you: &lt;b&gt;Shop&lt;/b&gt; {email} (Business)."),
        "{page}"
    );
    assert!(!page.contains("<b>") && page.contains("action=\"/transfer\""), "{page}");
    let password = PASSWORD.replace(' ', "+");
    for (fields, status, said) in [
        ("answer=accept&password=wrong".to_owned(), 422, "This is not the password"),
        (format!("password={password}"), 422, "Please answer every question"),
        (format!("answer=decline&password={password}"), 200, "You have declined."),
        (format!("answer=accept&password={password}"), 404, "not valid"),
    ] {
        let (was, page) = post(&s, &token, &fields).await;
        assert!(was == status && page.contains(said), "{fields}: {was} {page}");
    }
    assert_eq!(s.sees(&s.client).await, Value::Null);

    let token = link(&s, "jo@bolt.example").await;
    let (status, page) = post(&s, &token, &format!("answer=accept&password={password}")).await;
    assert!(status == 200 && page.contains("is in your account now."), "{page}");
    assert_eq!(s.sees(&s.client).await["account"]["name"], "Bolt");
    for token in [token.as_str(), "nonsense", ""] {
        let (status, page) = open(&s, token).await;
        assert!(status == 404 && page.contains("not valid"), "{page}");
    }
    let verify = s.app.mails_to("jo@bolt.example").into_iter().find(|mail| mail.text.contains("/verify?token="));
    let (status, _) = open(&s, verify.expect("a mail with a link").token()).await;
    assert_eq!(status, 404, "a link for something else opens nothing here");
}

/// Of several accounts one is chosen.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn one_of_several_accounts_is_chosen(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let s = Scene::start(db).await;
    let other = s.app.sign_up("zoe@cafe.example", "Cafe").await;
    let invite = s.app.invite(&other.token, &other.account_id, "jo@bolt.example", "ADMIN", json!(null)).await;
    s.app.join_as(&s.client.token, &invite).await.ok();
    let token = link(&s, "jo@bolt.example").await;
    let accept = format!("answer=accept&password={}", PASSWORD.replace(' ', "+"));
    let (status, page) = post(&s, &token, &accept).await;
    assert!(status == 200 && page.contains("Bolt") && page.contains("Cafe"), "{page}");
    assert_eq!(s.sees(&s.client).await, Value::Null);
    let (status, page) = post(&s, &token, &format!("{accept}&account={}", other.account_id)).await;
    assert!(status == 200 && page.contains("is in your account now."), "{page}");
    assert_eq!(products(&s.app, &other).await.len(), 1);
}

/// Somebody new opens an account by it, whose owner they are, with the address verified by the link.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn somebody_new_opens_an_account_by_it(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let s = Scene::start(db).await;
    let token = link(&s, "new@kiosk.example").await;
    let (_, page) = open(&s, &token).await;
    assert!(page.contains("There is no sign-in for new@kiosk.example yet."), "{page}");
    let fields = "name=Lea&password=a+long+enough+one&company=Kiosk&country=DE&currency=EUR";
    let (status, page) = post(&s, &token, fields).await;
    assert!(status == 200 && page.contains("is in your account now."), "{page}");
    let sign_in = "mutation($input: SignInInput!) { signIn(input: $input) { accessToken userErrors { code } } }";
    let input = json!({ "email": "new@kiosk.example", "password": "a long enough one" });
    let token = s.app.ask(sign_in, json!({ "input": input })).await.ok()["signIn"]["accessToken"].clone();
    let mine =
        "{ viewer { user { emailVerified } memberships { nodes { role account { name products { totalCount } } } } } }";
    let mine = s.app.ask_as(token.as_str().unwrap(), mine, json!({})).await.ok()["viewer"].clone();
    let member = json!([{ "role": "OWNER", "account": { "name": "Kiosk", "products": { "totalCount": 1 } } }]);
    assert_eq!((&mine["user"]["emailVerified"], &mine["memberships"]["nodes"]), (&json!(true), &member));
}
