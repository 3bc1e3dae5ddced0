//! A provider whose staff credit, a partner, and its client.

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
    pub(super) record: String,
}

/// What is asked of a credit note.
const NOTE: &str =
    "invoice { id number kind status subtotal { amount } discount { amount } tax { amount } total { amount }
    billedTo { id } corrects { number status amountDue { amount } } lines { net { amount } tax { amount } } }";

impl World {
    /// Full access, and this side pays.
    pub(super) async fn start(db: Db, payer: &str) -> Self {
        let app = TestApp::start(db).await;
        let provider = app.provider().await;
        let acme = app.partner(&provider, "acme").await;
        let (bolt, record, _) = app.client_of("acme", &acme, "bolt", payer).await;
        Self { app, provider, acme, bolt, record }
    }

    /// An order of the partner's for the client: its id.
    pub(super) async fn bought(&self, method: &str) -> String {
        let bought = self.app.buy_for(&self.provider, &self.acme, &self.record, method).await;
        text(&bought["order"]["id"])
    }

    /// An order of somebody's for themselves, paid by this card: id and invoice.
    pub(super) async fn ordered(&self, who: &Signed, items: Value, key: &str) -> Value {
        let input = json!({ "accountId": who.account_id, "items": items, "idempotencyKey": key });
        let selection = "order { id status invoice { id lines { id net { amount } } } lines { products { id } } }";
        self.app.run(&who.token, "placeOrder", input, selection).await.data()["placeOrder"]["order"].clone()
    }

    /// Credits, as staff.
    pub(super) async fn credit(&self, invoice: &str, more: Value, key: &str) -> Reply {
        let mut input = json!({ "invoiceId": invoice, "reason": "It never worked.", "idempotencyKey": key });
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        self.app.run(&self.provider.staff, "issueCreditNote", input, NOTE).await
    }

    /// The note that came of it.
    pub(super) async fn credited(&self, invoice: &str, more: Value, key: &str) -> Value {
        self.credit(invoice, more, key).await.ok()["issueCreditNote"]["invoice"].clone()
    }

    /// The invoices of an account, newest first.
    pub(super) async fn invoices(&self, who: &Signed) -> Vec<Value> {
        let query = "query($id: ID!) { account(id: $id) { invoices { nodes { id number kind status paidAt
            total { amount } amountDue { amount } payments { status amount { amount } } order { id status } } } } }";
        let reply = self.app.ask_as(&who.token, query, json!({ "id": who.account_id })).await;
        reply.ok()["account"]["invoices"]["nodes"].as_array().unwrap().clone()
    }

    /// Available and pending cashback of the partner, and its entries, newest first.
    pub(super) async fn wallet(&self) -> (String, String, Vec<(String, String)>) {
        let query = "query($id: ID!) { account(id: $id) { wallet { balance { amount } pending { amount }
            entries { nodes { kind amount { amount } rateBps invoiceLineId client { name } } } } } }";
        let reply = self.app.ask_as(&self.acme.token, query, json!({ "id": self.acme.account_id })).await;
        let wallet = &reply.ok()["account"]["wallet"];
        let entries = wallet["entries"]["nodes"].as_array().unwrap();
        let entries = entries.iter().map(|entry| (text(&entry["kind"]), text(&entry["amount"]["amount"])));
        (text(&wallet["balance"]["amount"]), text(&wallet["pending"]["amount"]), entries.collect())
    }

    /// The trial balance as debits less credits, in cents, of the accounts that are not even.
    pub(super) async fn balances(&self) -> Vec<(String, i64)> {
        let query = "{ provider { trialBalance { ledgerAccount debit { amount } credit { amount } } } }";
        let reply = self.app.ask_as(&self.provider.staff, query, json!({})).await;
        let rows = reply.ok()["provider"]["trialBalance"].as_array().unwrap().clone();
        let cents = |amount: &Value| text(amount).replace('.', "").parse::<i64>().unwrap();
        let rows = rows
            .iter()
            .map(|row| (text(&row["ledgerAccount"]), cents(&row["debit"]["amount"]) - cents(&row["credit"]["amount"])));
        rows.filter(|(_, balance)| *balance != 0).collect()
    }

    /// The books after all that is due, by the auditor and by the product's own check.
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

pub(super) fn net(amount: &str) -> Value {
    json!({ "amount": { "amount": amount, "currencyCode": "EUR" } })
}

pub(super) fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}")).to_owned()
}
