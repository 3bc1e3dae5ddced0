//! R11: products change hands, again and again, while a gateway is killed.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use api::id::{Kind, encode};
use entities::transfer::{self, TransferStatus};
use entities::{payment, product, transfer::Model};
use futures::future::{join, join_all, join3};
use rstest::rstest;
use sea_orm::EntityTrait;
use serde_json::{Value, json};
use tests::app::TestApp;
use tests::database::Db;
use tests::installation::Running;
use tests::world::{Provider, Signed};

use super::fleet::Fleet;

/// Products that change hands at the same time.
const LANES: usize = 4;
/// Orders beside them; together with the products a page of a list.
const ORDERS: usize = 60;

/// R11 at the size of a check: twenty transfers, and three kills.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_killed_gateway_leaves_a_product_in_one_account(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    hand_over(db, 20, 3).await;
}

/// The full size: 500 transfers, and thirty kills. `docs/promises.md` says how to run it.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes long: the small one runs with every test"]
async fn five_hundred_products_are_handed_over(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    hand_over(db, 500, 30).await;
}

/// Two accounts between which products go to and fro, and one who looks into both.
struct Scene {
    app: TestApp,
    provider: Provider,
    sides: [Signed; 2],
    both: String,
    products: Vec<String>,
}

impl Scene {
    async fn set(db: Db) -> Self {
        let app = TestApp::start(db).await;
        let provider = app.provider().await;
        let acme = app.partner(&provider, "acme").await;
        let bolt = app.sign_up("owner@bolt.example", "bolt").await;
        app.add_card(&bolt, "tok_visa").await;
        for who in [&acme, &bolt] {
            app.verify(who).await;
        }
        let link = app.invite(&acme.token, &acme.account_id, "both@people.example", "VIEWER", json!(null)).await;
        let both = app.join(&link, "Both").await.ok()["acceptMembership"]["accessToken"].as_str().unwrap().to_owned();
        let link = app.invite(&bolt.token, &bolt.account_id, "both@people.example", "VIEWER", json!(null)).await;
        app.join_as(&both, &link).await.ok();
        let input = json!({
            "accountId": acme.account_id, "items": [{ "planId": provider.hosting_id, "quantity": LANES }],
            "idempotencyKey": "the-first-of-all",
        });
        let order = app.done(&acme.token, "placeOrder", input, "order { lines { products { id } } }").await;
        let products = order["order"]["lines"][0]["products"].as_array().unwrap();
        let products = products.iter().map(|product| product["id"].as_str().unwrap().to_owned()).collect();
        Self { app, provider, sides: [acme, bolt], both, products }
    }

    /// Whose a product is: 0 or 1.
    async fn side_of(&self, fleet: &Fleet, product: &str) -> usize {
        let query = "query($id: ID!) { node(id: $id) { ... on Product { account { id } } } }";
        let seen = fleet.ask_until_answered(&self.both, query, &json!({ "id": product })).await;
        let account = seen["node"]["account"]["id"].as_str().unwrap_or_else(|| panic!("it is nowhere: {seen}"));
        self.sides.iter().position(|side| side.account_id == account).expect("one of the two")
    }

    /// The newest offer of a product to this side, and what became of it.
    async fn offer_to(&self, fleet: &Fleet, to: usize, product: &str) -> Option<(String, String)> {
        let query = "{ viewer { receivedTransfers { id status offered { id } } } }";
        let seen = fleet.ask_until_answered(&self.sides[to].token, query, &json!({})).await;
        let all = seen["viewer"]["receivedTransfers"].as_array().unwrap();
        let newest = all.iter().find(|one| one["offered"]["id"] == product)?;
        Some((newest["id"].as_str().unwrap().to_owned(), newest["status"].as_str().unwrap().to_owned()))
    }
}

/// How far it is.
#[derive(Default)]
struct Progress {
    is_over: AtomicBool,
    accepted: AtomicUsize,
    kills: AtomicUsize,
    looks: AtomicUsize,
    orders: AtomicUsize,
    unanswered: AtomicUsize,
}

/// So many transfers at least, and so many kills.
async fn hand_over(db: Db, transfers: usize, kills: usize) {
    let scene = Scene::set(db).await;
    let (fleet, mut running) = Fleet::start(&scene.app, db).await;
    let progress = Progress::default();
    let began = Instant::now();
    let lanes = async {
        let is_enough = || {
            progress.accepted.load(Ordering::Relaxed) >= transfers && progress.kills.load(Ordering::Relaxed) >= kills
        };
        let lane = async |number: usize| {
            for round in 0.. {
                if is_enough() {
                    break;
                }
                to_the_other_side(&scene, &fleet, &progress, number, round).await;
            }
        };
        join_all((0..LANES).map(lane)).await;
        progress.is_over.store(true, Ordering::Relaxed);
    };
    let watching = join_all((0..2).map(|at| watch(&scene, &fleet, &progress, at)));
    let beside = join(kill(&fleet, &progress, running.remove(0)), order(&scene, &fleet, &progress));
    join3(lanes, watching, beside).await;
    let count = |number: &AtomicUsize| number.load(Ordering::Relaxed);
    println!(
        "{} transfers and {} orders in {:?}: {} kills left {} requests without an answer; {} looks",
        count(&progress.accepted),
        count(&progress.orders),
        began.elapsed(),
        count(&progress.kills),
        count(&progress.unanswered),
        count(&progress.looks),
    );
    assert!(count(&progress.unanswered) > 0, "the kills have hit nothing");
    assert!(count(&progress.looks) > transfers, "hardly anybody looked");
    one_story(&scene, count(&progress.accepted)).await;
}

/// One product goes to the other side, if it is not called off; with a second offer, a second acceptance and a change of mind at once.
async fn to_the_other_side(scene: &Scene, fleet: &Fleet, progress: &Progress, lane: usize, round: usize) {
    let product = scene.products[lane].as_str();
    let holder = scene.side_of(fleet, product).await;
    let (from, to) = (&scene.sides[holder], &scene.sides[1 - holder]);
    let note = |answer: &Option<Value>| {
        if answer.is_none() {
            progress.unanswered.fetch_add(1, Ordering::Relaxed);
        }
    };
    let input = json!({ "productId": product, "toEmail": to.email, "stayAsContributor": round.is_multiple_of(2) });
    let offer = |at: usize| fleet.run(at, &from.token, "offerTransfer", input.clone(), "transfer { id }");
    let (one, other) = join(offer(lane), offer(lane + 1)).await;
    let made = [&one, &other].iter().filter(|it| it.as_ref().is_some_and(|it| !it["transfer"].is_null())).count();
    assert!(made <= 1, "offered twice: {one:?} {other:?}");
    note(&one);
    note(&other);

    // a killed gateway has said nothing: so whoever it is offered to looks, and tries until it has ended
    for attempt in 0.. {
        let Some((id, status)) = scene.offer_to(fleet, 1 - holder, product).await else { return };
        match status.as_str() {
            "PENDING" => {}
            "ACCEPTED" if attempt > 0 => {
                assert_eq!(scene.side_of(fleet, product).await, 1 - holder, "accepted, and not there");
                progress.accepted.fetch_add(1, Ordering::Relaxed);
                return;
            }
            "CANCELLED" if attempt > 0 => {
                assert_eq!(scene.side_of(fleet, product).await, holder, "called off, and gone");
                return;
            }
            // the offer of an earlier round: of this one nothing was written
            _ => return,
        }
        let input = json!({ "transferId": id, "accountId": to.account_id });
        let accept = |at: usize| fleet.run(at, &to.token, "acceptTransfer", input.clone(), "transfer { status }");
        let again = json!({ "productId": product, "toEmail": from.email });
        let second = fleet.run(lane, &from.token, "offerTransfer", again, "transfer { id }");
        let cancel = async {
            if round % 8 != 7 {
                return None;
            }
            fleet.run(lane, &from.token, "cancelTransfer", json!({ "transferId": id }), "transfer { status }").await
        };
        let ((one, other), second, _) = join3(join(accept(lane), accept(lane + 1)), second, cancel).await;
        let taken = [&one, &other].iter().filter(|it| it.as_ref().is_some_and(|it| !it["transfer"].is_null())).count();
        assert!(taken <= 1, "accepted twice: {one:?} {other:?}");
        note(&one);
        note(&other);
        // one's own address: there is no other account of one's own to hand it over to
        assert!(second.as_ref().is_none_or(|it| it["transfer"].is_null()), "{second:?}");
    }
}

/// Whoever is a member of both sides sees each product once, with one question, at each instant.
async fn watch(scene: &Scene, fleet: &Fleet, progress: &Progress, at: usize) {
    let query = "{ viewer { memberships { nodes { account { products(first: 100) { nodes { id } pageInfo { hasNextPage } } } } } } }";
    while !progress.is_over.load(Ordering::Relaxed) {
        if let Some(seen) = fleet.ask(at, &scene.both, query, json!({})).await {
            let seen = seen.to_string();
            assert!(!seen.contains("\"hasNextPage\":true"), "not all is seen");
            for product in &scene.products {
                assert_eq!(seen.matches(product.as_str()).count(), 1, "{product} is in both, or in none: {seen}");
            }
            progress.looks.fetch_add(1, Ordering::Relaxed);
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// Kills the first gateway a while after each start.
async fn kill(fleet: &Fleet, progress: &Progress, mut gateway: Running) {
    while !progress.is_over.load(Ordering::Relaxed) {
        let kills = progress.kills.load(Ordering::Relaxed) as u64;
        tokio::time::sleep(Duration::from_millis(600 + kills * 137 % 500)).await;
        gateway.kill().await;
        progress.kills.fetch_add(1, Ordering::Relaxed);
        gateway = fleet.installation(0).serve("serve").await;
    }
}

/// Both sides order more, beside it.
async fn order(scene: &Scene, fleet: &Fleet, progress: &Progress) {
    for number in 0..ORDERS {
        if progress.is_over.load(Ordering::Relaxed) {
            break;
        }
        let who = &scene.sides[number % 2];
        let input = json!({
            "accountId": who.account_id, "items": [{ "planId": scene.provider.hosting_id }],
            "idempotencyKey": format!("beside-it-{number}"),
        });
        let placed = fleet.run(number, &who.token, "placeOrder", input, "order { status }").await;
        if placed.is_some_and(|placed| placed["order"]["status"] == "PAID") {
            progress.orders.fetch_add(1, Ordering::Relaxed);
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

/// What is written is one story: each product went from hand to hand without a gap, both sides were told of each time, and what was
/// billed is whose it was.
async fn one_story(scene: &Scene, accepted: usize) {
    let app = &scene.app;
    // a gateway that was killed while it charged has left an order that waits: its payment is found out, or made
    let open: Vec<_> = payment::Entity::find().all(app.db()).await.unwrap().into_iter().map(|row| row.id).collect();
    assert_eq!(domain::billing::reconcile(&app.store, &open).await.unwrap(), 0);
    let mut all = transfer::Entity::find().all(app.db()).await.unwrap();
    all.retain(|row| row.status == TransferStatus::Accepted);
    all.sort_by_key(|row| (row.answered_at, row.id));
    assert_eq!(all.len(), accepted);
    let products = product::Entity::find().all(app.db()).await.unwrap();
    for product in &products {
        let own: Vec<&Model> = all.iter().filter(|row| row.product_id == product.id).collect();
        for pair in own.windows(2) {
            assert!(pair.iter().all(|row| row.to_id != Some(row.from_id)));
        }
        // the clock stands, so that only the ends are in order: as often away from the first as back to it, or once more
        let id = encode(Kind::Account, product.account_id.0).0;
        let first = &scene.sides[0].account_id;
        let away = own.iter().filter(|row| encode(Kind::Account, row.from_id.0).0 == *first).count();
        if scene.products.contains(&encode(Kind::Product, product.id.0).0) {
            assert_eq!((own.len(), id == *first), (2 * away - own.len() % 2, own.len().is_multiple_of(2)));
        } else {
            assert_eq!(own.len(), 0);
        }
    }
    for (what, number) in [
        ("activity WHERE kind = 'TRANSFER_ACCEPTED'", 2 * accepted),
        ("notification WHERE kind = 'transfer_accepted'", 2 * accepted),
        ("transfer WHERE status = 'PENDING'", 0),
        ("product_period", products.len()),
    ] {
        let sql = format!("SELECT CAST(count(*) AS text) AS t FROM {what}");
        assert_eq!(app.texts(&sql).await, [number.to_string()], "{what}");
    }
    let of_others = "SELECT CAST(i.number AS text) AS t FROM invoice i JOIN \"order\" o ON o.id = i.order_id
        WHERE i.billed_to_id <> o.placed_from_id";
    assert_eq!(app.texts(of_others).await, Vec::<String>::new());
    app.check_books().await;
}
