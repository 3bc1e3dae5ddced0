//! A provider with plans of 10.00, 20.00 and nothing a month, and 100.00 a year; a partner and its client.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use tests::app::TestApp;
use tests::client::Reply;
use tests::database::Db;
use tests::world::{Provider, Signed};

pub(super) struct World {
    pub(super) app: TestApp,
    pub(super) provider: Provider,
    pub(super) acme: Signed,
    pub(super) bolt: Signed,
    /// Plans of a month, by their price in euros; of 20.00 there is a year for 100.00, too.
    pub(super) ten: String,
    pub(super) twenty: String,
    pub(super) free: String,
    partnership: String,
}

impl World {
    /// Full access, and this side pays. The clock stands on 1 March 2027.
    pub(super) async fn start(db: Db, payer: &str) -> Self {
        let app = TestApp::start(db).await;
        app.set_clock("2027-03-01T09:00:00Z").await;
        let provider = app.provider().await;
        let acme = app.partner(&provider, "acme").await;
        let (bolt, _, partnership) = app.client_of("acme", &acme, "bolt", payer).await;
        let offering = json!({ "sku": "site", "name": "Site", "kind": "HOSTING" });
        let offering = app.done(&provider.staff, "saveOffering", offering, "offering { id }").await;
        let offering = text(&offering["offering"]["id"]);
        let plan = async |name: &str, prices: &[(i32, &str)]| {
            let prices = prices.iter().map(|(months, amount)| {
                json!({ "termMonths": months, "price": { "amount": amount, "currencyCode": "EUR" }, "validFrom": "2026-01-01" })
            });
            let prices: Vec<_> = prices.collect();
            let input = json!({ "offeringId": offering, "name": name, "defaultTermMonths": 1, "prices": prices });
            text(&app.done(&provider.staff, "savePlan", input, "plan { id }").await["plan"]["id"])
        };
        let ten = plan("S", &[(1, "10.00")]).await;
        let twenty = plan("L", &[(1, "20.00"), (12, "100.00")]).await;
        let free = plan("Free", &[(1, "0.00")]).await;
        Self { app, provider, acme, bolt, ten, twenty, free, partnership }
    }

    /// A product of this plan that the client orders itself, for a month.
    pub(super) async fn own_product(&self, plan: &str, key: &str) -> String {
        let input = json!({
            "accountId": self.bolt.account_id, "items": [{ "planId": plan, "termMonths": 1 }], "idempotencyKey": key,
        });
        let placed = self.app.done(&self.bolt.token, "placeOrder", input, "order { lines { products { id } } }").await;
        text(&placed["order"]["lines"][0]["products"][0]["id"])
    }

    /// The same, ordered by the partner for it.
    pub(super) async fn partners_product(&self, plan: &str, key: &str) -> String {
        let input = json!({
            "accountId": self.bolt.account_id, "items": [{ "planId": plan, "termMonths": 1 }], "idempotencyKey": key,
        });
        let placed = self.app.done(&self.acme.token, "placeOrder", input, "order { lines { products { id } } }").await;
        text(&placed["order"]["lines"][0]["products"][0]["id"])
    }

    pub(super) async fn payer(&self, payer: &str, key: &str) {
        let input = json!({ "partnershipId": self.partnership, "payer": payer, "idempotencyKey": key });
        self.app.done(&self.bolt.token, "changePayer", input, "partnership { id }").await;
    }

    pub(super) async fn change(&self, who: &Signed, product: &str, plan: &str, more: Value, key: &str) -> Reply {
        let mut input = json!({ "productId": product, "planId": plan, "idempotencyKey": key });
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let selection = "order { id status subtotal { amount } discount { amount } tax { amount } total { amount }
            invoice { id number kind status total { amount } lines { net { amount } discount { amount } tax { amount } } } }";
        self.app.run(&who.token, "changePlan", input, selection).await
    }

    /// Looks first, then changes: what is billed is what was shown. The order.
    pub(super) async fn changed(&self, who: &Signed, product: &str, plan: &str, term: Option<i32>, key: &str) -> Value {
        let preview = self.preview(who, product, plan, term).await;
        let preview = preview.ok()["node"]["planChangePreview"].clone();
        let reply = self.change(who, product, plan, json!({ "termMonths": term }), key).await;
        let order = reply.ok()["changePlan"]["order"].clone();
        if !preview["total"].is_null() {
            assert_eq!((&order["total"], &order["tax"]), (&preview["total"], &preview["tax"]), "as it was shown");
        }
        let product = self.product(product).await;
        assert_eq!(product["renewsOn"], preview["renewsOn"]);
        order
    }

    pub(super) async fn preview(&self, who: &Signed, product: &str, plan: &str, term: Option<i32>) -> Reply {
        let query = "query($id: ID!, $plan: ID!, $term: Int) { node(id: $id) { ... on Product {
            planChangePreview(planId: $plan, termMonths: $term) {
                credit { amount } charge { amount } tax { amount } total { amount } renewsOn billedTo { id } } } } }";
        self.app.ask_as(&who.token, query, json!({ "id": product, "plan": plan, "term": term })).await
    }

    /// The product, as its holder sees it.
    pub(super) async fn product(&self, id: &str) -> Value {
        let query = "query($id: ID!) { node(id: $id) { ... on Product { status renewsOn termMonths autoRenew plan { name } } } }";
        self.app.ask_as(&self.bolt.token, query, json!({ "id": id })).await.ok()["node"].clone()
    }

    /// Number, kind, status and total of an account's invoices, newest first.
    pub(super) async fn invoices(&self, who: &Signed) -> Vec<String> {
        let query =
            "query($id: ID!) { account(id: $id) { invoices { nodes { number kind status total { amount } } } } }";
        let reply = self.app.ask_as(&who.token, query, json!({ "id": who.account_id })).await;
        let nodes = reply.ok()["account"]["invoices"]["nodes"].as_array().unwrap().clone();
        let line = |node: &Value| {
            let of = |field: &str| text(&node[field]);
            format!("{} {} {} {}", of("number"), of("kind"), of("status"), text(&node["total"]["amount"]))
        };
        nodes.iter().map(line).collect()
    }

    /// Available and pending cashback of the partner.
    pub(super) async fn wallet(&self) -> (String, String) {
        let query = "query($id: ID!) { account(id: $id) { wallet { balance { amount } pending { amount } } } }";
        let reply = self.app.ask_as(&self.acme.token, query, json!({ "id": self.acme.account_id })).await;
        let wallet = &reply.ok()["account"]["wallet"];
        (text(&wallet["balance"]["amount"]), text(&wallet["pending"]["amount"]))
    }

    /// The kinds of the feed of an account, newest first.
    pub(super) async fn feed(&self, who: &Signed) -> Vec<String> {
        let query = "query($id: ID!) { account(id: $id) { activity(first: 50) { nodes { kind } } } }";
        let reply = self.app.ask_as(&who.token, query, json!({ "id": who.account_id })).await;
        let nodes = reply.ok()["account"]["activity"]["nodes"].as_array().unwrap().clone();
        nodes.iter().map(|node| text(&node["kind"])).collect()
    }

    pub(super) async fn advance(&self, to: &str) {
        let at: DateTime<Utc> = to.parse().unwrap();
        self.app.advance_to(&self.provider.staff, &at.to_rfc3339()).await.ok();
    }

    pub(super) async fn books_are_right(&self) {
        self.app.run_jobs().await;
        self.app.check_books().await;
        let now = self.app.store.now().await.unwrap().now;
        let operator = domain::Actor::System(domain::actor::System::Operator);
        let reader = self.app.store.reader(operator, now, domain::store::Statements::default());
        let findings = domain::check::check(&self.app.store, &reader).await.unwrap();
        assert!(findings.is_empty(), "{findings:#?}");
    }
}

pub(super) fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}")).to_owned()
}
