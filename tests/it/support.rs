//! Requests to the provider's support, and where partners reach its partner team.

use api::account::tries::Tries;
use rstest::rstest;
use serde_json::{Value, json};
use tests::app::TestApp;
use tests::client::Reply;
use tests::database::Db;
use tests::world::{Provider, Signed};

/// Where the demo's provider takes requests.
const SUPPORT: &str = "support@nordlicht.example";

fn about_account(account_id: &str) -> Value {
    json!({ "accountId": account_id, "subject": "Moving house", "message": "Which name servers?\nThank you!" })
}

fn about_product(account_id: &str, product_id: &Value) -> Value {
    let mut input = about_account(account_id);
    input["productId"] = product_id.clone();
    input
}

async fn ask(app: &TestApp, who: &Signed, input: Value) -> Reply {
    app.run(&who.token, "contactSupport", input, "accepted").await
}

/// A product that the account has bought for itself.
async fn buy(app: &TestApp, provider: &Provider, who: &Signed, key: &str) -> Value {
    let item = json!({ "planId": provider.hosting_id });
    let input = json!({ "accountId": who.account_id, "items": [item], "idempotencyKey": key });
    let placed = app.done(&who.token, "placeOrder", input, "order { lines { products { id } } }").await;
    placed["order"]["lines"][0]["products"][0]["id"].clone()
}

/// Access of this kind, offered to Acme and taken.
async fn let_in(app: &TestApp, client: &Signed, partner: &Signed, access: Value) -> Value {
    let mut input = json!({ "accountId": client.account_id, "partnerProfileSlug": "acme" });
    input.as_object_mut().unwrap().extend(access.as_object().unwrap().clone());
    let offer = app.done(&client.token, "sendInvitation", input, "invitation { id }").await;
    let input = json!({ "invitationId": offer["invitation"]["id"] });
    app.done(&partner.token, "connectClient", input, "partnership { id }").await["partnership"]["id"].clone()
}

/// S5.9c: with CONTACT_SUPPORT the partner writes to the provider for its client; the mail names both, and whom to answer.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_partner_asks_for_its_client(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let app = TestApp::start(db).await;
    let provider = app.provider().await;
    let partner = app.partner(&provider, "acme").await;
    let (client, _, _) = app.client_of("acme", &partner, "bolt", "CLIENT").await;
    let product = buy(&app, &provider, &client, "order-of-bolt").await;
    app.run_jobs().await;

    assert_eq!(ask(&app, &partner, about_account(&client.account_id)).await.ok()["contactSupport"]["accepted"], true);
    assert_eq!(app.mails_to(SUPPORT).len(), 0);
    app.run_jobs().await;
    let [mail] = app.mails_to(SUPPORT).try_into().expect("one mail");
    assert_eq!(mail.subject, "[bolt] Moving house");
    assert_eq!(mail.reply_to, "owner@acme.example");
    let expected = "acme's owner von acme bittet im Auftrag von bolt um Unterstützung";
    assert!(mail.text.contains(expected), "{}", mail.text);
    for line in ["Kontoeigentümer: owner@bolt.example", "Handelnder Partner: acme", "> Which name servers?"] {
        assert!(mail.text.contains(line), "{line} in {}", mail.text);
    }
    assert!(mail.text.contains("noch nicht bestätigt"), "nobody has followed the link to that address: {}", mail.text);

    ask(&app, &client, about_product(&client.account_id, &product)).await.ok();
    app.run_jobs().await;
    let mails = app.mails_to(SUPPORT);
    assert_eq!((mails.len(), mails[1].reply_to.as_str()), (2, "owner@bolt.example"));
    assert!(mails[1].text.contains("Produkt: Hosting Business") && !mails[1].text.contains("Partner"));

    let feed = "query($id: ID!) { account(id: $id) { activity(kinds: [SUPPORT_REQUESTED]) {
        nodes { actor { email } subject { id __typename } } } } }";
    let events = app.ask_as(&client.token, feed, json!({ "id": client.account_id })).await;
    let about_it = json!({ "id": product, "__typename": "Product" });
    let expected = json!([
        { "actor": { "email": "owner@bolt.example" }, "subject": about_it },
        { "actor": { "email": "owner@acme.example" }, "subject": null },
    ]);
    assert_eq!(events.ok()["account"]["activity"]["nodes"], expected);
    app.check_books().await;
}

/// S5.9c: without the permission it is refused; with chosen products it is held about those and not about the account; and it ends
/// with the partnership. Whoever does not see the account learns nothing.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn without_leave_support_is_not_asked(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let app = TestApp::start(db).await;
    let provider = app.provider().await;
    let partner = app.partner(&provider, "acme").await;
    let stranger = app.sign_up("eve@else.example", "Else").await;
    let (looks, named) =
        (app.sign_up("li@looks.example", "Looks").await, app.sign_up("no@named.example", "Named").await);
    for client in [&looks, &named] {
        app.add_card(client, "tok_visa").await;
    }
    let product = buy(&app, &provider, &looks, "order-of-looks").await;
    let (one, other) =
        (buy(&app, &provider, &named, "order-one").await, buy(&app, &provider, &named, "order-two").await);
    let_in(&app, &looks, &partner, json!({ "accessLevel": "PARTIAL", "permissions": ["VIEW_PRODUCTS"] })).await;
    let both = json!(["VIEW_PRODUCTS", "CONTACT_SUPPORT"]);
    let access = json!({ "accessLevel": "PARTIAL", "permissions": both, "productIds": [one] });
    let partnership = let_in(&app, &named, &partner, access).await;

    for input in [about_account(&looks.account_id), about_product(&looks.account_id, &product)] {
        assert_eq!(ask(&app, &partner, input).await.user_error(), "PERMISSION_DENIED");
    }
    assert_eq!(ask(&app, &partner, about_account(&named.account_id)).await.user_error(), "PERMISSION_DENIED");
    assert_eq!(ask(&app, &partner, about_product(&named.account_id, &other)).await.user_error(), "NOT_FOUND");
    let elsewhere = ask(&app, &partner, about_product(&looks.account_id, &one)).await;
    assert_eq!(elsewhere.user_error(), "NOT_FOUND");
    ask(&app, &partner, about_product(&named.account_id, &one)).await.ok();

    for input in [about_account(&named.account_id), about_product(&named.account_id, &one)] {
        assert_eq!(ask(&app, &stranger, input.clone()).await.user_error(), "NOT_FOUND");
        let call = "mutation($input: ContactSupportInput!) { contactSupport(input: $input) { accepted } }";
        assert_eq!(app.ask(call, json!({ "input": input })).await.error(), "UNAUTHENTICATED");
    }
    app.done(&named.token, "endPartnership", json!({ "partnershipId": partnership }), "partnership { status }").await;
    assert_eq!(ask(&app, &partner, about_product(&named.account_id, &one)).await.user_error(), "NOT_FOUND");
    app.run_jobs().await;
    assert_eq!(app.mails_to(SUPPORT).len(), 1, "what was refused is not mailed");
}

/// What people write stays text, and a card's number is not mailed.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_request_is_only_text(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let app = TestApp::start(db).await;
    let jo = app.sign_up("jo@bolt.example", "Bolt <b>").await;
    let refused = [
        ("subject", "  ".to_owned()),
        ("subject", "two\r\nBcc: victim@evil.example".to_owned()),
        ("subject", "s".repeat(121)),
        ("subject", "my card 4111 1111 1111 1111".to_owned()),
        ("message", "\n \n".to_owned()),
        ("message", "m".repeat(5_001)),
        ("message", "turned \u{202e} around".to_owned()),
        ("message", "charge\n4111-1111-1111-1111\nplease".to_owned()),
    ];
    for (field, text) in refused {
        let mut input = about_account(&jo.account_id);
        input[field] = text.into();
        let reply = ask(&app, &jo, input).await;
        assert_eq!(
            (reply.user_error(), reply.user_error_field().as_str()),
            ("INVALID_INPUT", field),
            "{:#}",
            reply.body
        );
    }
    let mut input = about_account(&jo.account_id);
    input["subject"] = "{{ seller.name }} =?utf-8?Q?=0D=0ABcc:_x@y.example?=".into();
    input["message"] = "<script>alert(1)</script>\r\n.\r\nMAIL FROM:<evil@evil.example>\r\n{ $name } & \"so\"".into();
    for _ in 0..2 {
        ask(&app, &jo, input.clone()).await.ok();
    }
    app.run_jobs().await;
    let mails = app.mails_to(SUPPORT);
    assert_eq!((mails.len(), app.mails_to("x@y.example").len()), (2, 0), "each request is one of its own");
    assert_ne!(mails[0].message_id, mails[1].message_id);
    assert_eq!(mails[0].subject, "[Bolt <b>] {{ seller.name }} = ?utf-8?Q?=0D=0ABcc:_x@y.example?=");
    assert!(mails[0].text.contains("> <script>alert(1)</script>") && !mails[0].html.contains("<script"));
    assert!(mails[0].html.contains("{ $name } &amp; &quot;so&quot;"), "{}", mails[0].html);
}

/// Where the provider has named no address, nothing is taken; and nobody writes more than ten requests a minute.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn support_can_be_absent_and_is_not_flooded(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let app = TestApp::start_with(db, |setup| setup.settings.support_email = None).await;
    let jo = app.sign_up("jo@bolt.example", "Bolt").await;
    assert_eq!(ask(&app, &jo, about_account(&jo.account_id)).await.error(), "UNAVAILABLE");

    let app = TestApp::start_with(db, |setup| setup.tries = Tries::memory()).await;
    let (jo, di) = (app.sign_up("jo@bolt.example", "Bolt").await, app.sign_up("di@else.example", "Else").await);
    let at_once = futures::future::join_all((0..12).map(|_| ask(&app, &jo, about_account(&jo.account_id)))).await;
    let limited = at_once.iter().filter(|reply| reply.body.get("errors").is_some());
    assert_eq!(limited.map(Reply::error).collect::<Vec<_>>(), ["RATE_LIMITED", "RATE_LIMITED"]);
    ask(&app, &di, about_account(&di.account_id)).await.ok();
}

/// S1.19: where partners reach the provider's partner team is told to everybody, signed in or not.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn the_programmes_contact_address_is_public(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let app = TestApp::start(db).await;
    let provider = app.provider().await;
    let published = app.ask("{ programmes { name contactEmail } }", json!({})).await;
    let expected = json!([{ "name": "Agency", "contactEmail": "partners@provider.example" }]);
    assert_eq!(published.ok()["programmes"], expected);

    let input = json!({
        "id": provider.programme_id, "name": "Agency", "rateBps": 2000, "contactEmail": "agencies@provider.example",
        "minimumPayout": { "amount": "50.00", "currencyCode": "EUR" },
    });
    app.done(&provider.staff, "saveProgramme", input, "programme { id }").await;
    let node = "query($id: ID!) { node(id: $id) { ... on PartnerProgramme { contactEmail } } }";
    let shown = app.ask(node, json!({ "id": provider.programme_id })).await;
    assert_eq!(shown.ok()["node"]["contactEmail"], "agencies@provider.example");
}
