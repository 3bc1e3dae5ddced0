//! A site that a partner has built in its own account, and the client that it is for.

use serde_json::{Value, json};
use tests::app::TestApp;
use tests::client::Reply;
use tests::database::Db;
use tests::world::{Provider, Signed};

/// Where a product stands, to whoever asks.
pub const PRODUCT: &str = "query($id: ID!) { node(id: $id) { ... on Product {
    label status renewsOn autoRenew renewalBilling account { name } payer { name } managedBy { id }
    nextRenewal { publicPrice { amount } total { amount } billedTo { name } }
    invoices { totalCount } contributors { role account { name } email } transfer { status to { name } } } } }";

pub struct Scene {
    pub app: TestApp,
    pub provider: Provider,
    pub partner: Signed,
    /// The partner's record of its client.
    pub record: String,
    pub client: Signed,
    pub product: String,
}

impl Scene {
    /// The partner has paid for the site's first year, and its client has signed up with a card.
    pub async fn start(db: Db) -> Self {
        let app = TestApp::start(db).await;
        let provider = app.provider().await;
        let partner = app.partner(&provider, "acme").await;
        let client = json!({ "name": "Bolt", "email": "jo@bolt.example" });
        let input = json!({ "partnerId": partner.account_id, "client": client });
        let record = app.done(&partner.token, "createClient", input, "client { id }").await;
        let record = record["client"]["id"].as_str().unwrap().to_owned();
        app.buy_for(&provider, &partner, &record, "PARTNER_CARD").await;
        let client = app.sign_up("jo@bolt.example", "Bolt").await;
        app.verify(&client).await;
        app.add_card(&client, "tok_visa").await;
        let product = products(&app, &partner).await[0]["id"].as_str().unwrap().to_owned();
        Self { app, provider, partner, record, client, product }
    }

    pub async fn offer(&self, by: &str, email: &str, stays: bool) -> Reply {
        let input = json!({ "productId": self.product, "toEmail": email, "stayAsContributor": stays });
        self.app
            .run(by, "offerTransfer", input, "transfer { id status toEmail stayAsContributor expiresAt } warnings")
            .await
    }

    /// The id of an offer by the partner, which must be made.
    pub async fn offered(&self, email: &str, stays: bool) -> String {
        let reply = self.offer(&self.partner.token, email, stays).await;
        reply.ok()["offerTransfer"]["transfer"]["id"].as_str().unwrap().to_owned()
    }

    pub async fn accept(&self, who: &Signed, transfer: &str) -> Reply {
        self.accept_into(&who.token, transfer, &who.account_id).await
    }

    pub async fn accept_into(&self, token: &str, transfer: &str, account: &str) -> Reply {
        let input = json!({ "transferId": transfer, "accountId": account });
        let asked = "transfer { status to { name } product { label account { name } } answeredAt } warnings";
        self.app.run(token, "acceptTransfer", input, asked).await
    }

    /// From the partner to the client, done.
    pub async fn hand_over(&self, stays: bool) {
        let transfer = self.offered("jo@bolt.example", stays).await;
        self.accept(&self.client, &transfer).await.ok();
    }

    pub async fn decline(&self, token: &str, transfer: &str) -> Reply {
        self.app.run(token, "declineTransfer", json!({ "transferId": transfer }), "transfer { status }").await
    }

    pub async fn cancel(&self, token: &str, transfer: &str) -> Reply {
        self.app.run(token, "cancelTransfer", json!({ "transferId": transfer }), "transfer { status }").await
    }

    /// The product as somebody sees it; null to whom it is hidden.
    pub async fn sees(&self, who: &Signed) -> Value {
        self.app.ask_as(&who.token, PRODUCT, json!({ "id": self.product })).await.ok()["node"].clone()
    }

    pub async fn label(&self, who: &Signed, label: &str) -> Reply {
        let input = json!({ "productId": self.product, "label": label });
        self.app.run(&who.token, "updateProduct", input, "product { label }").await
    }

    /// What is offered to somebody.
    pub async fn received(&self, who: &Signed, status: Option<&str>) -> Value {
        let query = "query($s: TransferStatus) { viewer { receivedTransfers(status: $s) {
            id status toEmail from { name } to { name } offered { id label kind planName } product { id } } } }";
        self.app.ask_as(&who.token, query, json!({ "s": status })).await.ok()["viewer"]["receivedTransfers"].clone()
    }

    /// The kinds of the events in an account's feed that are about transfers and renewals, by name.
    pub async fn feed(&self, who: &Signed) -> Vec<String> {
        let query = "query($id: ID!) { account(id: $id) { activity(last: 100) { nodes { kind } } } }";
        let reply = self.app.ask_as(&who.token, query, json!({ "id": who.account_id })).await;
        let nodes = reply.ok()["account"]["activity"]["nodes"].as_array().unwrap().clone();
        let kinds = nodes.iter().map(|node| node["kind"].as_str().unwrap().to_owned());
        let mut kinds: Vec<_> = kinds.filter(|kind| kind.contains("TRANSFER") || kind.contains("RENEWED")).collect();
        kinds.sort_unstable();
        kinds
    }

    /// The subjects of the mails to an address, oldest first.
    pub async fn subjects(&self, address: &str) -> Vec<String> {
        self.app.run_jobs().await;
        self.app.mails_to(address).into_iter().map(|mail| mail.subject).collect()
    }
}

/// The invoices of an account, newest first.
pub async fn invoices(app: &TestApp, who: &Signed) -> Vec<Value> {
    let query = "query($id: ID!) { account(id: $id) { invoices { nodes {
        status subtotal { amount } discount { amount } total { amount } billedTo { name } lines { product { id } } } } } }";
    let reply = app.ask_as(&who.token, query, json!({ "id": who.account_id })).await;
    reply.ok()["account"]["invoices"]["nodes"].as_array().unwrap().clone()
}

/// The products of an account, as its owner sees them.
pub async fn products(app: &TestApp, who: &Signed) -> Vec<Value> {
    let query = "query($id: ID!) { account(id: $id) { products { nodes { id label } } } }";
    let reply = app.ask_as(&who.token, query, json!({ "id": who.account_id })).await;
    reply.ok()["account"]["products"]["nodes"].as_array().unwrap().clone()
}
