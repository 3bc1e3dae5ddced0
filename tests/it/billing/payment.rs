//! What becomes of a payment: booked once, declined, unknown, never arrived.

use domain::billing::{Attempt, PaidFor, Settlement, attempt, reconcile};
use domain::cashback;
use domain::gateway::Outcome;
use entities::cashback as cashback_row;
use entities::invoice::InvoiceStatus;
use entities::payment::PaymentStatus;
use entities::product::ProductStatus;
use rstest::rstest;
use sea_orm::{ConnectionTrait, EntityTrait, PaginatorTrait};
use tests::database::Db;

use super::harness::{NOW, at, charge_for, day, eur, world};

/// What is paid moves on: invoice, product, wallet; and settling it again, late or at once, books it once.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_renewal_is_booked_once_however_often_it_is_settled(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let world = world(db).await;
    world.card(world.client, "tok_visa").await;
    let product_id = world.product().await;
    let (issued, charges) = world.claim(product_id).await;
    world.period(product_id, &issued).await;
    let settlements = world.charged(charges).await;

    let at_once = futures::future::join_all((0..8).map(|_| world.settle(settlements.clone()))).await;
    assert_eq!(at_once.iter().sum::<usize>(), 1);
    let late = Settlement { outcome: Outcome::Declined { code: "late".into() }, ..settlements[0].clone() };
    assert_eq!(world.settle(vec![late]).await, 0);

    let invoice = world.invoice(issued.invoice.id).await;
    assert_eq!((invoice.status, invoice.paid_minor), (InvoiceStatus::Paid, 11781));
    let product = world.product_row(product_id).await;
    assert_eq!((product.status, product.renews_on), (ProductStatus::Active, day("2028-03-01")));
    assert_eq!((product.anchor_months, product.renews_at), (24, at("2028-02-29T23:00:00Z")));
    assert_eq!(world.wallet().await, Some((1980, 0)));
    world.books_are_right().await;
}

/// Cashback is held for the programme's days, then released once.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn cashback_is_released_after_its_holding_days(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let world = world(db).await;
    world.card(world.client, "tok_visa").await;
    let (_, charges) = world.claim(world.product().await).await;
    let settlements = world.charged(charges).await;
    world.settle(settlements).await;
    let release = || world.write(|work| Box::pin(cashback::release(work)));

    assert_eq!(release().await.unwrap(), 0);
    let cashback = cashback_row::Entity::find().one(&world.db).await.unwrap().unwrap();
    assert_eq!(cashback.available_at, at("2027-03-31T10:00:00Z"));
    world.db.execute_unprepared("UPDATE clock SET now_at = '2027-03-31T10:00:00+00:00'").await.unwrap();
    assert_eq!((release().await.unwrap(), release().await.unwrap()), (1, 0));
    assert_eq!(world.wallet().await, Some((0, 1980)));
    world.books_are_right().await;
}

/// A declined renewal makes the product past due and moves nothing; paying later moves it from the original anchor.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_declined_renewal_waits_for_its_payment(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let world = world(db).await;
    world.card(world.client, "tok_declined_once").await;
    let product_id = world.product().await;
    let (issued, charges) = world.claim(product_id).await;
    world.period(product_id, &issued).await;
    let settlements = world.charged(charges).await;
    world.settle(settlements).await;

    let product = world.product_row(product_id).await;
    assert_eq!((product.status, product.renews_on), (ProductStatus::PastDue, day("2027-03-01")));
    let invoice = world.invoice(issued.invoice.id).await;
    assert_eq!((invoice.status, invoice.attempts), (InvoiceStatus::Open, 1));
    assert_eq!(invoice.first_declined_at, Some(at(NOW)));
    assert_eq!(world.wallet().await, None);

    let again = world.write(move |work| {
        let invoice = invoice.clone();
        Box::pin(async move { charge_for(work, &invoice).await })
    });
    let settlements = world.charged(vec![again.await.unwrap()]).await;
    world.settle(settlements).await;
    let product = world.product_row(product_id).await;
    assert_eq!((product.status, product.renews_on), (ProductStatus::Active, day("2028-03-01")));
    assert_eq!(world.wallet().await, Some((1980, 0)));
    world.books_are_right().await;
}

/// Without a way to pay, an attempt counts as declined and the gateway is not asked.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn no_payment_method_counts_as_declined(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let world = world(db).await;
    let product_id = world.product().await;
    let (issued, charges) = world.claim(product_id).await;
    world.period(product_id, &issued).await;
    let payment_id = charges[0].payment_id;
    let settlements = world.charged(charges).await;
    world.settle(settlements).await;
    let payment = world.payment(payment_id).await;
    assert_eq!((payment.status, payment.failure_code.as_deref()), (PaymentStatus::Declined, Some("no_payment_method")));
    assert_eq!(world.product_row(product_id).await.status, ProductStatus::PastDue);
    world.books_are_right().await;
}

/// R8: an answer that never came moves nothing and lets no second charge begin; the gateway's book says how it ended, once.
#[rstest]
#[case("tok_timeout", PaymentStatus::Succeeded, Some((1980, 0)))]
#[case("tok_timeout_declined", PaymentStatus::Declined, None)]
#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_outcome_is_found_out(
    #[values(Db::Sqlite, Db::Postgres)] db: Db,
    #[case] token: &str,
    #[case] end: PaymentStatus,
    #[case] wallet: Option<(i64, i64)>,
) {
    let world = world(db).await;
    world.card(world.client, token).await;
    let product_id = world.product().await;
    let (issued, charges) = world.claim(product_id).await;
    world.period(product_id, &issued).await;
    let payment_id = charges[0].payment_id;
    let settlements = world.charged(charges).await;
    assert_eq!(settlements[0].outcome, Outcome::Unknown);
    world.settle(settlements).await;

    assert_eq!(world.payment(payment_id).await.status, PaymentStatus::Unknown);
    assert_eq!(world.product_row(product_id).await.status, ProductStatus::Active);
    let invoice = issued.invoice.clone();
    let second = world.write(move |work| {
        let asked = Attempt {
            account_id: invoice.billed_to_id,
            paid_for: PaidFor::Invoice(invoice.id),
            amount: eur(invoice.total_minor),
            payment_method_id: None,
        };
        Box::pin(attempt(work, vec![asked]))
    });
    assert_eq!(second.await.unwrap(), [None]);

    let open = [payment_id];
    let both = futures::future::join_all((0..2).map(|_| reconcile(&world.store, &open))).await;
    assert!(both.into_iter().all(|open| open.unwrap() == 0));
    assert_eq!(world.payment(payment_id).await.status, end);
    assert_eq!(world.wallet().await, wallet);
    assert_eq!(entities::test_gateway_charge::Entity::find().count(&world.db).await.unwrap(), 1);
    world.books_are_right().await;
}

/// R1: a process that dies between attempt and charge leaves a row; the reconciliation charges it, by the same key, once.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn an_attempt_that_never_reached_the_gateway_is_charged(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let world = world(db).await;
    world.card(world.client, "tok_visa").await;
    let product_id = world.product().await;
    let (issued, charges) = world.claim(product_id).await;
    world.period(product_id, &issued).await;

    let open = [charges[0].payment_id];
    let both = futures::future::join_all((0..3).map(|_| reconcile(&world.store, &open))).await;
    assert!(both.into_iter().all(|open| open.unwrap() == 0));
    assert_eq!(world.invoice(issued.invoice.id).await.status, InvoiceStatus::Paid);
    assert_eq!(entities::test_gateway_charge::Entity::find().count(&world.db).await.unwrap(), 1);
    assert_eq!(world.wallet().await, Some((1980, 0)));
    world.books_are_right().await;
}
