//! API keys: a program acts for one account, with less than its creator, until that ends.

use futures::future::join_all;
use rstest::rstest;
use serde_json::{Value, json};
use tests::app::TestApp;
use tests::database::Db;
use tests::world::Signed;

const KEYS: &str = "query($id: ID!) { account(id: $id) { viewerPermissions
    apiKeys { id name permissions lastUsedAt expiresAt createdBy { email } } } }";

/// Makes a key: its id and its secret.
async fn key(app: &TestApp, token: &str, account_id: &str, permissions: Value, expires: Value) -> (String, String) {
    let input = json!({ "accountId": account_id, "name": "deploy", "permissions": permissions, "expiresAt": expires });
    let made = app.done(token, "createApiKey", input, "apiKey { id } secret").await;
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    (text(&made["apiKey"]["id"]), text(&made["secret"]))
}

async fn keys_of(app: &TestApp, token: &str, account_id: &str) -> Value {
    app.ask_as(token, KEYS, json!({ "id": account_id })).await.ok()["account"].clone()
}

/// A partner with a client that has given it full access; the partnership's id.
async fn partners(app: &TestApp) -> (Signed, Signed, String) {
    let provider = app.provider().await;
    let acme = app.partner(&provider, "acme").await;
    let (bolt, _, partnership) = app.client_of("acme", &acme, "bolt", "CLIENT").await;
    (acme, bolt, partnership)
}

/// A9: a secret is shown once and stored as a hash; the key does what it may and nothing else, for its account and its clients alone;
/// the audit log says that it was the key.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_key_acts_for_one_account(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let app = TestApp::start(db).await;
    let (acme, bolt, _) = partners(&app).await;
    let other = app.sign_up("eve@else.example", "Else").await;
    // its creator is a member of another account, too: that is not the key's
    let link = app.invite(&other.token, &other.account_id, &acme.email, "ADMIN", json!(null)).await;
    app.join_as(&acme.token, &link).await.ok();
    let (id, secret) =
        key(&app, &acme.token, &acme.account_id, json!(["MANAGE_CLIENTS", "VIEW_PRODUCTS"]), json!(null)).await;
    assert!(secret.starts_with("mandate_key_") && secret.len() == 12 + 43, "{secret}");
    assert_eq!(app.texts("SELECT secret_hash AS t FROM api_key").await, [domain::secret::hash(&secret)]);

    let viewer = app
        .ask_as(
            &secret,
            "{ viewer { user { email } memberships { totalCount nodes { account { name } } } } }",
            json!({}),
        )
        .await;
    let memberships = json!({ "totalCount": 1, "nodes": [{ "account": { "name": "acme" } }] });
    assert_eq!(viewer.ok()["viewer"], json!({ "user": { "email": acme.email }, "memberships": memberships }));
    let look = "query($own: ID!, $client: ID!, $other: ID!) { own: account(id: $own) { viewerPermissions invoices { totalCount } }
        client: account(id: $client) { viewerPermissions } other: account(id: $other) { viewerPermissions } }";
    let ids = json!({ "own": acme.account_id, "client": bolt.account_id, "other": other.account_id });
    let seen = app.ask_as(&secret, look, ids).await;
    assert_eq!(
        seen.ok()["own"],
        json!({ "viewerPermissions": ["VIEW_PRODUCTS", "MANAGE_CLIENTS"], "invoices": { "totalCount": 0 } })
    );
    assert_eq!(seen.ok()["client"]["viewerPermissions"], json!(["VIEW_PRODUCTS"]), "what both carry");
    assert_eq!(seen.ok()["other"], Value::Null);

    let client = json!({ "partnerId": acme.account_id, "client": { "name": "Nut" } });
    app.done(&secret, "createClient", client, "client { id }").await;
    let audited = "SELECT k.name AS t FROM audit_entry e JOIN api_key k ON k.id = e.api_key_id WHERE e.operation = 'createClient'";
    assert_eq!(app.texts(audited).await, ["deploy"]);
    assert_eq!(
        app.texts("SELECT operation AS t FROM audit_entry WHERE api_key_id IS NOT NULL").await,
        ["createClient"]
    );

    for (mutation, input, selection) in [
        ("addPaymentMethod", json!({ "accountId": acme.account_id, "token": "tok_visa" }), "paymentMethod { id }"),
        ("updateAccount", json!({ "accountId": acme.account_id, "name": "Theirs" }), "account { id }"),
        ("inviteMember", json!({ "accountId": acme.account_id, "email": "x@b.example", "role": "VIEWER" }), "email"),
        ("revokeApiKey", json!({ "apiKeyId": id }), "deletedId"),
        ("updateUser", json!({ "name": "Theirs" }), "user { id }"),
    ] {
        let expected = if mutation == "revokeApiKey" { "NOT_FOUND" } else { "PERMISSION_DENIED" };
        assert_eq!(app.run(&secret, mutation, input, selection).await.user_error(), expected, "{mutation}");
    }
    let signed_out = app.ask_as(&secret, "mutation { signOut { userErrors { code } } }", json!({})).await;
    assert_eq!(signed_out.user_error(), "PERMISSION_DENIED");
    app.run_jobs().await;
    app.check_books().await;
}

/// A key with MANAGE_MEMBERS manages members, but makes no further keys and gives no role: what it has offered is taken back with it.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_key_makes_nothing_that_outlives_it(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let app = TestApp::start(db).await;
    let bolt = app.sign_up("jo@bolt.example", "Bolt").await;
    let ada = app.member(&bolt, "ada@bolt.example", "ADMIN", json!(null)).await;
    let (id, secret) =
        key(&app, &bolt.token, &bolt.account_id, json!(["MANAGE_MEMBERS", "VIEW_PRODUCTS"]), json!(null)).await;
    let waiting = app.invite(&secret, &bolt.account_id, "ann@agency.example", "VIEWER", json!(null)).await;
    let joined = app.invite(&secret, &bolt.account_id, "bob@agency.example", "VIEWER", json!(null)).await;
    assert!(app.join(&joined, "Bob").await.ok()["acceptMembership"]["membership"]["id"].is_string());

    let another = json!({ "accountId": bolt.account_id, "name": "more", "permissions": ["VIEW_PRODUCTS"] });
    assert_eq!(app.run(&secret, "createApiKey", another, "secret").await.user_error(), "PERMISSION_DENIED");
    let admin = json!({ "accountId": bolt.account_id, "email": "x@b.example", "role": "ADMIN", "permissions": ["VIEW_PRODUCTS"] });
    assert_eq!(app.run(&secret, "inviteMember", admin, "email").await.user_error(), "PERMISSION_DENIED");
    let hand_over = json!({ "accountId": bolt.account_id, "membershipId": ada.membership_id });
    assert_eq!(
        app.run(&secret, "transferOwnership", hand_over, "account { id }").await.user_error(),
        "PERMISSION_DENIED"
    );
    let link = app.invite(&ada.token, &bolt.account_id, "cy@agency.example", "VIEWER", json!(null)).await;
    assert_eq!(app.join_as(&secret, &link).await.user_error(), "PERMISSION_DENIED", "a program joins nothing");

    app.done(&bolt.token, "revokeApiKey", json!({ "apiKeyId": id }), "deletedId").await;
    assert_eq!(app.join(&waiting, "Ann").await.user_error(), "TOKEN_INVALID");
    app.run_jobs().await;
}

/// Nobody makes a key of more than they hold; what is no key is refused with its path.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_made_is_refused(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let app = TestApp::start(db).await;
    let bolt = app.sign_up("jo@bolt.example", "Bolt").await;
    let staff = app.provider().await.staff;
    let clerk = app.member(&bolt, "clerk@bolt.example", "VIEWER", json!(["VIEW_PRODUCTS", "MANAGE_MEMBERS"])).await;
    let viewer = app.member(&bolt, "vi@bolt.example", "VIEWER", json!(null)).await;
    let eve = app.sign_up("eve@else.example", "Else").await;
    let ask = |token: &str, name: &str, permissions: Value, expires: Value| {
        let input =
            json!({ "accountId": bolt.account_id, "name": name, "permissions": permissions, "expiresAt": expires });
        let (app, token) = (&app, token.to_owned());
        async move { app.run(&token, "createApiKey", input, "secret").await }
    };
    let view = || json!(["VIEW_PRODUCTS"]);
    for (token, name, permissions, expires, code, field) in [
        (&clerk.token, "k", json!(["VIEW_PRODUCTS", "PURCHASE"]), json!(null), "PERMISSION_DENIED", "permissions"),
        (&bolt.token, "k", json!([]), json!(null), "INVALID_INPUT", "permissions"),
        (&bolt.token, " ", view(), json!(null), "INVALID_INPUT", "name"),
        (&bolt.token, "a\u{1b}b", view(), json!(null), "INVALID_INPUT", "name"),
        (&bolt.token, "k", view(), json!("2026-11-21T09:00:00Z"), "INVALID_INPUT", "expiresAt"),
    ] {
        let reply = ask(token, name, permissions, expires).await;
        assert_eq!((reply.user_error(), reply.user_error_field().as_str()), (code, field));
    }
    assert_eq!(ask(&viewer.token, "k", view(), json!(null)).await.user_error(), "PERMISSION_DENIED");
    assert_eq!(ask(&staff, "k", view(), json!(null)).await.user_error(), "PERMISSION_DENIED", "staff are no members");
    assert_eq!(ask(&eve.token, "k", view(), json!(null)).await.user_error(), "NOT_FOUND");
    for seen in [&viewer.token, &eve.token] {
        let keys = keys_of(&app, seen, &bolt.account_id).await;
        assert!(keys.is_null() || keys["apiKeys"] == json!([]), "{keys}");
    }
    for _ in 0..100 {
        ask(&bolt.token, "k", view(), json!(null)).await.ok();
    }
    assert_eq!(ask(&bolt.token, "k", view(), json!(null)).await.user_error(), "CONFLICT");
}

/// A2: a key carries what its creator still holds: narrowed with them, and gone with them; so are its open streams.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_key_ends_with_what_its_creator_holds(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let app = TestApp::start(db).await;
    let bolt = app.sign_up("jo@bolt.example", "Bolt").await;
    let ada = app.member(&bolt, "ada@bolt.example", "ADMIN", json!(null)).await;
    let given = json!(["VIEW_PRODUCTS", "PURCHASE", "VIEW_INVOICES", "MANAGE_MEMBERS"]);
    let (_, secret) = key(&app, &ada.token, &bolt.account_id, given, json!(null)).await;
    let narrow = json!({ "membershipId": ada.membership_id, "role": "VIEWER", "permissions": ["VIEW_PRODUCTS", "MANAGE_PARTNERS"] });
    app.done(&bolt.token, "updateMember", narrow, "membership { id }").await;
    assert_eq!(keys_of(&app, &secret, &bolt.account_id).await["viewerPermissions"], json!(["VIEW_PRODUCTS"]));
    let back = json!({ "membershipId": ada.membership_id, "permissions": ["VIEW_PRODUCTS", "PURCHASE"] });
    app.done(&bolt.token, "updateMember", back, "membership { id }").await;
    assert_eq!(
        keys_of(&app, &secret, &bolt.account_id).await["viewerPermissions"],
        json!(["VIEW_PRODUCTS", "PURCHASE"])
    );

    let mut stream = app.stream(&secret, &bolt.account_id).await;
    let removed = app.done(&bolt.token, "removeMember", json!({ "membershipId": ada.membership_id }), "ended").await;
    assert_eq!(removed["ended"][1], "The API key “deploy”.");
    assert_eq!(app.ask_as(&secret, "{ now }", json!({})).await.error(), "UNAUTHENTICATED");
    let rest = stream.end().await;
    assert_eq!(rest, "event: complete\ndata: \n\n", "nothing more is told");
    app.run_jobs().await;
}

/// A key expires to the second, and is revoked at once, with its open streams; once, and by those who may.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_key_expires_and_is_revoked(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let app = TestApp::start(db).await;
    let bolt = app.sign_up("jo@bolt.example", "Bolt").await;
    let view = json!(["VIEW_PRODUCTS"]);
    let (_, short) = key(&app, &bolt.token, &bolt.account_id, view.clone(), json!("2026-11-21T10:00:00Z")).await;
    let (id, long) = key(&app, &bolt.token, &bolt.account_id, view, json!(null)).await;
    app.set_clock("2026-11-21T09:59:59Z").await;
    let mut closing = app.stream(&short, &bolt.account_id).await;
    app.set_clock("2026-11-21T10:00:00Z").await;
    assert_eq!(app.ask_as(&short, "{ now }", json!({})).await.error(), "UNAUTHENTICATED");
    closing.end().await;

    let mut stream = app.stream(&long, &bolt.account_id).await;
    let revoke = || app.run(&bolt.token, "revokeApiKey", json!({ "apiKeyId": id }), "deletedId");
    let all = join_all([revoke(), revoke()]).await;
    assert_eq!(all.iter().filter(|reply| reply.data()["revokeApiKey"]["deletedId"] == json!(id)).count(), 1);
    assert_eq!(revoke().await.user_error(), "NOT_FOUND");
    assert_eq!(app.ask_as(&long, "{ now }", json!({})).await.error(), "UNAUTHENTICATED");
    let rest = stream.end().await;
    assert_eq!(rest, "event: complete\ndata: \n\n");
    let left = keys_of(&app, &bolt.token, &bolt.account_id).await;
    let listed: Vec<_> = left["apiKeys"].as_array().unwrap().iter().map(|key| &key["expiresAt"]).collect();
    assert_eq!(listed, ["2026-11-21T10:00:00Z"], "one that has expired is shown until it is revoked");
    for not_one in ["", "x", "mandate_key_", "mandate_key_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"] {
        assert_eq!(app.ask_as(not_one, "{ now }", json!({})).await.error(), "UNAUTHENTICATED", "{not_one}");
    }
}

/// The last use is written down at most once a minute, not on each request.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn the_last_use_is_noted_once_a_minute(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let app = TestApp::start(db).await;
    let bolt = app.sign_up("jo@bolt.example", "Bolt").await;
    let (_, secret) = key(&app, &bolt.token, &bolt.account_id, json!(["VIEW_PRODUCTS"]), json!(null)).await;
    let used = async || keys_of(&app, &bolt.token, &bolt.account_id).await["apiKeys"][0]["lastUsedAt"].clone();
    assert_eq!(used().await, Value::Null);
    for (at, noted) in [
        ("2026-11-21T09:00:30Z", "2026-11-21T09:00:30Z"),
        ("2026-11-21T09:01:29Z", "2026-11-21T09:00:30Z"),
        ("2026-11-21T09:01:30Z", "2026-11-21T09:01:30Z"),
    ] {
        app.set_clock(at).await;
        join_all((0..10).map(|_| app.ask_as(&secret, "{ now }", json!({})))).await;
        assert_eq!(used().await, noted, "at {at}");
    }
}

/// A key's permission is explained by the key and by what stands behind it, with when it ends.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_keys_permission_is_explained(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let app = TestApp::start(db).await;
    let (acme, bolt, _) = partners(&app).await;
    let expires = "2027-01-31T00:00:00Z";
    let (_, secret) = key(&app, &acme.token, &acme.account_id, json!(["VIEW_PRODUCTS"]), json!(expires)).await;
    let ask = "query($on: ID!) { viewer { view: permission(permission: VIEW_PRODUCTS, on: $on) { allowed paths { expiresAt steps { kind } } }
        buy: permission(permission: PURCHASE, on: $on) { allowed paths { expiresAt } } } }";
    let kinds = |kinds: &[&str]| -> Vec<Value> { kinds.iter().map(|kind| json!({ "kind": kind })).collect() };
    for (on, steps) in [
        (&acme.account_id, kinds(&["API_KEY", "MEMBERSHIP"])),
        (&bolt.account_id, kinds(&["API_KEY", "MEMBERSHIP", "PARTNERSHIP"])),
    ] {
        let reply = app.ask_as(&secret, ask, json!({ "on": on })).await;
        let path = json!({ "expiresAt": expires, "steps": steps });
        assert_eq!(reply.ok()["viewer"]["view"], json!({ "allowed": true, "paths": [path] }));
        assert_eq!(reply.ok()["viewer"]["buy"], json!({ "allowed": false, "paths": [] }));
    }
}
