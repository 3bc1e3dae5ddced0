//! Checking out when something is odd: a price that is gone, another currency, the largest amounts, a card that does not work or asks
//! back, a gateway that is slow, and a cart that is taken back at that moment. On both databases, through the router.

use std::time::Duration;

use axum::body::Body;
use axum::http::Request;
use futures::future::join;
use rstest::rstest;
use sea_orm::ConnectionTrait as _;
use serde_json::{Value, json};
use tests::app::TestApp;
use tests::client::Reply;
use tests::database::Db;
use tests::world::{Provider, Signed};

const ORDER: &str = "order { id status total { amount } } nextActionUrl";

struct World {
    app: TestApp,
    provider: Provider,
    acme: Signed,
    record: Value,
}

impl World {
    async fn start(db: Db) -> Self {
        let app = TestApp::start(db).await;
        let provider = app.provider().await;
        let acme = app.partner(&provider, "acme").await;
        let client = json!({ "name": "Bakery", "email": "jo@bakery.example" });
        let input = json!({ "partnerId": acme.account_id, "client": client });
        let record = app.done(&acme.token, "createClient", input, "client { id }").await["client"]["id"].clone();
        Self { app, provider, acme, record }
    }

    /// A cart of so many pieces of a plan.
    async fn cart(&self, plan: &str, quantity: i32) -> Value {
        let cart =
            self.app.done(&self.acme.token, "createCart", json!({ "clientId": self.record }), "cart { id }").await;
        let item = json!({ "cartId": cart["cart"]["id"], "planId": plan, "quantity": quantity });
        self.app.done(&self.acme.token, "addCartItem", item, "cart { id }").await;
        cart["cart"]["id"].clone()
    }

    async fn checkout(&self, cart: &Value, key: &str) -> Reply {
        let input = json!({ "cartId": cart, "method": "PARTNER_CARD", "idempotencyKey": key });
        self.app.run(&self.acme.token, "checkoutCart", input, ORDER).await
    }

    async fn status(&self, cart: &Value) -> Value {
        let query = "query($id: ID!) { node(id: $id) { ... on Cart {
            status subtotal { amount } items { price { amount } } checkoutOptions { available reason } } } }";
        self.app.ask_as(&self.acme.token, query, json!({ "id": cart })).await.ok()["node"]["status"].clone()
    }

    /// What paying for it and sending it say alike; no way to check out can be used.
    async fn reason(&self, cart: &Value) -> Value {
        let query = "query($id: ID!) { node(id: $id) { ... on Cart { checkoutOptions { available reason } } } }";
        let node = self.app.ask_as(&self.acme.token, query, json!({ "id": cart })).await.ok()["node"].clone();
        let ways = node["checkoutOptions"].as_array().unwrap();
        assert!(ways.iter().all(|way| way["available"] == false) && ways[1] == ways[2], "{node:#}");
        ways[1]["reason"].clone()
    }

    async fn count(&self, what: &str) -> String {
        self.app.texts(&format!("SELECT CAST(count(*) AS text) AS t FROM {what}")).await.remove(0)
    }

    async fn books_are_right(&self) {
        self.app.run_jobs().await;
        self.app.check_books().await;
    }
}

/// A price that is gone since the item was added: the cart can be looked at, is not sold, and is not lost.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn what_has_no_price_any_more_is_not_sold(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let world = World::start(db).await;
    let cart = world.cart(&world.provider.hosting_id, 1).await;
    world.app.db().execute_unprepared("DELETE FROM price").await.unwrap();
    assert_eq!(world.status(&cart).await, "OPEN");
    assert_eq!(world.reason(&cart).await, "The plan is not offered for this term.");
    let sent = world.app.run(&world.acme.token, "sendCart", json!({ "cartId": cart }), "cart { id }").await;
    assert_eq!(sent.user_error(), "TERM_NOT_OFFERED");
    assert_eq!(world.checkout(&cart, "without-a-price").await.user_error(), "TERM_NOT_OFFERED");
    let again = json!({ "cartId": cart, "planId": world.provider.hosting_id });
    let again = world.app.run(&world.acme.token, "addCartItem", again, "cart { id }").await;
    assert_eq!(again.user_error(), "TERM_NOT_OFFERED");
    assert_eq!((world.status(&cart).await, world.count("payment").await), (json!("OPEN"), "0".to_owned()));
}

/// The client turns out to have an account in another currency, in which there is no price: nothing is converted, and nothing sold.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_cart_of_another_currency_is_not_sold(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let world = World::start(db).await;
    let cart = world.cart(&world.provider.hosting_id, 1).await;
    let jo = world.app.sign_up_in("jo@bakery.example", "Bakery", "CH", "CHF", "en").await;
    world.app.add_card(&jo, "tok_visa").await;
    let input = json!({
        "accountId": jo.account_id, "partnerProfileSlug": "acme", "accessLevel": "FULL", "payer": "CLIENT",
    });
    let offer = world.app.done(&jo.token, "sendInvitation", input, "invitation { id }").await;
    let input = json!({ "invitationId": offer["invitation"]["id"], "clientId": world.record });
    world.app.done(&world.acme.token, "connectClient", input, "client { id }").await;
    assert_eq!(world.status(&cart).await, "OPEN");
    assert_eq!(world.reason(&cart).await, "The plan has no price in this currency.");
    for method in ["CLIENT_CARD", "PARTNER_CARD"] {
        let input = json!({ "cartId": cart, "method": method, "idempotencyKey": format!("by-{method}") });
        let refused = world.app.run(&world.acme.token, "checkoutCart", input, ORDER).await;
        assert_eq!(refused.user_error(), "CURRENCY_MISMATCH", "{method}");
    }
    assert_eq!((world.status(&cart).await, world.count("payment").await), (json!("OPEN"), "0".to_owned()));
}

/// A hundred lines of a hundred pieces at the highest price are still an amount, to the cent; a price above it is none.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn the_largest_cart_is_an_amount(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let world = World::start(db).await;
    let query = "query($id: ID!) { node(id: $id) { ... on Plan { offering { id } } } }";
    let plan = world.app.ask_as(&world.provider.staff, query, json!({ "id": world.provider.hosting_id })).await;
    let offering = plan.ok()["node"]["offering"]["id"].clone();
    let save = async |amount: &str| {
        let price = json!({ "termMonths": 12, "price": { "amount": amount, "currencyCode": "EUR" } });
        let input = json!({ "offeringId": offering, "name": "Gold", "defaultTermMonths": 12, "prices": [price] });
        world.app.run(&world.provider.staff, "savePlan", input, "plan { id }").await
    };
    for amount in ["100000000000.01", "92233720368547758.07"] {
        assert_eq!(save(amount).await.user_error(), "INVALID_INPUT", "{amount}");
    }
    let gold = save("100000000000.00").await.ok()["savePlan"]["plan"]["id"].as_str().unwrap().to_owned();
    let items = vec![json!({ "planId": gold, "quantity": 100 }); 100];
    let input = json!({ "accountId": world.acme.account_id, "items": items, "idempotencyKey": "all-the-gold" });
    let placed = world.app.run(&world.acme.token, "placeOrder", input, ORDER).await;
    // less 20 %, and 19 % tax: 10^15 × 0.8 × 1.19
    let total = json!({ "amount": "952000000000000.00" });
    assert_eq!(placed.ok()["placeOrder"]["order"]["total"], total);
    for quantity in [0, 101, 1_000_000_000] {
        let item = json!({ "planId": gold, "quantity": quantity });
        let input = json!({ "accountId": world.acme.account_id, "items": [item], "idempotencyKey": "how-many-pieces" });
        let refused = world.app.run(&world.acme.token, "placeOrder", input, ORDER).await;
        assert_eq!(refused.user_error(), "INVALID_INPUT", "{quantity}");
    }
    world.app.check_books().await;
}

/// A card that has expired since it was kept is declined as that; the cart stays, and another card pays it.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn an_expired_card_is_declined(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let world = World::start(db).await;
    let cart = world.cart(&world.provider.hosting_id, 1).await;
    world.app.add_card(&world.acme, "tok_expired").await;
    let declined = world.checkout(&cart, "by-an-old-card").await;
    assert_eq!(declined.user_error(), "PAYMENT_DECLINED");
    assert!(declined.body.to_string().contains("expired_card"), "{:#}", declined.body);
    assert_eq!(declined.data()["checkoutCart"]["order"]["status"], "FAILED");
    assert_eq!((world.status(&cart).await, world.count("invoice").await), (json!("OPEN"), "0".to_owned()));
    world.app.add_card(&world.acme, "tok_visa").await;
    assert_eq!(world.checkout(&cart, "by-a-new-card").await.ok()["checkoutCart"]["order"]["status"], "PAID");
    world.books_are_right().await;
}

/// A gateway that takes its time: who clicks again waits for the same answer, who clicks anew is told, and it is charged once.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_slow_gateway_is_not_asked_twice(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let world = World::start(db).await;
    world.app.add_card(&world.acme, "tok_slow").await;
    let cart = world.cart(&world.provider.hosting_id, 1).await;
    let impatient = async {
        tokio::time::sleep(Duration::from_millis(500)).await;
        let waiting = world.status(&cart).await;
        let (same, anew) =
            join(world.checkout(&cart, "a-slow-gateway"), world.checkout(&cart, "once-more-please")).await;
        (waiting, same, anew)
    };
    let (first, (waiting, same, anew)) = join(world.checkout(&cart, "a-slow-gateway"), impatient).await;
    assert_eq!(waiting, "PENDING_PAYMENT");
    assert_eq!(first.ok()["checkoutCart"]["order"]["status"], "PAID");
    assert_eq!((same.ok(), anew.user_error()), (first.ok(), "CART_CLOSED"));
    assert_eq!(world.count("payment").await, "1");
    assert_eq!(world.count("test_gateway_charge").await, "1");
    world.books_are_right().await;
}

/// The form on the test gateway's page, sent.
async fn answer(world: &World, url: &str, answer: &str) -> (u16, String) {
    let token = url.split_once("?token=").expect("a token").1;
    let body = Body::from(format!("token={token}&answer={answer}"));
    let request = Request::post("/gateway/confirm").header("content-type", "application/x-www-form-urlencoded");
    let reply = world.app.request(request.body(body).unwrap()).await;
    (reply.status, reply.body.as_str().unwrap_or_default().to_owned())
}

/// 3-D Secure, without a gateway of others: the payment waits for its customer at an address, is told the same when asked again, and
/// is paid once they have confirmed it there; opening the page changes nothing.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_payment_is_confirmed_by_its_customer(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let world = World::start(db).await;
    world.app.add_card(&world.acme, "tok_confirm").await;
    let cart = world.cart(&world.provider.hosting_id, 1).await;
    let mut url = String::new();
    for _ in 0..2 {
        let waits = world.checkout(&cart, "to-be-confirmed").await;
        assert_eq!(waits.user_error(), "PAYMENT_PENDING");
        let payload = &waits.data()["checkoutCart"];
        assert_eq!(payload["order"]["status"], "PENDING_PAYMENT");
        url = payload["nextActionUrl"].as_str().expect("an address").to_owned();
    }
    let path = url.strip_prefix("http://127.0.0.1:8080").expect("a page of this gateway").to_owned();
    for (asked, said) in [
        ("de-AT,de;q=0.9,en;q=0.8", "Eine Zahlung von 94,25\u{a0}€ ist zu bestätigen."),
        ("pt-BR, fr;q=0.5", "Un paiement de 94,25\u{a0}€ est à confirmer."),
        ("xx", "A payment of €94.25 is to be confirmed."),
        ("", "A payment of €94.25 is to be confirmed."),
    ] {
        let request = Request::get(&path).header("accept-language", asked).body(Body::empty()).unwrap();
        let page = world.app.request(request).await.body.as_str().unwrap().to_owned();
        assert!(page.contains(said), "{asked}: {page}");
    }
    for _ in 0..2 {
        let page = world.app.request(Request::get(&path).body(Body::empty()).unwrap()).await;
        // 99.00 less 20 %, and 19 % tax
        assert!(page.status == 200 && page.body.to_string().contains("€94.25"), "{:#}", page.body);
    }
    domain::billing::reconcile_open(&world.app.store).await.unwrap();
    assert_eq!(world.status(&cart).await, "PENDING_PAYMENT");

    assert_eq!(answer(&world, &url, "confirm").await.0, 200);
    world.app.run_jobs().await;
    assert_eq!(world.status(&cart).await, "COMPLETED");
    assert_eq!(world.checkout(&cart, "to-be-confirmed").await.ok()["checkoutCart"]["nextActionUrl"], Value::Null);
    for odd in [url.as_str(), "?token=", "?token=nonsense", "?token=00000000-0000-7000-8000-000000000000"] {
        assert_eq!(answer(&world, odd, "decline").await.0, 404, "{odd}");
    }
    assert_eq!(world.count("test_gateway_charge").await, "1");
    world.books_are_right().await;
}

/// The customer says that it is not theirs, or nobody is there, as at a renewal: declined, and nothing is sold.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_confirmed_is_declined(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let world = World::start(db).await;
    world.app.add_card(&world.acme, "tok_confirm").await;
    let cart = world.cart(&world.provider.hosting_id, 1).await;
    let waits = world.checkout(&cart, "not-to-be-confirmed").await;
    let url = waits.data()["checkoutCart"]["nextActionUrl"].as_str().expect("an address").to_owned();
    assert_eq!(answer(&world, &url, "decline").await.0, 200);
    world.app.run_jobs().await;
    assert_eq!((world.status(&cart).await, world.count("invoice").await), (json!("OPEN"), "0".to_owned()));
    assert_eq!(world.checkout(&cart, "not-to-be-confirmed").await.user_error(), "PAYMENT_DECLINED");

    world.app.add_card(&world.acme, "tok_visa").await;
    world.checkout(&cart, "with-another-card").await.ok();
    world.app.add_card(&world.acme, "tok_confirm").await;
    world.app.advance_to(&world.provider.staff, "2027-11-21T12:00:00Z").await.ok();
    assert_eq!(world.app.texts("SELECT status AS t FROM product WHERE status <> 'CANCELLED'").await, ["PAST_DUE"]);
    world.books_are_right().await;
}

/// A cart is completed while it is taken back, again and again: one of the two happens, and a cart that came back was not charged.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn of_completing_and_taking_back_one_happens(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    const ROUNDS: usize = 8;
    let world = World::start(db).await;
    let jo = world.app.sign_up("jo@bakery.example", "Bakery").await;
    world.app.add_card(&jo, "tok_visa").await;
    let query = "query($id: ID!) { account(id: $id) { paymentMethods { id } } }";
    let method = world.app.ask_as(&jo.token, query, json!({ "id": jo.account_id })).await;
    let method = method.ok()["account"]["paymentMethods"][0]["id"].clone();
    let mut completed = 0;
    for round in 0..ROUNDS {
        let cart = world.cart(&world.provider.hosting_id, 1).await;
        world.app.done(&world.acme.token, "sendCart", json!({ "cartId": cart }), "cart { id }").await;
        world.app.run_jobs().await;
        let mails = world.app.mails_to("jo@bakery.example");
        let link = mails.iter().rfind(|mail| mail.text.contains("/cart?token=")).expect("a cart").token().to_owned();
        let input = json!({
            "token": link, "accountId": jo.account_id, "paymentMethodId": method, "idempotencyKey": format!("round-number-{round}"),
        });
        let complete = world.app.run(&jo.token, "completeSentCart", input, "order { status }");
        let recall = async {
            // not always in the same place
            tokio::time::sleep(Duration::from_millis(4 * round as u64)).await;
            world.app.run(&world.acme.token, "recallCart", json!({ "cartId": cart }), "cart { status }").await
        };
        let (done, recalled) = join(complete, recall).await;
        if done.data()["completeSentCart"]["order"].is_null() {
            assert_eq!(done.user_error(), "CART_CLOSED");
            assert_eq!(recalled.ok()["recallCart"]["cart"]["status"], "OPEN");
            assert_eq!(world.status(&cart).await, "OPEN");
        } else {
            assert_eq!(done.ok()["completeSentCart"]["order"]["status"], "PAID");
            assert_eq!(recalled.user_error(), "CART_CLOSED");
            assert_eq!(world.status(&cart).await, "COMPLETED");
            completed += 1;
        }
    }
    println!("{completed} of {ROUNDS} were completed");
    assert_eq!(world.count("test_gateway_charge").await, completed.to_string());
    assert_eq!(world.count("\"order\"").await, completed.to_string());
    world.books_are_right().await;
}
