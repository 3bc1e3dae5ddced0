//! Sample data: as much as was asked for, the same each time, and in order.

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::seed::{self, Sizes};
use domain::seller::Settings;
use domain::signal::Signals;
use domain::{Error, Store};
use rstest::rstest;
use sea_orm::{ConnectionTrait, DatabaseConnection, Statement};
use tests::auditor::audit;
use tests::database::{Database, Db};

const SIZES: Sizes = Sizes { partners: 2, clients: 7, products: 3, invoices: 4 };

async fn seeded(db: Db, sizes: Sizes) -> (Database, Store) {
    let database = Database::fresh(db).await;
    let pool = domain::database::connect(&database.url().parse().unwrap(), 4).await.unwrap();
    pool.execute_unprepared("INSERT INTO clock (id, now_at) VALUES (1, '2026-11-21T12:00:00+00:00')").await.unwrap();
    let settings = Arc::new(Settings::demo(pool.clone()));
    let store = Store::new(pool, Signals::local(), settings);
    seed::fill(&store, sizes, |_| {}).await.unwrap();
    (database, store)
}

async fn numbers(db: &DatabaseConnection, sql: &str) -> Vec<i64> {
    let rows = db.query_all_raw(Statement::from_string(db.get_database_backend(), sql)).await.unwrap();
    rows.iter().map(|row| row.try_get_by_index(0).unwrap()).collect()
}

#[rstest]
#[case(Db::Sqlite)]
#[case(Db::Postgres)]
#[tokio::test]
async fn the_books_of_sample_data_are_in_order(#[case] db: Db) {
    let (database, _) = seeded(db, SIZES).await;
    let db = database.connect().await;
    assert_eq!(audit(&db).await, Vec::<String>::new());
    let invoices = SIZES.all_invoices();
    for (table, rows) in [
        ("account", 2 + 14),
        ("client", 14),
        ("partnership", 14),
        ("product", 42),
        ("invoice", invoices),
        ("invoice_line", 2 * invoices),
        ("product_period", 2 * invoices),
        ("payment", invoices),
        ("test_gateway_charge", invoices),
    ] {
        assert_eq!(numbers(&db, &format!("SELECT count(*) FROM {table}")).await, [rows], "{table}");
    }
    // every product has as much history, both payers pay, and somebody earns
    assert_eq!(numbers(&db, "SELECT DISTINCT count(*) FROM product_period GROUP BY product_id").await, [8]);
    assert_eq!(numbers(&db, "SELECT count(DISTINCT payer) FROM partnership").await, [2]);
    assert!(numbers(&db, "SELECT count(*) FROM cashback WHERE released_at IS NULL").await[0] > 0);
    assert!(numbers(&db, "SELECT count(*) FROM cashback WHERE released_at IS NOT NULL").await[0] > 0);
    // nothing is due, and ids grow with the numbers
    let due = "SELECT count(*) FROM product WHERE renews_at <= (SELECT now_at FROM clock)";
    assert_eq!(numbers(&db, due).await, [0]);
    let unordered =
        "SELECT count(*) FROM invoice a JOIN invoice b ON b.id > a.id AND (b.year, b.sequence) < (a.year, a.sequence)";
    assert_eq!(numbers(&db, unordered).await, [0]);
}

/// The ids and amounts of all tables, summed up so that both databases say the same.
async fn fingerprint(db: &DatabaseConnection, is_postgres: bool) -> BTreeMap<&'static str, Vec<String>> {
    let text = if is_postgres { "replace(CAST(id AS text), '-', '')" } else { "lower(hex(id))" };
    let mut found = BTreeMap::new();
    for (table, amounts) in [
        ("account", "name || search"),
        ("product", "label || domain_name || renews_on || anchor_on"),
        ("invoice", "number || total_minor || tax_minor || issued_on"),
        ("invoice_line", "description || net_minor || cashback_minor || tax_minor || period_end"),
        ("ledger_line", "ledger_account || debit_minor || credit_minor"),
        ("wallet_entry", "kind || amount_minor"),
    ] {
        let sql = format!("SELECT {text} || {amounts} AS row FROM {table} ORDER BY id");
        let rows = db.query_all_raw(Statement::from_string(db.get_database_backend(), sql)).await.unwrap();
        found.insert(table, rows.iter().map(|row| row.try_get_by_index(0).unwrap()).collect());
    }
    found
}

#[tokio::test]
async fn sample_data_are_the_same_each_time_on_each_database() {
    let mut seen = Vec::new();
    for db in [Db::Sqlite, Db::Postgres, Db::Postgres] {
        let (database, _) = seeded(db, SIZES).await;
        seen.push(fingerprint(&database.connect().await, db == Db::Postgres).await);
    }
    assert_eq!(seen[0], seen[1]);
    assert_eq!(seen[1], seen[2]);
}

/// One product that is billed two terms at a time; nothing at all; products without history.
#[rstest]
#[case(Sizes { partners: 1, clients: 3, products: 1, invoices: 2 })]
#[case(Sizes { partners: 1, clients: 2, products: 2, invoices: 0 })]
#[case(Sizes { partners: 1, clients: 0, products: 6, invoices: 8 })]
#[case(Sizes { partners: 0, clients: 9, products: 9, invoices: 9 })]
#[tokio::test]
async fn any_size_is_in_order(#[case] sizes: Sizes) {
    let (database, _) = seeded(Db::Sqlite, sizes).await;
    let db = database.connect().await;
    assert_eq!(audit(&db).await, Vec::<String>::new());
    assert_eq!(numbers(&db, "SELECT count(*) FROM invoice").await, [sizes.all_invoices()]);
}

#[rstest]
#[case(Db::Sqlite)]
#[case(Db::Postgres)]
#[tokio::test]
async fn a_database_that_is_in_use_is_left_alone(#[case] db: Db) {
    let (_database, store) = seeded(db, Sizes { partners: 1, clients: 1, products: 1, invoices: 1 }).await;
    let again = seed::fill(&store, SIZES, |_| {}).await;
    assert!(matches!(again, Err(Error::Refused(_))), "{again:?}");
}
