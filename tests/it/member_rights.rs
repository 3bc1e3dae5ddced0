//! What members may grant, keep and hand over, and when that ends.

use futures::future::join_all;
use rstest::rstest;
use serde_json::{Value, json};
use tests::app::TestApp;
use tests::client::Reply;
use tests::database::Db;

/// S5.8: nobody grants what they do not hold, and ADMIN is given, changed and ended only by those who have it.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn nobody_grants_what_they_do_not_hold(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let app = TestApp::start(db).await;
    let bolt = app.sign_up("jo@bolt.example", "Bolt").await;
    let clerk = app.member(&bolt, "clerk@bolt.example", "VIEWER", json!(["VIEW_PRODUCTS", "MANAGE_MEMBERS"])).await;
    let admin = app.member(&bolt, "admin@bolt.example", "ADMIN", json!(null)).await;
    let viewer = app.member(&bolt, "viewer@bolt.example", "VIEWER", json!(null)).await;
    let every = json!([
        "VIEW_PRODUCTS",
        "MANAGE_PRODUCTS",
        "PURCHASE",
        "VIEW_INVOICES",
        "MANAGE_BILLING",
        "MANAGE_MEMBERS",
        "MANAGE_PARTNERS",
        "MANAGE_CLIENTS",
        "CONTACT_SUPPORT"
    ]);
    let invite = |role: &str, permissions: Value| {
        let input =
            json!({ "accountId": bolt.account_id, "email": "x@b.example", "role": role, "permissions": permissions });
        app.run(&clerk.token, "inviteMember", input, "email")
    };
    for (role, permissions, field) in [
        ("BILLING", json!(null), "permissions"),
        ("VIEWER", json!(["VIEW_PRODUCTS", "VIEW_INVOICES"]), "permissions"),
        ("ADMIN", every.clone(), "permissions"),
    ] {
        let reply = invite(role, permissions).await;
        assert_eq!((reply.user_error(), reply.user_error_field().as_str()), ("PERMISSION_DENIED", field), "{role}");
    }
    // ADMIN goes with acts that no permission stands for
    assert_eq!(invite("ADMIN", json!(["VIEW_PRODUCTS"])).await.user_error(), "PERMISSION_DENIED");
    assert_eq!(invite("TECHNICAL", json!(["VIEW_PRODUCTS"])).await.ok()["inviteMember"]["email"], "x@b.example");

    let update = |token: String, membership: &str, input: Value| {
        let mut input = input;
        input["membershipId"] = json!(membership);
        let app = &app;
        async move { app.run(&token, "updateMember", input, "membership { role permissions }").await }
    };
    let widened = json!({ "permissions": ["VIEW_PRODUCTS", "PURCHASE"] });
    assert_eq!(
        update(clerk.token.clone(), &viewer.membership_id, widened.clone()).await.user_error(),
        "PERMISSION_DENIED"
    );
    assert_eq!(
        update(clerk.token.clone(), &clerk.membership_id, widened.clone()).await.user_error(),
        "PERMISSION_DENIED"
    );
    assert_eq!(
        update(
            clerk.token.clone(),
            &viewer.membership_id,
            json!({ "role": "ADMIN", "permissions": ["VIEW_PRODUCTS"] })
        )
        .await
        .user_error(),
        "PERMISSION_DENIED"
    );
    assert_eq!(
        update(clerk.token.clone(), &admin.membership_id, json!({ "role": "VIEWER" })).await.user_error(),
        "PERMISSION_DENIED"
    );
    assert_eq!(
        update(viewer.token.clone(), &clerk.membership_id, json!({ "role": "VIEWER" })).await.user_error(),
        "NOT_FOUND"
    );
    assert_eq!(
        update(viewer.token.clone(), &viewer.membership_id, widened.clone()).await.user_error(),
        "PERMISSION_DENIED"
    );
    let remove = json!({ "membershipId": admin.membership_id });
    assert_eq!(app.run(&clerk.token, "removeMember", remove, "ended").await.user_error(), "PERMISSION_DENIED");

    // who has been given more may take a part of it away, though they do not hold it
    let reply = update(admin.token.clone(), &viewer.membership_id, json!({ "role": "BILLING" })).await;
    let billing = json!(["VIEW_PRODUCTS", "PURCHASE", "VIEW_INVOICES", "MANAGE_BILLING"]);
    assert_eq!(reply.ok()["updateMember"]["membership"], json!({ "role": "BILLING", "permissions": billing }));
    let reply =
        update(clerk.token.clone(), &viewer.membership_id, json!({ "permissions": ["PURCHASE", "VIEW_PRODUCTS"] }))
            .await;
    assert_eq!(reply.ok()["updateMember"]["membership"]["permissions"], json!(["VIEW_PRODUCTS", "PURCHASE"]));
    assert_eq!(app.held(&viewer.token, &bolt.account_id).await, json!(["VIEW_PRODUCTS", "PURCHASE"]), "at once");
    let cleared = update(admin.token.clone(), &viewer.membership_id, json!({ "permissions": null })).await;
    assert_eq!(cleared.ok()["updateMember"]["membership"]["permissions"], billing);
    let none = update(admin.token.clone(), &viewer.membership_id, json!({ "permissions": [] })).await;
    assert_eq!(none.user_error(), "INVALID_INPUT");

    app.run_jobs().await;
    let mails = app.mails_to("viewer@bolt.example");
    let changed = mails.iter().filter(|mail| mail.subject == "Your permissions in Bolt have changed");
    let changed: Vec<_> = changed.map(|mail| mail.text.replace("\r\n", "\n")).collect();
    assert_eq!(changed.len(), 3, "{changed:?}");
    let by_clerk = changed.iter().find(|text| text.contains("clerk has changed what you may do in Bolt.")).unwrap();
    assert!(by_clerk.contains("Permissions:\n  - View products\n  - Order, renew and change plans\n\n"), "{by_clerk}");
}

/// S5.6, S5.8: an account has exactly one owner, who cannot be narrowed, removed or leave, and hands over to another member only.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn ownership_is_handed_over_and_never_lost(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let app = TestApp::start(db).await;
    let bolt = app.sign_up("jo@bolt.example", "Bolt").await;
    let admin = app.member(&bolt, "ada@bolt.example", "ADMIN", json!(null)).await;
    let viewer = app.member(&bolt, "vi@bolt.example", "VIEWER", json!(null)).await;
    let other = app.sign_up("eve@else.example", "Else").await;
    let elsewhere = app.member(&other, "bob@else.example", "VIEWER", json!(null)).await;
    let own = "query($id: ID!) { account(id: $id) { members { nodes { id role permissions user { email } } } } }";
    let members = async || {
        app.ask_as(&admin.token, own, json!({ "id": bolt.account_id })).await.ok()["account"]["members"]["nodes"]
            .clone()
    };
    let owner_id = members().await[0]["id"].as_str().unwrap().to_owned();

    for token in [&bolt.token, &admin.token] {
        let remove = app.run(token, "removeMember", json!({ "membershipId": owner_id }), "ended").await;
        assert_eq!(remove.user_error(), "CONFLICT");
        let narrow = json!({ "membershipId": owner_id, "permissions": ["VIEW_PRODUCTS"] });
        assert_eq!(app.run(token, "updateMember", narrow, "membership { id }").await.user_error(), "CONFLICT");
    }
    let promote = json!({ "membershipId": viewer.membership_id, "role": "OWNER" });
    let refused = app.run(&bolt.token, "updateMember", promote, "membership { id }").await;
    assert_eq!((refused.user_error(), refused.user_error_field().as_str()), ("INVALID_INPUT", "role"));

    let hand_over = |token: &str, membership: &str| {
        let input = json!({ "accountId": bolt.account_id, "membershipId": membership });
        let token = token.to_owned();
        let app = &app;
        async move { app.run(&token, "transferOwnership", input, "account { owner { email } }").await }
    };
    assert_eq!(hand_over(&admin.token, &viewer.membership_id).await.user_error(), "PERMISSION_DENIED");
    assert_eq!(hand_over(&other.token, &viewer.membership_id).await.user_error(), "NOT_FOUND");
    let foreign = hand_over(&bolt.token, &elsewhere.membership_id).await;
    assert_eq!(foreign.user_error(), "NOT_FOUND");
    let oneself = hand_over(&bolt.token, &owner_id).await;
    assert_eq!((oneself.user_error(), oneself.user_error_field().as_str()), ("INVALID_INPUT", "membershipId"));

    // to two at once: one of them
    let both =
        join_all([hand_over(&bolt.token, &viewer.membership_id), hand_over(&bolt.token, &admin.membership_id)]).await;
    let codes: Vec<_> = both
        .iter()
        .filter(|reply| reply.data()["transferOwnership"]["account"].is_null())
        .map(Reply::user_error)
        .collect();
    assert_eq!(codes, ["PERMISSION_DENIED"]);
    let roles: Vec<_> = members().await.as_array().unwrap().iter().map(|m| m["role"].clone()).collect();
    assert_eq!(roles.iter().filter(|role| *role == "OWNER").count(), 1, "{roles:?}");
    assert_eq!(roles[0], "ADMIN", "who owned the account stays, as ADMIN");

    let left =
        app.done(&bolt.token, "removeMember", json!({ "membershipId": owner_id }), "removedMembershipId ended").await;
    assert_eq!(left["removedMembershipId"], json!(owner_id));
    assert_eq!(app.held(&bolt.token, &bolt.account_id).await, Value::Null, "the account is not theirs to see");
    app.run_jobs().await;
    let told = app.mails().into_iter().filter(|mail| mail.subject == "New owner of Bolt").count();
    assert_eq!(told, 2, "the former and the new one");
}

/// A2: an offer holds as long as its sender could send it: not after they were narrowed or removed.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn an_offer_ends_with_its_senders_right(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let app = TestApp::start(db).await;
    let bolt = app.sign_up("jo@bolt.example", "Bolt").await;
    let clerk = app.member(&bolt, "clerk@bolt.example", "ADMIN", json!(null)).await;
    let gone = app.invite(&clerk.token, &bolt.account_id, "ann@agency.example", "ADMIN", json!(null)).await;
    let plain = app.invite(&clerk.token, &bolt.account_id, "bob@agency.example", "VIEWER", json!(null)).await;
    let narrow = json!({ "membershipId": clerk.membership_id, "role": "VIEWER", "permissions": ["VIEW_PRODUCTS", "MANAGE_MEMBERS"] });
    app.done(&bolt.token, "updateMember", narrow, "membership { id }").await;
    assert_eq!(app.join(&gone, "Ann").await.user_error(), "TOKEN_INVALID", "more than its sender holds now");
    assert!(app.join(&plain, "Bob").await.ok()["acceptMembership"]["membership"]["id"].is_string());

    let waiting = app.invite(&clerk.token, &bolt.account_id, "cy@agency.example", "VIEWER", json!(null)).await;
    let remove = json!({ "membershipId": clerk.membership_id });
    let removed = app.done(&bolt.token, "removeMember", remove, "ended").await;
    let ended = [
        "The membership of Bolt as VIEWER, with VIEW_PRODUCTS, MANAGE_MEMBERS.",
        "The invitation of ann@agency.example.",
        "The invitation of cy@agency.example.",
    ];
    assert_eq!(removed["ended"], json!(ended));
    assert_eq!(app.join(&waiting, "Cy").await.user_error(), "TOKEN_INVALID");
    app.run_jobs().await;
}

/// Who is gone is gone: leaving and being removed, twice, at once by two, and with an id of nobody's.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_membership_ends_once(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let app = TestApp::start(db).await;
    let bolt = app.sign_up("jo@bolt.example", "Bolt").await;
    let ada = app.member(&bolt, "ada@bolt.example", "ADMIN", json!(null)).await;
    let vi = app.member(&bolt, "vi@bolt.example", "VIEWER", json!(null)).await;
    let remove = |token: &str, id: &str| {
        let (app, token, input) = (&app, token.to_owned(), json!({ "membershipId": id }));
        async move { app.run(&token, "removeMember", input, "removedMembershipId ended").await }
    };
    let all = join_all([&bolt, &bolt, &bolt].map(|_| remove(&ada.token, &vi.membership_id)).into_iter()).await;
    let done = all.iter().filter(|reply| reply.data()["removeMember"]["removedMembershipId"].is_string()).count();
    assert_eq!(done, 1);
    assert!(
        all.iter()
            .filter(|r| r.data()["removeMember"]["removedMembershipId"].is_null())
            .all(|r| r.user_error() == "NOT_FOUND")
    );
    for id in ["made-up", bolt.account_id.as_str(), vi.membership_id.as_str()] {
        assert_eq!(remove(&bolt.token, id).await.user_error(), "NOT_FOUND", "{id}");
    }
    assert_eq!(remove(&vi.token, &ada.membership_id).await.user_error(), "NOT_FOUND", "who was a member is a stranger");
    // their sign-in stays, and with it their other accounts
    let viewer = app.ask_as(&vi.token, "{ viewer { user { email } memberships { totalCount } } }", json!({})).await;
    assert_eq!(
        viewer.ok()["viewer"],
        json!({ "user": { "email": "vi@bolt.example" }, "memberships": { "totalCount": 0 } })
    );
    let left = remove(&ada.token, &ada.membership_id).await;
    assert_eq!(left.ok()["removeMember"]["ended"].as_array().unwrap().len(), 1);
    app.run_jobs().await;
    assert_eq!(app.mails_to("vi@bolt.example").last().unwrap().subject, "You are no longer a member of Bolt");
    let told = app.mails_to("ada@bolt.example");
    assert!(told.iter().all(|mail| !mail.subject.starts_with("You are no longer")), "who leaves knows");
    // and they can come back
    let link = app.invite(&bolt.token, &bolt.account_id, "vi@bolt.example", "VIEWER", json!(null)).await;
    assert!(app.join_as(&vi.token, &link).await.ok()["acceptMembership"]["membership"]["id"].is_string());
}
