//! A catalogue, a partner and a client with their ways to order.

use domain::actor::{Actor, System};
use domain::billing::Collected;
use domain::billing::commands::{AddPaymentMethod, add_payment_method};
use domain::catalogue::commands::{SaveOffering, SavePlan, save_offering, save_plan};
use domain::catalogue::rules::NewPrice;
use domain::client::commands::{CreateClient, NewClient, create};
use domain::error::{Code, Error};
use domain::money::{Currency, Money};
use domain::order::commands::{
    AddCartItem, CheckoutCart, OrderItem, PlaceOrder, Placed, add_cart_item, checkout_cart, create_cart, place_order,
};
use domain::order::queries::{self, Contents};
use domain::partnership::commands::{ConnectClient, SendInvitation, connect, send};
use domain::permission::{Permission, Permissions};
use domain::store::Statements;
use entities::cart;
use entities::id::{AccountId, CartId, ClientId, OfferingId, PlanId};
use entities::invitation::AccessLevel;
use entities::offering::ProductKind;
use entities::order::{self, CheckoutMethod};
use entities::partnership::PayerKind;
use entities::{invoice, order_line, product, wallet};
use sea_orm::EntityTrait;
use tests::auditor::audit;
use tests::database::Db;
use tests::partners::Partners;

/// Bolt, Acme and a catalogue.
pub(super) struct World {
    pub(super) w: Partners,
    pub(super) offering: OfferingId,
    /// 99.00 a year, 250.00 for three, in EUR; 109.00 a year in CHF.
    pub(super) plan: PlanId,
    pub(super) domain: PlanId,
    pub(super) free: PlanId,
}

pub(super) fn eur(minor: i64) -> Money {
    Money::new(minor, Currency::EUR)
}

pub(super) fn price(term_months: i32, price: Money) -> NewPrice {
    NewPrice { term_months, price, valid_from: None }
}

impl World {
    pub(super) async fn start(db: Db) -> Self {
        let w = Partners::start(db).await;
        let offering = save_kind(&w, "hosting", ProductKind::Hosting).await;
        let domains = save_kind(&w, "domain", ProductKind::Domain).await;
        let chf = Money::new(10_900, Currency::CHF);
        let plan = plan_of(&w, offering, "L", vec![price(12, eur(9900)), price(36, eur(25_000)), price(12, chf)]).await;
        let domain = plan_of(&w, domains, "de", vec![price(12, eur(1200))]).await;
        let free = plan_of(&w, offering, "Free", vec![price(12, eur(0))]).await;
        Self { plan, domain, free, offering, w }
    }

    pub(super) async fn card(&self, account_id: AccountId, token: &str) {
        let owner = if account_id == self.w.bolt { &self.w.bolt_owner } else { &self.w.acme_owner };
        let command = AddPaymentMethod { account_id, token: token.to_owned(), make_default: true };
        let actor = self.w.actor(owner).await;
        add_payment_method(&self.w.store, actor, Statements::default(), command).await.unwrap();
    }

    /// Bolt lets Acme in; Acme's record of it.
    pub(super) async fn connect(
        &self,
        access_level: AccessLevel,
        permissions: &[Permission],
        payer: Option<PayerKind>,
    ) -> ClientId {
        let permissions = (!permissions.is_empty()).then(|| permissions.iter().copied().collect::<Permissions>());
        let offer = SendInvitation {
            account_id: self.w.bolt,
            partner_profile_slug: "acme".to_owned(),
            access_level,
            permissions,
            product_ids: None,
            payer,
            message: None,
            access_expires_at: None,
        };
        let row = self.w.write(&self.w.bolt_owner, move |work| Box::pin(send(work, offer.clone()))).await.unwrap();
        let command = ConnectClient { invitation_id: row.id, client_id: None };
        self.w.write(&self.w.acme_owner, move |work| Box::pin(connect(work, command.clone()))).await.unwrap().client.id
    }

    pub(super) async fn full(&self, payer: PayerKind) -> ClientId {
        self.connect(AccessLevel::Full, &[], Some(payer)).await
    }

    /// A record that is not connected.
    pub(super) async fn record(&self) -> ClientId {
        let client =
            NewClient { name: "Nut".to_owned(), email: Some("nut@example.com".to_owned()), ..NewClient::default() };
        let command = CreateClient { partner_id: self.w.acme, client };
        self.w.write(&self.w.acme_owner, move |work| Box::pin(create(work, command.clone()))).await.unwrap().id
    }

    pub(super) async fn cart(&self, client_id: ClientId) -> CartId {
        self.w.write(&self.w.acme_owner, move |work| Box::pin(create_cart(work, client_id))).await.unwrap().id
    }

    pub(super) async fn add(&self, item: AddCartItem) -> Result<cart::Model, Error> {
        self.w.write(&self.w.acme_owner, move |work| Box::pin(add_cart_item(work, item.clone()))).await
    }

    /// A cart with the plan for a year.
    pub(super) async fn filled(&self, client_id: ClientId) -> CartId {
        let cart_id = self.cart(client_id).await;
        self.add(item(cart_id, self.plan)).await.unwrap();
        cart_id
    }

    pub(super) async fn checkout(
        &self,
        cart_id: CartId,
        method: CheckoutMethod,
        key: &str,
    ) -> Result<(Placed, Collected), Error> {
        self.checkout_by(&self.w.acme_owner, cart_id, method, key).await
    }

    pub(super) async fn checkout_by(
        &self,
        token: &str,
        cart_id: CartId,
        method: CheckoutMethod,
        key: &str,
    ) -> Result<(Placed, Collected), Error> {
        let command = CheckoutCart { cart_id, method, payment_method_id: None, idempotency_key: key.to_owned() };
        checkout_cart(&self.w.store, self.w.actor(token).await, Statements::default(), command).await
    }

    pub(super) async fn order_for_bolt(&self, token: &str, key: &str) -> Result<(Placed, Collected), Error> {
        let items = vec![OrderItem {
            plan_id: self.plan,
            term_months: Some(12),
            quantity: 1,
            domain_name: None,
            registrant_id: None,
        }];
        self.place(token, items, key).await
    }

    pub(super) async fn place(
        &self,
        token: &str,
        items: Vec<OrderItem>,
        key: &str,
    ) -> Result<(Placed, Collected), Error> {
        let command =
            PlaceOrder { account_id: self.w.bolt, items, payment_method_id: None, idempotency_key: key.to_owned() };
        place_order(&self.w.store, self.w.actor(token).await, Statements::default(), command).await
    }

    pub(super) async fn placed(&self, placed: &Placed) -> (order::Model, order_line::Model, product::Model) {
        let db = self.w.store.pool();
        let order = order::Entity::find_by_id(placed.order_id).one(db).await.unwrap().unwrap();
        let lines = order_line::Entity::find().all(db).await.unwrap();
        let line = lines.into_iter().find(|line| line.order_id == order.id).unwrap();
        let products = product::Entity::find().all(db).await.unwrap();
        let product = products.into_iter().find(|product| product.order_line_id == Some(line.id)).unwrap();
        (order, line, product)
    }

    pub(super) async fn invoices(&self) -> Vec<invoice::Model> {
        invoice::Entity::find().all(self.w.store.pool()).await.unwrap()
    }

    pub(super) async fn wallet(&self) -> Option<(i64, i64)> {
        let rows = wallet::Entity::find().all(self.w.store.pool()).await.unwrap();
        rows.into_iter().find(|row| row.account_id == self.w.acme).map(|row| (row.pending_minor, row.available_minor))
    }

    pub(super) async fn cart_row(&self, cart_id: CartId) -> cart::Model {
        cart::Entity::find_by_id(cart_id).one(self.w.store.pool()).await.unwrap().unwrap()
    }

    pub(super) async fn contents(&self, cart_id: CartId) -> Contents {
        let reader = self.w.reader(&self.w.acme_owner).await;
        queries::contents(&reader, &[self.cart_row(cart_id).await]).await.unwrap().remove(&cart_id).unwrap()
    }

    pub(super) async fn mailed_to(&self, kind: &str) -> Vec<String> {
        self.w.mails(kind).await.into_iter().map(|mail| mail.recipient).collect()
    }

    pub(super) async fn in_order(&self) {
        assert_eq!(audit(self.w.store.pool()).await, Vec::<String>::new());
    }
}

pub(super) fn item(cart_id: CartId, plan_id: PlanId) -> AddCartItem {
    AddCartItem { cart_id, plan_id, term_months: Some(12), quantity: 1, domain_name: None, registrant_id: None }
}

pub(super) async fn save_kind(w: &Partners, sku: &str, kind: ProductKind) -> OfferingId {
    let save = SaveOffering { id: None, sku: sku.to_owned(), name: sku.to_owned(), kind };
    let write = w.store.write(Actor::System(System::Operator), Statements::default(), move |work| {
        Box::pin(save_offering(work, save.clone()))
    });
    write.await.unwrap().id
}

pub(super) async fn plan_of(w: &Partners, offering_id: OfferingId, name: &str, prices: Vec<NewPrice>) -> PlanId {
    let save = SavePlan { id: None, offering_id, name: name.to_owned(), default_term_months: 36, prices };
    save_as_operator(w, save).await.unwrap()
}

pub(super) async fn save_as_operator(w: &Partners, save: SavePlan) -> Result<PlanId, Error> {
    let write = w.store.write(Actor::System(System::Operator), Statements::default(), move |work| {
        Box::pin(save_plan(work, save.clone()))
    });
    write.await.map(|row| row.id)
}

pub(super) fn code<T: std::fmt::Debug>(end: Result<T, Error>) -> Option<Code> {
    end.unwrap_err().code()
}

impl World {
    pub(super) async fn filled_with(&self, client_id: ClientId, lines: usize) -> CartId {
        let cart_id = self.cart(client_id).await;
        for _ in 0..lines {
            self.add(item(cart_id, self.plan)).await.unwrap();
        }
        cart_id
    }
}
