//! Random orders, renewals, plan changes, credits, changes of the payer, ends, and days that go by, on one database: whatever comes
//! after what, the independent auditor finds the books right.
//!
//! Each step is a call of the API, which may refuse it, but not fail. After each, debits equal credits; after some, every invoice is
//! computed once more, the law discount + cashback = D holds on each covered line, numbers are 1 to n, and what is credited, paid
//! back and taken back adds up.

use api::id::{Kind, encode};
use chrono::TimeDelta;
use domain::actor::{Actor, System};
use domain::store::Statements;
use entities::{invoice, product};
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use rstest::rstest;
use sea_orm::{DatabaseConnection, EntityTrait, FromQueryResult, Statement};
use serde_json::{Value, json};
use tests::auditor::audit;
use tests::database::Db;
use tests::world::Signed;

use super::harness::World;

/// One step; the numbers choose among what there is.
#[derive(Debug, Clone)]
enum Step {
    Order { by_partner: bool, plan: usize, year: bool, quantity: i32 },
    Renew { by_partner: bool, product: usize },
    Change { by_partner: bool, product: usize, plan: usize, year: bool, at_period_end: bool },
    Credit { invoice: usize, percent: Option<i64> },
    Cancel { product: usize, at_period_end: bool },
    Payer { is_partner: bool },
    Card { of_partner: bool, token: &'static str },
    Days(i64),
}

fn step(rng: &mut StdRng) -> Step {
    let mut any = |below: usize| rng.random_range(0..below);
    let (kind, row, plan, coin, other) = (any(28), any(1_000), any(3), any(2) == 0, any(2) == 0);
    let tokens = ["tok_visa", "tok_visa", "tok_visa", "tok_declined", "tok_declined_once", "tok_timeout"];
    match kind {
        0..4 => Step::Order { by_partner: coin, plan, year: other, quantity: [1, 1, 2, 3][any(4)] },
        4..7 => Step::Renew { by_partner: coin, product: row },
        7..15 => Step::Change { by_partner: coin, product: row, plan, year: other, at_period_end: any(5) == 0 },
        15..21 => Step::Credit { invoice: row, percent: [None, Some(1 + any(130) as i64)][any(2)] },
        21 => Step::Cancel { product: row, at_period_end: coin },
        22 => Step::Payer { is_partner: coin },
        23 => Step::Card { of_partner: coin, token: tokens[any(6)] },
        _ => Step::Days(any(20) as i64),
    }
}

struct Model {
    w: World,
    taken: u64,
    refused: u64,
}

impl Model {
    fn who(&self, is_partner: bool) -> &Signed {
        if is_partner { &self.w.acme } else { &self.w.bolt }
    }

    fn plan(&self, plan: usize) -> (&str, &str) {
        [(self.w.ten.as_str(), "ten"), (self.w.twenty.as_str(), "twenty"), (self.w.free.as_str(), "free")][plan]
    }

    async fn run(&mut self, at: usize, mutation: &str, who: &str, input: Value, selection: &str) {
        let mut input = input;
        if mutation != "cancelProduct" {
            input["idempotencyKey"] = json!(format!("step-of-the-model-{at}"));
        }
        let reply = self.w.app.run(who, mutation, input, selection).await;
        assert!(reply.body.get("errors").is_none(), "step {at}: {:#}", reply.body);
        let is_refused = !reply.data()[mutation]["userErrors"].as_array().unwrap().is_empty();
        if is_refused { self.refused += 1 } else { self.taken += 1 }
    }

    async fn product(&self, at: usize) -> Option<String> {
        let mut all = product::Entity::find().all(self.w.app.db()).await.unwrap();
        all.sort_by_key(|row| row.id);
        (!all.is_empty()).then(|| encode(Kind::Product, all[at % all.len()].id.0).0)
    }

    async fn take(&mut self, at: usize, step: &Step) {
        match *step {
            Step::Order { by_partner, plan, year, quantity } => {
                let item = json!({
                    "planId": self.plan(plan).0, "termMonths": if year { 12 } else { 1 }, "quantity": quantity,
                });
                let input = json!({ "accountId": self.w.bolt.account_id, "items": [item] });
                let token = self.who(by_partner).token.clone();
                self.run(at, "placeOrder", &token, input, "order { id }").await;
            }
            Step::Renew { by_partner, product } => {
                let Some(product) = self.product(product).await else { return };
                let token = self.who(by_partner).token.clone();
                self.run(at, "renewProduct", &token, json!({ "productId": product }), "product { id }").await;
            }
            Step::Change { by_partner, product, plan, year, at_period_end } => {
                let Some(product) = self.product(product).await else { return };
                let input = json!({
                    "productId": product, "planId": self.plan(plan).0, "termMonths": if year { 12 } else { 1 },
                    "atPeriodEnd": at_period_end,
                });
                let token = self.who(by_partner).token.clone();
                self.run(at, "changePlan", &token, input, "order { id }").await;
            }
            Step::Credit { invoice, percent } => self.credit(at, invoice, percent).await,
            Step::Cancel { product, at_period_end } => {
                let Some(product) = self.product(product).await else { return };
                let input = json!({ "productId": product, "atPeriodEnd": at_period_end });
                let token = self.w.bolt.token.clone();
                self.run(at, "cancelProduct", &token, input, "product { id }").await;
            }
            Step::Payer { is_partner } => {
                self.w.payer(if is_partner { "PARTNER" } else { "CLIENT" }, &format!("payer-at-{at}")).await;
            }
            Step::Card { of_partner, token } => self.w.app.add_card(self.who(of_partner), token).await,
            Step::Days(days) => self.go_on(days).await,
        }
    }

    async fn credit(&mut self, at: usize, chosen: usize, percent: Option<i64>) {
        let mut all = invoice::Entity::find().all(self.w.app.db()).await.unwrap();
        all.sort_by_key(|row| row.id);
        if all.is_empty() {
            return;
        }
        let row = &all[chosen % all.len()];
        let net = (row.total_minor - row.tax_minor) * percent.unwrap_or(0) / 100;
        let amount =
            percent.map(|_| json!({ "amount": format!("{}.{:02}", net / 100, net % 100), "currencyCode": "EUR" }));
        let input = json!({ "invoiceId": encode(Kind::Invoice, row.id.0).0, "amount": amount, "reason": "A model." });
        let token = self.w.provider.staff.clone();
        self.run(at, "issueCreditNote", &token, input, "invoice { id }").await;
    }

    /// Days go by: what is unknown is found out, what is due renews, cashback is released, what was stopped ends.
    async fn go_on(&self, days: i64) {
        let store = &self.w.app.store;
        let now = store.now().await.unwrap().now + TimeDelta::days(days);
        self.w.app.set_clock(&now.to_rfc3339()).await;
        find_out(store).await;
        domain::renewal::run_now(store, &Statements::default(), None, |_| ()).await.unwrap();
        let cashback = Actor::System(System::Cashback);
        store.write(cashback, Statements::default(), |work| Box::pin(domain::cashback::release(work))).await.unwrap();
        let renewals = Actor::System(System::Renewals);
        store.write(renewals, Statements::default(), |work| Box::pin(domain::product::expire(work))).await.unwrap();
        find_out(store).await;
    }
}

#[derive(FromQueryResult)]
struct Id {
    id: uuid::Uuid,
}

/// Asks the gateway about all that is open.
async fn find_out(store: &domain::Store) {
    let open = async |table: &str| {
        let sql = format!("SELECT id FROM {table} WHERE status IN ('PENDING', 'UNKNOWN')");
        let statement = Statement::from_string(store.pool().get_database_backend(), sql);
        Id::find_by_statement(statement).all(store.pool()).await.unwrap().into_iter().map(|row| row.id)
    };
    let payments: Vec<_> = open("payment").await.map(Into::into).collect();
    domain::billing::reconcile(store, &payments).await.unwrap();
    for _ in 0..2 {
        let refunds: Vec<_> = open("refund").await.map(Into::into).collect();
        domain::billing::pay_back(store, &refunds).await.unwrap();
    }
}

#[derive(FromQueryResult)]
struct Off {
    off: i64,
}

/// Debits less credits, of all that is in the book.
async fn off(db: &DatabaseConnection) -> i64 {
    let sql = "SELECT CAST(coalesce(sum(debit_minor) - sum(credit_minor), 0) AS bigint) AS off FROM ledger_line";
    let statement = Statement::from_string(db.get_database_backend(), sql);
    Off::find_by_statement(statement).one(db).await.unwrap().unwrap().off
}

/// Takes so many steps, drawn from this seed, and audits after each `every`th.
async fn walk(db: Db, seed: u64, steps: usize, every: usize) {
    println!("the seed is {seed}");
    let mut rng = StdRng::seed_from_u64(seed);
    let mut model = Model { w: World::start(db, "CLIENT").await, taken: 0, refused: 0 };
    let mut taken = Vec::new();
    for at in 0..steps {
        let step = step(&mut rng);
        model.take(at, &step).await;
        taken.push(step);
        assert_eq!(off(model.w.app.db()).await, 0, "after {:?}", taken.last());
        if at % every == 0 || at + 1 == steps {
            find_out(&model.w.app.store).await;
            let findings = audit(model.w.app.db()).await;
            let last = &taken[taken.len().saturating_sub(every)..];
            assert!(findings.is_empty(), "step {at} of seed {seed:?}, after {last:?}:\n{findings:#?}");
        }
    }
    find_out(&model.w.app.store).await;
    println!("{} steps were taken, {} refused", model.taken, model.refused);
    assert!(model.taken * 4 > steps as u64, "hardly anything was done: {} of {steps}", model.taken);
}

/// R13, S5.9b: sixty steps on each database, the same in each run; the full size draws another seed each time.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn whatever_comes_after_what_the_books_are_right(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    walk(db, 4, 60, 1).await;
}

/// The full size: 10,000 steps in all. `docs/promises.md` says how to run it.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes long: the small one runs with every test"]
async fn ten_thousand_steps(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    for _ in 0..10 {
        walk(db, fresh_seed(), 500, 25).await;
    }
}

fn fresh_seed() -> u64 {
    let (high, low) = uuid::Uuid::now_v7().as_u64_pair();
    high ^ low
}
