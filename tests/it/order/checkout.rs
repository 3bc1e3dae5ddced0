//! Paying for a cart: permission, decline, unknown answers, and many clicks.

use domain::billing::{Collected, reconcile};
use domain::error::Code;
use domain::order::commands::{CheckoutCart, OrderItem, checkout_cart};
use domain::permission::Permission;
use domain::store::Statements;
use entities::cart::CartStatus;
use entities::id::PaymentId;
use entities::invitation::AccessLevel;
use entities::membership::Role;
use entities::order::CheckoutMethod::{ClientCard, PartnerCard};
use entities::order::OrderStatus;
use entities::payment;
use entities::product::ProductStatus;
use futures::future::join_all;
use rstest::rstest;
use sea_orm::EntityTrait;
use tests::database::Db;

use super::harness::{World, code, eur, item};

/// S4.3, S4.10: limited access with PURCHASE may use the client's card, without it may not; the client without a card neither.
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
    assert_eq!(collected, Collected::Pending { action_url: None });
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
    let other = vec![OrderItem {
        plan_id: world.plan,
        term_months: Some(12),
        quantity: 2,
        domain_name: None,
        registrant_id: None,
    }];
    assert_eq!(code(world.place(&world.w.bolt_owner, other, "order-00").await), Some(Code::IdempotencyKeyReused));
    assert_eq!(world.w.count("\"order\"").await, 1);
}

/// A checkout sends as many statements for a hundred lines as for one. On PostgreSQL they are ways to the server and back, and what
/// is written goes together; SQLite has no such way.
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
    let most = match db {
        Db::Postgres => 30,
        Db::Sqlite => 55,
    };
    assert!(counts[0] <= most, "{counts:?}");
}
