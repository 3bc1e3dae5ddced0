//! A copy of the world in which the calls of one row are made, and what rows need to make fresh subjects there.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use entities::id::{AccountId, UserId};
use serde_json::{Value, json};
use tests::app::TestApp;
use tests::database::{Db, Snapshot};
use tests::world::Signed;
use tokio::sync::OnceCell;

use super::digest::{Digest, Reading};
use super::family::open_invoice;
use super::schema::Schema;
use super::world::{Company, World, row};

/// What all scenes begin from.
pub struct Beginning {
    pub world: World,
    pub schema: Schema,
    reading: Reading,
    snapshot: Snapshot,
}

impl Beginning {
    /// The one of this kind of database, for all tests of this process.
    pub async fn on(db: Db) -> Arc<Self> {
        static SQLITE: OnceCell<Arc<Beginning>> = OnceCell::const_new();
        static POSTGRES: OnceCell<Arc<Beginning>> = OnceCell::const_new();
        let cell = match db {
            Db::Sqlite => &SQLITE,
            Db::Postgres => &POSTGRES,
        };
        Arc::clone(cell.get_or_init(async || Arc::new(Self::build(db).await)).await)
    }

    async fn build(db: Db) -> Self {
        let app = TestApp::start(db).await;
        let world = World::build(&app).await;
        let schema = Schema::of(&app).await;
        let reading = Reading::of(app.db()).await;
        Self { world, schema, reading, snapshot: app.freeze().await }
    }
}

pub struct Scene {
    pub app: TestApp,
    beginning: Arc<Beginning>,
    count: AtomicU64,
}

impl Scene {
    pub async fn open(beginning: &Arc<Beginning>) -> Self {
        let app = TestApp::resume(&beginning.snapshot).await;
        Self { app, beginning: Arc::clone(beginning), count: AtomicU64::new(0) }
    }

    pub fn world(&self) -> &World {
        &self.beginning.world
    }

    pub fn schema(&self) -> &Schema {
        &self.beginning.schema
    }

    pub async fn digest(&self) -> Digest {
        self.beginning.reading.take(self.app.db()).await
    }

    /// A number that this scene has not seen.
    pub fn number(&self) -> u64 {
        self.count.fetch_add(1, Ordering::Relaxed)
    }

    /// A key that nobody has used.
    pub fn key(&self) -> String {
        format!("sweep-key-{}", self.number())
    }

    /// An account's id.
    pub fn account(&self, company: Company) -> &str {
        self.world().account(company)
    }

    /// One mutation by an owner, which must succeed: its payload.
    pub async fn done(&self, company: Company, mutation: &str, input: Value, selection: &str) -> Value {
        self.app.done(&self.world().owner(company).token, mutation, input, selection).await
    }

    /// A product that an account has just ordered for itself.
    pub async fn product(&self, company: Company) -> String {
        let input = json!({
            "accountId": self.account(company), "items": [{ "planId": self.world().provider.hosting_id }],
            "idempotencyKey": self.key(),
        });
        let placed = self.done(company, "placeOrder", input, "order { lines { products { id } } }").await;
        text(&placed["order"]["lines"][0]["products"][0]["id"])
    }

    /// A cart of Acme's for Bolt, with one line: their ids.
    pub async fn cart(&self) -> (String, String) {
        let record = &self.world().ours.record;
        let cart = self.done(Company::Acme, "createCart", json!({ "clientId": record }), "cart { id }").await;
        let cart = text(&cart["cart"]["id"]);
        let item = json!({ "cartId": cart, "planId": self.world().provider.hosting_id });
        let item = self.done(Company::Acme, "addCartItem", item, "cart { items { id } }").await;
        (cart, text(&item["cart"]["items"][0]["id"]))
    }

    /// An invoice that is still to pay, of a product of the account's own.
    pub async fn open_invoice(&self, company: Company) -> String {
        let product = self.product(company).await;
        open_invoice(&self.app, self.world().owner(company), &product).await
    }

    /// A way to pay of Bolt's, which is not its default.
    pub async fn method(&self) -> String {
        let input = json!({ "accountId": self.account(Company::Bolt), "token": "tok_visa", "makeDefault": false });
        let added = self.done(Company::Bolt, "addPaymentMethod", input, "paymentMethod { id }").await;
        text(&added["paymentMethod"]["id"])
    }

    /// An account with its owner, that nobody has dealt with.
    pub async fn newcomer(&self) -> Signed {
        let name = format!("newcomer{}", self.number());
        super::newcomer::add(&self.app, &name).await
    }

    /// A partner with a published profile, that nobody has dealt with; and the name of its profile.
    pub async fn new_partner(&self) -> (Signed, String) {
        let partner = self.newcomer().await;
        let input = json!({ "accountId": partner.account_id, "programmeId": self.world().provider.programme_id });
        self.app.done(&partner.token, "enrolAsPartner", input, "account { id }").await;
        let slug = format!("newcomer-{}", letters(self.number()));
        let input = json!({
            "accountId": partner.account_id, "slug": slug, "headline": "New", "description": "", "services": [],
            "published": true,
        });
        self.app.done(&partner.token, "savePartnerProfile", input, "partnerProfile { id }").await;
        (partner, slug)
    }

    /// A waiting offer of full access from a client to a partner.
    pub async fn offer(&self, from: &Signed, slug: &str) -> String {
        let input = json!({
            "accountId": from.account_id, "partnerProfileSlug": slug, "accessLevel": "FULL", "payer": "CLIENT",
        });
        let sent = self.app.done(&from.token, "sendInvitation", input, "invitation { id }").await;
        text(&sent["invitation"]["id"])
    }

    /// A partnership of these two, just made.
    pub async fn partnership(&self, client: &Signed, partner: &Signed, slug: &str) -> String {
        let input = json!({ "invitationId": self.offer(client, slug).await });
        let made = self.app.done(&partner.token, "connectClient", input, "partnership { id }").await;
        text(&made["partnership"]["id"])
    }

    pub fn owner(&self, company: Company) -> &Signed {
        self.world().owner(company)
    }
}

/// A number in letters: names of profiles that differ only in what reads alike are one.
fn letters(mut number: u64) -> String {
    let mut written = String::new();
    loop {
        written.push(char::from(b'a' + (number % 26) as u8));
        number /= 26;
        if number == 0 {
            return written;
        }
    }
}

pub fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}")).to_owned()
}

/// The rows behind an owner's ids.
pub fn rows_of(who: &Signed) -> (AccountId, UserId) {
    (row(&who.account_id).into(), row(&who.user_id).into())
}
