//! What people write to a partner on its public profile, and what becomes of it.

use std::net::SocketAddr;

use api::account::tries::Tries;
use api::app::App;
use api::http::PersistedQueries;
use api::limits::Limiter;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::ConnectInfo;
use entities::membership::Role;
use futures::future::join_all;
use http::Request;
use rstest::rstest;
use serde_json::{Value, json};
use tests::app::TestApp;
use tests::client::Reply;
use tests::database::Db;
use tests::partners::Partners;
use tests::world::Signed;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;

const SUBMIT: &str = "mutation($input: SubmitInquiryInput!) { submitInquiry(input: $input) {
    accepted userErrors { code message field } } }";
const LIST: &str = "query($id: ID!) { account(id: $id) {
    inquiries { totalCount unreadCount nodes { id name email company message createdAt readAt client { name } } }
    new: inquiries(assigned: false) { totalCount unreadCount nodes { name } }
    assigned: inquiries(assigned: true) { totalCount unreadCount nodes { name } }
    page: inquiries(first: 1) { totalCount unreadCount pageInfo { hasNextPage } nodes { name } }
} }";

fn message(slug: &str, name: &str) -> Value {
    json!({
        "profileSlug": slug, "name": name, "email": format!("{}@lead.example", name.to_lowercase()), "company": "Lead & Co",
        "message": "We need a shop.\nCan you help?",
    })
}

async fn submit(app: &TestApp, input: Value) -> Reply {
    app.ask(SUBMIT, json!({ "input": input })).await
}

async fn inquiries(app: &TestApp, who: &Signed, account: &str) -> Value {
    app.ask_as(&who.token, LIST, json!({ "id": account })).await.ok()["account"].clone()
}

/// The id of the newest inquiry.
async fn newest(app: &TestApp, partner: &Signed) -> String {
    let list = inquiries(app, partner, &partner.account_id).await;
    list["inquiries"]["nodes"][0]["id"].as_str().unwrap().to_owned()
}

async fn publish(app: &TestApp, partner: &Signed, slug: &str, published: bool) {
    let input = json!({
        "accountId": partner.account_id, "slug": slug, "headline": "Shops", "description": "for bakers",
        "services": ["Web shops"], "published": published,
    });
    app.done(&partner.token, "savePartnerProfile", input, "partnerProfile { published }").await;
}

/// S3.5, S3.6: as soon as a profile is published the public finds it and can write to the partner, without signing in; before that,
/// and after, it is answered as one that does not exist.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn only_a_published_profile_takes_inquiries(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let app = TestApp::start(db).await;
    let provider = app.provider().await;
    let partner = app.partner(&provider, "acme").await;
    app.partner(&provider, "zeta").await;
    let found = async |search: &str| {
        let query = "query($s: String) { partnerProfiles(search: $s) { totalCount nodes { slug } } partnerProfile(slug: \"acme\") { slug } }";
        app.ask(query, json!({ "s": search })).await.ok().clone()
    };
    publish(&app, &partner, "acme", false).await;
    let nowhere = submit(&app, message("nobody", "Ann")).await;
    assert_eq!((nowhere.user_error(), nowhere.user_error_field()), ("NOT_FOUND", "profileSlug".to_owned()));
    assert_eq!(submit(&app, message("acme", "Ann")).await.body, nowhere.body);
    assert_eq!(
        found("shops").await,
        json!({ "partnerProfiles": { "totalCount": 0, "nodes": [] }, "partnerProfile": null })
    );

    publish(&app, &partner, "acme", true).await;
    let acme = json!({ "totalCount": 1, "nodes": [{ "slug": "acme" }] });
    for search in ["SHÓPS", "baker", "acme"] {
        assert_eq!(found(search).await["partnerProfiles"], acme, "{search}");
    }
    let input = json!({ "accountId": partner.account_id, "name": "Müller Studio" });
    app.done(&partner.token, "updateAccount", input, "account { name }").await;
    assert_eq!(found("muller").await["partnerProfiles"], acme, "by the name that the account has now");
    assert_eq!(found("100%").await["partnerProfiles"]["totalCount"], 0);
    for slug in ["acme", " Acme "] {
        let taken = submit(&app, message(slug, "Ann")).await;
        assert_eq!(taken.ok()["submitInquiry"]["accepted"], true);
    }
    let signed_in = app.ask_as(&partner.token, SUBMIT, json!({ "input": message("zeta", "Ann") })).await;
    assert_eq!(signed_in.ok()["submitInquiry"]["accepted"], true);
    assert_eq!(inquiries(&app, &partner, &partner.account_id).await["inquiries"]["totalCount"], 2);

    publish(&app, &partner, "acme", false).await;
    assert_eq!(submit(&app, message("acme", "Ann")).await.body, nowhere.body);
}

/// S3.7, S3.8: all inquiries stand in one list, newest first, with how many nobody has read; each can be looked at; nobody else learns
/// that there are any.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn inquiries_stand_in_one_list(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let app = TestApp::start(db).await;
    let provider = app.provider().await;
    let partner = app.partner(&provider, "acme").await;
    let (client, ..) = app.client_of("acme", &partner, "bolt", "CLIENT").await;
    for name in ["Ann", "Bob", "Cleo"] {
        submit(&app, message("acme", name)).await.ok();
    }
    let list = inquiries(&app, &partner, &partner.account_id).await;
    let names: Vec<_> =
        list["inquiries"]["nodes"].as_array().unwrap().iter().map(|node| node["name"].clone()).collect();
    assert_eq!(names, ["Cleo", "Bob", "Ann"]);
    assert_eq!((&list["inquiries"]["totalCount"], &list["inquiries"]["unreadCount"]), (&json!(3), &json!(3)));
    let page = json!({ "totalCount": 3, "unreadCount": 3, "pageInfo": { "hasNextPage": true }, "nodes": [{ "name": "Cleo" }] });
    assert_eq!(list["page"], page);

    let cleo = &list["inquiries"]["nodes"][0]["id"];
    let detail = "query($id: ID!) { node(id: $id) { ... on Inquiry { name email company message createdAt readAt } } }";
    let shown = app.ask_as(&partner.token, detail, json!({ "id": cleo })).await.ok()["node"].clone();
    let expected = json!({
        "name": "Cleo", "email": "cleo@lead.example", "company": "Lead & Co", "message": "We need a shop.\nCan you help?",
        "createdAt": "2026-11-21T09:00:00Z", "readAt": null,
    });
    assert_eq!(shown, expected, "to look at it does not mark it as read");
    let input = json!({ "inquiryId": cleo });
    let read = app.done(&partner.token, "markInquiryRead", input.clone(), "inquiry { readAt }").await;
    assert_eq!(read["inquiry"]["readAt"], "2026-11-21T09:00:00Z");
    app.set_clock("2026-11-22T09:00:00Z").await;
    let again = app.done(&partner.token, "markInquiryRead", input.clone(), "inquiry { readAt } client { id }").await;
    assert_eq!(again, json!({ "inquiry": { "readAt": "2026-11-21T09:00:00Z" }, "client": null, "userErrors": [] }));
    let list = inquiries(&app, &partner, &partner.account_id).await;
    assert_eq!((&list["inquiries"]["totalCount"], &list["inquiries"]["unreadCount"]), (&json!(3), &json!(2)));

    // the partner's client, another partner and nobody see no trace of it
    let zeta = app.partner(&provider, "zeta").await;
    for who in [&client, &zeta] {
        let seen = inquiries(&app, who, &partner.account_id).await;
        assert_eq!(seen["inquiries"], json!({ "totalCount": 0, "unreadCount": 0, "nodes": [] }));
        assert_eq!(app.ask_as(&who.token, detail, json!({ "id": cleo })).await.ok()["node"], Value::Null);
        assert_eq!(
            app.run(&who.token, "markInquiryRead", input.clone(), "inquiry { id }").await.user_error(),
            "NOT_FOUND"
        );
        assert_eq!(
            app.run(&who.token, "assignInquiry", input.clone(), "inquiry { id }").await.user_error(),
            "NOT_FOUND"
        );
    }
    let anonymous = app.ask(LIST, json!({ "id": partner.account_id })).await;
    assert_eq!(anonymous.ok()["account"]["inquiries"]["totalCount"], 0);
    assert_eq!(app.ask(detail, json!({ "id": cleo })).await.ok()["node"], Value::Null);
    let mark = "mutation($input: MarkInquiryReadInput!) { markInquiryRead(input: $input) { userErrors { code } } }";
    assert_eq!(app.ask(mark, json!({ "input": input })).await.error(), "UNAUTHENTICATED");
}

/// S3.6: the partner is mailed in each member's language, those of its members who may work with clients; the answer to the mail goes
/// to whoever asked. The feed tells it to the same members.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn the_partner_is_told_of_an_inquiry(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let app = TestApp::start(db).await;
    let provider = app.provider().await;
    let partner = app.partner(&provider, "acme").await;
    submit(&app, message("acme", "Ann")).await.ok();
    app.run_jobs().await;
    let mails: Vec<_> = app.mails_to(&partner.email).into_iter().filter(|mail| mail.subject.contains("Ann")).collect();
    let [mail] = mails.as_slice() else { panic!("{mails:#?}") };
    assert_eq!(mail.subject, "Inquiry from Ann");
    for fact in ["ann@lead.example", "Lead & Co", "> We need a shop.\n> Can you help?", "21 November 2026"] {
        assert!(mail.text.replace("\r\n", "\n").contains(fact), "{fact}: {}", mail.text);
    }
    assert!(
        app.mails_to("ann@lead.example").is_empty(),
        "nobody is mailed at an address that anybody may have written"
    );
    let feed = "query($id: ID!) { account(id: $id) { activity(first: 1) { nodes { kind actor { id } subject { __typename } } } } }";
    let feed = app.ask_as(&partner.token, feed, json!({ "id": partner.account_id })).await;
    let told = json!({ "kind": "INQUIRY_RECEIVED", "actor": null, "subject": { "__typename": "Inquiry" } });
    assert_eq!(feed.ok()["account"]["activity"]["nodes"][0], told);

    let w = Partners::start(db).await;
    w.person("tim@acme.example", "Tim", &[(w.acme, Role::Technical)]).await;
    w.person("bea@acme.example", "Bea", &[(w.acme, Role::Billing)]).await;
    w.ask("", SUBMIT, json!({ "input": message("acme", "Ann") })).await;
    let told: Vec<_> = w.mails("inquiry_received").await.into_iter().map(|mail| mail.recipient).collect();
    assert_eq!(told, ["ann@acme.example", "tim@acme.example"]);
}

/// S3.9a: "Add client" makes a client of the data that the inquiry gives.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn an_inquiry_becomes_a_new_client(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let app = TestApp::start(db).await;
    let provider = app.provider().await;
    let partner = app.partner(&provider, "acme").await;
    submit(&app, message("acme", "Ann")).await.ok();
    let input = json!({ "inquiryId": newest(&app, &partner).await });
    let made = "inquiry { readAt client { name } } client { id name email company account { id }
        inquiries { totalCount unreadCount nodes { message } } }";
    let assigned = app.done(&partner.token, "assignInquiry", input, made).await;
    assert_eq!(assigned["inquiry"], json!({ "readAt": "2026-11-21T09:00:00Z", "client": { "name": "Ann" } }));
    let client = &assigned["client"];
    assert_eq!(
        (&client["name"], &client["email"], &client["company"]),
        (&json!("Ann"), &json!("ann@lead.example"), &json!("Lead & Co"))
    );
    assert_eq!(client["account"], Value::Null);
    let own = json!({ "totalCount": 1, "unreadCount": 0, "nodes": [{ "message": "We need a shop.\nCan you help?" }] });
    assert_eq!(client["inquiries"], own);
    let list = inquiries(&app, &partner, &partner.account_id).await;
    assert_eq!(list["assigned"], json!({ "totalCount": 1, "unreadCount": 0, "nodes": [{ "name": "Ann" }] }));
    assert_eq!(list["new"], json!({ "totalCount": 0, "unreadCount": 0, "nodes": [] }));

    // who asks again is a client already: a person says which
    submit(&app, message("acme", "ANN")).await.ok();
    let input = json!({ "inquiryId": newest(&app, &partner).await });
    let known = app.run(&partner.token, "assignInquiry", input.clone(), "client { id }").await;
    assert_eq!((known.user_error(), known.user_error_field()), ("ALREADY_EXISTS", "clientId".to_owned()));
    let input = json!({ "inquiryId": input["inquiryId"], "clientId": client["id"] });
    let assigned = app.done(&partner.token, "assignInquiry", input, "client { name inquiries { totalCount } }").await;
    assert_eq!(assigned["client"], json!({ "name": "Ann", "inquiries": { "totalCount": 2 } }));
    let kinds = "query($id: ID!) { account(id: $id) { activity(kinds: [INQUIRY_ASSIGNED]) { totalCount } } }";
    let feed = app.ask_as(&partner.token, kinds, json!({ "id": partner.account_id })).await;
    assert_eq!(feed.ok()["account"]["activity"]["totalCount"], 2);
}

/// S3.9b, S3.10: or it is assigned to a client that there is, the partner's own; once, for good, whoever tries and however many at once.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn an_inquiry_is_assigned_for_good(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let app = TestApp::start(db).await;
    let provider = app.provider().await;
    let partner = app.partner(&provider, "acme").await;
    let zeta = app.partner(&provider, "zeta").await;
    let record = async |who: &Signed, name: &str| {
        let input = json!({ "partnerId": who.account_id, "client": { "name": name } });
        let made = app.done(&who.token, "createClient", input, "client { id }").await;
        made["client"]["id"].as_str().unwrap().to_owned()
    };
    let (bolt, cafe, foreign) =
        (record(&partner, "Bolt").await, record(&partner, "Café").await, record(&zeta, "Else").await);
    submit(&app, message("acme", "Ann")).await.ok();
    let inquiry = newest(&app, &partner).await;
    let assign = async |client: &Value| {
        let input = json!({ "inquiryId": inquiry, "clientId": client });
        app.run(&partner.token, "assignInquiry", input, "inquiry { client { name } } client { name }").await
    };
    let elsewhere = assign(&json!(foreign)).await;
    assert_eq!(elsewhere.user_error(), "NOT_FOUND");

    let both = [json!(bolt), json!(cafe), json!(bolt), Value::Null, json!(cafe), Value::Null];
    let ends = join_all(both.iter().map(&assign)).await;
    let (done, refused): (Vec<_>, Vec<_>) =
        ends.iter().partition(|end| end.data()["assignInquiry"]["client"].is_object());
    assert_eq!(done.len(), 1, "{ends:#?}");
    assert!(refused.iter().all(|end| end.user_error() == "INQUIRY_ALREADY_ASSIGNED"), "{refused:#?}");
    let kept = done[0].ok()["assignInquiry"]["inquiry"]["client"]["name"].clone();
    for client in &both {
        assert_eq!(assign(client).await.user_error(), "INQUIRY_ALREADY_ASSIGNED");
    }
    let list = inquiries(&app, &partner, &partner.account_id).await;
    assert_eq!(list["inquiries"]["nodes"][0]["client"]["name"], kept);
    let clients = "query($id: ID!) { account(id: $id) { clients { totalCount } } }";
    let made = if kept == "Ann" { 3 } else { 2 };
    let all = app.ask_as(&partner.token, clients, json!({ "id": partner.account_id })).await;
    assert_eq!(all.ok()["account"]["clients"]["totalCount"], made, "what was refused has left nothing behind");
}

/// What strangers write is text: kept as it is, escaped where it is shown, bounded, and refused where it hides something.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn hostile_text_is_only_text(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let app = TestApp::start(db).await;
    let provider = app.provider().await;
    let partner = app.partner(&provider, "acme").await;
    let script = "<script>alert('x')</script> {{ 7 * 7 }} ${x} ' OR 1=1 --";
    let with = |field: &str, value: &str| {
        let mut input = message("acme", "Ann");
        input[field] = json!(value);
        input
    };
    let mut input = with("message", script);
    input["name"] = json!("\"Eve\" <eve@evil.example>");
    submit(&app, input).await.ok();
    let list = inquiries(&app, &partner, &partner.account_id).await;
    let node = &list["inquiries"]["nodes"][0];
    assert_eq!((&node["message"], &node["name"]), (&json!(script), &json!("\"Eve\" <eve@evil.example>")));
    app.run_jobs().await;
    let mail = app.mails_to(&partner.email).pop().unwrap();
    assert!(mail.text.contains(script), "{}", mail.text);
    assert!(!mail.html.contains("<script>") && mail.html.contains("&lt;script&gt;"), "{}", mail.html);

    for (field, bad) in [
        ("name", String::new()),
        ("name", "a\u{7}b".to_owned()),
        ("name", "Ann\r\nBcc: eve@evil.example".to_owned()),
        ("name", "\u{202e}nnA".to_owned()),
        ("name", "n".repeat(201)),
        ("email", "ann".to_owned()),
        ("email", "ann@lead.example\r\nBcc: eve@evil.example".to_owned()),
        ("email", "аnn@lead.example".to_owned()), // a Cyrillic а
        ("company", "a\nb".to_owned()),
        ("message", " \n ".to_owned()),
        ("message", "a\u{7}b".to_owned()),
        ("message", "m".repeat(5_001)),
    ] {
        let refused = submit(&app, with(field, &bad)).await;
        let shown: String = bad.chars().take(20).collect();
        assert_eq!(
            (refused.user_error(), refused.user_error_field()),
            ("INVALID_INPUT", field.to_owned()),
            "{shown:?}"
        );
    }
    // a look-alike, and a name that hides something, are names of nobody
    for slug in ["аcme", "ac\u{200b}me", "acme\u{7}", "ACMΕ", "acme' --", &"a".repeat(10_000)] {
        assert_eq!(submit(&app, with("profileSlug", slug)).await.user_error(), "NOT_FOUND", "{slug:.20}");
    }
    let megabyte = submit(&app, with("message", &"m".repeat(1 << 20))).await;
    assert_eq!(megabyte.error(), "QUERY_TOO_LARGE");
    // an international host is kept in the form that no look-alike shares
    submit(&app, with("email", "ann@ехample.com")).await.ok();
    let list = inquiries(&app, &partner, &partner.account_id).await;
    assert!(list["inquiries"]["nodes"][0]["email"].as_str().unwrap().starts_with("ann@xn--"));
    assert_eq!(list["inquiries"]["totalCount"], 2, "what was refused is not there");
}

/// The same gateway with limits.
fn limited(app: &TestApp) -> Router {
    App {
        store: app.store.clone(),
        origins: vec![],
        has_explorer: false,
        mailbox: None,
        trusted_proxies: vec![],
        limiter: Limiter::Off,
        tries: Tries::memory(),
        persisted: PersistedQueries::new(1 << 20, None),
        test_clock: None,
        shutdown: CancellationToken::new(),
    }
    .router()
}

/// What an inquiry from this address comes to: `accepted`, or the code.
async fn end(router: &Router, from: [u8; 4], slug: &str) -> String {
    let body = json!({ "query": SUBMIT, "variables": { "input": message(slug, "Ann") } }).to_string();
    let mut request =
        Request::post("/graphql").header("content-type", "application/json").body(Body::from(body)).unwrap();
    request.extensions_mut().insert(ConnectInfo(SocketAddr::from((from, 4711))));
    let reply = router.clone().oneshot(request).await.unwrap();
    let reply: Value = serde_json::from_slice(&to_bytes(reply.into_body(), 1 << 20).await.unwrap()).unwrap();
    let error = &reply["errors"][0]["extensions"];
    if error["code"] == "RATE_LIMITED" {
        assert!(error["retryAfterMs"].as_u64().is_some_and(|ms| (1..=60_000).contains(&ms)), "{reply:#}");
    }
    let payload = &reply["data"]["submitInquiry"];
    if payload["accepted"] == true {
        return "accepted".to_owned();
    }
    [&error["code"], &payload["userErrors"][0]["code"]].into_iter().find_map(Value::as_str).unwrap().to_owned()
}

/// Of a thousand inquiries a minute from one address ten are taken, also to profiles that are not there; of those of many addresses
/// to one profile sixty. What others send elsewhere is not touched by it.
#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_inquiries_a_minute_are_not_taken() {
    let app = TestApp::start(Db::Sqlite).await;
    let provider = app.provider().await;
    let partner = app.partner(&provider, "acme").await;
    app.partner(&provider, "zeta").await;
    let router = limited(&app);
    let mut accepted = 0;
    for _ in 0..1_000 {
        match end(&router, [192, 0, 2, 1], "acme").await.as_str() {
            "accepted" => accepted += 1,
            other => assert_eq!(other, "RATE_LIMITED"),
        }
    }
    assert_eq!(accepted, 10);
    assert_eq!(end(&router, [192, 0, 2, 1], "zeta").await, "RATE_LIMITED");
    for _ in 0..10 {
        assert_eq!(end(&router, [192, 0, 2, 2], "nobody").await, "NOT_FOUND");
    }
    assert_eq!(end(&router, [192, 0, 2, 2], "nobody").await, "RATE_LIMITED");

    for n in 0..100 {
        let expected = if n < 50 { "accepted" } else { "RATE_LIMITED" };
        assert_eq!(end(&router, [198, 51, 100, n], " ACME ").await, expected, "{n}: ten were taken before");
    }
    assert_eq!(end(&router, [203, 0, 113, 1], "zeta").await, "accepted");
    let list = inquiries(&app, &partner, &partner.account_id).await;
    assert_eq!(list["inquiries"]["totalCount"], 60);
}
