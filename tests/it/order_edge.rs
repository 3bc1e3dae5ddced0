//! Catalogue, carts and orders as clients see them: GraphQL over HTTP.

use std::sync::Arc;

use api::account::tries::Tries;
use api::auth::SignIn;
use api::http::{Gateway, PersistedQueries, Settings};
use api::id::{Kind, encode};
use api::limits::Limiter;
use axum::Router;
use axum::body::{Body, to_bytes};
use domain::account::commands::{AddStaff, add_staff, sign_in};
use domain::account::queries::prove;
use domain::actor::{Actor, System};
use domain::billing::commands::{AddPaymentMethod, add_payment_method};
use domain::client::commands::{CreateClient, NewClient, create};
use domain::store::Statements;
use entities::id::ClientId;
use http::Request;
use rstest::rstest;
use serde_json::{Value, json};
use tests::database::Db;
use tests::partners::Partners;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;

const CART: &str = "cart { id status recipientName client { name } subtotal { amount currencyCode } discount { amount } tax { amount }
    total { amount } items { id quantity termMonths price { amount } plan { name offering { sku } } }
    checkoutOptions { method available reason billedTo { name } installedIn { name } discount { amount } total { amount } cashback { amount } } }
    userErrors { code field }";
const ORDER: &str = "order { id number status placedFrom { name } billedTo { name } placedBy { email } subtotal { amount }
    discount { amount } tax { amount } total { amount } lines { id quantity publicPrice { amount } discount { amount } net { amount } } invoice { total { amount } } }
    accessNeeded nextActionUrl userErrors { code field }";

struct Server {
    w: Partners,
    router: Router,
    plan: String,
    client: ClientId,
}

impl Server {
    async fn start(db: Db) -> Self {
        let w = Partners::start(db).await;
        let tries = Arc::new(Tries::Off);
        let sign_in = SignIn { store: w.store.clone(), trusted_proxies: vec![], tries };
        let settings = Settings {
            origins: vec![],
            introspection: false,
            limiter: Limiter::Off,
            persisted: PersistedQueries::new(1 << 20, None),
            max_at_work: 64,
            resume: None,
            shutdown: CancellationToken::new(),
        };
        let router = api::http::router(Arc::new(Gateway::new(api::schema::build(), sign_in, settings)));
        let record =
            NewClient { name: "Nut".to_owned(), email: Some("nut@example.com".to_owned()), ..NewClient::default() };
        let command = CreateClient { partner_id: w.acme, client: record };
        let client = w.write(&w.acme_owner, move |work| Box::pin(create(work, command.clone()))).await.unwrap().id;
        let mut server = Self { w, router, plan: String::new(), client };
        server.plan = server.catalogue().await;
        server
    }

    async fn ask(&self, token: &str, query: &str, variables: Value) -> Value {
        let body = json!({ "query": query, "variables": variables }).to_string();
        let mut request = Request::post("/graphql").header("content-type", "application/json");
        if !token.is_empty() {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        let request = request.body(Body::from(body)).unwrap();
        let (_, body) = self.router.clone().oneshot(request).await.unwrap().into_parts();
        let reply: Value = serde_json::from_slice(&to_bytes(body, 1 << 20).await.unwrap()).unwrap();
        assert!(reply.get("errors").is_none(), "{query}: {reply:#}");
        reply["data"].clone()
    }

    /// One mutation with its payload's fields.
    async fn act(&self, token: &str, name: &str, fields: &str, input: Value) -> Value {
        let mut type_name = name.to_owned();
        type_name[..1].make_ascii_uppercase();
        let query = format!("mutation($input: {type_name}Input!) {{ {name}(input: $input) {{ {fields} }} }}");
        self.ask(token, &query, json!({ "input": input })).await[name].clone()
    }

    async fn staff(&self) -> String {
        let new = AddStaff::prepare("staff@provider.example", &"correct horse battery".into()).await.unwrap();
        let operator = Actor::System(System::Operator);
        let write =
            self.w.store.write(operator, Statements::default(), move |work| Box::pin(add_staff(work, new.clone())));
        write.await.unwrap();
        let reader = self.w.reader("").await;
        let proof = prove(&reader, "staff@provider.example", &"correct horse battery".into()).await.unwrap();
        let write = self
            .w
            .store
            .write(Actor::Anonymous, Statements::default(), move |work| Box::pin(sign_in(work, proof.clone(), None)));
        write.await.unwrap().access_token
    }

    async fn catalogue(&self) -> String {
        let staff = self.staff().await;
        let fields = "offering { id sku kind } userErrors { code field }";
        let offering = self
            .act(&staff, "saveOffering", fields, json!({ "sku": "host", "name": "Hosting", "kind": "HOSTING" }))
            .await;
        let price = |months: i32, amount: &str| json!({ "termMonths": months, "price": { "amount": amount, "currencyCode": "EUR" } });
        let input = json!({ "offeringId": offering["offering"]["id"], "name": "L", "prices": [price(12, "99.00"), price(36, "250")] });
        let fields = "plan { id defaultTermMonths prices { termMonths price { amount currencyCode } } offering { sku } } userErrors { code field }";
        let saved = self.act(&staff, "savePlan", fields, input).await;
        assert_eq!(saved["plan"]["defaultTermMonths"], 36, "{saved:#}");
        assert_eq!(saved["plan"]["prices"][0]["price"]["amount"], "99.00");
        let bad = json!({ "offeringId": offering["offering"]["id"], "name": "L", "prices": [price(12, "1.005")] });
        let refused = self.act(&staff, "savePlan", "userErrors { code field }", bad).await;
        assert_eq!(refused["userErrors"][0]["field"], json!(["prices", "0", "price"]));
        saved["plan"]["id"].as_str().unwrap().to_owned()
    }

    async fn card(&self, token: &str) {
        let command = AddPaymentMethod { account_id: self.w.acme, token: token.to_owned(), make_default: true };
        let actor = self.w.actor(&self.w.acme_owner).await;
        add_payment_method(&self.w.store, actor, Statements::default(), command).await.unwrap();
    }

    /// A cart with the plan for a year, as it was answered.
    async fn cart(&self) -> Value {
        let acme = &self.w.acme_owner;
        let cart = self.act(acme, "createCart", CART, json!({ "clientId": encode(Kind::Client, self.client.0) })).await;
        assert_eq!(cart["cart"]["checkoutOptions"][1]["available"], false, "{cart:#}");
        let input = json!({ "cartId": cart["cart"]["id"], "planId": self.plan, "termMonths": 12 });
        self.act(acme, "addCartItem", CART, input).await["cart"].clone()
    }
}

/// S4.4, S4.6, S4.8, S4.11: the catalogue is public; a cart shows what each way costs; the partner pays 94.25 and sees the order.
#[rstest]
#[case(Db::Sqlite)]
#[case(Db::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn a_partner_shops_for_its_client(#[case] db: Db) {
    let server = Server::start(db).await;
    let query = "{ offerings(first: 5, kind: HOSTING) { totalCount nodes { sku plans { name prices { termMonths price { amount } } } } } }";
    let shop = server.ask("", query, json!({})).await;
    let hosting = shop["offerings"]["nodes"].as_array().unwrap().iter().find(|it| it["sku"] == "host").unwrap().clone();
    assert_eq!(hosting["plans"][0]["prices"][1]["price"]["amount"], "250.00", "{shop:#}");

    server.card("tok_visa").await;
    let cart = server.cart().await;
    assert_eq!(
        (&cart["subtotal"]["amount"], &cart["total"]["amount"]),
        (&json!("99.00"), &json!("117.81")),
        "{cart:#}"
    );
    assert_eq!((&cart["recipientName"], &cart["client"]["name"]), (&json!("Nut"), &json!("Nut")));
    let options = cart["checkoutOptions"].as_array().unwrap();
    let of = |at: usize| (options[at]["method"].as_str().unwrap(), options[at]["available"].as_bool().unwrap());
    assert_eq!([of(0), of(1), of(2)], [("CLIENT_CARD", false), ("PARTNER_CARD", true), ("SEND_TO_CLIENT", true)]);
    assert_eq!((&options[1]["total"]["amount"], &options[1]["installedIn"]["name"]), (&json!("94.25"), &json!("Acme")));

    let changed = json!({ "cartId": cart["id"], "itemId": cart["items"][0]["id"], "quantity": 2 });
    let two = server.act(&server.w.acme_owner, "updateCartItem", CART, changed).await;
    assert_eq!(two["cart"]["items"][0]["price"]["amount"], "198.00");
    let changed = json!({ "cartId": cart["id"], "itemId": cart["items"][0]["id"], "quantity": 1 });
    server.act(&server.w.acme_owner, "updateCartItem", CART, changed).await;
    for (field, value) in [("quantity", json!(1_000_000_000)), ("quantity", json!(0)), ("termMonths", json!(7))] {
        let mut input = json!({ "cartId": cart["id"], "planId": server.plan, "termMonths": 12 });
        input[field] = value;
        let refused = server.act(&server.w.acme_owner, "addCartItem", CART, input).await;
        assert_eq!(refused["userErrors"][0]["field"], json!([field]), "{refused:#}");
    }

    let input = json!({ "cartId": cart["id"], "method": "PARTNER_CARD", "idempotencyKey": "checkout-1" });
    let paid = server.act(&server.w.acme_owner, "checkoutCart", ORDER, input.clone()).await;
    assert_eq!(
        (&paid["order"]["status"], &paid["order"]["total"]["amount"]),
        (&json!("PAID"), &json!("94.25")),
        "{paid:#}"
    );
    assert_eq!(paid["order"]["lines"][0]["discount"]["amount"], "19.80");
    assert_eq!(paid["order"]["invoice"]["total"]["amount"], "94.25");
    assert_eq!(server.act(&server.w.acme_owner, "checkoutCart", ORDER, input.clone()).await, paid);
    let foreign = server.act(&server.w.bolt_owner, "checkoutCart", ORDER, input).await;
    assert_eq!(foreign["userErrors"][0]["code"], "NOT_FOUND");

    let lists =
        "query($id: ID!) { account(id: $id) { carts { totalCount nodes { status total { amount } order { number } } }
        orders { totalCount nodes { number } } } }";
    let acme = json!({ "id": encode(Kind::Account, server.w.acme.0) });
    let seen = server.ask(&server.w.acme_owner, lists, acme.clone()).await;
    assert_eq!(seen["account"]["carts"]["nodes"][0]["order"]["number"], paid["order"]["number"], "{seen:#}");
    assert_eq!(
        (&seen["account"]["carts"]["nodes"][0]["total"]["amount"], &seen["account"]["orders"]["totalCount"]),
        (&json!("94.25"), &json!(1))
    );
    let hidden = server.ask(&server.w.bolt_owner, lists, acme).await;
    assert_eq!(
        (&hidden["account"]["carts"]["totalCount"], &hidden["account"]["orders"]["nodes"]),
        (&json!(0), &json!([]))
    );

    let node = "query($ids: [ID!]!) { nodes(ids: $ids) { __typename id ... on OrderLine { net { amount } } ... on CartItem { price { amount } } } }";
    let ids = json!({ "ids": [cart["id"], cart["items"][0]["id"], paid["order"]["id"], paid["order"]["lines"][0]["id"], server.plan] });
    let nodes = server.ask(&server.w.acme_owner, node, ids.clone()).await;
    assert_eq!(
        (&nodes["nodes"][1]["price"]["amount"], &nodes["nodes"][3]["net"]["amount"]),
        (&json!("99.00"), &json!("79.20")),
        "{nodes:#}"
    );
    let nodes = server.ask(&server.w.bolt_owner, node, ids).await;
    let kinds: Vec<_> = nodes["nodes"].as_array().unwrap().iter().map(|it| it["__typename"].as_str()).collect();
    assert_eq!(kinds, [None, None, None, None, Some("Plan")]);
}

/// A declined card answers with the FAILED order and the error; an unknown one with the pending order; the cart says the same.
#[rstest]
#[case(Db::Sqlite, "tok_declined", "FAILED", "PAYMENT_DECLINED", "OPEN")]
#[case(Db::Postgres, "tok_declined", "FAILED", "PAYMENT_DECLINED", "OPEN")]
#[case(Db::Sqlite, "tok_timeout", "PENDING_PAYMENT", "PAYMENT_PENDING", "PENDING_PAYMENT")]
#[case(Db::Postgres, "tok_timeout", "PENDING_PAYMENT", "PAYMENT_PENDING", "PENDING_PAYMENT")]
#[tokio::test(flavor = "multi_thread")]
async fn the_answer_says_how_the_payment_ended(
    #[case] db: Db,
    #[case] card: &str,
    #[case] order: &str,
    #[case] code: &str,
    #[case] cart_status: &str,
) {
    let server = Server::start(db).await;
    server.card(card).await;
    let cart = server.cart().await;
    let input = json!({ "cartId": cart["id"], "method": "PARTNER_CARD", "idempotencyKey": "checkout-1" });
    let end = server.act(&server.w.acme_owner, "checkoutCart", ORDER, input).await;
    assert_eq!((&end["order"]["status"], &end["userErrors"][0]["code"]), (&json!(order), &json!(code)), "{end:#}");
    let node = server
        .ask(
            &server.w.acme_owner,
            "query($id: ID!) { node(id: $id) { ... on Cart { status } } }",
            json!({ "id": cart["id"] }),
        )
        .await;
    assert_eq!(node["node"]["status"], cart_status);
    let items = json!([{ "planId": server.plan, "termMonths": 12 }, { "planId": cart["id"] }]);
    let account = encode(Kind::Account, server.w.acme.0);
    let input = json!({ "accountId": account, "items": items, "idempotencyKey": "order-key-1" });
    let refused = server.act(&server.w.acme_owner, "placeOrder", ORDER, input).await;
    assert_eq!(refused["userErrors"][0]["field"], json!(["items", "1", "planId"]));
}
