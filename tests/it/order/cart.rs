//! What stands in a cart, and at which price.

use domain::actor::{Actor, System};
use domain::billing::Collected;
use domain::catalogue::commands::{SaveOffering, SavePlan, save_offering};
use domain::catalogue::queries as catalogue;
use domain::catalogue::rules::NewPrice;
use domain::client::queries::KeptBy;
use domain::error::{Code, Error};
use domain::money::{Currency, Money};
use domain::order::commands::{AddCartItem, OrderItem, UpdateCartItem, remove_cart_item, update_cart_item};
use domain::order::queries;
use domain::page::PageRequest;
use domain::patch::Patch;
use domain::store::Statements;
use entities::cart::CartStatus;
use entities::offering::ProductKind;
use entities::order::CheckoutMethod::PartnerCard;
use entities::order::OrderStatus;
use entities::product::ProductStatus;
use rstest::rstest;
use tests::database::Db;

use super::harness::{World, code, eur, item, plan_of, price, save_as_operator};

/// S4.1, S4.2, S4.4, S4.5, S4.6, S4.7: a cart for one of its client records holds plans of different kinds and terms; the default term is the plan's; each line can be changed.
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
    let change = UpdateCartItem {
        cart_id,
        item_id: first,
        term_months: Some(12),
        quantity: Some(3),
        registrant_id: Patch::Keep,
    };
    world.w.write(&world.w.acme_owner, move |work| Box::pin(update_cart_item(work, change.clone()))).await.unwrap();
    assert_eq!(world.contents(cart_id).await.subtotal, eur(3 * 9900 + 1200));
    let gone = shown.items[1].0.id;
    world.w.write(&world.w.acme_owner, move |work| Box::pin(remove_cart_item(work, cart_id, gone))).await.unwrap();
    let again = world.w.write(&world.w.acme_owner, move |work| Box::pin(remove_cart_item(work, cart_id, gone))).await;
    assert_eq!(code(again), Some(Code::NotFound));
    assert_eq!(world.contents(cart_id).await.subtotal, eur(3 * 9900));

    let reader = world.w.reader(&world.w.acme_owner).await;
    let page =
        queries::carts(&reader, KeptBy::Client, &[client_id.0], Some(CartStatus::Open), &PageRequest::first(10)).await;
    assert_eq!(page.unwrap()[&client_id.0].rows.len(), 1);
    let reader = world.w.reader(&world.w.bolt_owner).await;
    let page = queries::carts(&reader, KeptBy::Partner, &[world.w.acme.0], None, &PageRequest::first(10)).await;
    assert!(page.unwrap().is_empty());
}

/// A quantity of n is n products on one line; what costs nothing is free at once, without invoice and payment.
#[rstest]
#[case(Db::Sqlite)]
#[case(Db::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn pieces_are_products_and_what_is_free_is_free(#[case] db: Db) {
    let world = World::start(db).await;
    let free = vec![OrderItem {
        plan_id: world.free,
        term_months: Some(12),
        quantity: 3,
        domain_name: None,
        registrant_id: None,
    }];
    let (placed, collected) = world.place(&world.w.bolt_owner, free, "order-00").await.unwrap();
    let (order, _, product) = world.placed(&placed).await;
    assert_eq!((collected, order.status, product.status), (Collected::Paid, OrderStatus::Paid, ProductStatus::Free));
    assert_eq!((world.w.count("product WHERE status = 'FREE'").await, world.w.count("product_period").await), (3, 3));
    assert_eq!((world.w.count("payment").await, world.invoices().await.len()), (0, 0));
    assert_eq!(code(world.order_for_bolt(&world.w.bolt_owner, "order-01").await), Some(Code::PaymentMethodRequired));
    world.card(world.w.bolt, "tok_visa").await;
    let three = vec![OrderItem {
        plan_id: world.plan,
        term_months: Some(12),
        quantity: 3,
        domain_name: None,
        registrant_id: None,
    }];
    let (placed, _) = world.place(&world.w.bolt_owner, three, "order-02").await.unwrap();
    assert_eq!(world.placed(&placed).await.0.subtotal_minor, 3 * 9900);
    assert_eq!(world.w.count("product WHERE status = 'ACTIVE'").await, 3);
    world.in_order().await;
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
