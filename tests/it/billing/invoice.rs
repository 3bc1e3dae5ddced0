//! What an invoice says, and its number.

use std::collections::BTreeSet;

use domain::actor::System;
use domain::billing::{Attempt, PaidFor, attempt, issue, settle};
use domain::store::Statements;
use domain::{Actor, Error};
use entities::invoice;
use rstest::rstest;
use sea_orm::EntityTrait;
use tests::database::Db;

use super::harness::{eur, with_cashback, with_discount, world};

/// The worked example of the rules: who pays P, and who pays P − D, to the cent.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn invoices_carry_the_worked_cents(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let world = world(db).await;
    let drafts = vec![world.draft(None, with_cashback(9900)), world.draft(None, with_discount(9900))];
    let issued = world.write(move |work| Box::pin(issue(work, drafts.clone()))).await.unwrap();
    let sums: Vec<_> = issued
        .iter()
        .map(|it| it.as_ref().map(|it| &it.invoice).unwrap())
        .map(|it| (it.number.as_str(), it.subtotal_minor, it.discount_minor, it.tax_minor, it.total_minor))
        .collect();
    assert_eq!(sums, [("2027-000001", 9900, 0, 1881, 11781), ("2027-000002", 9900, 1980, 1505, 9425)]);
    world.books_are_right().await;
}

/// A total of zero issues no invoice and uses up no number.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn nothing_to_pay_is_not_invoiced(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let world = world(db).await;
    let drafts = vec![world.draft(None, with_discount(0)), world.draft(None, with_discount(100))];
    let issued = world.write(move |work| Box::pin(issue(work, drafts.clone()))).await.unwrap();
    assert!(issued[0].is_none());
    assert_eq!(issued[1].as_ref().unwrap().invoice.number, "2027-000001");
}

/// The number of statements does not depend on the number of rows, from the invoice to the booked payment.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_cost_as_many_statements_as_one(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let world = world(db).await;
    world.card(world.client, "tok_visa").await;
    let mut counts = Vec::new();
    for count in [1, 200] {
        let statements = Statements::default();
        let draft = world.draft(None, with_cashback(9900));
        let actor = Actor::System(System::Renewals);
        let claim = world.store.write(actor.clone(), statements.clone(), move |work| {
            let drafts = vec![draft.clone(); count];
            Box::pin(async move {
                let issued = issue(work, drafts).await?;
                let attempts = issued.iter().flatten().map(|it| Attempt {
                    account_id: it.invoice.billed_to_id,
                    paid_for: PaidFor::Invoice(it.invoice.id),
                    amount: eur(it.invoice.total_minor),
                    payment_method_id: None,
                });
                let attempts = attempts.collect();
                attempt(work, attempts).await
            })
        });
        let charges: Vec<_> = claim.await.unwrap().into_iter().flatten().collect();
        assert_eq!(charges.len(), count);
        let claimed = statements.count();
        let settlements = world.charged(charges).await;
        let settled = world
            .store
            .write(actor, statements.clone(), move |work| Box::pin(settle(work, settlements.clone())))
            .await
            .unwrap();
        assert_eq!(settled.len(), count);
        counts.push((claimed, statements.count() - claimed));
    }
    assert_eq!(counts[0], counts[1]);
    assert_eq!(world.wallet().await, Some((201 * 1980, 0)));
    world.books_are_right().await;
}

/// Twenty who issue at once leave no gap and no duplicate, and dates do not fall as numbers rise.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn numbers_have_no_gap(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let world = world(db).await;
    let issuers = (0..20).map(|at| {
        let draft = world.draft(None, with_cashback(9900));
        let write = world.store.write(Actor::System(System::Renewals), Statements::default(), move |work| {
            let draft = draft.clone();
            Box::pin(async move {
                issue(work, vec![draft]).await?;
                // Every fourth takes its number back.
                if at % 4 == 3 { Err(Error::Denied) } else { Ok(()) }
            })
        });
        async move { write.await.is_ok() }
    });
    let done = futures::future::join_all(issuers).await;
    assert_eq!(done.iter().filter(|is_done| **is_done).count(), 15);
    let invoices = invoice::Entity::find().all(&world.db).await.unwrap();
    let numbers: BTreeSet<_> = invoices.iter().map(|invoice| invoice.sequence).collect();
    assert_eq!(numbers, (1..=15).collect());
    world.books_are_right().await;
}
