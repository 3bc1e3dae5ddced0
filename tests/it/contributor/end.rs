//! How contributions end.

use api::id::decode;
use domain::sql::insert;
use entities::contributor::{self, ContributorRole};
use futures::future::join_all;
use rstest::rstest;
use sea_orm::ConnectionTrait as _;
use serde_json::{Value, json};
use tests::database::Db;
use tests::members::Events;
use uuid::Uuid;

use super::harness::{Scene, product_of};

/// The stream ends at once, and says nothing more.
async fn assert_ended(stream: &mut Events) {
    let rest = stream.end().await;
    assert_eq!(rest, "event: complete\ndata: \n\n");
}

/// Removed is removed: the next read and write finds nothing, the open stream ends, and so does what the link was for.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_removed_contributor_is_out_at_once(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let s = Scene::start(db).await;
    let (app, partner, client) = (&s.app, &s.partner, &s.client);
    let id = s.invited(partner, "jo@bolt.example", "EDITOR").await;
    app.run_jobs().await;
    let link = app.mails_to("jo@bolt.example").pop().expect("a mail").token().to_owned();
    let mut stream = app.follow(&client.token, &partner.account_id).await;
    assert_eq!(stream.next().await["data"]["activityAdded"]["kind"], "PRODUCT_ACTIVATED");
    assert_eq!(s.label(client, "One").await.ok()["updateProduct"]["product"]["label"], "One");

    let strange =
        app.run(&client.token, "removeContributor", json!({ "contributorId": s.product }), "product { id }").await;
    assert_eq!(strange.user_error(), "NOT_FOUND");
    let removed = app.done(
        &partner.token,
        "removeContributor",
        json!({ "contributorId": id }),
        "product { contributors { id } }",
    );
    assert_eq!(removed.await["product"]["contributors"], json!([]));
    assert_ended(&mut stream).await;
    assert_eq!(s.sees(client).await, Value::Null);
    assert_eq!(s.contributions(client).await, json!([]));
    assert_eq!(s.label(client, "Two").await.user_error(), "NOT_FOUND");
    let again = app.run(&partner.token, "removeContributor", json!({ "contributorId": id }), "product { id }").await;
    assert_eq!(again.user_error(), "NOT_FOUND");
    let node = app.ask_as(&partner.token, "query($id: ID!) { node(id: $id) { id } }", json!({ "id": id })).await;
    assert_eq!(node.ok()["node"], Value::Null);
    let follow = "mutation($token: String!) { verifyEmail(input: { token: $token }) { contributor { id } userErrors { code } } }";
    let followed = app.ask(follow, json!({ "token": link })).await;
    assert_eq!(followed.ok()["verifyEmail"]["contributor"], Value::Null);
    let refused = app.follow(&client.token, &partner.account_id).await.next().await;
    assert_eq!(refused["errors"][0]["extensions"]["code"], "FORBIDDEN");

    let feed = "query($id: ID!) { account(id: $id) { activity(kinds: [CONTRIBUTOR_ADDED, CONTRIBUTOR_REMOVED]) { nodes { kind } } } }";
    let feed = app.ask_as(&partner.token, feed, json!({ "id": partner.account_id })).await;
    let told = json!([{ "kind": "CONTRIBUTOR_REMOVED" }, { "kind": "CONTRIBUTOR_ADDED" }]);
    assert_eq!(feed.ok()["account"]["activity"]["nodes"], told);
    s.invited(partner, "jo@bolt.example", "VIEWER").await;
    assert_ne!(s.sees(client).await, Value::Null, "and can be asked again");

    // an invitation that has not left is none any more
    let late = s.invited(partner, "late@bolt.example", "VIEWER").await;
    app.done(&partner.token, "removeContributor", json!({ "contributorId": late }), "product { id }").await;
    app.run_jobs().await;
    assert_eq!(app.mails_to("late@bolt.example").len(), 0);
}

/// Who works through a partnership shares what it carries, as long as it carries it: an expiry ends that to the second, an end at once,
/// also for whoever they let in, who is out of the open stream with it.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn what_a_partnership_shared_ends_with_it(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let s = Scene::start(db).await;
    let app = &s.app;
    let (holder, record, partnership) = app.client_of("acme", &s.partner, "cafe", "CLIENT").await;
    app.buy_for(&s.provider, &s.partner, &record, "CLIENT_CARD").await;
    let product = product_of(app, &holder).await;
    let s = Scene { product, ..s };
    let app = &s.app;
    let helper = &s.client;
    s.invited(&s.partner, &helper.email, "EDITOR").await;
    s.invited(&holder, "own@cafe.example", "VIEWER").await;
    assert_eq!(s.label(helper, "Shared").await.ok()["updateProduct"]["product"]["label"], "Shared");
    let emails = async || {
        let list = s.sees(&holder).await["contributors"].clone();
        list.as_array().unwrap().iter().map(|one| one["email"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(emails().await, [helper.email.as_str(), "own@cafe.example"], "the holder sees whom the partner let in");

    let mut stream = app.follow(&helper.token, &holder.account_id).await;
    assert_eq!(stream.next().await["data"]["activityAdded"]["kind"], "PRODUCT_ACTIVATED");
    app.done(&holder.token, "endPartnership", json!({ "partnershipId": partnership }), "partnership { status }").await;
    assert_ended(&mut stream).await;
    assert_eq!(s.sees(helper).await, Value::Null);
    assert_eq!(s.label(helper, "Mine").await.user_error(), "NOT_FOUND");
    assert_eq!(emails().await, ["own@cafe.example"]);
    let feed = "query($id: ID!) { account(id: $id) { activity(kinds: [CONTRIBUTOR_REMOVED]) { totalCount } } }";
    let feed = app.ask_as(&holder.token, feed, json!({ "id": holder.account_id })).await;
    assert_eq!(feed.ok()["account"]["activity"]["totalCount"], 1);
    app.run_jobs().await;
    let mails = app.mails_to(&holder.email);
    let mail = mails.iter().find(|mail| mail.subject == "What acme had granted has ended").expect("the list");
    assert!(mail.text.contains("jo@bolt.example (Shared)"), "{}", mail.text);
    assert!(!mail.text.contains("own@cafe.example"), "{}", mail.text);

    // an offer of a part, for a while
    let input = json!({
        "accountId": holder.account_id, "partnerProfileSlug": "acme", "accessLevel": "PARTIAL", "productIds": [s.product],
        "permissions": ["VIEW_PRODUCTS", "MANAGE_PRODUCTS"], "accessExpiresAt": "2026-12-01T00:00:00Z",
    });
    let offer = app.done(&holder.token, "sendInvitation", input, "invitation { id }").await;
    app.done(&s.partner.token, "connectClient", json!({ "invitationId": offer["invitation"]["id"] }), "client { id }")
        .await;
    s.invited(&s.partner, &helper.email, "VIEWER").await;
    let explained = s.explained(&helper.token, "VIEW_PRODUCTS").await;
    assert_eq!(
        (&explained["allowed"], &explained["paths"][0]["expiresAt"]),
        (&json!(true), &json!("2026-12-01T00:00:00Z"))
    );
    let kinds: Vec<_> = explained["paths"][0]["steps"].as_array().unwrap().iter().map(|step| &step["kind"]).collect();
    assert_eq!(kinds, ["CONTRIBUTOR"], "the partnership is between others");
    app.set_clock("2026-11-30T23:59:59Z").await;
    assert_eq!(s.sees(helper).await["label"], "Shared");
    app.set_clock("2026-12-01T00:00:00Z").await;
    assert_eq!(s.sees(helper).await, Value::Null);
    assert_eq!(emails().await, ["own@cafe.example"]);
    // what has lapsed is in nobody's way
    s.invited(&holder, &helper.email, "VIEWER").await;
    assert_eq!(s.sees(helper).await["label"], "Shared");
}

/// What a partnership carries no more, nobody has through it any more, and the client is mailed what that was; while it is frozen, it
/// only rests.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_narrower_partnership_shares_less(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let s = Scene::start(db).await;
    let (holder, record, partnership) = s.app.client_of("acme", &s.partner, "cafe", "CLIENT").await;
    s.app.buy_for(&s.provider, &s.partner, &record, "CLIENT_CARD").await;
    let product = product_of(&s.app, &holder).await;
    let s = Scene { product, ..s };
    let (app, helper) = (&s.app, &s.client);
    s.invited(&s.partner, &helper.email, "EDITOR").await;
    for (status, sees) in [("FROZEN", false), ("ACTIVE", true)] {
        app.db().execute_unprepared(&format!("UPDATE partnership SET status = '{status}'")).await.unwrap();
        assert_eq!(s.sees(helper).await.is_object(), sees, "{status}");
        let edited = s.label(helper, "Shared").await;
        assert_eq!(edited.data()["updateProduct"]["product"].is_object(), sees, "{status}");
    }

    let narrowed = |permissions: Value| json!({ "partnershipId": partnership, "accessLevel": "PARTIAL", "permissions": permissions });
    let enough = narrowed(json!(["VIEW_PRODUCTS", "MANAGE_PRODUCTS"]));
    app.done(&holder.token, "updatePartnershipAccess", enough, "partnership { id }").await;
    assert_eq!(s.sees(helper).await["label"], "Shared");
    let less = narrowed(json!(["VIEW_PRODUCTS"]));
    app.done(&holder.token, "updatePartnershipAccess", less, "partnership { id }").await;
    assert_eq!(s.sees(helper).await, Value::Null);
    assert_eq!(s.sees(&holder).await["contributors"], json!([]));
    app.run_jobs().await;
    let mails = app.mails_to(&holder.email);
    let lists: Vec<_> = mails.iter().filter(|mail| mail.subject == "What acme had granted has ended").collect();
    assert_eq!(lists.len(), 1, "and none of what stayed");
    assert!(lists[0].text.contains("Your partnership with acme carries less than it did."), "{}", lists[0].text);
    assert!(lists[0].text.contains("jo@bolt.example (Shared)"), "{}", lists[0].text);
    let again = narrowed(json!(["VIEW_PRODUCTS", "MANAGE_PRODUCTS"]));
    app.done(&holder.token, "updatePartnershipAccess", again, "partnership { id }").await;
    assert_eq!(s.sees(helper).await, Value::Null, "what has ended does not come back");
}

/// What an account contributes to is its members', as far as their membership goes, and its keys'; it ends for each with the
/// membership. What a person contributes to is no key's.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn an_account_contributes_by_its_members(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let s = Scene::start(db).await;
    let (app, client) = (&s.app, &s.client);
    let tech = app.member(client, "tech@bolt.example", "TECHNICAL", json!(null)).await;
    let viewer = app.member(client, "vi@bolt.example", "VIEWER", json!(null)).await;
    let mut keys = Vec::new();
    for permission in ["VIEW_PRODUCTS", "VIEW_INVOICES"] {
        let input = json!({
            "accountId": client.account_id, "name": permission, "permissions": [permission],
            "expiresAt": "2026-12-24T00:00:00Z",
        });
        let made = app.done(&client.token, "createApiKey", input, "secret").await;
        keys.push(made["secret"].as_str().unwrap().to_owned());
    }
    let sees = async |token: &str| !s.seen_by(token).await.is_null();
    s.invited(&s.partner, &client.email, "VIEWER").await;
    assert!(sees(&client.token).await);
    assert!(!sees(&keys[0]).await, "a key is nobody in person");
    assert!(!sees(&tech.token).await);

    let row = |id: &str| decode(id).expect("an id").1;
    let shared = contributor::Model {
        id: Uuid::now_v7().into(),
        product_id: row(&s.product).into(),
        email: client.email.clone(),
        account_id: Some(row(&client.account_id).into()),
        role: ContributorRole::Editor,
        partnership_id: None,
        created_at: app.store.now().await.unwrap().now,
    };
    insert::<contributor::Entity>(app.db(), &[shared]).await.unwrap();
    for (token, is_seen) in [(&tech.token, true), (&viewer.token, true), (&keys[0], true), (&keys[1], false)] {
        assert_eq!(sees(token).await, is_seen);
    }
    assert_eq!(s.relabelled(&tech.token, "Ours").await.ok()["updateProduct"]["product"]["label"], "Ours");
    for token in [&viewer.token, &keys[0]] {
        assert_eq!(
            s.relabelled(token, "Mine").await.user_error(),
            "PERMISSION_DENIED",
            "what they do not hold at home"
        );
    }
    let kinds = async |token: &str| {
        let explained = s.explained(token, "VIEW_PRODUCTS").await;
        let paths = explained["paths"].as_array().unwrap().clone();
        let steps = |path: &Value| path["steps"].as_array().unwrap().iter().map(|step| step["kind"].clone()).collect();
        paths.iter().map(|path| (steps(path), path["expiresAt"].clone())).collect::<Vec<(Vec<Value>, Value)>>()
    };
    assert_eq!(kinds(&viewer.token).await, [(vec![json!("MEMBERSHIP"), json!("CONTRIBUTOR")], Value::Null)]);
    let by_key = vec![json!("API_KEY"), json!("MEMBERSHIP"), json!("CONTRIBUTOR")];
    assert_eq!(kinds(&keys[0]).await, [(by_key, json!("2026-12-24T00:00:00Z"))]);

    let mut stream = app.follow(&tech.token, &s.partner.account_id).await;
    assert_eq!(stream.next().await["data"]["activityAdded"]["kind"], "PRODUCT_ACTIVATED");
    let input = json!({ "membershipId": tech.membership_id });
    let removed = app.done(&client.token, "removeMember", input, "ended").await;
    assert_eq!(removed["ended"][1], "The part in the work on Ours.", "{removed}");
    assert_ended(&mut stream).await;
    assert!(!sees(&tech.token).await);
}

/// A2: an editor and whoever takes them away, at once: each edit comes wholly before or wholly after, none is left hanging, and after
/// the answer there is none.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn an_edit_is_before_the_removal_or_not_at_all(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let s = Scene::start(db).await;
    for round in 0..5 {
        let id = s.invited(&s.partner, &s.client.email, "EDITOR").await;
        let removal = async {
            let input = json!({ "contributorId": id });
            s.app.done(&s.partner.token, "removeContributor", input, "product { label }").await
        };
        let edits = join_all((0..4).map(|edit| {
            let s = &s;
            async move { s.label(&s.client, &format!("Edit {round}.{edit}")).await }
        }));
        let (edits, removed) = tokio::join!(edits, removal);
        let after = removed["product"]["label"].clone();
        let done = edits.iter().filter(|edit| edit.data()["updateProduct"]["product"].is_object());
        let refused = edits.iter().filter(|edit| edit.data()["updateProduct"]["product"].is_null());
        assert!(refused.clone().all(|edit| edit.user_error() == "NOT_FOUND"));
        assert_eq!(done.count() + refused.count(), 4);
        assert_eq!(s.sees(&s.partner).await["label"], after, "nothing is edited after the removal");
        assert_eq!(s.label(&s.client, "Late").await.user_error(), "NOT_FOUND");
    }
}
