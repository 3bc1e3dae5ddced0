//! What contributors see and do.

use rstest::rstest;
use serde_json::{Value, json};
use tests::database::Db;

use super::harness::Scene;

/// S1.3, S1.4: a partner shares its progress by giving the client access to the site, or does not; the client then sees that product's
/// content, at once, and nothing else: no price, no invoice, no other product, nobody who works there.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_viewer_sees_one_product_and_nothing_else(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let s = Scene::start(db).await;
    let (app, partner, client) = (&s.app, &s.partner, &s.client);
    assert_eq!(s.sees(client).await, Value::Null);
    assert_eq!(s.contributions(client).await, json!([]));
    let invited = s.invite(partner, "Jo@Bolt.example", "VIEWER").await;
    let contributor = &invited.ok()["inviteContributor"]["contributor"];
    assert_eq!(contributor["accepted"], true);
    assert_eq!(
        (&contributor["email"], &contributor["user"]["email"]),
        (&json!("jo@bolt.example"), &json!("jo@bolt.example"))
    );

    let seen = s.sees(client).await;
    let own = json!([{ "email": "jo@bolt.example", "role": "VIEWER", "accepted": true, "user": { "email": "jo@bolt.example" }, "account": null }]);
    let expected = json!({
        "label": "Hosting Business", "status": "ACTIVE", "plan": { "name": "Business" }, "account": { "name": "acme" },
        "nextRenewal": null, "invoices": { "totalCount": 0 }, "client": null, "managedBy": null, "contributors": own,
    });
    assert_eq!(seen, expected);
    let shared = json!([{ "role": "VIEWER", "accepted": true, "product": { "label": "Hosting Business" } }]);
    assert_eq!(s.contributions(client).await, shared);
    assert_eq!(s.sees(partner).await["nextRenewal"]["publicPrice"]["amount"], "99.00");

    // a second product beside it, and all that hangs on the account
    app.sign_up("second@acme.example", "Second").await;
    let input = json!({ "partnerId": partner.account_id, "client": { "name": "Café" } });
    let record = app.done(&partner.token, "createClient", input, "client { id }").await;
    app.buy_for(&s.provider, partner, record["client"]["id"].as_str().unwrap(), "PARTNER_CARD").await;
    s.renewed_by_hand().await;
    let around = "query($id: ID!) { node(id: $id) { ... on Product { account {
        products { totalCount nodes { label } } members { totalCount } owner { email } vatId viewerPermissions
        invoices { totalCount } orders { totalCount } clients { totalCount } wallets { balance { amount } }
        activity(kinds: [PRODUCT_RENEWED, PRODUCT_ACTIVATED]) { nodes { kind actor { email } actingFor { name } } } } } } }";
    let seen = app.ask_as(&client.token, around, json!({ "id": s.product })).await.ok()["node"]["account"].clone();
    assert_eq!(seen["products"], json!({ "totalCount": 1, "nodes": [{ "label": "Hosting Business" }] }));
    for list in ["members", "invoices", "orders", "clients"] {
        assert_eq!(seen[list]["totalCount"], 0, "{list}: {seen:#}");
    }
    assert_eq!((&seen["owner"], &seen["viewerPermissions"], &seen["wallets"]), (&Value::Null, &json!([]), &json!([])));
    // of the feed what is about the product, without who did it
    let told = |actor: Value, for_whom: Value| {
        json!([
            { "kind": "PRODUCT_RENEWED", "actor": actor, "actingFor": for_whom },
            { "kind": "PRODUCT_ACTIVATED", "actor": null, "actingFor": null },
        ])
    };
    assert_eq!(seen["activity"]["nodes"], told(Value::Null, Value::Null));
    let own = app.ask_as(&partner.token, around, json!({ "id": s.product })).await.ok()["node"]["account"].clone();
    let first_two = &own["activity"]["nodes"].as_array().unwrap()[..2];
    let who = (json!({ "email": "owner@acme.example" }), json!({ "name": "Bolt" }));
    assert_eq!(json!(first_two), told(who.0, who.1), "to the holder's people");
    // acme shows a published profile, so the account itself is public: its own door shows no more
    let door = "query($id: ID!) { account(id: $id) { members { totalCount } invoices { totalCount } } }";
    let seen = app.ask_as(&client.token, door, json!({ "id": partner.account_id })).await;
    assert_eq!(seen.ok()["account"], json!({ "members": { "totalCount": 0 }, "invoices": { "totalCount": 0 } }));

    // and does nothing
    assert_eq!(s.label(client, "Mine").await.user_error(), "PERMISSION_DENIED");
    assert_eq!(s.invite(client, "zoe@bolt.example", "VIEWER").await.user_error(), "PERMISSION_DENIED");
}

/// S1.5: an editor is another kind of contributor: works on the content, here the label, and neither pays, renews, cancels, shares nor
/// hands over.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn an_editor_works_on_the_content_alone(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let s = Scene::start(db).await;
    let (app, client) = (&s.app, &s.client);
    let id = s.invited(&s.partner, "jo@bolt.example", "EDITOR").await;
    let labelled = s.label(client, "bolt.example").await;
    assert_eq!(labelled.ok()["updateProduct"]["product"]["label"], "bolt.example");
    let refused = async |mutation: &str, input: Value, asked: &str| {
        app.run(&client.token, mutation, input, asked).await.user_error().to_owned()
    };
    let product = &s.product;
    for (mutation, input, asked) in [
        ("updateProduct", json!({ "productId": product, "autoRenew": false }), "product { id }"),
        ("updateProduct", json!({ "productId": product, "label": "x", "termMonths": 12 }), "product { id }"),
        ("renewProduct", json!({ "productId": product, "idempotencyKey": "key-1234" }), "product { id }"),
        (
            "inviteContributor",
            json!({ "productId": product, "email": "zoe@bolt.example", "role": "VIEWER" }),
            "contributor { id }",
        ),
        ("removeContributor", json!({ "contributorId": id }), "product { id }"),
        ("assignProductToClient", json!({ "productId": product }), "product { id }"),
    ] {
        assert_eq!(refused(mutation, input, asked).await, "PERMISSION_DENIED", "{mutation}");
    }
    assert_eq!(s.sees(&s.partner).await["label"], "bolt.example", "what is refused leaves nothing behind");

    let log = "query($id: ID!) { account(id: $id) { auditLog { nodes {
        operation actor { email } account { name } actingFor { name } partnership { id } outcome } } } }";
    let log = app.ask_as(&s.partner.token, log, json!({ "id": s.partner.account_id })).await;
    let entries = log.ok()["account"]["auditLog"]["nodes"].as_array().unwrap().clone();
    let labelled = json!({
        "operation": "updateProduct", "actor": { "email": "jo@bolt.example" }, "account": { "name": "acme" },
        "actingFor": { "name": "acme" }, "partnership": null, "outcome": "DONE",
    });
    assert_eq!(entries.last(), Some(&labelled), "the first of all that somebody else did there");
    let refused: Vec<_> = entries.iter().filter(|entry| entry["outcome"] == "PERMISSION_DENIED").collect();
    assert!(!refused.is_empty() && refused.iter().all(|entry| entry["actingFor"]["name"] == "acme"), "{entries:#?}");

    let explained = async |permission: &str| s.explained(&client.token, permission).await;
    let step = json!({ "kind": "CONTRIBUTOR", "description": "EDITOR of bolt.example", "node": { "__typename": "Contributor", "id": id } });
    assert_eq!(
        explained("VIEW_PRODUCTS").await,
        json!({ "allowed": true, "paths": [{ "expiresAt": null, "steps": [step] }] })
    );
    for permission in ["MANAGE_PRODUCTS", "PURCHASE", "VIEW_INVOICES", "CONTACT_SUPPORT", "MANAGE_MEMBERS"] {
        assert_eq!(explained(permission).await, json!({ "allowed": false, "paths": [] }), "{permission}");
    }
}
