//! R10: who pays, what there is to pay and who holds it change within 50 ms of the renewal.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use domain::renewal::run_now;
use domain::store::Statements;
use futures::future::{join, join_all};
use rstest::rstest;
use serde_json::{Value, json};
use tests::app::TestApp;
use tests::database::Db;
use tests::world::{Provider, Signed};
use tokio::time::sleep;

/// What is done to a client's products.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Blow {
    ChangePayer,
    EndPartnership,
    /// One product ends with its period.
    Cancel,
    /// One product goes to another account.
    Accept,
}

struct Client {
    name: String,
    signed: Signed,
    partnership: String,
    /// Who pays by the last answer; the partner, or the client itself.
    is_paid_by_partner: bool,
    has_ended: bool,
    products: Vec<String>,
    /// How many are to renew.
    renewing: i64,
}

/// A blow that was answered, by the clock of the drill.
struct Dealt {
    blow: Blow,
    is_done: bool,
    sent: Instant,
    answered: Instant,
}

struct Scene {
    app: TestApp,
    provider: Provider,
    partner: Signed,
    /// Who takes products over.
    taker: Signed,
    clients: Vec<Client>,
    /// How many products the taker has taken.
    taken: i64,
}

impl Scene {
    async fn set(db: Db, clients: usize, products: usize) -> Self {
        let app = TestApp::start(db).await;
        let provider = app.provider().await;
        let partner = app.partner(&provider, "acme").await;
        let taker = app.sign_up("owner@taker.example", "taker").await;
        app.add_card(&taker, "tok_visa").await;
        app.verify(&taker).await;
        let mut scene = Self { app, provider, partner, taker, clients: Vec::new(), taken: 0 };
        for number in 0..clients {
            let client = scene.client(number, products).await;
            scene.clients.push(client);
        }
        scene
    }

    /// A client for whom the partner has ordered, and who pays what follows for every second one.
    async fn client(&self, number: usize, products: usize) -> Client {
        let (app, name, is_paid_by_partner) = (&self.app, format!("client-{number}"), number.is_multiple_of(2));
        let payer = if is_paid_by_partner { "PARTNER" } else { "CLIENT" };
        let (signed, record, partnership) = app.client_of("acme", &self.partner, &name, payer).await;
        let token = &self.partner.token;
        let cart = app.done(token, "createCart", json!({ "clientId": record }), "cart { id }").await;
        let cart = &cart["cart"]["id"];
        let item = json!({ "cartId": cart, "planId": self.provider.hosting_id, "quantity": products });
        app.done(token, "addCartItem", item, "cart { id }").await;
        let method = if is_paid_by_partner { "PARTNER_CARD" } else { "CLIENT_CARD" };
        let input = json!({ "cartId": cart, "method": method, "idempotencyKey": format!("order-of-{name}") });
        app.done(token, "checkoutCart", input, "order { id }").await;
        let mine = "query($id: ID!) { account(id: $id) { products(first: 100) { nodes { id } } } }";
        let held = app.ask_as(&signed.token, mine, json!({ "id": signed.account_id })).await;
        let held = held.ok()["account"]["products"]["nodes"].as_array().expect("products").clone();
        let products: Vec<_> = held.iter().map(|one| one["id"].as_str().expect("an id").to_owned()).collect();
        let renewing = i64::try_from(products.len()).expect("a number");
        Client { name, signed, partnership, is_paid_by_partner, has_ended: false, products, renewing }
    }

    /// Deals a blow; whether it was done. What comes too late is refused with a code, and nothing is ever an inner fault.
    async fn deal(&self, client: &Client, blow: Blow, offer: Option<&str>, key: String) -> bool {
        let (token, product) = (&client.signed.token, client.products.last());
        let other = if client.is_paid_by_partner { "CLIENT" } else { "PARTNER" };
        let reply = match blow {
            Blow::ChangePayer => {
                let input = json!({ "partnershipId": client.partnership, "payer": other, "idempotencyKey": key });
                self.app.run(token, "changePayer", input, "partnership { id }").await
            }
            Blow::EndPartnership => {
                let input = json!({ "partnershipId": client.partnership });
                self.app.run(token, "endPartnership", input, "partnership { id }").await
            }
            Blow::Cancel => {
                let input = json!({ "productId": product });
                self.app.run(token, "cancelProduct", input, "product { id }").await
            }
            Blow::Accept => {
                let input = json!({ "transferId": offer, "accountId": self.taker.account_id });
                self.app.run(&self.taker.token, "acceptTransfer", input, "transfer { id }").await
            }
        };
        let payload = reply.data().as_object().and_then(|data| data.values().next()).cloned().unwrap_or_default();
        let codes: Vec<_> =
            payload["userErrors"].as_array().into_iter().flatten().map(|error| &error["code"]).collect();
        assert!(codes.iter().all(|code| *code != "INTERNAL" && *code != "UNAVAILABLE"), "{blow:?}: {payload}");
        codes.is_empty()
    }

    /// A year later: everything is due, and each client is dealt one blow.
    async fn round(&mut self, round: usize) -> BTreeMap<&'static str, usize> {
        let date = format!("{}-11-21", 2026 + round);
        self.app.set_clock(&format!("{date}T09:00:00Z")).await;
        let mut offers = Vec::new();
        for (number, client) in self.clients.iter().enumerate() {
            let input = json!({ "productId": client.products.last(), "toEmail": self.taker.email });
            let offer = match blow_of(number, round, client) {
                Blow::Accept => self.app.done(&client.signed.token, "offerTransfer", input, "transfer { id }").await,
                Blow::ChangePayer | Blow::EndPartnership | Blow::Cancel => Value::Null,
            };
            offers.push(offer["transfer"]["id"].as_str().map(str::to_owned));
        }
        let start = Instant::now() + Duration::from_millis(500);
        let almost = start.checked_sub(Duration::from_millis(50)).expect("an instant");
        let scene = &*self;
        let blows = self.clients.iter().zip(&offers).enumerate().map(async |(number, (client, offer))| {
            let blow = blow_of(number, round, client);
            // one in four well before, one well after, the others within 50 ms
            let at = match number % 4 {
                0 => start.checked_sub(Duration::from_millis(450)).expect("an instant"),
                1 => start + Duration::from_secs(4),
                _ => almost + Duration::from_millis(u64::try_from((number * 37 + round * 13) % 100).unwrap()),
            };
            tokio::time::sleep_until(at.into()).await;
            let sent = Instant::now();
            let is_done = scene.deal(client, blow, offer.as_deref(), format!("blow-{round}-on-{number}")).await;
            Dealt { blow, is_done, sent, answered: Instant::now() }
        });
        let run = async {
            sleep(start.saturating_duration_since(Instant::now())).await;
            let began = Instant::now();
            // a file has one writer: a run that did not get its turn in time is begun again, as a worker does
            while let Err(error) = run_now(&self.app.store, &Statements::default(), None, |_| ()).await {
                assert!(format!("{error:?}").contains("database is locked"), "{error:?}");
            }
            (began, Instant::now())
        };
        let (dealt, ran) = join(join_all(blows), run).await;
        self.judge(&date, &dealt, ran).await
    }

    /// Looks at what was billed, and to whom.
    async fn judge(&mut self, date: &str, dealt: &[Dealt], ran: (Instant, Instant)) -> BTreeMap<&'static str, usize> {
        let billed = self.billed(date).await;
        let of =
            |holder: &str, payer: &str| billed.get(&(holder.to_owned(), payer.to_owned())).copied().unwrap_or_default();
        let mut seen = BTreeMap::new();
        let (mut to_taker, mut cancelled) = (0, 0);
        let before: i64 = self.clients.iter().map(|client| client.renewing).sum::<i64>() + self.taken;
        for (client, Dealt { blow, is_done, sent, answered }) in self.clients.iter_mut().zip(dealt) {
            let is_before = *is_done && *answered < ran.0;
            let is_after = !is_done || *sent > ran.1;
            *seen
                .entry(if is_before {
                    "before"
                } else if is_after {
                    "after"
                } else {
                    "meanwhile"
                })
                .or_default() += 1;
            let (by_partner, by_client) = (of(&client.name, "acme"), of(&client.name, &client.name));
            let said = format!("{} of {date}: {blow:?}, before {is_before}, after {is_after}", client.name);
            // what is on two invoices may be to two payers, if the change fell between them: each product is to one
            assert!(by_partner == 0 || by_client == 0 || !(is_before || is_after), "{said}: two payers");
            let was_paid_by_partner = client.is_paid_by_partner && !client.has_ended;
            let mut expected = vec![was_paid_by_partner];
            let mut gone = 0..=0;
            match blow {
                Blow::ChangePayer | Blow::EndPartnership => {
                    let next = *blow == Blow::ChangePayer && !client.is_paid_by_partner;
                    if is_before {
                        expected = vec![next];
                    } else if !is_after {
                        expected.push(next);
                    }
                    if *is_done {
                        client.is_paid_by_partner = next;
                        client.has_ended = *blow == Blow::EndPartnership;
                    }
                }
                Blow::Cancel if is_before => gone = 1..=1,
                Blow::Cancel if is_after => {}
                Blow::Cancel => gone = 0..=1,
                // whoever was billed for it, it is the taker's now
                Blow::Accept => gone = if *is_done { 1..=1 } else { 0..=0 },
            }
            let renewed = by_partner + by_client;
            assert!(gone.contains(&(client.renewing - renewed)), "{said}: {renewed} of {} renewed", client.renewing);
            assert!(expected.contains(&(by_partner > 0)) || renewed == 0, "{said}: {by_partner} by the partner");
            if *is_done && matches!(blow, Blow::Cancel | Blow::Accept) {
                if *blow == Blow::Accept {
                    to_taker += 1;
                } else {
                    cancelled += client.renewing - renewed;
                }
                client.products.pop();
                client.renewing -= 1;
            }
        }
        // A product that was handed over meanwhile is renewed once, too, by one of the two.
        assert_eq!(billed.values().sum::<i64>(), before - cancelled, "{billed:?}");
        self.taken += to_taker;
        seen
    }

    /// How many products each holder of today had renewed on this day by whom; none of them twice.
    async fn billed(&self, date: &str) -> BTreeMap<(String, String), i64> {
        let twice = format!(
            "SELECT CAST(count(*) AS text) AS t FROM invoice_line l JOIN invoice i ON i.id = l.invoice_id AND i.kind = 'RENEWAL'
            WHERE l.period_start = '{date}' GROUP BY l.product_id HAVING count(*) > 1"
        );
        assert_eq!(self.app.texts(&twice).await, Vec::<String>::new(), "renewed twice");
        let sql = format!(
            "SELECT h.name || ' ' || b.name || ' ' || CAST(count(*) AS text) AS t FROM invoice_line l
            JOIN invoice i ON i.id = l.invoice_id AND i.kind = 'RENEWAL' JOIN product p ON p.id = l.product_id
            JOIN account h ON h.id = p.account_id JOIN account b ON b.id = i.billed_to_id
            WHERE l.period_start = '{date}' GROUP BY h.name, b.name"
        );
        let rows = self.app.texts(&sql).await;
        let row = |text: &String| {
            let mut words = text.split(' ').map(str::to_owned);
            let mut word = || words.next().expect("a word");
            ((word(), word()), word().parse().expect("a number"))
        };
        rows.iter().map(row).collect()
    }
}

fn blow_of(number: usize, round: usize, client: &Client) -> Blow {
    match (number + round) % 5 {
        2 if !client.has_ended && number.is_multiple_of(3) => Blow::EndPartnership,
        3 if client.products.len() > 1 => Blow::Cancel,
        4 if client.products.len() > 1 => Blow::Accept,
        _ if !client.has_ended => Blow::ChangePayer,
        _ => Blow::Cancel,
    }
}

async fn drill(db: Db, clients: usize, products: usize, rounds: usize) {
    let mut scene = Scene::set(db, clients, products).await;
    let mut seen: BTreeMap<&'static str, usize> = BTreeMap::new();
    for round in 1..=rounds {
        for (when, times) in scene.round(round).await {
            *seen.entry(when).or_default() += times;
        }
    }
    println!("{db:?}: {} products in {rounds} rounds; blows {seen:?} the run", clients * products);
    for when in ["before", "after"] {
        assert!(seen.get(when).is_some_and(|times| *times > 0), "no blow fell {when} the run: {seen:?}");
    }
    scene.app.run_jobs().await;
    scene.app.check_books().await;
}

/// R10 at the size of a check.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn who_pays_is_decided_once(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    drill(db, 8, 4, 3).await;
}

/// R10 in full: 1,000 products. `docs/promises.md` has the command.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
#[ignore = "full size"]
async fn who_pays_for_a_thousand_is_decided_once(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    drill(db, 50, 20, 10).await;
}
