//! What changes with a transfer, and what stays.

use rstest::rstest;
use serde_json::{Value, json};
use tests::database::Db;

use super::harness::{Scene, invoices, products};

/// S1.1, S1.2, S1.6, S1.13, S1.14, S1.16: the partner chooses to hand the site over, and the client to take it: then the client holds it
/// and is the provider's customer, while the partner's record of the client, its invoices and its feed stay as they were.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_partner_hands_the_site_over_to_its_client(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let s = Scene::start(db).await;
    let app = &s.app;
    let reply = s.offer(&s.partner.token, "JO@bolt.example", false).await;
    let offer = &reply.ok()["offerTransfer"];
    let (transfer, row) = (offer["transfer"]["id"].as_str().unwrap(), &offer["transfer"]);
    assert_eq!((&row["status"], &row["toEmail"]), (&json!("PENDING"), &json!("jo@bolt.example")));
    assert_eq!(row["expiresAt"], "2026-12-21T09:00:00Z", "thirty days after the 21st of November");
    // S1.17: who hands a paid site over is told
    assert_eq!(offer["warnings"], json!(["PAID_TERM_MOVES", "PARTNERSHIP_WITH_RECIPIENT_MISSING"]));

    // nothing has changed yet: the recipient sees the offer, and nothing else of it
    assert_eq!(s.sees(&s.client).await, Value::Null);
    let received = s.received(&s.client, Some("PENDING")).await;
    let seen = json!({ "id": s.product, "label": "Hosting Business", "kind": "HOSTING", "planName": "Business" });
    assert_eq!(received[0]["offered"], seen);
    assert_eq!((&received[0]["from"]["name"], &received[0]["product"]), (&json!("acme"), &Value::Null));
    assert_eq!(s.sees(&s.partner).await["transfer"], json!({ "status": "PENDING", "to": null }));

    let accepted = s.accept(&s.client, transfer).await.ok()["acceptTransfer"].clone();
    let row = json!({
        "status": "ACCEPTED", "to": { "name": "Bolt" }, "answeredAt": "2026-11-21T09:00:00Z",
        "product": { "label": "Hosting Business", "account": { "name": "Bolt" } },
    });
    assert_eq!(accepted["transfer"], row);
    assert_eq!(accepted["warnings"], json!(["PAID_TERM_MOVES", "PARTNERSHIP_WITH_RECIPIENT_MISSING"]));

    let held = s.sees(&s.client).await;
    assert_eq!(held["account"]["name"], "Bolt");
    assert_eq!((&held["payer"]["name"], &held["renewalBilling"]), (&json!("Bolt"), &json!("ACCOUNT")));
    assert_eq!((&held["managedBy"], &held["contributors"]), (&Value::Null, &json!([])));
    // the rest of the paid year moves along; what it costs next is the public price and 19 %
    assert_eq!(held["renewsOn"], "2027-11-21");
    let next = json!({ "publicPrice": { "amount": "99.00" }, "total": { "amount": "117.81" }, "billedTo": { "name": "Bolt" } });
    assert_eq!(held["nextRenewal"], next);
    // paid invoices stay where they are
    assert_eq!(held["invoices"]["totalCount"], 0);
    assert_eq!((invoices(app, &s.client).await.len(), invoices(app, &s.partner).await.len()), (0, 1));

    // the partner sees the site no more, and works on with its record of the client
    assert_eq!((s.sees(&s.partner).await, products(app, &s.partner).await.len()), (Value::Null, 0));
    let record = "query($id: ID!) { node(id: $id) { ... on Client { name email products { totalCount } } } }";
    let record = app.ask_as(&s.partner.token, record, json!({ "id": s.record })).await;
    let record = record.data()["node"].clone();
    assert_eq!((&record["name"], &record["email"]), (&json!("Bolt"), &json!("jo@bolt.example")));
    let query =
        "query($id: ID!) { node(id: $id) { ... on Transfer { status offered { label } product { id } to { name } } } }";
    let kept = app.ask_as(&s.partner.token, query, json!({ "id": transfer })).await.ok()["node"].clone();
    let history = json!({ "status": "ACCEPTED", "offered": { "label": "Hosting Business" }, "product": null, "to": { "name": "Bolt" } });
    assert_eq!(kept, history);
    s.label(&s.client, "Our shop").await.ok();
    let kept = app.ask_as(&s.partner.token, query, json!({ "id": transfer })).await.ok()["node"].clone();
    assert_eq!(kept, history, "what its holder calls it now is not the former one's to know");
    assert_eq!(s.label(&s.partner, "Mine").await.user_error(), "NOT_FOUND");
    assert_eq!(s.feed(&s.partner).await, ["TRANSFER_ACCEPTED", "TRANSFER_OFFERED"]);
    assert_eq!(s.feed(&s.client).await, ["TRANSFER_ACCEPTED"]);
    app.check_books().await;
}

/// S1.11, S1.12: while the partner keeps the site, it manages it and does its routine updates, and whatever the provider says about it, it
/// says to the partner.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_site_that_is_kept_is_the_partners(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let s = Scene::start(db).await;
    // a manages, b updates
    s.label(&s.partner, "Shop").await.ok();
    let input = json!({ "productId": s.product, "autoRenew": true });
    s.app.done(&s.partner.token, "updateProduct", input, "product { autoRenew }").await;
    let (ours, theirs) = (s.subjects(&s.partner.email).await.len(), s.subjects(&s.client.email).await.len());
    s.app.advance_to(&s.provider.staff, "2027-11-22T00:00:00Z").await.ok();
    let ours: Vec<String> = s.subjects(&s.partner.email).await.split_off(ours);
    assert!(ours.iter().any(|subject| subject.contains("Shop")), "{ours:?}");
    assert_eq!(s.subjects(&s.client.email).await.len(), theirs);
    assert_eq!(s.feed(&s.partner).await, ["PRODUCT_RENEWED"]);
    assert_eq!(s.feed(&s.client).await, Vec::<String>::new());
}

/// S1.12, S1.14, S1.15, S1.16: after the transfer renewals are charged and invoiced to the client in its own name, at the public price, and
/// what the provider says about the site it says to the client, and to the partner nothing any more.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn the_next_renewal_is_the_new_holders(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let s = Scene::start(db).await;
    let app = &s.app;
    s.hand_over(false).await;
    let (partners, clients) = (s.subjects(&s.partner.email).await.len(), s.subjects(&s.client.email).await.len());
    app.advance_to(&s.provider.staff, "2027-11-20T00:00:00Z").await.ok();
    assert_eq!(invoices(app, &s.client).await.len(), 0, "the rest of the paid year is not paid twice");
    app.advance_to(&s.provider.staff, "2027-11-22T00:00:00Z").await.ok();
    let bills = invoices(app, &s.client).await;
    assert_eq!(bills.len(), 1);
    assert_eq!((&bills[0]["status"], &bills[0]["billedTo"]["name"]), (&json!("PAID"), &json!("Bolt")));
    assert_eq!((&bills[0]["subtotal"]["amount"], &bills[0]["total"]["amount"]), (&json!("99.00"), &json!("117.81")));
    assert_eq!(invoices(app, &s.partner).await.len(), 1);
    assert_eq!(s.sees(&s.client).await["renewsOn"], "2028-11-21");
    let told: Vec<_> = s.subjects(&s.client.email).await.split_off(clients);
    assert!(told.iter().any(|subject| subject.contains("Hosting Business")), "{told:?}");
    assert_eq!(s.subjects(&s.partner.email).await.len(), partners);
    assert_eq!(
        (s.feed(&s.client).await, s.feed(&s.partner).await),
        (
            vec!["PRODUCT_RENEWED".to_owned(), "TRANSFER_ACCEPTED".to_owned()],
            vec!["TRANSFER_ACCEPTED".to_owned(), "TRANSFER_OFFERED".to_owned()],
        )
    );
    // it decides about renewals, too
    let input = json!({ "productId": s.product, "autoRenew": false });
    app.done(&s.client.token, "updateProduct", input, "product { autoRenew }").await;
    app.check_books().await;
}

/// S1.18: with the option the partner's account stays as an editor and keeps its access to the content, until the client ends it; it never
/// sees the client's invoices, prices or anything else of its account.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn the_former_holder_may_stay_as_a_contributor(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let s = Scene::start(db).await;
    let app = &s.app;
    s.hand_over(true).await;
    let seen = s.sees(&s.partner).await;
    assert_eq!((&seen["account"]["name"], &seen["nextRenewal"]), (&json!("Bolt"), &Value::Null));
    let us = json!([{ "role": "EDITOR", "account": { "name": "acme" }, "email": "owner@acme.example" }]);
    assert_eq!((&seen["contributors"], &s.sees(&s.client).await["contributors"]), (&us, &us));
    assert_eq!(s.label(&s.partner, "Done").await.ok()["updateProduct"]["product"]["label"], "Done");

    // the client upgrades by its own renewal: the invoice is the client's alone
    let input = json!({ "productId": s.product, "idempotencyKey": "renew-by-hand" });
    let renewed = app.done(&s.client.token, "renewProduct", input.clone(), "invoice { id total { amount } }").await;
    assert_eq!(renewed["invoice"]["total"]["amount"], "117.81");
    assert_eq!(
        app.run(&s.partner.token, "renewProduct", input, "invoice { id }").await.user_error(),
        "PERMISSION_DENIED"
    );
    let node = "query($id: ID!) { node(id: $id) { __typename } }";
    let theirs = app.ask_as(&s.partner.token, node, json!({ "id": renewed["invoice"]["id"] })).await;
    assert_eq!(theirs.ok()["node"], Value::Null);
    assert_eq!(s.sees(&s.partner).await["invoices"]["totalCount"], 1, "its own, of the first year");
    let input = json!({ "productId": s.product, "toEmail": "a@b.example" });
    let refused = app.run(&s.partner.token, "offerTransfer", input, "transfer { id }").await;
    assert_eq!(refused.user_error(), "PERMISSION_DENIED");

    let mine = "query($id: ID!) { node(id: $id) { ... on Product { contributors { id } } } }";
    let mine = app.ask_as(&s.client.token, mine, json!({ "id": s.product })).await.ok()["node"].clone();
    let input = json!({ "contributorId": mine["contributors"][0]["id"] });
    app.done(&s.client.token, "removeContributor", input, "product { id }").await;
    assert_eq!(s.sees(&s.partner).await, Value::Null);
}

/// S1.18: without the option access ends with the acceptance, on open streams too, and so does that of everybody whom the former holder
/// has let in.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn without_it_access_ends_at_once(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let s = Scene::start(db).await;
    let app = &s.app;
    let helper = app.sign_up("zoe@cafe.example", "Cafe").await;
    app.verify(&helper).await;
    let input = json!({ "productId": s.product, "email": "zoe@cafe.example", "role": "EDITOR" });
    app.done(&s.partner.token, "inviteContributor", input, "contributor { id }").await;
    let mut stream = app.follow(&helper.token, &s.partner.account_id).await;
    assert_eq!(stream.next().await["data"]["activityAdded"]["kind"], "PRODUCT_ACTIVATED");
    assert_eq!(s.label(&helper, "Ours").await.ok()["updateProduct"]["product"]["label"], "Ours");

    let transfer = s.offered("jo@bolt.example", false).await;
    s.accept(&s.client, &transfer).await.ok();
    let rest = stream.end().await;
    assert_eq!(rest, "event: complete\ndata: \n\n");
    for who in [&s.partner, &helper] {
        assert_eq!(s.sees(who).await, Value::Null);
        assert_eq!(s.label(who, "Mine").await.user_error(), "NOT_FOUND");
    }
    assert_eq!(s.sees(&s.client).await["contributors"], json!([]));
}

/// S1.14, S2.8: who looks after it is decided anew, by the new holder's partnerships: its partner manages it, and earns when it renews.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn the_new_holders_partner_looks_after_it(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let s = Scene::start(db).await;
    let app = &s.app;
    let zeta = app.partner(&s.provider, "zeta").await;
    let (cafe, _, partnership) = app.client_of("zeta", &zeta, "cafe", "PARTNER").await;
    app.verify(&cafe).await;
    let transfer = s.offered(&cafe.email, false).await;
    s.accept(&cafe, &transfer).await.ok();
    let held = s.sees(&cafe).await;
    assert_eq!(held["managedBy"]["id"], json!(partnership));
    // though the partnership's payer is the partner: nobody pays for what they did not order
    assert_eq!((&held["renewalBilling"], &held["payer"]["name"]), (&json!("ACCOUNT"), &json!("cafe")));
    assert_eq!(s.sees(&zeta).await["account"]["name"], "cafe");
    app.advance_to(&s.provider.staff, "2027-11-22T00:00:00Z").await.ok();
    let wallet = "query($id: ID!) { account(id: $id) { wallet { pending { amount } } } }";
    let earned = async |who: &tests::world::Signed| {
        app.ask_as(&who.token, wallet, json!({ "id": who.account_id })).await.ok()["account"]["wallet"].clone()
    };
    // 20 % of 99.00, to who looks after it now
    assert_eq!(earned(&zeta).await["pending"]["amount"], "19.80");
    assert!(earned(&s.partner).await.is_null() || earned(&s.partner).await["pending"]["amount"] == "0.00");
    app.check_books().await;
}

/// What named the product in the former holder's partnerships names it no more, also when it comes back one day.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_partnership_that_named_it_does_not_get_it_back(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let s = Scene::start(db).await;
    let app = &s.app;
    let zeta = app.partner(&s.provider, "zeta").await;
    let offer = json!({
        "accountId": s.partner.account_id, "partnerProfileSlug": "zeta", "accessLevel": "PARTIAL",
        "permissions": ["VIEW_PRODUCTS", "MANAGE_PRODUCTS"], "productIds": [s.product],
    });
    let offer = app.done(&s.partner.token, "sendInvitation", offer, "invitation { id }").await;
    app.done(&zeta.token, "connectClient", json!({ "invitationId": offer["invitation"]["id"] }), "client { id }").await;
    assert_eq!(s.sees(&zeta).await["account"]["name"], "acme");
    s.hand_over(false).await;
    assert_eq!(s.sees(&zeta).await, Value::Null);

    app.verify(&s.partner).await;
    let input = json!({ "productId": s.product, "toEmail": s.partner.email });
    let back = app.done(&s.client.token, "offerTransfer", input, "transfer { id }").await;
    s.accept(&s.partner, back["transfer"]["id"].as_str().unwrap()).await.ok();
    assert_eq!(s.sees(&s.partner).await["account"]["name"], "acme");
    assert_eq!(s.sees(&zeta).await, Value::Null);
}
