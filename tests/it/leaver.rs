//! Leavers: what somebody held through a membership ends with it; what was granted through a partnership ends with that.

use rstest::rstest;
use serde_json::{Value, json};
use tests::app::TestApp;
use tests::database::Db;
use tests::world::{PASSWORD, Signed};

/// A partner with a client that has given it full access; the record's and the partnership's ids.
async fn partners(app: &TestApp) -> (Signed, Signed, String) {
    let provider = app.provider().await;
    let acme = app.partner(&provider, "acme").await;
    let (bolt, _, partnership) = app.client_of("acme", &acme, "bolt", "CLIENT").await;
    (acme, bolt, partnership)
}

async fn members(app: &TestApp, token: &str, account_id: &str) -> Vec<String> {
    let query = "query($id: ID!) { account(id: $id) { members { nodes { user { email } } } } }";
    let reply = app.ask_as(token, query, json!({ "id": account_id })).await;
    let nodes = reply.ok()["account"]["members"]["nodes"].as_array().unwrap().clone();
    nodes.iter().map(|node| node["user"]["email"].as_str().unwrap().to_owned()).collect()
}

/// A2: with a membership ends, at once and said in words, all that was held through it: clients' accounts, memberships there, keys,
/// offers, open streams and mails that have not left. The sign-in stays.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_leaver_takes_nothing_along(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let app = TestApp::start(db).await;
    let (acme, bolt, _) = partners(&app).await;
    let vi = app.member(&acme, "vi@acme.example", "ADMIN", json!(null)).await;
    // a colleague makes her a member of the client, through the partnership
    let link = app.invite(&acme.token, &bolt.account_id, &vi.email, "VIEWER", json!(null)).await;
    app.join_as(&vi.token, &link).await.ok();
    let key =
        |account: &str, name: &str| json!({ "accountId": account, "name": name, "permissions": ["VIEW_PRODUCTS"] });
    let mut secrets = Vec::new();
    for (account, name) in [(&acme.account_id, "own"), (&bolt.account_id, "client's")] {
        let made = app.done(&vi.token, "createApiKey", key(account, name), "secret").await;
        secrets.push(made["secret"].as_str().unwrap().to_owned());
    }
    let offered = app.invite(&vi.token, &bolt.account_id, "new@bolt.example", "VIEWER", json!(null)).await;
    let mut streams = Vec::new();
    for account in [&acme.account_id, &bolt.account_id] {
        streams.push(app.stream(&vi.token, account).await);
    }
    // a mail to her as a member of the partner that has not left yet
    let offer = app.sign_up("cy@cora.example", "Cora").await;
    let input = json!({ "accountId": offer.account_id, "partnerProfileSlug": "acme", "accessLevel": "FULL", "payer": "CLIENT" });
    app.done(&offer.token, "sendInvitation", input, "invitation { id }").await;
    for stream in &mut streams[..1] {
        assert_eq!(stream.next().await["data"]["activityAdded"]["kind"], "INVITATION_RECEIVED");
    }

    let removed = app
        .done(&acme.token, "removeMember", json!({ "membershipId": vi.membership_id }), "removedMembershipId ended")
        .await;
    assert_eq!(removed["removedMembershipId"], json!(vi.membership_id));
    let all = "VIEW_PRODUCTS, MANAGE_PRODUCTS, PURCHASE, VIEW_INVOICES, MANAGE_BILLING, MANAGE_MEMBERS, MANAGE_PARTNERS, MANAGE_CLIENTS, CONTACT_SUPPORT";
    let ended = [
        format!("The membership of acme as ADMIN, with {all}."),
        "The access to the accounts of clients: bolt.".to_owned(),
        "The membership of bolt, which was granted through the partnership.".to_owned(),
        "The API key “client's”.".to_owned(),
        "The API key “own”.".to_owned(),
        "The invitation of new@bolt.example.".to_owned(),
    ];
    assert_eq!(removed["ended"], json!(ended));

    for stream in &mut streams {
        let rest = stream.end().await;
        assert_eq!(rest, "event: complete\ndata: \n\n", "nothing more is told");
    }
    for secret in &secrets {
        assert_eq!(app.ask_as(secret, "{ now }", json!({})).await.error(), "UNAUTHENTICATED");
    }
    for account in [&acme.account_id, &bolt.account_id] {
        // the partner shows itself to the public; the client does not
        let permissions = app.held(&vi.token, account).await;
        assert!(permissions.is_null() || permissions == json!([]), "{permissions}");
    }
    assert_eq!(app.join(&offered, "New").await.user_error(), "TOKEN_INVALID");
    assert_eq!(members(&app, &bolt.token, &bolt.account_id).await, ["owner@bolt.example"]);
    app.run_jobs().await;
    let mails: Vec<_> = app.mails_to(&vi.email).into_iter().map(|mail| mail.subject).collect();
    assert_eq!(mails.last().unwrap(), "You are no longer a member of acme", "{mails:?}");
    assert!(!mails.iter().any(|subject| subject == "Cora offers you access"), "{mails:?}");
    assert!(app.mails_to(&acme.email).iter().any(|mail| mail.subject == "Cora offers you access"));
}

/// S5.8, A2: who acts through a partnership stays within it, in scope: no more than it carries, no role that it cannot give, and none of
/// the client's own members.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_partner_grants_within_its_partnership(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let app = TestApp::start(db).await;
    let (acme, bolt, partnership) = partners(&app).await;
    let own = app.member(&bolt, "own@bolt.example", "VIEWER", json!(null)).await;
    let made = app
        .done(
            &bolt.token,
            "createApiKey",
            json!({ "accountId": bolt.account_id, "name": "own", "permissions": ["VIEW_PRODUCTS"] }),
            "apiKey { id }",
        )
        .await;
    let invite = |role: &str, permissions: Value| {
        let input =
            json!({ "accountId": bolt.account_id, "email": "x@b.example", "role": role, "permissions": permissions });
        app.run(&acme.token, "inviteMember", input, "email")
    };
    assert_eq!(
        invite("TECHNICAL", json!(null)).await.user_error(),
        "PERMISSION_DENIED",
        "MANAGE_CLIENTS is not carried"
    );
    assert_eq!(invite("VIEWER", json!(["VIEW_INVOICES"])).await.user_error(), "PERMISSION_DENIED");
    assert_eq!(invite("ADMIN", json!(["VIEW_PRODUCTS"])).await.user_error(), "PERMISSION_DENIED");
    for (mutation, input, selection) in [
        (
            "updateMember",
            json!({ "membershipId": own.membership_id, "permissions": ["CONTACT_SUPPORT"] }),
            "membership { id }",
        ),
        ("removeMember", json!({ "membershipId": own.membership_id }), "ended"),
        ("revokeApiKey", json!({ "apiKeyId": made["apiKey"]["id"] }), "deletedId"),
    ] {
        assert_eq!(
            app.run(&acme.token, mutation, input, selection).await.user_error(),
            "PERMISSION_DENIED",
            "{mutation}"
        );
    }

    let carried = json!(["VIEW_PRODUCTS", "MANAGE_PRODUCTS", "MANAGE_MEMBERS"]);
    let link = app.invite(&acme.token, &bolt.account_id, "eva@bolt.example", "TECHNICAL", carried.clone()).await;
    let reply = app.join(&link, "Eva").await;
    let eva = reply.ok()["acceptMembership"]["accessToken"].as_str().unwrap().to_owned();
    let eva_id = reply.ok()["acceptMembership"]["membership"]["id"].clone();
    assert_eq!(app.held(&eva, &bolt.account_id).await, carried);
    // what she grants stays within the partnership, too
    let link = app.invite(&eva, &bolt.account_id, "fay@bolt.example", "VIEWER", json!(null)).await;
    let fay = app.join(&link, "Fay").await.ok()["acceptMembership"]["accessToken"].as_str().unwrap().to_owned();
    assert_eq!(app.held(&fay, &bolt.account_id).await, json!(["VIEW_PRODUCTS"]));
    assert_eq!(
        app.run(&eva, "removeMember", json!({ "membershipId": own.membership_id }), "ended").await.user_error(),
        "PERMISSION_DENIED"
    );
    let ask =
        "query($on: ID!) { viewer { permission(permission: VIEW_PRODUCTS, on: $on) { paths { steps { kind } } } } }";
    let explained = app.ask_as(&fay, ask, json!({ "on": bolt.account_id })).await;
    let steps = json!([{ "kind": "MEMBERSHIP" }, { "kind": "PARTNERSHIP" }]);
    assert_eq!(explained.ok()["viewer"]["permission"]["paths"][0]["steps"], steps);
    // she is told of the client's feed, and of nobody else's
    assert_eq!(app.held(&eva, &acme.account_id).await, json!([]));
    let audited = "SELECT count(*) || '' AS t FROM audit_entry WHERE operation IN ('inviteMember', 'acceptMembership') AND partnership_id IS NOT NULL AND outcome = 'DONE'";
    assert_eq!(app.texts(audited).await, ["4"]);

    // a member of the client's own who changes what she holds makes it the client's
    let mine = json!({ "membershipId": eva_id, "permissions": ["VIEW_PRODUCTS", "VIEW_INVOICES"] });
    app.done(&bolt.token, "updateMember", mine, "membership { id }").await;
    assert_eq!(app.held(&eva, &bolt.account_id).await, json!(["VIEW_PRODUCTS", "VIEW_INVOICES"]));
    app.done(&acme.token, "endPartnership", json!({ "partnershipId": partnership }), "partnership { status }").await;
    assert_eq!(
        members(&app, &bolt.token, &bolt.account_id).await,
        ["owner@bolt.example", "own@bolt.example", "eva@bolt.example"]
    );
    app.run_jobs().await;
}

/// A2: what was granted through a partnership ends with it, and the client is mailed the list.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn what_was_granted_through_a_partnership_ends_with_it(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let app = TestApp::start(db).await;
    let (acme, bolt, partnership) = partners(&app).await;
    let link = app.invite(&acme.token, &bolt.account_id, "eva@bolt.example", "VIEWER", json!(null)).await;
    let eva = app.join(&link, "Eva").await.ok()["acceptMembership"]["accessToken"].as_str().unwrap().to_owned();
    let waiting = app.invite(&acme.token, &bolt.account_id, "fay@bolt.example", "VIEWER", json!(null)).await;
    let input = json!({ "accountId": bolt.account_id, "name": "deploy", "permissions": ["VIEW_PRODUCTS"] });
    let made = app.done(&acme.token, "createApiKey", input, "secret").await;
    let secret = made["secret"].as_str().unwrap().to_owned();
    assert_eq!(app.held(&secret, &bolt.account_id).await, json!(["VIEW_PRODUCTS"]));
    let other = "{ viewer { memberships { totalCount } } }";
    assert_eq!(
        app.ask_as(&secret, other, json!({})).await.ok()["viewer"]["memberships"]["totalCount"],
        0,
        "the partner is not the key's"
    );
    let mut stream = app.stream(&eva, &bolt.account_id).await;
    let mut program = app.stream(&secret, &bolt.account_id).await;

    app.done(&bolt.token, "endPartnership", json!({ "partnershipId": partnership }), "partnership { status }").await;
    for stream in [&mut stream, &mut program] {
        let rest = stream.end().await;
        assert_eq!(rest, "event: complete\ndata: \n\n", "nothing more is told");
    }
    assert_eq!(app.held(&eva, &bolt.account_id).await, Value::Null);
    assert_eq!(app.ask_as(&secret, "{ now }", json!({})).await.error(), "UNAUTHENTICATED");
    assert_eq!(app.join(&waiting, "Fay").await.user_error(), "TOKEN_INVALID");
    assert_eq!(members(&app, &bolt.token, &bolt.account_id).await, ["owner@bolt.example"]);

    app.run_jobs().await;
    let mails = app.mails_to(&bolt.email);
    let mail = mails.iter().find(|mail| mail.subject == "What acme had granted has ended").expect("the list");
    for listed in [
        "Members who have left:\n  - Eva (eva@bolt.example)\n",
        "API keys revoked:\n  - deploy\n",
        "Invitations taken back:\n  - fay@bolt.example\n",
    ] {
        assert!(mail.text.replace("\r\n", "\n").contains(listed), "{}", mail.text);
    }
    let told = app.mails_to("eva@bolt.example");
    let text = told.last().unwrap().text.replace("\r\n", " ");
    assert!(text.contains("was granted through its partnership with acme, and has ended with it."), "{text}");
}

/// A2: also to the second: what was granted through a partnership that expires is gone with that instant, whether or not anybody has
/// written it down; and what is narrowed, is narrowed for those it was granted to.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn what_was_granted_expires_to_the_second(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let app = TestApp::start(db).await;
    let provider = app.provider().await;
    let acme = app.partner(&provider, "acme").await;
    let bolt = app.sign_up("jo@bolt.example", "bolt").await;
    let input = json!({ "accountId": bolt.account_id, "partnerProfileSlug": "acme", "accessLevel": "PARTIAL",
        "permissions": ["VIEW_PRODUCTS", "PURCHASE", "MANAGE_MEMBERS"], "accessExpiresAt": "2026-12-01T00:00:00Z" });
    let offer = app.done(&bolt.token, "sendInvitation", input, "invitation { id }").await;
    let input = json!({ "invitationId": offer["invitation"]["id"] });
    app.done(&acme.token, "connectClient", input, "partnership { id }").await;
    let link = app
        .invite(&acme.token, &bolt.account_id, "eva@bolt.example", "VIEWER", json!(["VIEW_PRODUCTS", "PURCHASE"]))
        .await;
    let eva = app.join(&link, "Eva").await.ok()["acceptMembership"]["accessToken"].as_str().unwrap().to_owned();
    let ask =
        "query($on: ID!) { viewer { permission(permission: PURCHASE, on: $on) { allowed paths { expiresAt } } } }";
    let explained = app.ask_as(&eva, ask, json!({ "on": bolt.account_id })).await;
    assert_eq!(explained.ok()["viewer"]["permission"]["paths"], json!([{ "expiresAt": "2026-12-01T00:00:00Z" }]));

    app.set_clock("2026-11-30T23:59:59Z").await;
    assert_eq!(app.held(&eva, &bolt.account_id).await, json!(["VIEW_PRODUCTS", "PURCHASE"]));
    let mut stream = app.stream(&eva, &bolt.account_id).await;
    app.set_clock("2026-12-01T00:00:00Z").await;
    stream.end().await;
    assert_eq!(app.held(&eva, &bolt.account_id).await, Value::Null);
    let own = "{ viewer { memberships { totalCount nodes { id } } } }";
    assert_eq!(
        app.ask_as(&eva, own, json!({})).await.ok()["viewer"]["memberships"],
        json!({ "totalCount": 0, "nodes": [] })
    );
    assert_eq!(members(&app, &bolt.token, &bolt.account_id).await, ["jo@bolt.example"]);
    // the client may invite her itself, though nobody has written down yet that she is gone
    let link = app.invite(&bolt.token, &bolt.account_id, "eva@bolt.example", "BILLING", json!(null)).await;
    app.join_as(&eva, &link).await.ok();
    let billing = json!(["VIEW_PRODUCTS", "PURCHASE", "VIEW_INVOICES", "MANAGE_BILLING"]);
    assert_eq!(app.held(&eva, &bolt.account_id).await, billing);
}

/// A2: what is narrowed to chosen products covers the account no more: what was granted through it ends with that instant.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn narrowed_to_a_product_it_grants_nothing(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let app = TestApp::start(db).await;
    let provider = app.provider().await;
    let acme = app.partner(&provider, "acme").await;
    let (bolt, record, partnership) = app.client_of("acme", &acme, "bolt", "CLIENT").await;
    app.buy_for(&provider, &acme, &record, "CLIENT_CARD").await;
    let products = "query($id: ID!) { account(id: $id) { products { nodes { id } } } }";
    let seen = app.ask_as(&bolt.token, products, json!({ "id": bolt.account_id })).await;
    let product = seen.ok()["account"]["products"]["nodes"][0]["id"].clone();
    let link = app.invite(&acme.token, &bolt.account_id, "eva@bolt.example", "VIEWER", json!(null)).await;
    let eva = app.join(&link, "Eva").await.ok()["acceptMembership"]["accessToken"].as_str().unwrap().to_owned();
    let change = async |more: Value| {
        let mut input = json!({ "partnershipId": partnership, "accessLevel": "PARTIAL" });
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        app.done(&bolt.token, "updatePartnershipAccess", input, "partnership { id }").await;
    };
    change(json!({ "permissions": ["VIEW_PRODUCTS", "PURCHASE"] })).await;
    assert_eq!(
        app.held(&eva, &bolt.account_id).await,
        json!(["VIEW_PRODUCTS"]),
        "on all products, it still carries that"
    );
    let mut stream = app.stream(&eva, &bolt.account_id).await;

    change(json!({ "productIds": [product] })).await;
    stream.end().await;
    assert_eq!(app.held(&eva, &bolt.account_id).await, Value::Null);
    assert_eq!(members(&app, &bolt.token, &bolt.account_id).await, ["owner@bolt.example"]);
    app.run_jobs().await;
    let mails = app.mails_to(&bolt.email);
    assert!(mails.iter().any(|mail| mail.subject == "What acme had granted has ended"), "{mails:#?}");
    // widened again, it brings nobody back
    change(json!({ "productIds": null })).await;
    assert_eq!(app.held(&eva, &bolt.account_id).await, Value::Null);
    app.run_jobs().await;
}

/// A2: while a power of attorney is disputed, whoever got in through the partnership is out, too; what becomes of them is what becomes of
/// it.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_dispute_shuts_out_whom_the_partner_let_in(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let app = TestApp::start(db).await;
    let provider = app.provider().await;
    let acme = app.partner(&provider, "acme").await;
    let input = json!({
        "partnerId": acme.account_id, "accessLevel": "FULL", "payer": "CLIENT",
        "owner": { "email": "jo@bakery.example", "name": "Jo Baker", "locale": "en" },
        "account": { "name": "Bakery", "country": "DE", "currencyCode": "EUR" },
        "powerOfAttorney": { "signedOn": "2026-11-20", "reference": "VM 17" },
    });
    let opened = app.done(&acme.token, "createAccountOnBehalf", input, "account { id } partnership { id }").await;
    let bakery = opened["account"]["id"].as_str().unwrap().to_owned();
    let partnership = &opened["partnership"]["id"];
    app.run_jobs().await;
    let link = app.mails_to("jo@bakery.example")[0].token().to_owned();
    let claim =
        "mutation($input: ClaimAccountInput!) { claimAccount(input: $input) { accessToken userErrors { code } } }";
    let input = json!({ "input": { "token": link, "password": PASSWORD } });
    let jo = app.ask(claim, input).await.ok()["claimAccount"]["accessToken"].as_str().unwrap().to_owned();
    let link = app.invite(&acme.token, &bakery, "eva@bakery.example", "VIEWER", json!(null)).await;
    let eva = app.join(&link, "Eva").await.ok()["acceptMembership"]["accessToken"].as_str().unwrap().to_owned();
    assert_eq!(app.held(&eva, &bakery).await, json!(["VIEW_PRODUCTS"]));

    let dispute = json!({ "partnershipId": partnership, "confirm": false });
    app.done(&jo, "answerPowerOfAttorney", dispute, "partnership { status }").await;
    assert_eq!(app.held(&eva, &bakery).await, Value::Null);
    let decide = async |uphold: bool| {
        let input = json!({ "partnershipId": partnership, "uphold": uphold });
        app.run(&provider.staff, "decidePowerOfAttorney", input, "partnership { status }").await
    };
    decide(true).await.ok();
    assert_eq!(app.held(&eva, &bakery).await, json!(["VIEW_PRODUCTS"]), "upheld, they are there as before");
    app.done(&jo, "endPartnership", json!({ "partnershipId": partnership }), "partnership { status }").await;
    assert_eq!(app.held(&eva, &bakery).await, Value::Null);
    assert_eq!(decide(false).await.user_error(), "CONFLICT");
    app.run_jobs().await;
}
