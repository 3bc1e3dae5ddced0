//! Who pays for an order, who earns on it, and who holds what it brings.

use domain::billing::Collected;
use domain::error::Code;
use domain::order::commands::{OrderItem, PlaceOrder, place_order};
use domain::store::Statements;
use entities::cart::CartStatus;
use entities::invoice::InvoiceStatus;
use entities::order::CheckoutMethod::{ClientCard, PartnerCard, SendToClient};
use entities::order::OrderStatus;
use entities::partnership::PayerKind;
use entities::product::{ProductStatus, RenewalBilling};
use rstest::rstest;
use tests::database::Db;
use tests::partners::instant;

use super::harness::{World, code, eur};

/// S5.2, S2.4, S2.5a, S2.6, S2.7a, S2.9, S2.11, S4.9: the client's card pays the public price, 117.81; the partner earns 19.80; the
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
    let items = vec![OrderItem {
        plan_id: world.plan,
        term_months: Some(12),
        quantity: 1,
        domain_name: None,
        registrant_id: None,
    }];
    let command =
        PlaceOrder { account_id: world.w.acme, items, payment_method_id: None, idempotency_key: "order-01".to_owned() };
    let actor = world.w.actor(&world.w.acme_owner).await;
    let (placed, _) = place_order(&world.w.store, actor, Statements::default(), command).await.unwrap();
    assert_eq!(world.placed(&placed).await.0.total_minor, 9425);
    world.in_order().await;
}
