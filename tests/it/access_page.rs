//! The page behind the link of a request for access, for providers without a portal of their own.

use axum::body::Body;
use axum::http::Request;
use rstest::rstest;
use sea_orm::ConnectionTrait as _;
use serde_json::{Value, json};
use tests::app::TestApp;
use tests::database::Db;
use tests::world::Signed;

const JO: &str = "jo@bakery.example";

/// Acme asks Jo for this access; the token of the link in the mail.
async fn asked(app: &TestApp, partner: &Signed, access: Value) -> String {
    let client = json!({ "name": "Bakery", "email": JO });
    let input = json!({ "partnerId": partner.account_id, "client": client });
    let made = app.done(&partner.token, "createClient", input, "client { id }").await;
    let mut input = access;
    input["clientId"] = made["client"]["id"].clone();
    app.done(&partner.token, "requestAccess", input, "invitation { id }").await;
    app.run_jobs().await;
    let mails = app.mails_to(JO);
    mails.iter().rfind(|mail| mail.text.contains("/access?token=")).expect("the request").token().to_owned()
}

fn in_part() -> Value {
    json!({ "accessLevel": "PARTIAL", "permissions": ["VIEW_PRODUCTS", "PURCHASE"], "message": "Let us <help>." })
}

async fn shown(app: &TestApp, token: &str) -> (u16, String) {
    let reply = app.request(Request::get(format!("/access?token={token}")).body(Body::empty()).unwrap()).await;
    (reply.status, reply.body.as_str().unwrap().to_owned())
}

async fn send(app: &TestApp, form: String) -> (u16, String) {
    let request = Request::post("/access").header("content-type", "application/x-www-form-urlencoded");
    let reply = app.request(request.body(Body::from(form)).unwrap()).await;
    (reply.status, reply.body.as_str().unwrap().to_owned())
}

/// What Acme may do now, by client.
async fn clients(app: &TestApp, partner: &Signed) -> Value {
    let query = "query($id: ID!) { account(id: $id) { partnershipsAsPartner { nodes {
        accessLevel payer status client { name } } } } }";
    let reply = app.ask_as(&partner.token, query, json!({ "id": partner.account_id })).await;
    reply.ok()["account"]["partnershipsAsPartner"]["nodes"].clone()
}

/// As a browser sends it.
const PASSWORD: &str = "password=correct+horse+battery";

/// Whoever has the address answers with their password; of which accounts they have, the page says nothing before.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_user_answers_on_the_page(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let app = TestApp::start(db).await;
    let provider = app.provider().await;
    let partner = app.partner(&provider, "acme").await;
    let jo = app.sign_up(JO, "Bakery").await;
    let forge = app.sign_up("al@forge.example", "Forge").await;
    let link = app.invite(&forge.token, &forge.account_id, JO, "ADMIN", Value::Null).await;
    app.join_as(&jo.token, &link).await.ok();
    let token = asked(&app, &partner, in_part()).await;

    let (status, page) = shown(&app, &token).await;
    assert_eq!(status, 200);
    for told in ["acme", "View products", "Order, renew and change plans", "Let us &lt;help&gt;."] {
        assert!(page.contains(told), "{told} in {page}");
    }
    for untold in ["Manage products", "Bakery", "Forge", "<script", "name=payer"] {
        assert!(!page.contains(untold), "{untold} in {page}");
    }
    assert_eq!(page.matches("<form").count(), 1);
    let of = |rest: &str| send(&app, format!("token={token}&{rest}"));
    let (status, page) = of(PASSWORD).await;
    assert!(status == 422 && page.contains("role=alert"), "no answer: {page}");
    let (status, page) = of("answer=grant&password=another+horse+battery").await;
    assert!(status == 422 && page.contains("This is not the password"), "{page}");
    let (status, page) = of(&format!("answer=grant&{PASSWORD}")).await;
    assert!(status == 200 && page.contains("Bakery") && page.contains("Forge"), "which of two: {page}");
    let (_, page) = of(&format!("answer=grant&account={}&{PASSWORD}", partner.account_id)).await;
    assert!(page.contains("Bakery") && page.contains("Forge"), "somebody else's is none of them: {page}");
    assert_eq!(clients(&app, &partner).await, json!([]));

    let (status, page) = of(&format!("answer=grant&account={}&{PASSWORD}", forge.account_id)).await;
    assert!(status == 200 && page.contains("acme has access to your account now"), "{page}");
    let expected =
        json!({ "accessLevel": "PARTIAL", "payer": "CLIENT", "status": "ACTIVE", "client": { "name": "Forge" } });
    assert_eq!(clients(&app, &partner).await, json!([expected]));
    assert_eq!((shown(&app, &token).await.0, of(&format!("answer=reject&{PASSWORD}")).await.0), (404, 404), "once");
    app.run_jobs().await;
    assert!(app.mails_to(&partner.email).iter().any(|mail| mail.subject == "Forge has accepted"));
}

/// S2.3: with full access, who pays is nobody's default; declined, nothing comes of it but the mail that says so.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn full_access_takes_a_decision_on_the_payer(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let app = TestApp::start(db).await;
    let provider = app.provider().await;
    let (partner, other) = (app.partner(&provider, "acme").await, app.partner(&provider, "beta").await);
    app.sign_up(JO, "Bakery").await;
    let declined = asked(&app, &other, json!({ "accessLevel": "FULL" })).await;
    let (status, page) = send(&app, format!("token={declined}&answer=reject&{PASSWORD}")).await;
    assert!(status == 200 && page.contains("You have declined"), "{page}");
    assert_eq!(clients(&app, &other).await, json!([]));

    let token = asked(&app, &partner, json!({ "accessLevel": "FULL" })).await;
    let of = |rest: &str| send(&app, format!("token={token}&answer=grant&{rest}&{PASSWORD}"));
    assert!(shown(&app, &token).await.1.contains("name=payer"));
    assert_eq!(of("").await.0, 422, "no default");
    let cards = async |removed_at: &str| {
        let sql = format!("UPDATE payment_method SET removed_at = {removed_at}");
        app.db().execute_unprepared(&sql).await.unwrap();
    };
    cards("created_at").await;
    let (status, page) = of("payer=PARTNER").await;
    assert!(status == 422 && page.contains("has no payment method"), "{page}");
    cards("NULL").await;
    assert_eq!(of("payer=PARTNER").await.0, 200);
    let found = clients(&app, &partner).await;
    assert_eq!((&found[0]["accessLevel"], &found[0]["payer"]), (&json!("FULL"), &json!("PARTNER")));
    app.run_jobs().await;
    assert!(app.mails_to(&other.email).iter().any(|mail| mail.subject == "jo@bakery.example has declined"));
}

/// Somebody without a sign-in opens an account on the page, which has granted the request with that; the link was proof of the address.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn somebody_new_opens_an_account_by_it(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let app = TestApp::start(db).await;
    let provider = app.provider().await;
    let partner = app.partner(&provider, "acme").await;
    let token = asked(&app, &partner, in_part()).await;
    let (_, page) = shown(&app, &token).await;
    assert!(page.contains("There is no sign-in for jo@bakery.example yet") && page.contains("value=DE"), "{page}");
    let of = |rest: &str| send(&app, format!("token={token}&answer=grant&{PASSWORD}&{rest}"));
    for missing in [
        "company=Bakery&country=DE&currency=EUR",
        "name=Jo&country=DE&currency=EUR",
        "name=Jo&company=Bakery&country=UK&currency=EUR",
        "name=Jo&company=Bakery&country=DE&currency=XXX",
    ] {
        assert_eq!(of(missing).await.0, 422, "{missing}");
    }
    assert_eq!(of("name=Jo&company=Bakery&country=de&currency=eur").await.0, 200);
    let found = clients(&app, &partner).await;
    assert_eq!((&found[0]["client"]["name"], &found[0]["accessLevel"]), (&json!("Bakery"), &json!("PARTIAL")));
    app.run_jobs().await;
    assert!(!app.mails_to(JO).iter().any(|mail| mail.text.contains("/verify?token=")), "the address is verified");
    let sign_in =
        "mutation($input: SignInInput!) { signIn(input: $input) { user { emailVerified } userErrors { code } } }";
    let input = json!({ "input": { "email": JO, "password": tests::world::PASSWORD } });
    assert_eq!(app.ask(sign_in, input).await.ok()["signIn"]["user"]["emailVerified"], true);
    assert_eq!(of("name=Jo&company=Bakery&country=DE&currency=EUR").await.0, 404, "once");
    for path in ["/access", "/access?token=%22%3E%3Cscript%3E"] {
        assert_eq!(app.request(Request::get(path).body(Body::empty()).unwrap()).await.status, 404, "{path}");
    }
}
