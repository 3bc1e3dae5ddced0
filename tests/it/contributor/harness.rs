//! A site that a partner builds in its own account, and whoever it shares that with.

use api::id::decode;
use domain::permission::Permission;
use domain::sql::insert;
use entities::activity;
use serde_json::{Value, json};
use tests::app::TestApp;
use tests::client::Reply;
use tests::database::Db;
use tests::rows::Rows;
use tests::world::{Provider, Signed};

const PRODUCT: &str = "query($id: ID!) { node(id: $id) { ... on Product {
    label status plan { name } account { name }
    nextRenewal { publicPrice { amount } } invoices { totalCount } client { id } managedBy { id }
    contributors { email role accepted user { email } account { id } }
} } }";

/// A partner that builds a site in its own account, and its client; the product's id.
pub struct Scene {
    pub app: TestApp,
    pub provider: Provider,
    pub partner: Signed,
    pub client: Signed,
    pub product: String,
}

impl Scene {
    pub async fn start(db: Db) -> Self {
        let app = TestApp::start(db).await;
        let provider = app.provider().await;
        let partner = app.partner(&provider, "acme").await;
        let input = json!({ "partnerId": partner.account_id, "client": { "name": "Bolt" } });
        let record = app.done(&partner.token, "createClient", input, "client { id }").await;
        app.buy_for(&provider, &partner, record["client"]["id"].as_str().unwrap(), "PARTNER_CARD").await;
        let client = app.sign_up("jo@bolt.example", "Bolt").await;
        app.verify(&client).await;
        let product = product_of(&app, &partner).await;
        Self { app, provider, partner, client, product }
    }

    pub async fn invite(&self, by: &Signed, email: &str, role: &str) -> Reply {
        let input = json!({ "productId": self.product, "email": email, "role": role });
        let asked = "contributor { id email role accepted user { email } product { label } }";
        self.app.run(&by.token, "inviteContributor", input, asked).await
    }

    pub async fn invited(&self, by: &Signed, email: &str, role: &str) -> String {
        let reply = self.invite(by, email, role).await;
        reply.ok()["inviteContributor"]["contributor"]["id"].as_str().unwrap().to_owned()
    }

    pub async fn sees(&self, who: &Signed) -> Value {
        self.seen_by(&who.token).await
    }

    pub async fn seen_by(&self, token: &str) -> Value {
        self.app.ask_as(token, PRODUCT, json!({ "id": self.product })).await.ok()["node"].clone()
    }

    /// How somebody holds a permission on the product.
    pub async fn explained(&self, token: &str, permission: &str) -> Value {
        let question =
            "query($on: ID!, $p: Permission!) { viewer { permission(permission: $p, on: $on) { allowed paths {
            expiresAt steps { kind description node { __typename id } } } } } }";
        let reply = self.app.ask_as(token, question, json!({ "on": self.product, "p": permission })).await;
        reply.ok()["viewer"]["permission"].clone()
    }

    pub async fn label(&self, who: &Signed, label: &str) -> Reply {
        self.relabelled(&who.token, label).await
    }

    pub async fn relabelled(&self, token: &str, label: &str) -> Reply {
        let input = json!({ "productId": self.product, "label": label });
        self.app.run(token, "updateProduct", input, "product { label }").await
    }

    /// Tells in the feed that the partner's owner has renewed the product, on behalf of the client.
    pub async fn renewed_by_hand(&self) {
        let row = |id: &str| decode(id).expect("an id").1;
        let mut rows = Rows::new(1, self.app.store.now().await.unwrap().now);
        rows.activity(row(&self.partner.account_id).into(), Permission::ViewProducts, Some(row(&self.product).into()));
        let event = rows.activities.last_mut().unwrap();
        event.actor_id = Some(row(&self.partner.user_id).into());
        event.acting_for_id = Some(row(&self.client.account_id).into());
        insert::<activity::Entity>(self.app.db(), &rows.activities).await.unwrap();
    }

    /// What they contribute to.
    pub async fn contributions(&self, who: &Signed) -> Value {
        let query = "{ viewer { contributions { role accepted product { label } } } }";
        self.app.ask_as(&who.token, query, json!({})).await.ok()["viewer"]["contributions"].clone()
    }
}

pub async fn product_of(app: &TestApp, who: &Signed) -> String {
    let own = "query($id: ID!) { account(id: $id) { products { nodes { id } } } }";
    let reply = app.ask_as(&who.token, own, json!({ "id": who.account_id })).await;
    reply.ok()["account"]["products"]["nodes"][0]["id"].as_str().unwrap().to_owned()
}
