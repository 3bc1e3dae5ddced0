//! Charges by Stripe's wire format, against a stand-in that holds each request against the published API. On both databases.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use api::id::{Kind, encode};
use domain::gateway::{Charge, LookUp, Outcome, PaymentGateway as _};
use domain::money::{Currency, Money};
use domain::sql::Sql;
use entities::id::PaymentId;
use entities::product;
use futures::StreamExt as _;
use rand::SeedableRng as _;
use rand::rngs::StdRng;
use rand::seq::SliceRandom as _;
use rstest::rstest;
use sea_orm::EntityTrait as _;
use serde_json::{Value, json};
use tests::app::{BlankPaper, TestApp};
use tests::client::Reply;
use tests::database::Db;
use tests::stripe::{Fault, SECRET, StripeStub, signed_event};
use tests::world::{Provider, Signed};
use uuid::Uuid;

/// An answer that takes longer is none.
const TIMEOUT: Duration = Duration::from_millis(600);

struct World {
    app: TestApp,
    stub: StripeStub,
    provider: Provider,
    ada: Signed,
}

impl World {
    async fn start(db: Db) -> Self {
        let stub = StripeStub::start().await;
        let gateway = Arc::new(stub.gateway());
        let app = TestApp::start_with(db, |setup| {
            setup.settings.gateway = gateway;
            setup.settings.gateway_timeout = TIMEOUT;
            setup.settings.printer = Arc::new(BlankPaper);
        })
        .await;
        let provider = app.provider().await;
        let ada = app.sign_up("ada@solo.example", "Solo").await;
        Self { app, stub, provider, ada }
    }

    async fn keep(&self, token: &str) -> Reply {
        let input = json!({ "accountId": self.ada.account_id, "token": token });
        self.app
            .run(&self.ada.token, "addPaymentMethod", input, "paymentMethod { brand last4 expiresOn } nextActionUrl")
            .await
    }

    /// One hosting plan of 99.00 EUR a year, 117.81 with tax.
    async fn order(&self, key: &str) -> Reply {
        let input = json!({
            "accountId": self.ada.account_id, "items": [{ "planId": self.provider.hosting_id }], "idempotencyKey": key,
        });
        self.app.run(&self.ada.token, "placeOrder", input, "nextActionUrl order { id status }").await
    }

    async fn orders(&self) -> Vec<String> {
        let query = "query($id: ID!) { account(id: $id) { orders(first: 100) { nodes { status } } } }";
        let reply = self.app.ask_as(&self.ada.token, query, json!({ "id": self.ada.account_id })).await;
        let nodes = reply.ok()["account"]["orders"]["nodes"].as_array().expect("orders").clone();
        nodes.iter().map(|order| order["status"].as_str().expect("a status").to_owned()).collect()
    }

    /// How many rows of a table have which status.
    async fn states(&self, table: &str) -> Vec<String> {
        let sql =
            format!("SELECT status || ' ' || CAST(count(*) AS text) AS t FROM {table} GROUP BY status ORDER BY status");
        self.app.texts(&sql).await
    }

    async fn tell(&self, event: axum::http::Request<axum::body::Body>) -> u16 {
        self.app.request(event).await.status
    }

    /// Ours against the gateway's, to the cent; nothing was asked for that its API does not take, and no job is left.
    async fn check_books(&self) {
        assert_eq!(self.stub.complaints(), Vec::<String>::new());
        self.app.run_jobs().await;
        self.stub.show_to_auditor(self.app.db()).await;
        self.app.check_books().await;
    }

    /// Does what is due until no order waits, for so long.
    async fn settle(&self, patience: Duration) {
        let until = tokio::time::Instant::now() + patience;
        while self.orders().await.iter().any(|status| status == "PENDING_PAYMENT")
            && tokio::time::Instant::now() < until
        {
            tokio::time::sleep(Duration::from_millis(100)).await;
            self.app.run_jobs().await;
        }
    }
}

/// A method is kept and charged by what the API takes, once for a key; what Stripe refuses is a refusal with its reason.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_card_is_kept_and_charged(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let world = World::start(db).await;
    let kept = world.keep("pm_card_visa").await;
    let method = json!({ "brand": "visa", "last4": "4242", "expiresOn": "2034-12-31" });
    assert_eq!(kept.ok()["addPaymentMethod"]["paymentMethod"], method);
    for key in ["order-one", "order-one", "order-two"] {
        assert_eq!(world.order(key).await.ok()["placeOrder"]["order"]["status"], "PAID");
    }
    assert_eq!(world.stub.paid(), (2 * 11_781, 2));
    let intents = world.stub.intents();
    assert_eq!((&intents[0]["currency"], &intents[0]["customer"]), (&json!("eur"), &json!("cus_1")));

    for (token, code) in
        [("pm_gone", "INVALID_INPUT"), ("tok_visa", "INVALID_INPUT"), ("pm_1/../customers", "INVALID_INPUT")]
    {
        assert_eq!(world.keep(token).await.user_error(), code, "{token}");
    }
    world.keep("pm_card_visa_chargeDeclined").await.ok();
    let declined = world.order("order-three").await;
    assert_eq!(declined.user_error(), "PAYMENT_DECLINED");
    assert!(declined.body.to_string().contains("generic_decline"), "{:#}", declined.body);
    assert_eq!(world.orders().await, ["FAILED", "PAID", "PAID"]);
    world.check_books().await;
}

/// What staff credit is paid back by the way it came, once, and never more than was paid.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn what_is_credited_is_paid_back(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let world = World::start(db).await;
    world.keep("pm_card_visa").await.ok();
    world.order("the-one-order").await.ok();
    let query = "query($id: ID!) { account(id: $id) { invoices { nodes { id } } } }";
    let reply = world.app.ask_as(&world.ada.token, query, json!({ "id": world.ada.account_id })).await;
    let invoice = reply.ok()["account"]["invoices"]["nodes"][0]["id"].clone();
    for (key, amount) in [("credit-one", "33.33"), ("credit-one", "33.33"), ("credit-two", "65.67")] {
        let amount = json!({ "amount": amount, "currencyCode": "EUR" });
        let input = json!({ "invoiceId": invoice, "amount": amount, "reason": "Moved out", "idempotencyKey": key });
        world.app.done(&world.provider.staff, "issueCreditNote", input, "invoice { id }").await;
    }
    world.app.run_jobs().await;
    // 33.33 and 6.33 of tax, then the rest
    let back: Vec<_> = world.stub.refunds().iter().map(|refund| refund["amount"].as_i64()).collect();
    assert_eq!(back, [Some(3_966), Some(7_815)]);
    assert_eq!(world.stub.refunds()[0]["payment_intent"], "pi_1");
    world.check_books().await;
}

/// 3-D Secure: the order waits, and its customer is told where to go; asked again, the same. Once they have confirmed, an event makes
/// us ask, and the order is paid, once, however often the event comes.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_payment_waits_for_its_customer(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let world = World::start(db).await;
    world.keep("pm_card_authenticationRequired").await.ok();
    for _ in 0..2 {
        let reply = world.order("the-one-order").await;
        assert_eq!(reply.user_error(), "PAYMENT_PENDING");
        let payload = &reply.data()["placeOrder"];
        assert_eq!(payload["nextActionUrl"], "https://hooks.stripe.com/redirect/pi_1");
        assert_eq!(payload["order"]["status"], "PENDING_PAYMENT");
    }
    let waiting = world.stub.intents()[0].clone();
    assert_eq!(world.tell(world.stub.event("evt_early", &waiting)).await, 200);
    world.app.run_jobs().await;
    assert_eq!(world.orders().await, ["PENDING_PAYMENT"], "an event is a hint, and nothing is paid yet");

    world.stub.confirm();
    for id in ["evt_1", "evt_1", "evt_2"] {
        assert_eq!(world.tell(world.stub.event(id, &world.stub.intents()[0])).await, 200);
        world.app.run_jobs().await;
    }
    assert_eq!(world.orders().await, ["PAID"]);
    assert_eq!(world.stub.paid(), (11_781, 1));
    let again = world.order("the-one-order").await;
    assert_eq!(again.ok()["placeOrder"]["nextActionUrl"], Value::Null);
    world.check_books().await;
}

/// What is to be kept may have to be confirmed, too: then it is added by what was confirmed.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_method_waits_for_its_customer(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let world = World::start(db).await;
    for token in ["pm_card_authenticationRequiredOnSetup", "seti_1"] {
        let reply = world.keep(token).await;
        assert_eq!(reply.user_error(), "PAYMENT_PENDING");
        assert_eq!(reply.data()["addPaymentMethod"]["nextActionUrl"], "https://hooks.stripe.com/redirect/seti_1");
    }
    world.stub.confirm();
    assert_eq!(world.keep("seti_1").await.ok()["addPaymentMethod"]["paymentMethod"]["last4"], "4242");
    assert_eq!(world.order("the-one-order").await.ok()["placeOrder"]["order"]["status"], "PAID");
    assert_eq!(world.stub.complaints(), Vec::<String>::new());
}

/// Events that are not the gateway's, or old, are refused; those about nothing of ours do nothing.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn only_signed_events_are_heard(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let world = World::start(db).await;
    let intent = json!({ "object": "payment_intent", "metadata": { "payment_id": Uuid::now_v7() } });
    let event = json!({ "id": "evt_1", "data": { "object": intent } });
    assert_eq!(world.tell(signed_event(&event, "whsec_wrong", 0)).await, 400);
    assert_eq!(world.tell(signed_event(&event, SECRET, 301)).await, 400);
    assert_eq!(world.tell(signed_event(&json!([]), SECRET, 0)).await, 400);
    let unsigned = axum::http::Request::post("/gateway/events").body(axum::body::Body::from(event.to_string()));
    assert_eq!(world.tell(unsigned.unwrap()).await, 400);
    for other in
        [&event, &json!({ "id": "evt_2", "data": { "object": { "object": "charge" } } }), &json!({ "id": "evt_3" })]
    {
        assert_eq!(world.tell(signed_event(other, SECRET, 0)).await, 200);
    }
    world.check_books().await;
}

/// R8 at the size of a check: whatever becomes of answers and of events, nothing is charged twice, nothing is lost, and the two books
/// agree to the cent.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn lost_answers_are_found_again(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    whatever_becomes_of_answers(db, 40, 8).await;
}

/// The full size: 1,000 orders and as many renewals on each database. `docs/promises.md` says how to run it.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes long: the small one runs with every test"]
async fn lost_answers_of_two_thousand_charges_are_found_again(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    whatever_becomes_of_answers(db, 1_000, Uuid::now_v7().as_u64_pair().1).await;
}

/// So many of each hundred, at least one; the rest is as it should be. Shuffled.
fn deck<T: Copy>(size: usize, of_hundred: &[(T, usize)], rest: T, dice: &mut StdRng) -> Vec<T> {
    let mut deck: Vec<T> =
        of_hundred.iter().flat_map(|&(one, share)| vec![one; (size * share / 100).max(1)]).take(size).collect();
    deck.resize(size, rest);
    deck.shuffle(dice);
    deck
}

/// What becomes of the event that the gateway sends of a charge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Told {
    Once,
    Twice,
    /// While the charge is not answered yet.
    Early,
    /// When all else is over.
    Late,
}

/// So many orders, and a renewal of each product, with the faults of R8: of a hundred answers 10 are too late, 10 never come for what
/// was not done, 5 are errors of a server that has charged, and a few break off; of a hundred events 2 come twice, 2 before the answer, 5
/// when all is over, and none in its order.
async fn whatever_becomes_of_answers(db: Db, orders: usize, seed: u64) {
    println!("the seed is {seed}");
    let mut dice = StdRng::seed_from_u64(seed);
    let world = World::start(db).await;
    world.keep("pm_card_visa").await.ok();
    let keys: Vec<String> = (0..orders).map(|n| format!("order-number-{n}")).collect();
    charge_all(&world, &keys, &mut dice, async |key| world.order(key).await).await;
    assert_eq!(world.states("\"order\"").await, [format!("PAID {orders}")]);

    let products = world.app.texts("SELECT label AS t FROM product").await;
    assert_eq!(products.len(), orders);
    let ids: Vec<String> = product::Entity::find()
        .all(world.app.db())
        .await
        .expect("products")
        .iter()
        .map(|row| encode(Kind::Product, row.id.0).0)
        .collect();
    charge_all(&world, &ids, &mut dice, async |id| {
        let renew = async |key: &str| {
            let input = json!({ "productId": id, "idempotencyKey": format!("{key}-{id}") });
            world.app.run(&world.ada.token, "renewProduct", input, "invoice { status }").await
        };
        let reply = renew("renewal").await;
        if reply.body.to_string().contains("PAYMENT_PENDING") {
            // no new attempt while it is not known how this one ended
            assert!(["PAYMENT_PENDING", "CONFLICT"].contains(&renew("impatient").await.user_error()));
        }
        reply
    })
    .await;
    assert_eq!(world.states("invoice").await, [format!("PAID {}", 2 * orders)]);
    assert_eq!(world.states("payment").await, [format!("SUCCEEDED {}", 2 * orders)]);
    assert_eq!(world.stub.paid(), (2 * orders as i64 * 11_781, 2 * orders));
    world.check_books().await;
}

/// Asks for one charge each, some at once, with what becomes of answers and events; until all is known.
async fn charge_all(world: &World, each: &[String], dice: &mut StdRng, ask: impl AsyncFn(&str) -> Reply) {
    let late = Fault::Slow(TIMEOUT * 2);
    let faults = [
        (late, 10),
        (Fault::Lost(TIMEOUT * 2), 10),
        (Fault::FailsAfter, 5),
        (Fault::CutAfter, 2),
        (Fault::CutBefore, 2),
    ];
    world.stub.faults(deck(each.len(), &faults, Fault::Slow(TIMEOUT / 20), dice));
    let told = deck(each.len(), &[(Told::Twice, 2), (Told::Early, 2), (Told::Late, 5)], Told::Once, dice);
    let before = world.stub.intents().len();
    let is_asked = AtomicBool::new(false);
    let asking = async {
        let replies: Vec<Reply> = futures::stream::iter(each).map(|one| ask(one)).buffered(8).collect().await;
        is_asked.store(true, Ordering::Relaxed);
        replies
    };
    // events that overtake the answer: of charges that are in the gateway's book and not answered yet
    let overtaking = async {
        let mut seen = before;
        let mut early = 0;
        while !is_asked.load(Ordering::Relaxed) {
            // the new ones alone: a look at the whole book every few milliseconds takes a core by itself
            for intent in world.stub.intents_after(seen) {
                if told.get(seen - before) == Some(&Told::Early) {
                    let event = world.stub.event(&format!("evt_{}", text(&intent["id"])), &intent);
                    assert_eq!(world.tell(event).await, 200);
                    early += 1;
                }
                seen += 1;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        early
    };
    // what events start runs beside it: it must not keep the next early event waiting
    let working = async {
        while !is_asked.load(Ordering::Relaxed) {
            world.app.run_jobs().await;
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let (replies, early, ()) = futures::future::join3(asking, overtaking, working).await;
    let unknown = replies.iter().filter(|reply| reply.body.to_string().contains("PAYMENT_PENDING")).count();
    let meant = told.iter().filter(|one| **one == Told::Early).count();
    assert!(unknown > 0 && early * 2 >= meant, "{unknown} answers were lost, {early} of {meant} events came early");

    let mut events: Vec<(Told, Value)> = world
        .stub
        .intents()
        .into_iter()
        .skip(before)
        .enumerate()
        .map(|(at, it)| (*told.get(at).unwrap_or(&Told::Once), it))
        .collect();
    events.shuffle(dice);
    let tell = async |intent: &Value| {
        let id = format!("evt_{}", text(&intent["id"]));
        assert_eq!(world.tell(world.stub.event(&id, intent)).await, 200);
    };
    for (told, intent) in &events {
        let times = match told {
            Told::Once => 1,
            Told::Twice => 2,
            Told::Early | Told::Late => 0,
        };
        for _ in 0..times {
            tell(intent).await;
        }
    }
    let began = tokio::time::Instant::now();
    while world.states("payment").await.iter().any(|state| !state.starts_with("SUCCEEDED")) {
        assert!(began.elapsed() < Duration::from_secs(60), "{:?}", world.states("payment").await);
        tokio::time::sleep(Duration::from_millis(100)).await;
        world.app.run_jobs().await;
        domain::billing::reconcile_open(&world.app.store).await.expect("the gateway");
    }
    for (_, intent) in events.iter().filter(|(told, _)| *told == Told::Late) {
        tell(intent).await;
    }
    world.app.run_jobs().await;
    println!("{} charges: {unknown} without an answer, {early} told early", each.len());
}

fn text(value: &Value) -> &str {
    value.as_str().expect("a text")
}

/// A gateway that tells of another amount is not believed: the payment stays unknown, and nothing is delivered or tried again.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn another_amount_is_not_believed(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let world = World::start(db).await;
    world.keep("pm_card_visa").await.ok();
    world.stub.faults([Fault::Lies]);
    assert_eq!(world.order("the-one-order").await.user_error(), "PAYMENT_PENDING");
    assert_eq!(world.orders().await, ["PENDING_PAYMENT"]);
    assert_eq!(world.stub.intents().len(), 1);
    world.settle(Duration::from_secs(20)).await;
    assert_eq!(world.orders().await, ["PAID"], "looked up, it is what was asked for");
    assert_eq!(world.stub.paid(), (11_781, 1));
}

/// A customer who has not confirmed for an hour will not: the charge is cancelled, the order failed, and nothing is tried again.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_waited_for_longer_than_an_hour(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let world = World::start(db).await;
    world.keep("pm_card_authenticationRequired").await.ok();
    assert_eq!(world.order("the-one-order").await.user_error(), "PAYMENT_PENDING");
    let age = async |minutes: u64| {
        let made = chrono::Utc::now() - Duration::from_secs(minutes * 60);
        let millis = u64::try_from(made.timestamp_millis()).unwrap();
        let id = uuid::Builder::from_unix_timestamp_millis(millis, &[7; 10]).into_uuid();
        let mut sql = Sql::new(world.app.db().get_database_backend());
        sql.add("UPDATE payment SET id = ?", [id.into()]);
        sql.execute(world.app.db()).await.unwrap();
        world.stub.relabel(id);
        domain::billing::reconcile_open(&world.app.store).await.unwrap();
        (world.orders().await, world.stub.intents()[0]["status"].clone())
    };
    assert_eq!(age(59).await, (vec!["PENDING_PAYMENT".to_owned()], json!("requires_action")));
    assert_eq!(age(61).await, (vec!["FAILED".to_owned()], json!("canceled")));
    assert_eq!(world.stub.intents().len(), 1);
    world.check_books().await;
}

/// What waits for its customer is found among many, ends when it is given up, and is not given up once it is paid.
#[tokio::test]
async fn what_waits_is_found_and_given_up() {
    let stub = StripeStub::start().await;
    let gateway = stub.gateway();
    let method = |stored: domain::gateway::StoredMethod| Some(stored.reference);
    let asks = method(gateway.store_method("pm_card_authenticationRequired").await.expect("a method"));
    let charge = || Charge {
        payment_id: PaymentId(Uuid::now_v7()),
        method: asks.clone(),
        amount: Money::new(100, Currency::EUR),
        is_attended: true,
    };
    let all: Vec<Charge> = (0..5).map(|_| charge()).collect();
    for one in &all {
        assert!(matches!(gateway.charge(one).await, Outcome::NeedsCustomer { .. }));
    }
    assert_eq!(gateway.look_up(&charge()).await, LookUp::NeverArrived);
    let abandoned = || LookUp::Seen(Outcome::Declined { code: "abandoned".to_owned() });
    assert_eq!(gateway.give_up(&all[0]).await, abandoned());
    assert_eq!(gateway.look_up(&all[0]).await, abandoned());
    stub.confirm();
    assert_eq!(gateway.give_up(&all[1]).await, LookUp::Seen(Outcome::Succeeded { reference: "pi_2".to_owned() }));
    let unattended = Charge { is_attended: false, ..charge() };
    let refused = Outcome::Declined { code: "authentication_required".to_owned() };
    assert_eq!(gateway.charge(&unattended).await, refused, "nobody is there to confirm a renewal");
    assert_eq!(stub.complaints(), Vec::<String>::new());
}
