//! R9: twenty clicks at once.

use std::time::Instant;

use futures::future::join_all;
use rstest::rstest;
use serde_json::{Value, json};
use tests::app::TestApp;
use tests::database::Db;
use tests::members::Member;
use tests::world::{Provider, Signed};

use super::fleet::Fleet;

const CLICKS: usize = 20;
const ORDER: &str = "order { id number status total { amount } }";

/// R9 at the size of a check: three checkouts of each kind.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn twenty_clicks_are_one_order(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    click(db, 3).await;
}

/// The full size: a hundred checkouts of each kind. `docs/promises.md` says how to run it.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes long: the small one runs with every test"]
async fn twenty_clicks_on_a_hundred_checkouts_of_each_kind(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    click(db, 100).await;
}

/// A partner that sells, and two of its people.
struct Shop {
    app: TestApp,
    provider: Provider,
    acme: Signed,
    colleague: Member,
    record: Value,
    card: Value,
}

/// One click.
struct Click<'a> {
    token: &'a str,
    cart: &'a Value,
    key: String,
    /// Another body of the same meaning: the card that is the default anyway, by its id.
    names_card: bool,
}

impl Shop {
    async fn start(db: Db) -> Self {
        let app = TestApp::start(db).await;
        let provider = app.provider().await;
        let acme = app.partner(&provider, "acme").await;
        let colleague = app.member(&acme, "mo@acme.example", "ADMIN", Value::Null).await;
        let client = json!({ "name": "Bakery", "email": "jo@bakery.example" });
        let input = json!({ "partnerId": acme.account_id, "client": client });
        let record = app.done(&acme.token, "createClient", input, "client { id }").await["client"]["id"].clone();
        let query = "query($id: ID!) { account(id: $id) { paymentMethods { id } } }";
        let card = app.ask_as(&acme.token, query, json!({ "id": acme.account_id })).await;
        let card = card.ok()["account"]["paymentMethods"][0]["id"].clone();
        Self { app, provider, acme, colleague, record, card }
    }

    async fn cart(&self) -> Value {
        let cart =
            self.app.done(&self.acme.token, "createCart", json!({ "clientId": self.record }), "cart { id }").await;
        let item = json!({ "cartId": cart["cart"]["id"], "planId": self.provider.hosting_id });
        self.app.done(&self.acme.token, "addCartItem", item, "cart { id }").await;
        cart["cart"]["id"].clone()
    }

    /// All at once, by all gateways in turn: the payloads.
    async fn click(&self, fleet: &Fleet, clicks: &[Click<'_>]) -> Vec<Value> {
        let sent = clicks.iter().enumerate().map(|(at, click)| {
            let mut input = json!({ "cartId": click.cart, "method": "PARTNER_CARD", "idempotencyKey": click.key });
            if click.names_card {
                input["paymentMethodId"] = self.card.clone();
            }
            fleet.run(at, click.token, "checkoutCart", input, ORDER)
        });
        join_all(sent).await.into_iter().map(|payload| payload.expect("an answer")).collect()
    }
}

/// The order that these were all answered with.
fn one_order(payloads: &[&Value]) -> String {
    let first = payloads[0];
    assert!(payloads.iter().all(|payload| *payload == first), "different answers: {payloads:#?}");
    assert_eq!(first["order"]["status"], "PAID", "{first:#}");
    first["order"]["id"].as_str().expect("an id").to_owned()
}

/// That these were all refused for this reason, and were told of no order.
fn all_refused(payloads: &[&Value], code: &str) {
    for payload in payloads {
        assert_eq!((&payload["order"], &payload["userErrors"][0]["code"]), (&Value::Null, &json!(code)), "{payload:#}");
    }
}

/// So many checkouts of each kind, each clicked twenty times at once.
async fn click(db: Db, checkouts: usize) {
    let shop = Shop::start(db).await;
    let (fleet, running) = Fleet::start(&shop.app, db).await;
    let (own, colleagues) = (shop.acme.token.as_str(), shop.colleague.token.as_str());
    let began = Instant::now();
    let mut orders = Vec::new();
    for n in 0..checkouts {
        // the same key: one order, twenty equal answers
        let cart = shop.cart().await;
        let click = |_| Click { token: own, cart: &cart, key: format!("same-key-{n}"), names_card: false };
        let payloads = shop.click(&fleet, &(0..CLICKS).map(click).collect::<Vec<_>>()).await;
        orders.push(one_order(&payloads.iter().collect::<Vec<_>>()));

        // keys of their own: one order, and nineteen who are told that the cart is closed
        let cart = shop.cart().await;
        let click = |at: usize| Click { token: own, cart: &cart, key: format!("own-key-{n}-{at}"), names_card: false };
        let payloads = shop.click(&fleet, &(0..CLICKS).map(click).collect::<Vec<_>>()).await;
        let (done, refused): (Vec<_>, Vec<_>) = payloads.iter().partition(|payload| !payload["order"].is_null());
        assert_eq!(done.len(), 1, "{done:#?}");
        orders.push(one_order(&done));
        all_refused(&refused, "CART_CLOSED");

        // the same key with another body: whichever was first is done, the other is refused
        let cart = shop.cart().await;
        let click = |at: usize| Click { token: own, cart: &cart, key: format!("body-key-{n}"), names_card: at % 4 < 2 };
        let clicks: Vec<_> = (0..CLICKS).map(click).collect();
        let payloads = shop.click(&fleet, &clicks).await;
        let of = |names: bool| -> Vec<&Value> {
            clicks.iter().zip(&payloads).filter(|(click, _)| click.names_card == names).map(|(_, it)| it).collect()
        };
        let (winner, loser) =
            if of(true)[0]["order"].is_null() { (of(false), of(true)) } else { (of(true), of(false)) };
        orders.push(one_order(&winner));
        all_refused(&loser, "IDEMPOTENCY_KEY_REUSED");

        // the same key of two people, for one cart: it is one's, and the other is told nothing of it
        let cart = shop.cart().await;
        let who = |at: usize| if at % 4 < 2 { own } else { colleagues };
        let click = |at: usize| Click { token: who(at), cart: &cart, key: format!("users-key-{n}"), names_card: false };
        let clicks: Vec<_> = (0..CLICKS).map(click).collect();
        let payloads = shop.click(&fleet, &clicks).await;
        let of = |token: &str| -> Vec<&Value> {
            clicks.iter().zip(&payloads).filter(|(click, _)| click.token == token).map(|(_, it)| it).collect()
        };
        let (winner, loser) =
            if of(own)[0]["order"].is_null() { (of(colleagues), of(own)) } else { (of(own), of(colleagues)) };
        orders.push(one_order(&winner));
        all_refused(&loser, "CART_CLOSED");

        // and for a cart of each: two orders
        let carts = [shop.cart().await, shop.cart().await];
        let click = |at: usize| Click {
            token: who(at),
            cart: &carts[usize::from(at % 4 < 2)],
            key: format!("carts-key-{n}"),
            names_card: false,
        };
        let clicks: Vec<_> = (0..CLICKS).map(click).collect();
        let payloads = shop.click(&fleet, &clicks).await;
        for token in [own, colleagues] {
            let of: Vec<_> =
                clicks.iter().zip(&payloads).filter(|(click, _)| click.token == token).map(|(_, it)| it).collect();
            orders.push(one_order(&of));
        }
    }
    println!(
        "{} clicks on {} carts at {} gateways in {:?}: {} orders",
        5 * checkouts * CLICKS,
        6 * checkouts,
        running.len(),
        began.elapsed(),
        orders.len()
    );
    let number = orders.len();
    orders.sort_unstable();
    orders.dedup();
    assert_eq!((orders.len(), number), (6 * checkouts, 6 * checkouts), "each is an order of its own");
    for what in ["\"order\" WHERE status = 'PAID'", "\"order\"", "test_gateway_charge", "payment", "invoice", "product"]
    {
        let sql = format!("SELECT CAST(count(*) AS text) AS t FROM {what}");
        assert_eq!(shop.app.texts(&sql).await, [number.to_string()], "{what}");
    }
    assert!(!fleet.installation(0).log().contains("database is locked"), "{}", fleet.installation(0).log());
    shop.app.check_books().await;
}
