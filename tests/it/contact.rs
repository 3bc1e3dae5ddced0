//! Domains that are registered to somebody else than who pays for them.

use rstest::rstest;
use serde_json::{Value, json};
use tests::app::TestApp;
use tests::client::Reply;
use tests::database::Db;
use tests::world::{Provider, Signed};

/// An agency with a record of a client that has no account, a plan of a domain and a contact of the client's data.
struct Scene {
    app: TestApp,
    provider: Provider,
    agency: Signed,
    record: String,
    domain_id: String,
    contact: String,
}

const CONTACT: &str = "contact { id account { name } name organization email phone street postalCode city country }";

fn kim(account: &Signed) -> Value {
    json!({
        "accountId": account.account_id, "name": " Kim Kiosk ", "organization": "Kiosk GmbH", "email": "Kim@KIOSK.example",
        "phone": "+49 40 1234", "street": "Hafenstraße 12", "postalCode": "20457", "city": "Hamburg", "country": "DE",
    })
}

impl Scene {
    async fn start(db: Db) -> Self {
        let app = TestApp::start(db).await;
        let provider = app.provider().await;
        let agency = app.partner(&provider, "acme").await;
        let input =
            json!({ "partnerId": agency.account_id, "client": { "name": "Kiosk", "email": "kim@kiosk.example" } });
        let record = app.done(&agency.token, "createClient", input, "client { id }").await;
        let offering = json!({ "sku": "domain", "name": "Domain", "kind": "DOMAIN" });
        let offering = app.done(&provider.staff, "saveOffering", offering, "offering { id }").await;
        let price = json!({ "termMonths": 12, "price": { "amount": "12.00", "currencyCode": "EUR" } });
        let plan = json!({
            "offeringId": offering["offering"]["id"], "name": "example", "defaultTermMonths": 12, "prices": [price],
        });
        let plan = app.done(&provider.staff, "savePlan", plan, "plan { id }").await;
        let contact = app.done(&agency.token, "createContact", kim(&agency), CONTACT).await;
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        Self {
            record: text(&record["client"]["id"]),
            domain_id: text(&plan["plan"]["id"]),
            contact: text(&contact["contact"]["id"]),
            app,
            provider,
            agency,
        }
    }

    async fn cart(&self) -> String {
        let cart = self.app.done(&self.agency.token, "createCart", json!({ "clientId": self.record }), "cart { id }");
        cart.await["cart"]["id"].as_str().unwrap().to_owned()
    }

    async fn add(&self, cart: &str, name: &str, registrant: Option<&str>) -> Reply {
        let input = json!({ "cartId": cart, "planId": self.domain_id, "domainName": name, "registrantId": registrant });
        let asked = "cart { items { id domainName registrant { name email } } }";
        self.app.run(&self.agency.token, "addCartItem", input, asked).await
    }

    async fn checkout(&self, cart: &str) -> Reply {
        let input = json!({ "cartId": cart, "method": "PARTNER_CARD", "idempotencyKey": format!("pay-{cart}") });
        let asked = "order { status billedTo { name } lines { products { id } } }";
        self.app.run(&self.agency.token, "checkoutCart", input, asked).await
    }

    async fn product(&self, who: &Signed, id: &Value) -> Value {
        let query = "query($id: ID!) { node(id: $id) { ... on Product {
            domainName account { name } payer { name } registrant { id name email account { name } } } } }";
        self.app.ask_as(&who.token, query, json!({ "id": id })).await.ok()["node"].clone()
    }
}

/// S5.14: a domain that the agency buys for a client is registered to the client, by a contact, and billed to the agency; without a contact
/// it is not bought.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_domain_for_a_client_is_registered_to_the_client(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let s = Scene::start(db).await;
    let cart = s.cart().await;
    let added = s.add(&cart, "Bücher.example", None).await.ok()["addCartItem"]["cart"]["items"][0].clone();
    assert_eq!((&added["domainName"], &added["registrant"]), (&json!("xn--bcher-kva.example"), &Value::Null));
    let refused = s.checkout(&cart).await;
    let said = (refused.user_error(), refused.user_error_field());
    assert_eq!(said, ("REGISTRANT_REQUIRED", "items.0.registrantId".to_owned()));
    let options = "query($id: ID!) { node(id: $id) { ... on Cart { checkoutOptions { method available reason } } } }";
    let options = s.app.ask_as(&s.agency.token, options, json!({ "id": cart })).await.ok()["node"].clone();
    let ours = json!({
        "method": "PARTNER_CARD", "available": false, "reason": "It is not said to whom a domain is registered.",
    });
    assert_eq!(options["checkoutOptions"][1], ours);
    // by whoever completes it, it is registered to its own holder: nothing is needed to send it
    assert_eq!(options["checkoutOptions"][2]["available"], true);

    let input = json!({ "cartId": cart, "itemId": added["id"], "registrantId": s.contact });
    let asked = "cart { items { registrant { name email } } }";
    let set = s.app.done(&s.agency.token, "updateCartItem", input.clone(), asked).await;
    let kim = json!({ "name": "Kim Kiosk", "email": "kim@kiosk.example" });
    assert_eq!(set["cart"]["items"][0]["registrant"], kim);
    let cleared = json!({ "cartId": cart, "itemId": added["id"], "registrantId": null });
    let cleared = s.app.done(&s.agency.token, "updateCartItem", cleared, asked).await;
    assert_eq!(cleared["cart"]["items"][0]["registrant"], Value::Null);
    s.app.done(&s.agency.token, "updateCartItem", input, asked).await;
    let other = json!({ "cartId": cart, "itemId": added["id"], "quantity": 1 });
    let kept = s.app.done(&s.agency.token, "updateCartItem", other, asked).await;
    assert_eq!(kept["cart"]["items"][0]["registrant"], kim, "what is not said stays");

    let order = s.checkout(&cart).await.ok()["checkoutCart"]["order"].clone();
    assert_eq!((&order["status"], &order["billedTo"]["name"]), (&json!("PAID"), &json!("acme")));
    let held = s.product(&s.agency, &order["lines"][0]["products"][0]["id"]).await;
    let registrant =
        json!({ "id": s.contact, "name": "Kim Kiosk", "email": "kim@kiosk.example", "account": { "name": "acme" } });
    assert_eq!((&held["domainName"], &held["registrant"]), (&json!("xn--bcher-kva.example"), &registrant));
    assert_eq!((&held["account"]["name"], &held["payer"]["name"]), (&json!("acme"), &json!("acme")));
}

/// S5.14: what an account orders for itself is registered to itself, or to a contact of its own that it names.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn an_account_registers_to_itself_or_to_a_contact(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let s = Scene::start(db).await;
    let order = async |items: Value, key: &str| {
        let input = json!({ "accountId": s.agency.account_id, "items": items, "idempotencyKey": key });
        s.app.run(&s.agency.token, "placeOrder", input, "order { lines { products { id } } }").await
    };
    let domain = |name: &str, registrant: Value| json!({ "planId": s.domain_id, "domainName": name, "registrantId": registrant });
    let placed =
        order(json!([domain("a.example", Value::Null), domain("b.example", json!(s.contact))]), "two-domains").await;
    let lines = placed.ok()["placeOrder"]["order"]["lines"].clone();
    let own = s.product(&s.agency, &lines[0]["products"][0]["id"]).await;
    let named = s.product(&s.agency, &lines[1]["products"][0]["id"]).await;
    assert_eq!((&own["registrant"], &named["registrant"]["id"]), (&Value::Null, &json!(s.contact)));

    let twice =
        order(json!([domain("c.example", Value::Null), domain("C.Example", Value::Null)]), "twice-the-same").await;
    assert_eq!((twice.user_error(), twice.user_error_field()), ("ALREADY_EXISTS", "items.1.domainName".to_owned()));
    let hosting = json!([{ "planId": s.provider.hosting_id, "registrantId": s.contact }]);
    let refused = order(hosting, "hosting-has-none").await;
    assert_eq!(
        (refused.user_error(), refused.user_error_field()),
        ("INVALID_INPUT", "items.0.registrantId".to_owned())
    );
    // another account's contact is as good as none
    let other = s.app.sign_up("zoe@cafe.example", "Cafe").await;
    let theirs = s.app.done(&other.token, "createContact", kim(&other), CONTACT).await;
    let refused = order(json!([domain("d.example", theirs["contact"]["id"].clone())]), "somebody-elses").await;
    assert_eq!((refused.user_error(), refused.user_error_field()), ("NOT_FOUND", "items.0.registrantId".to_owned()));
}

/// S5.14: a name of a domain is one, however it is written: the same one is in a cart once, and what is none is refused.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_domain_is_in_a_cart_once(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let s = Scene::start(db).await;
    let cart = s.cart().await;
    s.add(&cart, "bücher.example", None).await.ok();
    for (name, code) in [
        ("xn--bcher-kva.example", "ALREADY_EXISTS"),
        ("BÜCHER.Example", "ALREADY_EXISTS"),
        ("bu\u{308}cher.example", "ALREADY_EXISTS"),
        ("example", "INVALID_INPUT"),
        ("-a.example", "INVALID_INPUT"),
        ("a b.example", "INVALID_INPUT"),
        ("127.0.0.1", "INVALID_INPUT"),
    ] {
        let refused = s.add(&cart, name, None).await;
        assert_eq!((refused.user_error(), refused.user_error_field().as_str()), (code, "domainName"), "{name}");
    }
    s.add(&cart, "andere.example", None).await.ok();
    let strange = s.add(&cart, "dritte.example", Some(&s.record)).await;
    assert_eq!((strange.user_error(), strange.user_error_field().as_str()), ("NOT_FOUND", "registrantId"));
}

/// S5.14: the registrant comes along with a domain that changes hands, as a contact of its new holder's; the agency keeps its own.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn the_registrant_comes_along(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let s = Scene::start(db).await;
    let client = s.app.sign_up("kim@kiosk.example", "Kiosk").await;
    s.app.verify(&client).await;
    let mut moved = Vec::new();
    for name in ["one.example", "two.example"] {
        let cart = s.cart().await;
        s.add(&cart, name, Some(&s.contact)).await.ok();
        let order = s.checkout(&cart).await.ok()["checkoutCart"]["order"].clone();
        let product = order["lines"][0]["products"][0]["id"].clone();
        let offer = json!({ "productId": product, "toEmail": "kim@kiosk.example" });
        let offer = s.app.done(&s.agency.token, "offerTransfer", offer, "transfer { id }").await;
        let input = json!({ "transferId": offer["transfer"]["id"], "accountId": client.account_id });
        s.app.done(&client.token, "acceptTransfer", input, "transfer { id }").await;
        moved.push(s.product(&client, &product).await["registrant"].clone());
    }
    assert_eq!((&moved[0]["name"], &moved[0]["account"]["name"]), (&json!("Kim Kiosk"), &json!("Kiosk")));
    assert_ne!(moved[0]["id"], json!(s.contact));
    assert_eq!(moved[0], moved[1], "the same data are one contact");
    let all = "query($id: ID!) { account(id: $id) { contacts { totalCount nodes { name } } } }";
    for who in [&client, &s.agency] {
        let contacts =
            s.app.ask_as(&who.token, all, json!({ "id": who.account_id })).await.ok()["account"]["contacts"].clone();
        assert_eq!(contacts, json!({ "totalCount": 1, "nodes": [{ "name": "Kim Kiosk" }] }));
    }
}

/// S5.15: a contact is data: nobody is mailed or let in by it, it keeps nobody from signing up with its address, and whoever does has
/// nothing by it. Who sees an account's products sees its contacts; who manages them keeps some.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_contact_has_no_sign_in_and_no_rights(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let s = Scene::start(db).await;
    let app = &s.app;
    app.run_jobs().await;
    let mails = app.mails().len();
    let made = app.done(&s.agency.token, "createContact", kim(&s.agency), CONTACT).await;
    let shown = json!({
        "id": made["contact"]["id"], "account": { "name": "acme" }, "name": "Kim Kiosk", "organization": "Kiosk GmbH",
        "email": "kim@kiosk.example", "phone": "+49 40 1234", "street": "Hafenstraße 12", "postalCode": "20457",
        "city": "Hamburg", "country": "DE",
    });
    assert_eq!(made["contact"], shown);
    app.run_jobs().await;
    assert_eq!(app.mails().len(), mails, "nobody is told");
    assert_eq!(
        app.texts(r#"SELECT email AS t FROM "user" WHERE email = 'kim@kiosk.example'"#).await,
        Vec::<String>::new()
    );
    let sign_in = json!({ "input": { "email": "kim@kiosk.example", "password": tests::world::PASSWORD } });
    let sign_in =
        app.ask("mutation($input: SignInInput!) { signIn(input: $input) { userErrors { code } } }", sign_in).await;
    assert_eq!(sign_in.user_error(), "INVALID_CREDENTIALS");

    let cart = s.cart().await;
    s.add(&cart, "kiosk.example", Some(&s.contact)).await.ok();
    let order = s.checkout(&cart).await.ok()["checkoutCart"]["order"].clone();
    let kim_herself = app.sign_up("kim@kiosk.example", "Kiosk").await;
    app.verify(&kim_herself).await;
    assert_eq!(s.product(&kim_herself, &order["lines"][0]["products"][0]["id"]).await, Value::Null);
    let node =
        "query($id: ID!) { node(id: $id) { __typename } viewer { memberships { totalCount } contributions { id } } }";
    let seen = app.ask_as(&kim_herself.token, node, json!({ "id": s.contact })).await.ok().clone();
    assert_eq!(seen, json!({ "node": null, "viewer": { "memberships": { "totalCount": 1 }, "contributions": [] } }));
    let refused = app.run(&kim_herself.token, "createContact", kim(&s.agency), CONTACT).await;
    assert_eq!(refused.user_error(), "PERMISSION_DENIED", "the agency shows itself to the public, and that is all");

    let viewer = app.member(&s.agency, "vi@acme.example", "VIEWER", Value::Null).await;
    let seen = app.ask_as(&viewer.token, node, json!({ "id": s.contact })).await;
    assert_eq!(seen.ok()["node"], json!({ "__typename": "Contact" }));
    let refused = app.run(&viewer.token, "createContact", kim(&s.agency), CONTACT).await;
    assert_eq!(refused.user_error(), "PERMISSION_DENIED");
    for (field, value) in [("name", ""), ("email", "kim"), ("phone", "\u{202e}1"), ("city", ""), ("country", "XX")] {
        let mut input = kim(&s.agency);
        input[field] = json!(value);
        let refused = app.run(&s.agency.token, "createContact", input, CONTACT).await;
        assert_eq!((refused.user_error(), refused.user_error_field().as_str()), ("INVALID_INPUT", field));
    }
}
