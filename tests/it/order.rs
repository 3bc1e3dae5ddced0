//! The catalogue, carts and orders: who pays how much, who earns, where products are installed. On both databases.

use domain::actor::{Actor, System};
use domain::billing::commands::{AddPaymentMethod, add_payment_method};
use domain::billing::{Collected, reconcile};
use domain::catalogue::commands::{SaveOffering, SavePlan, save_offering, save_plan};
use domain::catalogue::queries as catalogue;
use domain::catalogue::rules::NewPrice;
use domain::client::commands::{CreateClient, NewClient, create};
use domain::error::{Code, Error};
use domain::money::{Currency, Money};
use domain::order::commands::{
    AddCartItem, CheckoutCart, OrderItem, PlaceOrder, Placed, UpdateCartItem, add_cart_item, checkout_cart,
    create_cart, place_order, remove_cart_item, update_cart_item,
};
use domain::order::queries::{self, CartsOf, Contents};
use domain::page::PageRequest;
use domain::partnership::commands::{ConnectClient, SendInvitation, connect, send};
use domain::permission::{Permission, Permissions};
use domain::store::Statements;
use entities::cart::{self, CartStatus};
use entities::id::{AccountId, CartId, ClientId, OfferingId, PaymentId, PlanId};
use entities::invitation::AccessLevel;
use entities::invoice::InvoiceStatus;
use entities::membership::Role;
use entities::offering::ProductKind;
use entities::order::{self, CheckoutMethod, OrderStatus};
use entities::partnership::PayerKind;
use entities::product::{ProductStatus, RenewalBilling};
use entities::{invoice, order_line, payment, product, wallet};
use futures::future::join_all;
use rstest::rstest;
use sea_orm::EntityTrait;
use tests::auditor::audit;
use tests::database::Db;
use tests::partners::{Partners, instant};

use CheckoutMethod::{ClientCard, PartnerCard, SendToClient};

/// Bolt, Acme and a catalogue.
struct World {
    w: Partners,
    offering: OfferingId,
    /// 99.00 a year, 250.00 for three, in EUR; 109.00 a year in CHF.
    plan: PlanId,
    domain: PlanId,
    free: PlanId,
}

fn eur(minor: i64) -> Money {
    Money::new(minor, Currency::EUR)
}

fn price(term_months: i32, price: Money) -> NewPrice {
    NewPrice { term_months, price, valid_from: None }
}

impl World {
    async fn start(db: Db) -> Self {
        let w = Partners::start(db).await;
        let offering = save_kind(&w, "hosting", ProductKind::Hosting).await;
        let domains = save_kind(&w, "domain", ProductKind::Domain).await;
        let chf = Money::new(10_900, Currency::CHF);
        let plan = plan_of(&w, offering, "L", vec![price(12, eur(9900)), price(36, eur(25_000)), price(12, chf)]).await;
        let domain = plan_of(&w, domains, "de", vec![price(12, eur(1200))]).await;
        let free = plan_of(&w, offering, "Free", vec![price(12, eur(0))]).await;
        Self { plan, domain, free, offering, w }
    }

    async fn card(&self, account_id: AccountId, token: &str) {
        let owner = if account_id == self.w.bolt { &self.w.bolt_owner } else { &self.w.acme_owner };
        let command = AddPaymentMethod { account_id, token: token.to_owned(), make_default: true };
        let actor = self.w.actor(owner).await;
        add_payment_method(&self.w.store, actor, Statements::default(), command).await.unwrap();
    }

    /// Bolt lets Acme in; Acme's record of it.
    async fn connect(
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

    async fn full(&self, payer: PayerKind) -> ClientId {
        self.connect(AccessLevel::Full, &[], Some(payer)).await
    }

    /// A record that is not connected.
    async fn record(&self) -> ClientId {
        let client =
            NewClient { name: "Nut".to_owned(), email: Some("nut@example.com".to_owned()), ..NewClient::default() };
        let command = CreateClient { partner_id: self.w.acme, client };
        self.w.write(&self.w.acme_owner, move |work| Box::pin(create(work, command.clone()))).await.unwrap().id
    }

    async fn cart(&self, client_id: ClientId) -> CartId {
        self.w.write(&self.w.acme_owner, move |work| Box::pin(create_cart(work, client_id))).await.unwrap().id
    }

    async fn add(&self, item: AddCartItem) -> Result<cart::Model, Error> {
        self.w.write(&self.w.acme_owner, move |work| Box::pin(add_cart_item(work, item.clone()))).await
    }

    /// A cart with the plan for a year.
    async fn filled(&self, client_id: ClientId) -> CartId {
        let cart_id = self.cart(client_id).await;
        self.add(item(cart_id, self.plan)).await.unwrap();
        cart_id
    }

    async fn checkout(&self, cart_id: CartId, method: CheckoutMethod, key: &str) -> Result<(Placed, Collected), Error> {
        self.checkout_by(&self.w.acme_owner, cart_id, method, key).await
    }

    async fn checkout_by(
        &self,
        token: &str,
        cart_id: CartId,
        method: CheckoutMethod,
        key: &str,
    ) -> Result<(Placed, Collected), Error> {
        let command = CheckoutCart { cart_id, method, payment_method_id: None, idempotency_key: key.to_owned() };
        checkout_cart(&self.w.store, self.w.actor(token).await, Statements::default(), command).await
    }

    async fn order_for_bolt(&self, token: &str, key: &str) -> Result<(Placed, Collected), Error> {
        let items = vec![OrderItem { plan_id: self.plan, term_months: Some(12), quantity: 1, domain_name: None }];
        self.place(token, items, key).await
    }

    async fn place(&self, token: &str, items: Vec<OrderItem>, key: &str) -> Result<(Placed, Collected), Error> {
        let command =
            PlaceOrder { account_id: self.w.bolt, items, payment_method_id: None, idempotency_key: key.to_owned() };
        place_order(&self.w.store, self.w.actor(token).await, Statements::default(), command).await
    }

    async fn placed(&self, placed: &Placed) -> (order::Model, order_line::Model, product::Model) {
        let db = self.w.store.pool();
        let order = order::Entity::find_by_id(placed.order_id).one(db).await.unwrap().unwrap();
        let lines = order_line::Entity::find().all(db).await.unwrap();
        let line = lines.into_iter().find(|line| line.order_id == order.id).unwrap();
        let products = product::Entity::find().all(db).await.unwrap();
        let product = products.into_iter().find(|product| product.order_line_id == Some(line.id)).unwrap();
        (order, line, product)
    }

    async fn invoices(&self) -> Vec<invoice::Model> {
        invoice::Entity::find().all(self.w.store.pool()).await.unwrap()
    }

    async fn wallet(&self) -> Option<(i64, i64)> {
        let rows = wallet::Entity::find().all(self.w.store.pool()).await.unwrap();
        rows.into_iter().find(|row| row.account_id == self.w.acme).map(|row| (row.pending_minor, row.available_minor))
    }

    async fn cart_row(&self, cart_id: CartId) -> cart::Model {
        cart::Entity::find_by_id(cart_id).one(self.w.store.pool()).await.unwrap().unwrap()
    }

    async fn contents(&self, cart_id: CartId) -> Contents {
        let reader = self.w.reader(&self.w.acme_owner).await;
        queries::contents(&reader, &[self.cart_row(cart_id).await]).await.unwrap().remove(&cart_id).unwrap()
    }

    async fn mailed_to(&self, kind: &str) -> Vec<String> {
        self.w.mails(kind).await.into_iter().map(|mail| mail.recipient).collect()
    }

    async fn in_order(&self) {
        assert_eq!(audit(self.w.store.pool()).await, Vec::<String>::new());
    }
}

fn item(cart_id: CartId, plan_id: PlanId) -> AddCartItem {
    AddCartItem { cart_id, plan_id, term_months: Some(12), quantity: 1, domain_name: None }
}

async fn save_kind(w: &Partners, sku: &str, kind: ProductKind) -> OfferingId {
    let save = SaveOffering { id: None, sku: sku.to_owned(), name: sku.to_owned(), kind };
    let write = w.store.write(Actor::System(System::Operator), Statements::default(), move |work| {
        Box::pin(save_offering(work, save.clone()))
    });
    write.await.unwrap().id
}

async fn plan_of(w: &Partners, offering_id: OfferingId, name: &str, prices: Vec<NewPrice>) -> PlanId {
    let save = SavePlan { id: None, offering_id, name: name.to_owned(), default_term_months: 36, prices };
    save_as_operator(w, save).await.unwrap()
}

async fn save_as_operator(w: &Partners, save: SavePlan) -> Result<PlanId, Error> {
    let write = w.store.write(Actor::System(System::Operator), Statements::default(), move |work| {
        Box::pin(save_plan(work, save.clone()))
    });
    write.await.map(|row| row.id)
}

fn code<T: std::fmt::Debug>(end: Result<T, Error>) -> Option<Code> {
    end.unwrap_err().code()
}

/// S2.4, S2.5a, S2.6, S2.7a, S2.9, S2.11, S4.9: the client's card pays the public price, 117.81; the partner earns 19.80; the
/// client holds product and invoice.
#[rstest]
#[case(Db::Sqlite)]
#[case(Db::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn the_client_pays_what_its_partner_orders(#[case] db: Db) {
    let world = World::start(db).await;
    let client_id = world.full(PayerKind::Client).await;
    world.card(world.w.bolt, "tok_visa").await;
    let cart_id = world.filled(client_id).await;
    let shown = world.contents(cart_id).await;
    assert_eq!((shown.subtotal, shown.discount, shown.total), (eur(9900), Some(eur(0)), eur(11_781)));
    assert_eq!(
        (shown.ways[0].reason.clone(), shown.ways[0].total, shown.ways[0].cashback),
        (None, Some(eur(11_781)), Some(eur(1980)))
    );
    assert_eq!(shown.ways[0].billed_to_id, Some(world.w.bolt));

    let (placed, collected) = world.checkout(cart_id, ClientCard, "checkout-1").await.unwrap();
    assert_eq!(collected, Collected::Paid);
    let (order, line, product) = world.placed(&placed).await;
    assert_eq!((order.status, order.total_minor, order.tax_minor), (OrderStatus::Paid, 11_781, 1881));
    assert_eq!((order.placed_from_id, order.billed_to_id), (world.w.acme, world.w.bolt));
    assert_eq!((line.cashback_minor, line.discount_minor, line.partner_id), (1980, 0, Some(world.w.acme)));
    assert_eq!((product.account_id, product.status), (world.w.bolt, ProductStatus::Active));
    assert_eq!((product.renewal_billing, product.managed_by_id), (RenewalBilling::Partnership, order.partnership_id));
    assert_eq!(product.renews_on, instant("2027-11-21T00:00:00Z").date_naive());
    let invoices = world.invoices().await;
    assert_eq!(
        invoices.iter().map(|it| (it.billed_to_id, it.status, it.total_minor)).collect::<Vec<_>>(),
        [(world.w.bolt, InvoiceStatus::Paid, 11_781)]
    );
    assert_eq!(world.wallet().await, Some((1980, 0)));
    assert_eq!(world.cart_row(cart_id).await.status, CartStatus::Completed);
    assert_eq!(world.mailed_to("order_confirmation").await, ["jo@bolt.example"]);
    assert!(world.mailed_to("order_confirmation_holder").await.is_empty());
    world.in_order().await;
}

/// S2.12, S2.13a, S2.14a, S2.16, S2.18: the partner pays 94.25 and nothing is earned; the client holds the product, and is told
/// without prices.
#[rstest]
#[case(Db::Sqlite)]
#[case(Db::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn a_paying_partner_has_its_discount_at_once(#[case] db: Db) {
    let world = World::start(db).await;
    world.card(world.w.acme, "tok_visa").await;
    let client_id = world.full(PayerKind::Partner).await;
    let cart_id = world.filled(client_id).await;
    let shown = world.contents(cart_id).await;
    assert_eq!((shown.discount, shown.tax, shown.total), (Some(eur(1980)), eur(1505), eur(9425)));
    assert!(shown.ways[0].reason.is_some() && shown.ways[1].reason.is_none());
    assert_eq!((shown.ways[1].billed_to_id, shown.ways[1].installed_in_id), (Some(world.w.acme), Some(world.w.bolt)));
    assert_eq!(code(world.checkout(cart_id, ClientCard, "checkout-0").await), Some(Code::Conflict));

    let (placed, _) = world.checkout(cart_id, PartnerCard, "checkout-1").await.unwrap();
    let (order, line, product) = world.placed(&placed).await;
    assert_eq!((order.total_minor, order.discount_minor, order.tax_minor), (9425, 1980, 1505));
    assert_eq!((order.billed_to_id, order.holder_id, product.account_id), (world.w.acme, world.w.bolt, world.w.bolt));
    assert_eq!((line.cashback_minor, line.rate_bps), (0, Some(2000)));
    assert_eq!((product.renewal_billing, product.client_id), (RenewalBilling::Partnership, None));
    assert_eq!(world.wallet().await, None);
    assert_eq!(world.mailed_to("order_confirmation").await, ["ann@acme.example"]);
    let to_holder = world.w.mails("order_confirmation_holder").await;
    assert_eq!(to_holder.len(), 1);
    let text = to_holder[0].data.to_string();
    assert!(to_holder[0].recipient == "jo@bolt.example" && !text.contains("9900") && !text.contains("9425"), "{text}");
    world.in_order().await;
}

/// S1.7, S1.8, S1.9, S4.11, S4.12: without a partnership the partner pays by its card and holds the product, assigned to its record.
#[rstest]
#[case(Db::Sqlite)]
#[case(Db::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn what_the_partner_pays_by_its_card_it_holds(#[case] db: Db) {
    let world = World::start(db).await;
    world.card(world.w.acme, "tok_visa").await;
    let client_id = world.record().await;
    let cart_id = world.filled(client_id).await;
    let shown = world.contents(cart_id).await;
    assert_eq!((shown.discount, shown.total), (Some(eur(0)), eur(11_781)));
    let reasons: Vec<_> = shown.ways.iter().map(|way| way.reason.is_none()).collect();
    assert_eq!(reasons, [false, true, true]);
    assert_eq!((shown.ways[1].total, shown.ways[1].cashback), (Some(eur(9425)), Some(eur(0))));
    assert_eq!(code(world.checkout(cart_id, ClientCard, "checkout-0").await), Some(Code::PermissionDenied));
    assert_eq!(code(world.checkout(cart_id, SendToClient, "checkout-0").await), Some(Code::InvalidInput));

    let (placed, _) = world.checkout(cart_id, PartnerCard, "checkout-1").await.unwrap();
    let (order, line, product) = world.placed(&placed).await;
    assert_eq!((order.total_minor, order.billed_to_id, order.partnership_id), (9425, world.w.acme, None));
    assert_eq!((product.account_id, product.client_id, product.managed_by_id), (world.w.acme, Some(client_id), None));
    assert_eq!((product.renewal_billing, line.partner_id), (RenewalBilling::Account, None));
    assert_eq!(world.invoices().await[0].billed_to_id, world.w.acme);
    world.in_order().await;
}

/// S2.8a, S2.15a: what the client orders itself it pays at the public price, whoever the payer is, and the partner earns.
#[rstest]
#[case(Db::Sqlite, PayerKind::Client)]
#[case(Db::Postgres, PayerKind::Client)]
#[case(Db::Sqlite, PayerKind::Partner)]
#[case(Db::Postgres, PayerKind::Partner)]
#[tokio::test(flavor = "multi_thread")]
async fn the_client_orders_for_itself(#[case] db: Db, #[case] payer: PayerKind) {
    let world = World::start(db).await;
    world.card(world.w.acme, "tok_visa").await;
    world.card(world.w.bolt, "tok_visa").await;
    world.full(payer).await;
    let (placed, collected) = world.order_for_bolt(&world.w.bolt_owner, "order-00").await.unwrap();
    assert_eq!(collected, Collected::Paid);
    let (order, line, product) = world.placed(&placed).await;
    assert_eq!((order.total_minor, order.billed_to_id, line.cashback_minor), (11_781, world.w.bolt, 1980));
    assert_eq!((product.renewal_billing, product.managed_by_id.is_some()), (RenewalBilling::Account, true));
    assert_eq!(world.wallet().await, Some((1980, 0)));
    world.in_order().await;
}

/// S5.9a: through the partnership, the partner orders for the client's account, and the payer is the partnership's.
#[rstest]
#[case(Db::Sqlite, PayerKind::Client, 11_781)]
#[case(Db::Postgres, PayerKind::Client, 11_781)]
#[case(Db::Sqlite, PayerKind::Partner, 9425)]
#[case(Db::Postgres, PayerKind::Partner, 9425)]
#[tokio::test(flavor = "multi_thread")]
async fn a_partner_orders_in_the_clients_account(#[case] db: Db, #[case] payer: PayerKind, #[case] total: i64) {
    let world = World::start(db).await;
    world.card(world.w.acme, "tok_visa").await;
    world.card(world.w.bolt, "tok_visa").await;
    assert_eq!(code(world.order_for_bolt(&world.w.acme_owner, "order-00").await), Some(Code::NotFound));
    world.full(payer).await;
    let (placed, _) = world.order_for_bolt(&world.w.acme_owner, "order-00").await.unwrap();
    let (order, _, product) = world.placed(&placed).await;
    let billed_to = if payer == PayerKind::Partner { world.w.acme } else { world.w.bolt };
    assert_eq!((order.total_minor, order.billed_to_id, order.placed_from_id), (total, billed_to, world.w.acme));
    assert_eq!((product.account_id, product.renewal_billing), (world.w.bolt, RenewalBilling::Partnership));
    world.in_order().await;
}

/// The row "none" of the table: without a partnership the client pays the public price, and nobody earns; S5.13: a partner has
/// its discount on what it orders for itself.
#[rstest]
#[case(Db::Sqlite)]
#[case(Db::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn without_a_partnership_nobody_earns(#[case] db: Db) {
    let world = World::start(db).await;
    world.card(world.w.bolt, "tok_visa").await;
    let (placed, _) = world.order_for_bolt(&world.w.bolt_owner, "order-00").await.unwrap();
    let (order, line, product) = world.placed(&placed).await;
    assert_eq!((order.total_minor, line.cashback_minor, line.rate_bps, line.partner_id), (11_781, 0, None, None));
    assert_eq!((product.managed_by_id, product.renewal_billing), (None, RenewalBilling::Account));
    world.card(world.w.acme, "tok_visa").await;
    let items = vec![OrderItem { plan_id: world.plan, term_months: Some(12), quantity: 1, domain_name: None }];
    let command =
        PlaceOrder { account_id: world.w.acme, items, payment_method_id: None, idempotency_key: "order-01".to_owned() };
    let actor = world.w.actor(&world.w.acme_owner).await;
    let (placed, _) = place_order(&world.w.store, actor, Statements::default(), command).await.unwrap();
    assert_eq!(world.placed(&placed).await.0.total_minor, 9425);
    world.in_order().await;
}

/// S4.10: limited access with PURCHASE may use the client's card, without it may not; the client without a card neither.
#[rstest]
#[case(Db::Sqlite)]
#[case(Db::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn the_clients_card_needs_its_permission(#[case] db: Db) {
    let world = World::start(db).await;
    let client_id = world.connect(AccessLevel::Partial, &[Permission::ViewProducts, Permission::Purchase], None).await;
    let cart_id = world.filled(client_id).await;
    assert_eq!(code(world.checkout(cart_id, ClientCard, "checkout-1").await), Some(Code::PaymentMethodRequired));
    world.card(world.w.bolt, "tok_visa").await;
    let (placed, _) = world.checkout(cart_id, ClientCard, "checkout-1").await.unwrap();
    assert_eq!(world.placed(&placed).await.1.cashback_minor, 1980);

    let world = World::start(db).await;
    let client_id = world.connect(AccessLevel::Partial, &[Permission::ViewProducts], None).await;
    world.card(world.w.bolt, "tok_visa").await;
    let cart_id = world.filled(client_id).await;
    assert_eq!(
        world.contents(cart_id).await.ways[0].reason.as_deref(),
        Some("The client has not permitted purchases.")
    );
    assert_eq!(code(world.checkout(cart_id, ClientCard, "checkout-1").await), Some(Code::PermissionDenied));
    // one who looks after clients and may not buy
    let tech = world.w.person("tim@acme.example", "Tim", &[(world.w.acme, Role::Technical)]).await;
    assert_eq!(code(world.checkout_by(&tech, cart_id, PartnerCard, "checkout-1").await), Some(Code::PermissionDenied));
    let stranger = world.w.person("sam@else.example", "Sam", &[]).await;
    for token in [world.w.bolt_owner.as_str(), stranger.as_str()] {
        assert_eq!(code(world.checkout_by(token, cart_id, PartnerCard, "checkout-1").await), Some(Code::NotFound));
    }
    assert_eq!(world.w.count("\"order\"").await, 0);
}

/// A declined card leaves the order FAILED, an open cart, no invoice and no number; the cart can be tried again.
#[rstest]
#[case(Db::Sqlite)]
#[case(Db::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn a_declined_checkout_leaves_an_open_cart(#[case] db: Db) {
    let world = World::start(db).await;
    world.card(world.w.acme, "tok_declined").await;
    let cart_id = world.filled(world.record().await).await;
    let (placed, collected) = world.checkout(cart_id, PartnerCard, "checkout-1").await.unwrap();
    assert!(matches!(collected, Collected::Declined { .. }), "{collected:?}");
    let (order, _, product) = world.placed(&placed).await;
    assert_eq!((order.status, product.status), (OrderStatus::Failed, ProductStatus::Cancelled));
    let cart = world.cart_row(cart_id).await;
    assert_eq!((cart.status, cart.order_id), (CartStatus::Open, None));
    assert!(world.invoices().await.is_empty() && world.mailed_to("order_confirmation").await.is_empty());
    assert_eq!(world.w.count("document_counter WHERE series = 'INVOICE'").await, 0);
    // the same key gives the same answer, a new one tries again
    let (again, collected) = world.checkout(cart_id, PartnerCard, "checkout-1").await.unwrap();
    assert!(again.order_id == placed.order_id && matches!(collected, Collected::Declined { .. }));
    world.card(world.w.acme, "tok_visa").await;
    let (second, collected) = world.checkout(cart_id, PartnerCard, "checkout-2").await.unwrap();
    assert!(second.order_id != placed.order_id && collected == Collected::Paid);
    world.in_order().await;
}

/// An answer that never came is not known: order and cart wait, no second charge begins, and the gateway's answer ends it.
#[rstest]
#[case(Db::Sqlite, "tok_timeout", OrderStatus::Paid, CartStatus::Completed)]
#[case(Db::Postgres, "tok_timeout", OrderStatus::Paid, CartStatus::Completed)]
#[case(Db::Sqlite, "tok_timeout_declined", OrderStatus::Failed, CartStatus::Open)]
#[case(Db::Postgres, "tok_timeout_declined", OrderStatus::Failed, CartStatus::Open)]
#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_answer_is_waited_for(
    #[case] db: Db,
    #[case] token: &str,
    #[case] order_ends: OrderStatus,
    #[case] cart_ends: CartStatus,
) {
    let world = World::start(db).await;
    world.card(world.w.acme, token).await;
    let cart_id = world.filled(world.record().await).await;
    let (placed, collected) = world.checkout(cart_id, PartnerCard, "checkout-1").await.unwrap();
    assert_eq!(collected, Collected::Pending);
    assert_eq!(world.cart_row(cart_id).await.status, CartStatus::PendingPayment);
    assert_eq!(world.placed(&placed).await.0.status, OrderStatus::PendingPayment);
    assert_eq!(world.contents(cart_id).await.total, eur(9425));
    assert_eq!(code(world.checkout(cart_id, PartnerCard, "checkout-2").await), Some(Code::CartClosed));
    assert_eq!(code(world.add(item(cart_id, world.plan)).await), Some(Code::CartClosed));
    let open: Vec<PaymentId> =
        payment::Entity::find().all(world.w.store.pool()).await.unwrap().into_iter().map(|it| it.id).collect();
    reconcile(&world.w.store, &open).await.unwrap();
    assert_eq!(world.placed(&placed).await.0.status, order_ends);
    assert_eq!(world.cart_row(cart_id).await.status, cart_ends);
    world.in_order().await;
}

/// Twenty clicks with one key are one order and one charge; with keys of their own, one order and refusals.
#[rstest]
#[case(Db::Sqlite)]
#[case(Db::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn many_clicks_are_one_order(#[case] db: Db) {
    let world = World::start(db).await;
    world.card(world.w.acme, "tok_visa").await;
    let client_id = world.record().await;
    let cart_id = world.filled(client_id).await;
    let ends = join_all((0..20).map(|_| world.checkout(cart_id, PartnerCard, "the-one-key"))).await;
    let orders: std::collections::HashSet<_> = ends
        .into_iter()
        .map(|end| {
            let (placed, collected) = end.unwrap();
            assert_eq!(collected, Collected::Paid);
            placed.order_id
        })
        .collect();
    assert_eq!((orders.len(), world.w.count("\"order\"").await, world.w.count("test_gateway_charge").await), (1, 1, 1));

    let cart_id = world.filled(client_id).await;
    let keys: Vec<String> = (0..8).map(|n| format!("key-number-{n}")).collect();
    let ends = join_all(keys.iter().map(|key| world.checkout(cart_id, PartnerCard, key))).await;
    let (done, refused): (Vec<_>, Vec<_>) = ends.into_iter().partition(Result::is_ok);
    assert_eq!((done.len(), refused.len()), (1, 7));
    assert!(refused.into_iter().all(|end| code(end) == Some(Code::CartClosed)));
    assert_eq!(world.w.count("test_gateway_charge").await, 2);
    world.in_order().await;
}

/// The same key with another input is refused.
#[rstest]
#[case(Db::Sqlite)]
#[case(Db::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_for_one_input(#[case] db: Db) {
    let world = World::start(db).await;
    world.card(world.w.bolt, "tok_visa").await;
    world.order_for_bolt(&world.w.bolt_owner, "order-00").await.unwrap();
    let other = vec![OrderItem { plan_id: world.plan, term_months: Some(12), quantity: 2, domain_name: None }];
    assert_eq!(code(world.place(&world.w.bolt_owner, other, "order-00").await), Some(Code::IdempotencyKeyReused));
    assert_eq!(world.w.count("\"order\"").await, 1);
}

/// S4.4 to S4.7: a cart holds plans of different kinds and terms; the default term is the plan's; each line can be changed.
#[rstest]
#[case(Db::Sqlite)]
#[case(Db::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn a_cart_is_filled_and_changed(#[case] db: Db) {
    let world = World::start(db).await;
    let client_id = world.record().await;
    let cart_id = world.cart(client_id).await;
    assert_eq!(code(world.checkout(cart_id, PartnerCard, "checkout-1").await), Some(Code::CartEmpty));
    world.add(AddCartItem { term_months: None, ..item(cart_id, world.plan) }).await.unwrap();
    let bad = |quantity| AddCartItem { quantity, ..item(cart_id, world.plan) };
    for quantity in [0, -1, 101, 1_000_000_000] {
        assert_eq!(code(world.add(bad(quantity)).await), Some(Code::InvalidInput), "{quantity}");
    }
    for months in [0, 7, 24, -12, i32::MAX] {
        let command = AddCartItem { term_months: Some(months), ..item(cart_id, world.plan) };
        assert_eq!(code(world.add(command).await), Some(Code::TermNotOffered), "{months}");
    }
    let named =
        |name: Option<&str>| AddCartItem { domain_name: name.map(str::to_owned), ..item(cart_id, world.domain) };
    assert_eq!(code(world.add(named(None)).await), Some(Code::InvalidInput));
    assert_eq!(code(world.add(named(Some("not a domain"))).await), Some(Code::InvalidInput));
    world.add(named(Some("Bücher.example"))).await.unwrap();
    let shown = world.contents(cart_id).await;
    let lines: Vec<_> =
        shown.items.iter().map(|(it, price)| (it.term_months, it.domain_name.as_deref(), *price)).collect();
    assert_eq!(lines, [(36, None, eur(25_000)), (12, Some("xn--bcher-kva.example"), eur(1200))]);

    let first = shown.items[0].0.id;
    let change = UpdateCartItem { cart_id, item_id: first, term_months: Some(12), quantity: Some(3) };
    world.w.write(&world.w.acme_owner, move |work| Box::pin(update_cart_item(work, change.clone()))).await.unwrap();
    assert_eq!(world.contents(cart_id).await.subtotal, eur(3 * 9900 + 1200));
    let gone = shown.items[1].0.id;
    world.w.write(&world.w.acme_owner, move |work| Box::pin(remove_cart_item(work, cart_id, gone))).await.unwrap();
    let again = world.w.write(&world.w.acme_owner, move |work| Box::pin(remove_cart_item(work, cart_id, gone))).await;
    assert_eq!(code(again), Some(Code::NotFound));
    assert_eq!(world.contents(cart_id).await.subtotal, eur(3 * 9900));

    let reader = world.w.reader(&world.w.acme_owner).await;
    let page =
        queries::carts(&reader, CartsOf::Client, &[client_id.0], Some(CartStatus::Open), &PageRequest::first(10)).await;
    assert_eq!(page.unwrap()[&client_id.0].rows.len(), 1);
    let reader = world.w.reader(&world.w.bolt_owner).await;
    let page = queries::carts(&reader, CartsOf::Partner, &[world.w.acme.0], None, &PageRequest::first(10)).await;
    assert!(page.unwrap().is_empty());
}

/// A quantity of n is n products on one line; what costs nothing is free at once, without invoice and payment.
#[rstest]
#[case(Db::Sqlite)]
#[case(Db::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn pieces_are_products_and_what_is_free_is_free(#[case] db: Db) {
    let world = World::start(db).await;
    let free = vec![OrderItem { plan_id: world.free, term_months: Some(12), quantity: 3, domain_name: None }];
    let (placed, collected) = world.place(&world.w.bolt_owner, free, "order-00").await.unwrap();
    let (order, _, product) = world.placed(&placed).await;
    assert_eq!((collected, order.status, product.status), (Collected::Paid, OrderStatus::Paid, ProductStatus::Free));
    assert_eq!((world.w.count("product WHERE status = 'FREE'").await, world.w.count("product_period").await), (3, 3));
    assert_eq!((world.w.count("payment").await, world.invoices().await.len()), (0, 0));
    assert_eq!(code(world.order_for_bolt(&world.w.bolt_owner, "order-01").await), Some(Code::PaymentMethodRequired));
    world.card(world.w.bolt, "tok_visa").await;
    let three = vec![OrderItem { plan_id: world.plan, term_months: Some(12), quantity: 3, domain_name: None }];
    let (placed, _) = world.place(&world.w.bolt_owner, three, "order-02").await.unwrap();
    assert_eq!(world.placed(&placed).await.0.subtotal_minor, 3 * 9900);
    assert_eq!(world.w.count("product WHERE status = 'ACTIVE'").await, 3);
    world.in_order().await;
}

/// A checkout sends as many statements for a hundred lines as for one.
#[rstest]
#[case(Db::Sqlite)]
#[case(Db::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn a_checkout_costs_the_same_whatever_its_size(#[case] db: Db) {
    let world = World::start(db).await;
    world.card(world.w.acme, "tok_visa").await;
    let client_id = world.record().await;
    let mut counts = Vec::new();
    for lines in [1, 100] {
        let cart_id = world.cart(client_id).await;
        for _ in 0..lines {
            world.add(item(cart_id, world.plan)).await.unwrap();
        }
        let (actor, statements) = (world.w.actor(&world.w.acme_owner).await, Statements::default());
        let command = CheckoutCart {
            cart_id,
            method: PartnerCard,
            payment_method_id: None,
            idempotency_key: format!("checkout-{lines}"),
        };
        let (_, collected) = checkout_cart(&world.w.store, actor, statements.clone(), command).await.unwrap();
        assert_eq!(collected, Collected::Paid);
        counts.push(statements.count());
        if lines == 100 {
            assert_eq!(
                code(world.add(item(world.filled_with(client_id, lines).await, world.plan)).await),
                Some(Code::InvalidInput)
            );
        }
    }
    assert_eq!(counts[0], counts[1]);
    assert!(counts[0] <= 70, "{counts:?}");
}

impl World {
    async fn filled_with(&self, client_id: ClientId, lines: usize) -> CartId {
        let cart_id = self.cart(client_id).await;
        for _ in 0..lines {
            self.add(item(cart_id, self.plan)).await.unwrap();
        }
        cart_id
    }
}

/// Prices hold from their day on, one for each plan, currency, term and day; what is not sold in a currency is refused.
#[rstest]
#[case(Db::Sqlite)]
#[case(Db::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn prices_hold_from_their_day_on(#[case] db: Db) {
    let world = World::start(db).await;
    let later = NewPrice { valid_from: "2026-12-01".parse().ok(), ..price(12, eur(11_000)) };
    let save = |prices| SavePlan {
        id: Some(world.plan),
        offering_id: world.offering,
        name: "L".to_owned(),
        default_term_months: 36,
        prices,
    };
    save_as_operator(&world.w, save(vec![later, price(36, eur(24_000))])).await.unwrap();
    let cart_id = world.filled(world.record().await).await;
    assert_eq!(world.contents(cart_id).await.subtotal, eur(9900));
    let reader = world.w.reader("").await;
    let prices = catalogue::prices_of(&reader, &[world.plan]).await.unwrap().remove(&world.plan).unwrap();
    let prices: Vec<_> = prices.iter().map(|it| (it.currency.as_str(), it.term_months, it.amount_minor)).collect();
    assert_eq!(prices, [("CHF", 12, 10_900), ("EUR", 12, 9900), ("EUR", 36, 24_000)]);
    world.w.travel("2026-12-01T00:00:00Z").await;
    assert_eq!(world.contents(cart_id).await.subtotal, eur(11_000));

    for (prices, field) in [
        (vec![price(12, eur(-1))], "price"),
        (vec![price(12, eur(i64::MAX))], "price"),
        (vec![price(0, eur(1))], "termMonths"),
    ] {
        let Err(Error::Refused(refusal)) = save_as_operator(&world.w, save(prices)).await else { panic!("{field}") };
        assert_eq!(refusal.field, ["prices", "0", field]);
    }
    let only_chf = plan_of(&world.w, world.offering, "Swiss", vec![price(12, Money::new(1, Currency::CHF))]).await;
    assert_eq!(code(world.add(item(cart_id, only_chf)).await), Some(Code::CurrencyMismatch));
    let again =
        SaveOffering { id: None, sku: "hosting".to_owned(), name: "Twice".to_owned(), kind: ProductKind::Cloud };
    let owner = world.w.write(&world.w.acme_owner, {
        let again = again.clone();
        move |work| Box::pin(save_offering(work, again.clone()))
    });
    assert_eq!(code(owner.await), Some(Code::PermissionDenied));
    let operator = world.w.store.write(Actor::System(System::Operator), Statements::default(), move |work| {
        Box::pin(save_offering(work, again.clone()))
    });
    assert_eq!(code(operator.await), Some(Code::AlreadyExists));
    assert_eq!(catalogue::count_offerings(&reader, Some(ProductKind::Domain)).await.unwrap(), 1);
}
