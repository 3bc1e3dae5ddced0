//! One walk through a sequence of steps, on a database of its own.

use std::collections::BTreeMap;

use api::id::{Kind, encode};
use chrono::TimeDelta;
use domain::actor::{Actor, System};
use domain::store::Statements;
use entities::id::ProductId;
use entities::transfer::TransferStatus;
use entities::{invoice, product, transfer};
use sea_orm::{DatabaseConnection, EntityTrait, FromQueryResult, Statement};
use serde_json::{Value, json};
use tests::app::TestApp;
use tests::auditor::audit;
use tests::database::Db;
use tests::world::Signed;

use super::super::harness::World;
use super::steps::{Reply, Step, Who};

/// The world, and what the model knows of it.
pub(super) struct Walk {
    w: World,
    cog: Signed,
    /// Where each product is.
    holders: BTreeMap<ProductId, Who>,
    pub(super) taken: usize,
    pub(super) refused: usize,
}

impl Walk {
    /// Takes all the steps, and audits after each `every`th and the last one.
    pub(super) async fn take_all(db: Db, steps: &[Step], every: usize) -> Self {
        let w = World::start(db, "CLIENT").await;
        let cog = w.app.sign_up("owner@cog.example", "cog").await;
        w.app.add_card(&cog, "tok_visa").await;
        for who in [&w.bolt, &w.acme, &cog] {
            w.app.verify(who).await;
        }
        let mut walk = Self { w, cog, holders: BTreeMap::new(), taken: 0, refused: 0 };
        for (at, step) in steps.iter().enumerate() {
            walk.take(at, step).await;
            let off = off(walk.w.app.db()).await;
            assert!(off.is_empty(), "debits less credits after step {at}, {step:?}: {off:?}");
            walk.products_are_where_they_should_be(at, step).await;
            if at % every == 0 || at + 1 == steps.len() {
                find_out(&walk.w.app).await;
                let findings = audit(walk.w.app.db()).await;
                let last = &steps[(at + 1).saturating_sub(every)..=at];
                assert!(findings.is_empty(), "step {at}, after {last:?}:\n{findings:#?}");
            }
        }
        walk
    }

    fn who(&self, who: Who) -> &Signed {
        match who {
            Who::Bolt => &self.w.bolt,
            Who::Acme => &self.w.acme,
            Who::Cog => &self.cog,
        }
    }

    fn plan(&self, plan: usize) -> &str {
        [&self.w.ten, &self.w.twenty, &self.w.free][plan]
    }

    /// Runs a mutation, which may be refused, but not fail: whether it was done.
    async fn run(&mut self, by: Who, mutation: &str, input: Value, selection: &str) -> bool {
        let token = self.who(by).token.clone();
        self.run_by(&token, mutation, input, selection).await
    }

    async fn run_by(&mut self, token: &str, mutation: &str, input: Value, selection: &str) -> bool {
        let reply = self.w.app.run(token, mutation, input, selection).await;
        assert!(reply.body.get("errors").is_none(), "{mutation}: {:#}", reply.body);
        let is_refused = !reply.data()[mutation]["userErrors"].as_array().unwrap().is_empty();
        if is_refused {
            self.refused += 1;
        } else {
            self.taken += 1;
        }
        !is_refused
    }

    async fn take(&mut self, at: usize, step: &Step) {
        let key = format!("step-of-the-model-{at}");
        match step {
            Step::Days(days) => {
                self.go_on(*days).await;
                self.taken += 1;
            }
            Step::Order { by, to, plan, year, quantity } => {
                let (plan, months) = (self.plan(*plan), if *year { 12 } else { 1 });
                let item = json!({ "planId": plan, "termMonths": months, "quantity": quantity });
                let input = json!({ "accountId": self.who(*to).account_id, "items": [item], "idempotencyKey": key });
                self.run(*by, "placeOrder", input, "order { id }").await;
                for new in self.products().await {
                    self.holders.entry(new.id).or_insert(*to);
                }
            }
            Step::Offer { products, to, stays } => self.offer(products, *to, *stays).await,
            Step::Answer { transfers, reply } => self.answer(transfers, *reply).await,
            Step::Renew { by, product } => {
                let Some((product, _)) = self.product(*product) else { return };
                let input = json!({ "productId": product, "idempotencyKey": key });
                self.run(*by, "renewProduct", input, "product { id }").await;
            }
            Step::Change { by, product, plan, year, at_period_end } => {
                let Some((product, _)) = self.product(*product) else { return };
                let input = json!({
                    "productId": product, "planId": self.plan(*plan), "termMonths": if *year { 12 } else { 1 },
                    "atPeriodEnd": at_period_end, "idempotencyKey": key,
                });
                self.run(*by, "changePlan", input, "order { id }").await;
            }
            Step::Credit { invoice, percent } => self.credit(*invoice, *percent, &key).await,
            Step::Cancel { product, at_period_end } => {
                let Some((product, holder)) = self.product(*product) else { return };
                let input = json!({ "productId": product, "atPeriodEnd": at_period_end });
                self.run(holder, "cancelProduct", input, "product { id }").await;
            }
            Step::Payer { is_partner } => {
                self.w.payer(if *is_partner { "PARTNER" } else { "CLIENT" }, &key).await;
                self.taken += 1;
            }
            Step::Card { of, token } => {
                self.w.app.add_card(self.who(*of), token).await;
                self.taken += 1;
            }
        }
    }

    async fn products(&self) -> Vec<product::Model> {
        product::Entity::find().all(self.w.app.db()).await.unwrap()
    }

    /// One of the products, with its holder.
    fn product(&self, at: usize) -> Option<(String, Who)> {
        let (id, holder) = self.holders.iter().nth(at % self.holders.len().max(1))?;
        Some((encode(Kind::Product, id.0).0, *holder))
    }

    async fn offer(&mut self, chosen: &[usize], to: Who, stays: bool) {
        for at in chosen {
            let Some((product, holder)) = self.product(*at) else { return };
            let email = self.who(to).email.clone();
            let input = json!({ "productId": product, "toEmail": email, "stayAsContributor": stays });
            self.run(holder, "offerTransfer", input, "transfer { id }").await;
        }
    }

    /// Answers some of those that wait, as whoever may.
    async fn answer(&mut self, chosen: &[usize], reply: Reply) {
        for at in chosen {
            let mut all = transfer::Entity::find().all(self.w.app.db()).await.unwrap();
            all.retain(|row| row.status == TransferStatus::Pending);
            all.sort_by_key(|row| row.id);
            let Some(row) = all.get(at % all.len().max(1)) else { return };
            let to = Who::ALL.into_iter().find(|who| self.who(*who).email == row.to_email).unwrap();
            let id = encode(Kind::Transfer, row.id.0).0;
            match reply {
                Reply::Accept => {
                    let input = json!({ "transferId": id, "accountId": self.who(to).account_id });
                    if self.run(to, "acceptTransfer", input, "transfer { id }").await {
                        self.holders.insert(row.product_id, to);
                    }
                }
                Reply::Decline => {
                    self.run(to, "declineTransfer", json!({ "transferId": id }), "transfer { id }").await;
                }
                Reply::Cancel => {
                    let holder = self.holders[&row.product_id];
                    self.run(holder, "cancelTransfer", json!({ "transferId": id }), "transfer { id }").await;
                }
            }
        }
    }

    async fn credit(&mut self, chosen: usize, percent: Option<i64>, key: &str) {
        let mut all = invoice::Entity::find().all(self.w.app.db()).await.unwrap();
        all.sort_by_key(|row| row.id);
        let Some(row) = all.get(chosen % all.len().max(1)) else { return };
        let net = (row.total_minor - row.tax_minor) * percent.unwrap_or(0) / 100;
        let amount =
            percent.map(|_| json!({ "amount": format!("{}.{:02}", net / 100, net % 100), "currencyCode": "EUR" }));
        let input = json!({
            "invoiceId": encode(Kind::Invoice, row.id.0).0, "amount": amount, "reason": "A model.", "idempotencyKey": key,
        });
        let staff = self.w.provider.staff.clone();
        self.run_by(&staff, "issueCreditNote", input, "invoice { id }").await;
    }

    /// Days go by: what is unknown is found out, what is due renews, cashback is released, what was stopped ends, and offers lapse.
    async fn go_on(&self, days: i64) {
        let store = &self.w.app.store;
        let now = store.now().await.unwrap().now + TimeDelta::days(days);
        self.w.app.set_clock(&now.to_rfc3339()).await;
        find_out(&self.w.app).await;
        domain::renewal::run_now(store, &Statements::default(), None, |_| ()).await.unwrap();
        let cashback = Actor::System(System::Cashback);
        store.write(cashback, Statements::default(), |work| Box::pin(domain::cashback::release(work))).await.unwrap();
        let renewals = Actor::System(System::Renewals);
        store
            .write(renewals.clone(), Statements::default(), |work| Box::pin(domain::product::expire(work)))
            .await
            .unwrap();
        let lapse =
            store.write(renewals, Statements::default(), |work| Box::pin(domain::transfer::commands::lapse(work)));
        lapse.await.unwrap();
        find_out(&self.w.app).await;
    }

    /// Every product is in the account in which the model has it, and nothing that has ended is offered to anybody.
    async fn products_are_where_they_should_be(&self, at: usize, step: &Step) {
        let accounts: BTreeMap<String, Who> =
            Who::ALL.into_iter().map(|who| (self.who(who).account_id.clone(), who)).collect();
        let is: BTreeMap<ProductId, Who> = self
            .products()
            .await
            .iter()
            .map(|row| (row.id, accounts[&encode(Kind::Account, row.account_id.0).0]))
            .collect();
        assert_eq!(is, self.holders, "after step {at}, {step:?}");
        let offered = "SELECT CAST(x.label AS text) AS t FROM transfer x JOIN product p ON p.id = x.product_id
            WHERE x.status = 'PENDING' AND p.status IN ('CANCELLED', 'EXPIRED')
                AND x.expires_at > (SELECT now_at FROM clock)";
        assert_eq!(self.w.app.texts(offered).await, Vec::<String>::new(), "after step {at}, {step:?}");
    }
}

#[derive(FromQueryResult)]
struct Id {
    id: uuid::Uuid,
}

/// Asks the gateway about all that is open.
async fn find_out(app: &TestApp) {
    let store = &app.store;
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

#[derive(Debug, FromQueryResult)]
#[expect(dead_code, reason = "shown when it is not empty")]
struct Off {
    currency: String,
    off: i64,
}

/// Debits less credits of the whole book, where they are not even.
async fn off(db: &DatabaseConnection) -> Vec<Off> {
    let sql = "SELECT currency, CAST(sum(debit_minor) - sum(credit_minor) AS bigint) AS off FROM ledger_line
        GROUP BY currency HAVING sum(debit_minor) <> sum(credit_minor)";
    let statement = Statement::from_string(db.get_database_backend(), sql);
    Off::find_by_statement(statement).all(db).await.unwrap()
}
