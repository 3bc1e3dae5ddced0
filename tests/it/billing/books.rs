//! The books only grow, and what is wrong with them is found.

use domain::billing::issue;
use rstest::rstest;
use sea_orm::{ConnectionTrait, TransactionTrait};
use tests::database::Db;
use uuid::Uuid;

use super::harness::{with_cashback, world};

/// The database refuses what does not balance, and any change of what is written.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn the_book_only_grows_and_balances(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let world = world(db).await;
    let draft = world.draft(None, with_cashback(9900));
    world.write(move |work| Box::pin(issue(work, vec![draft.clone()]))).await.unwrap();
    for change in [
        "UPDATE ledger_line SET debit_minor = debit_minor + 1 WHERE debit_minor > 0",
        "DELETE FROM ledger_line",
        "UPDATE journal_entry SET kind = 'PAYOUT_PAID'",
        "DELETE FROM journal_entry",
    ] {
        assert!(world.db.execute_unprepared(change).await.is_err(), "{change}");
    }
    let (entry, line) = (Uuid::now_v7(), Uuid::now_v7());
    let uuid = |id: Uuid| match db {
        Db::Sqlite => format!("x'{}'", id.simple()),
        Db::Postgres => format!("'{id}'"),
    };
    let one_sided = format!(
        "INSERT INTO ledger_line VALUES ({}, {}, 'revenue', NULL, 'EUR', 1, 0);
        INSERT INTO journal_entry VALUES ({}, 'PAYOUT_PAID', {}, '2027-03-01T10:00:00+00:00')",
        uuid(line),
        uuid(entry),
        uuid(entry),
        uuid(line)
    );
    let txn = world.db.begin().await.unwrap();
    assert!(txn.execute_unprepared(&one_sided).await.is_err());
    txn.rollback().await.unwrap();
    // a later statement finds the entry closed, in the transaction that wrote it and in any other
    let ids: Vec<String> = (0..6).map(|_| uuid(Uuid::now_v7())).collect();
    let lines = |one: &str, other: &str| {
        format!(
            "INSERT INTO ledger_line VALUES ({one}, {0}, 'revenue', NULL, 'EUR', 1, 0), ({other}, {0}, 'tax', NULL, 'EUR', 0, 1)",
            ids[0]
        )
    };
    let balanced = format!(
        "{}; INSERT INTO journal_entry VALUES ({}, 'PAYOUT_PAID', {}, '2027-03-01T10:00:00+00:00')",
        lines(&ids[1], &ids[2]),
        ids[0],
        ids[1]
    );
    let late = lines(&ids[3], &ids[4]);
    let txn = world.db.begin().await.unwrap();
    txn.execute_unprepared(&balanced).await.unwrap();
    assert!(txn.execute_unprepared(&late).await.is_err());
    txn.rollback().await.unwrap();
    let txn = world.db.begin().await.unwrap();
    txn.execute_unprepared(&balanced).await.unwrap();
    txn.commit().await.unwrap();
    assert!(world.db.execute_unprepared(&late).await.is_err());
}

/// `mandate check` sees what does not fit together.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn the_check_finds_what_is_wrong(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let world = world(db).await;
    world.card(world.client, "tok_visa").await;
    let product_id = world.product().await;
    let (issued, charges) = world.claim(product_id).await;
    world.period(product_id, &issued).await;
    let settlements = world.charged(charges).await;
    world.settle(settlements).await;
    world.books_are_right().await;

    for damage in [
        "UPDATE wallet SET pending_minor = pending_minor + 1",
        "UPDATE invoice SET paid_minor = 0",
        "UPDATE invoice_line SET tax_minor = tax_minor + 1",
        "UPDATE document_counter SET last_number = 7",
        "UPDATE test_gateway_charge SET amount_minor = 1",
        "UPDATE payment SET gateway_reference = 'lost'",
    ] {
        let before = world.check().await.len();
        world.db.execute_unprepared(damage).await.unwrap();
        assert!(world.check().await.len() > before, "{damage}");
    }
}
