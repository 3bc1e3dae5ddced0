//! Requests for access as clients see them: GraphQL over HTTP, and the links in mails.

use rstest::rstest;
use serde_json::{Value, json};
use tests::app::TestApp;
use tests::client::Reply;
use tests::database::Db;
use tests::world::Signed;

const REQUEST: &str = "invitation { id direction status client { name } clientEmail partner { name } accessLevel permissions payer message }";
const RECEIVED: &str = "query($id: ID!) { account(id: $id) {
    receivedInvitations(status: PENDING) { totalCount nodes { id direction clientEmail partner { name } } } } }";

async fn badge(app: &TestApp, who: &Signed) -> Value {
    let reply = app.ask_as(&who.token, RECEIVED, json!({ "id": who.account_id })).await;
    reply.ok()["account"]["receivedInvitations"].clone()
}

/// Follows a mailed link, as anybody who has it.
async fn follow(app: &TestApp, token: &str, selection: &str) -> Reply {
    let query = format!(
        "mutation($input: VerifyEmailInput!) {{ verifyEmail(input: $input) {{ {selection} userErrors {{ code }} }} }}"
    );
    app.ask(&query, json!({ "input": { "token": token } })).await
}

async fn verify(app: &TestApp, who: &Signed) {
    app.run_jobs().await;
    let mail = app.mails_to(&who.email).into_iter().find(|mail| mail.text.contains("/verify?")).unwrap();
    follow(app, mail.token(), "user { emailVerified }").await.ok();
}

/// S2.3, S3.13, S3.16b: somebody without an account is asked at their address. Whoever has it finds the request in the account that
/// they open, once the address is verified, and nobody else does.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn an_address_is_asked_before_it_has_an_account(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let app = TestApp::start(db).await;
    let provider = app.provider().await;
    let partner = app.partner(&provider, "acme").await;
    let client = json!({ "name": "Jo's bakery", "email": "Jo@Bakery.example" });
    let input = json!({ "partnerId": partner.account_id, "client": client });
    let made = app.done(&partner.token, "createClient", input, "client { id account { id } }").await;
    let input = json!({
        "clientId": made["client"]["id"], "accessLevel": "PARTIAL", "permissions": ["VIEW_PRODUCTS", "PURCHASE"],
        "message": "We would like to <help>.",
    });
    let asked = app.done(&partner.token, "requestAccess", input, REQUEST).await["invitation"].clone();
    let id = asked["id"].clone();
    let expected = json!({
        "id": id, "direction": "PARTNER_TO_CLIENT", "status": "PENDING", "client": null,
        "clientEmail": "jo@bakery.example", "partner": { "name": "acme" }, "accessLevel": "PARTIAL",
        "permissions": ["VIEW_PRODUCTS", "PURCHASE"], "payer": null, "message": "We would like to <help>.",
    });
    assert_eq!(asked, expected);

    app.run_jobs().await;
    let mails = app.mails_to("jo@bakery.example");
    assert_eq!(mails.len(), 1);
    assert!(mails[0].subject.contains("acme") && mails[0].text.contains("/access?token="), "{}", mails[0].text);
    assert!(mails[0].html.contains("&lt;help&gt;"), "what people wrote is escaped");
    let link = mails[0].token();
    let reply = follow(&app, link, "user { id } invitation { id status partner { name } }").await;
    let opened = &reply.ok()["verifyEmail"];
    let about = json!({ "id": id, "status": "PENDING", "partner": { "name": "acme" } });
    assert_eq!((&opened["user"], &opened["invitation"]), (&Value::Null, &about));

    let stranger = app.sign_up("eve@bakery.example", "Eve").await;
    let jo = app.sign_up("jo@bakery.example", "Bakery").await;
    verify(&app, &stranger).await;
    let none = json!({ "totalCount": 0, "nodes": [] });
    assert_eq!((badge(&app, &stranger).await, badge(&app, &jo).await), (none.clone(), none.clone()));
    let input = |who: &Signed| json!({ "invitationId": id, "accountId": who.account_id });
    let early = app.run(&jo.token, "grantAccess", input(&jo), "partnership { id }").await;
    assert_eq!(early.user_error(), "EMAIL_NOT_VERIFIED");
    let early = app.run(&jo.token, "rejectInvitation", json!({ "invitationId": id }), "invitation { id }").await;
    assert_eq!(early.user_error(), "EMAIL_NOT_VERIFIED");
    let strange = app.run(&stranger.token, "grantAccess", input(&stranger), "partnership { id }").await;
    assert_eq!(strange.user_error(), "NOT_FOUND");

    // the link of the request verifies the address as well as any other
    let reply = follow(&app, link, "user { emailVerified } invitation { id }").await;
    let opened = &reply.ok()["verifyEmail"];
    assert_eq!((&opened["user"]["emailVerified"], &opened["invitation"]["id"]), (&json!(true), &id));
    let node = json!({
        "id": id, "direction": "PARTNER_TO_CLIENT", "clientEmail": "jo@bakery.example", "partner": { "name": "acme" },
    });
    assert_eq!(badge(&app, &jo).await, json!({ "totalCount": 1, "nodes": [node] }));
    assert_eq!(badge(&app, &stranger).await, none);

    let selection = "partnership { accessLevel permissions payer status client { name } partner { name } }";
    let granted = app.done(&jo.token, "grantAccess", input(&jo), selection).await["partnership"].clone();
    let expected = json!({
        "accessLevel": "PARTIAL", "permissions": ["VIEW_PRODUCTS", "PURCHASE"], "payer": "CLIENT", "status": "ACTIVE",
        "client": { "name": "Bakery" }, "partner": { "name": "acme" },
    });
    assert_eq!(granted, expected);
    assert_eq!(badge(&app, &jo).await, none);
    let again = app.run(&jo.token, "grantAccess", input(&jo), "partnership { id }").await;
    assert_eq!(again.user_error(), "INVITATION_ALREADY_ANSWERED");

    let query = "query($id: ID!) { account(id: $id) { clients { totalCount nodes { id name account { name } } } } }";
    let seen = app.ask_as(&partner.token, query, json!({ "id": partner.account_id })).await;
    let known = json!({ "id": made["client"]["id"], "name": "Jo's bakery", "account": { "name": "Bakery" } });
    assert_eq!(seen.ok()["account"]["clients"], json!({ "totalCount": 1, "nodes": [known] }));
    app.run_jobs().await;
    let told = app.mails_to(&partner.email);
    assert!(told.iter().any(|mail| mail.subject == "Bakery has accepted"), "{told:#?}");
}

/// A link to set the access level outlives the request that it was mailed with: then it makes a fresh one, once.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_link_makes_a_fresh_request(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let app = TestApp::start(db).await;
    let provider = app.provider().await;
    let partner = app.partner(&provider, "acme").await;
    let client = json!({ "name": "Jo", "email": "jo@bakery.example" });
    let input = json!({ "partnerId": partner.account_id, "client": client });
    let made = app.done(&partner.token, "createClient", input, "client { id }").await;
    let input = json!({ "clientId": made["client"]["id"], "accessLevel": "FULL" });
    let asked = app.done(&partner.token, "requestAccess", input, "invitation { id }").await["invitation"].clone();
    // the mail server was away for weeks, so the link is younger than the request
    app.set_clock("2026-12-19T09:00:00Z").await;
    app.run_jobs().await;
    let mails = app.mails_to("jo@bakery.example");
    let about = async || {
        let reply = follow(&app, mails[0].token(), "invitation { id status accessLevel expiresAt }").await;
        reply.ok()["verifyEmail"]["invitation"].clone()
    };
    assert_eq!(about().await["id"], asked["id"]);
    app.set_clock("2026-12-22T09:00:00Z").await;
    let fresh = about().await;
    assert_ne!(fresh["id"], asked["id"]);
    assert_eq!(
        (&fresh["status"], &fresh["accessLevel"], &fresh["expiresAt"]),
        (&json!("PENDING"), &json!("FULL"), &json!("2027-01-21T09:00:00Z"))
    );
    assert_eq!(about().await["id"], fresh["id"], "the link leads to the fresh one from now on");
    app.set_clock("2026-12-26T09:00:01Z").await;
    assert_eq!(follow(&app, mails[0].token(), "invitation { id }").await.user_error(), "TOKEN_EXPIRED");
}
