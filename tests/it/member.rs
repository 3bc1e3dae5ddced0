//! Members: invited and joined. Through the real router, mails and pages.

use axum::body::Body;
use axum::http::Request;
use chrono::{DateTime, TimeDelta, Utc};
use futures::future::join_all;
use rstest::rstest;
use serde_json::{Value, json};
use tests::app::{BEGINNING, TestApp};
use tests::client::Reply;
use tests::database::Db;
use tests::members::ACCEPT;
use tests::world::PASSWORD;

fn later(by: TimeDelta) -> String {
    let began: DateTime<Utc> = BEGINNING.parse().unwrap();
    (began + by).format("%Y-%m-%dT%H:%M:%SZ").to_string()
}

fn form(path: &str, body: String) -> Request<Body> {
    let request = Request::post(path).header("content-type", "application/x-www-form-urlencoded");
    request.body(Body::from(body)).unwrap()
}

async fn page(app: &TestApp, request: Request<Body>) -> (u16, String) {
    let Reply { status, body, .. } = app.request(request).await;
    (status, body.as_str().unwrap_or_else(|| panic!("no page: {body}")).to_owned())
}

/// S5.4, S5.8: an agency's person acts only after the client has invited them, and with the permissions that were given; the mail is in
/// the account's language, its token is stored nowhere, and following it verifies the address.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_person_joins_with_what_they_were_given(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let app = TestApp::start(db).await;
    let bolt = app.sign_up_in("jo@bolt.example", "Bolt", "DE", "EUR", "de").await;
    let narrowed = json!(["CONTACT_SUPPORT", "VIEW_PRODUCTS"]);
    let link = app.invite(&bolt.token, &bolt.account_id, " Ann@Agency.example", "TECHNICAL", narrowed).await;
    let mails = app.mails_to("ann@agency.example");
    assert_eq!(mails.len(), 1);
    assert_eq!(mails[0].subject, "Bolt lädt Sie ein");
    assert!(mails[0].text.contains("http://portal.example/join?token="), "{}", mails[0].text);
    assert!(mails[0].text.contains("Bolt's owner lädt Sie ein, Mitglied von Bolt zu werden."), "{}", mails[0].text);
    assert!(mails[0].text.contains("Technik") && mails[0].text.contains("Support kontaktieren"));
    assert!(mails[0].text.contains("7 Tage"), "{}", mails[0].text);
    let hash = domain::secret::hash(&link);
    assert_eq!(app.texts("SELECT token_hash AS t FROM mailed_token WHERE kind = 'JOIN'").await, [hash]);

    let reply = app.join(&link, "Ann").await;
    let joined = &reply.ok()["acceptMembership"];
    let membership = &joined["membership"];
    assert_eq!(membership["role"], "TECHNICAL");
    assert_eq!(membership["permissions"], json!(["VIEW_PRODUCTS", "CONTACT_SUPPORT"]));
    assert_eq!(membership["account"]["name"], "Bolt");
    let user = json!({ "email": "ann@agency.example", "emailVerified": true, "name": "Ann", "locale": "de" });
    assert_eq!(membership["user"], user);
    let ann = joined["accessToken"].as_str().unwrap();
    assert_eq!(app.held(ann, &bolt.account_id).await, json!(["VIEW_PRODUCTS", "CONTACT_SUPPORT"]));
    let query = "query($id: ID!) { account(id: $id) { members { totalCount nodes { user { email } } }
        activity { nodes { kind } } } }";
    let seen = app.ask_as(&bolt.token, query, json!({ "id": bolt.account_id })).await;
    assert_eq!(seen.ok()["account"]["members"]["totalCount"], 2);
    assert_eq!(seen.ok()["account"]["activity"]["nodes"][0]["kind"], "MEMBER_ADDED");
    let own = app.ask_as(ann, query, json!({ "id": bolt.account_id })).await;
    assert_eq!(own.ok()["account"]["members"]["totalCount"], 1, "without MANAGE_MEMBERS, oneself");
    app.run_jobs().await;
}

/// S5.9a: as a member of the client's account, the agency orders strictly by permission, and never sees what that does not show.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn an_invited_agency_orders_by_permission(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let app = TestApp::start(db).await;
    let provider = app.provider().await;
    let bolt = app.sign_up("jo@bolt.example", "Bolt").await;
    app.add_card(&bolt, "tok_visa").await;
    let buyer = app.member(&bolt, "ann@agency.example", "VIEWER", json!(["VIEW_PRODUCTS", "PURCHASE"])).await;
    let looker = app.member(&bolt, "bob@agency.example", "VIEWER", json!(null)).await;
    let order = |key: &str| json!({ "accountId": bolt.account_id, "items": [{ "planId": provider.hosting_id }], "idempotencyKey": key });
    let refused = app.run(&looker.token, "placeOrder", order("of-looker"), "order { id }").await;
    assert_eq!(refused.user_error(), "PERMISSION_DENIED");
    let done = app
        .done(&buyer.token, "placeOrder", order("of-buyer"), "order { status placedBy { email } total { amount } }")
        .await;
    let placed =
        json!({ "status": "PAID", "placedBy": { "email": "ann@agency.example" }, "total": { "amount": "117.81" } });
    assert_eq!(done["order"], placed);
    let invoices = "query($id: ID!) { account(id: $id) { invoices { totalCount } products { totalCount } } }";
    for (token, sees) in [(&buyer.token, 0), (&looker.token, 0), (&bolt.token, 1)] {
        let reply = app.ask_as(token, invoices, json!({ "id": bolt.account_id })).await;
        assert_eq!(
            reply.ok()["account"],
            json!({ "invoices": { "totalCount": sees }, "products": { "totalCount": 1 } })
        );
    }
    let change = json!({ "accountId": bolt.account_id, "name": "Theirs" });
    assert_eq!(
        app.run(&buyer.token, "updateAccount", change, "account { name }").await.user_error(),
        "PERMISSION_DENIED"
    );
    app.run_jobs().await;
    app.check_books().await;
}

/// S5.10, S5.12: one user signs in to all accounts, also an owner who is invited elsewhere; to register an account of its own, a known
/// address cannot be used.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn one_user_reaches_all_accounts(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let app = TestApp::start(db).await;
    let ann = app.sign_up("ann@agency.example", "Agency").await;
    for name in ["Bolt", "Cora", "Dido"] {
        let client = app.sign_up(&format!("jo@{}.example", name.to_lowercase()), name).await;
        let link = app.invite(&client.token, &client.account_id, &ann.email, "VIEWER", json!(null)).await;
        let joined = app.join_as(&ann.token, &link).await;
        assert_eq!(joined.ok()["acceptMembership"]["accessToken"], Value::Null, "who is signed in stays so");
        assert_eq!(joined.ok()["acceptMembership"]["membership"]["user"]["emailVerified"], true);
    }
    let switcher = "{ viewer { memberships(first: 3) { totalCount pageInfo { hasNextPage }
        nodes { role account { name viewerPermissions } } } } }";
    let reply = app.ask_as(&ann.token, switcher, json!({})).await;
    let memberships = &reply.ok()["viewer"]["memberships"];
    assert_eq!((&memberships["totalCount"], &memberships["pageInfo"]["hasNextPage"]), (&json!(4), &json!(true)));
    let names: Vec<_> = memberships["nodes"].as_array().unwrap().iter().map(|node| &node["account"]["name"]).collect();
    assert_eq!(names, ["Agency", "Bolt", "Cora"]);
    assert_eq!(memberships["nodes"][1]["account"]["viewerPermissions"], json!(["VIEW_PRODUCTS"]));

    let owner = app.sign_up("eva@else.example", "Else").await;
    let known = app.member(&owner, "bob@agency.example", "VIEWER", json!(null)).await;
    let sign_up =
        "mutation($input: SignUpInput!) { signUp(input: $input) { user { id } userErrors { code message field } } }";
    for email in [known.email.as_str(), "BOB@Agency.example", ann.email.as_str()] {
        let account = json!({ "name": "Own", "country": "DE", "currencyCode": "EUR" });
        let input = json!({ "email": email, "password": PASSWORD, "name": "Bob", "locale": "en", "account": account });
        let reply = app.ask(sign_up, json!({ "input": input })).await;
        assert_eq!((reply.user_error(), reply.user_error_field().as_str()), ("EMAIL_ALREADY_REGISTERED", "email"));
    }
    app.run_jobs().await;
}

/// R12: a link is good once, for seven days, and for the user whose address it was mailed to; of fifty who follow it at once one is
/// let in. To everybody else it is no link.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_link_is_good_once_for_one_and_for_a_while(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let app = TestApp::start(db).await;
    let bolt = app.sign_up("jo@bolt.example", "Bolt").await;
    let eve = app.sign_up("eve@else.example", "Else").await;
    let invite = async |email: &str| app.invite(&bolt.token, &bolt.account_id, email, "VIEWER", json!(null)).await;

    let link = invite("ann@agency.example").await;
    assert_eq!(app.join_as(&eve.token, &link).await.user_error(), "TOKEN_INVALID", "another user");
    let all = join_all((0..50).map(|_| app.join(&link, "Ann"))).await;
    let codes: Vec<_> = all
        .iter()
        .filter(|reply| reply.data()["acceptMembership"]["membership"].is_null())
        .map(Reply::user_error)
        .collect();
    assert_eq!(codes, ["TOKEN_INVALID"; 49]);
    assert_eq!(app.join(&link, "Ann").await.user_error(), "TOKEN_INVALID", "used");

    // a look-alike is another address, and does not get there; a user who exists is asked who they are
    let own = invite("eve@else.example").await;
    let look_alike = app.sign_up("eve@еlse.example", "Look-alike").await;
    assert_eq!(app.join_as(&look_alike.token, &own).await.user_error(), "TOKEN_INVALID");
    let nobody = app.ask(ACCEPT, json!({ "input": { "token": own } })).await;
    assert_eq!(nobody.user_error(), "INVALID_CREDENTIALS");
    let wrong = app.ask(ACCEPT, json!({ "input": { "token": own, "password": "wrong horse" } })).await;
    assert_eq!(wrong.user_error(), "INVALID_CREDENTIALS");
    let right = app.ask(ACCEPT, json!({ "input": { "token": own, "password": PASSWORD } })).await;
    assert!(right.ok()["acceptMembership"]["accessToken"].is_string(), "signed in by it");

    let (last, late) = (invite("last@agency.example").await, invite("late@agency.example").await);
    app.set_clock(&later(TimeDelta::days(7) - TimeDelta::seconds(1))).await;
    assert!(app.join(&last, "Last").await.ok()["acceptMembership"]["membership"]["id"].is_string());
    app.set_clock(&later(TimeDelta::days(7))).await;
    assert_eq!(app.join(&late, "Late").await.user_error(), "TOKEN_EXPIRED");
    for made_up in ["", "x", "\u{1b}", &"x".repeat(5_000), &late[1..]] {
        assert_eq!(app.join(made_up, "Late").await.user_error(), "TOKEN_INVALID", "{made_up:?}");
    }
}

/// A second offer to an address takes the place of the first; what is no address, no permission or nobody to invite is refused.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_offered_is_refused(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let app = TestApp::start(db).await;
    let bolt = app.sign_up("jo@bolt.example", "Bolt").await;
    let first = app.invite(&bolt.token, &bolt.account_id, "ann@agency.example", "ADMIN", json!(null)).await;
    let second = app.invite(&bolt.token, &bolt.account_id, "ann@agency.example", "VIEWER", json!(null)).await;
    assert_eq!(app.join(&first, "Ann").await.user_error(), "TOKEN_INVALID");
    let joined = app.join(&second, "Ann").await;
    assert_eq!(joined.ok()["acceptMembership"]["membership"]["role"], "VIEWER");

    let ask = |email: &str, role: &str, permissions: Value| {
        let input = json!({ "accountId": bolt.account_id, "email": email, "role": role, "permissions": permissions });
        app.run(&bolt.token, "inviteMember", input, "email")
    };
    for (email, role, permissions, code, field) in [
        ("ANN@agency.example", "VIEWER", json!(null), "ALREADY_EXISTS", "email"),
        ("jo@bolt.example", "VIEWER", json!(null), "INVALID_INPUT", "email"),
        ("аnn@agency.example", "VIEWER", json!(null), "INVALID_INPUT", "email"), // Cyrillic а
        ("ann@agency", "VIEWER", json!(null), "INVALID_INPUT", "email"),
        ("a@b.example\r\nBcc: c@d.example", "VIEWER", json!(null), "INVALID_INPUT", "email"),
        ("x@b.example", "OWNER", json!(null), "INVALID_INPUT", "role"),
        ("x@b.example", "VIEWER", json!([]), "INVALID_INPUT", "permissions"),
    ] {
        let reply = ask(email, role, permissions).await;
        assert_eq!((reply.user_error(), reply.user_error_field().as_str()), (code, field), "{email} {role}");
    }
    let eve = app.sign_up("eve@else.example", "Else").await;
    let input = json!({ "accountId": bolt.account_id, "email": "x@b.example", "role": "VIEWER" });
    let stranger = app.run(&eve.token, "inviteMember", input.clone(), "email").await;
    let mut nowhere = input.clone();
    nowhere["accountId"] = json!("made-up");
    let nothing = app.run(&eve.token, "inviteMember", nowhere, "email").await;
    assert_eq!(stranger.user_error(), "NOT_FOUND");
    assert_eq!(stranger.body["data"], nothing.body["data"]);
    let query = "mutation($input: InviteMemberInput!) { inviteMember(input: $input) { email userErrors { code } } }";
    assert_eq!(app.ask(query, json!({ "input": input })).await.error(), "UNAUTHENTICATED");
    app.run_jobs().await;
    assert_eq!(app.mails_to("x@b.example").len(), 0);
}

/// The page behind the link says who invites and asks for what is missing; the form does the same as the mutation.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn the_link_leads_to_a_plain_page(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let app = TestApp::start(db).await;
    let bolt = app.sign_up_in("jo@bolt.example", "Bolt <b>&", "DE", "EUR", "de").await;
    let eve = app.sign_up("eve@else.example", "Else").await;
    let link = app.invite(&bolt.token, &bolt.account_id, "ann@agency.example", "VIEWER", json!(null)).await;
    let get = |link: &str| Request::get(format!("/join?token={link}")).body(Body::empty()).unwrap();
    for _ in 0..2 {
        let (status, html) = page(&app, get(&link)).await;
        assert_eq!(status, 200);
        assert!(html.contains("<h1>Einladung annehmen</h1>") && html.contains("ann@agency.example"), "{html}");
        assert!(
            html.contains("Bolt &lt;b&gt;&amp;") && html.contains("name=name") && !html.contains("<script"),
            "{html}"
        );
    }
    let (status, html) = page(&app, form("/join", format!("token={link}&name=Ann&password=short"))).await;
    assert_eq!(status, 422);
    assert!(html.contains("role=alert") && html.contains(&link), "{html}");
    let (status, html) =
        page(&app, form("/join", format!("token={link}&name=Ann&password=correct+horse+battery"))).await;
    assert_eq!(status, 200, "{html}");
    assert!(html.contains("Sie sind jetzt Mitglied von Bolt"), "{html}");
    assert_eq!(page(&app, form("/join", format!("token={link}&name=Ann&password=correct+horse"))).await.0, 404);
    assert_eq!(page(&app, get(&link)).await.0, 404);

    let known = app.invite(&bolt.token, &bolt.account_id, &eve.email, "VIEWER", json!(null)).await;
    let (_, html) = page(&app, get(&known)).await;
    assert!(html.contains("<h1>Accept the invitation</h1>") && !html.contains("name=name"), "in her language: {html}");
    let (status, html) = page(&app, form("/join", format!("token={known}&password=wrong+horse"))).await;
    assert_eq!(status, 422);
    assert!(html.contains("not the password"), "{html}");
    assert_eq!(page(&app, form("/join", format!("token={known}&password=correct+horse+battery"))).await.0, 200);
    assert_eq!(app.held(&eve.token, &bolt.account_id).await, json!(["VIEW_PRODUCTS"]));
    for nothing in ["", "%22%3E%3Cscript%3E", "%00"] {
        let (status, html) = page(&app, get(nothing)).await;
        assert_eq!(status, 404, "{nothing}");
        assert!(!html.contains("<script"));
    }
}

/// A token to join verifies an address by `verifyEmail`, too, and stays good for what it is for.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_token_to_join_verifies_and_stays_good(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let app = TestApp::start(db).await;
    let bolt = app.sign_up("jo@bolt.example", "Bolt").await;
    let ann = app.sign_up("ann@agency.example", "Agency").await;
    let link = app.invite(&bolt.token, &bolt.account_id, &ann.email, "VIEWER", json!(null)).await;
    let verify = "mutation($input: VerifyEmailInput!) { verifyEmail(input: $input) { user { email emailVerified } userErrors { code } } }";
    for _ in 0..2 {
        let reply = app.ask(verify, json!({ "input": { "token": link } })).await;
        assert_eq!(reply.ok()["verifyEmail"]["user"], json!({ "email": "ann@agency.example", "emailVerified": true }));
    }
    assert!(app.join_as(&ann.token, &link).await.ok()["acceptMembership"]["membership"]["id"].is_string());
}
