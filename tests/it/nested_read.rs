//! Nested reads stay cheap as the data grow: one statement a level, and only through indexes.

use std::sync::Arc;

use domain::billing::queries::{self as billing, InvoiceFilter};
use domain::page::PageRequest;
use domain::product::queries::{self as product, ProductFilter};
use domain::seed::{self, Sizes};
use domain::seller::Settings;
use domain::signal::Signals;
use domain::store::{Reader, Statements};
use domain::{Store, account, client, secret};
use entities::id::AccountId;
use rstest::rstest;
use sea_orm::{ConnectionTrait, Statement};
use serde_json::json;
use tests::app::TestApp;
use tests::database::{Database, Db};
use tests::scans::whole_scans;
use uuid::Uuid;

const TOKEN: &str = "the owner of agency 1";

/// One connection, so that the server's own counts are told at once.
async fn seeded(db: Db, sizes: Sizes) -> (Database, Store) {
    let database = Database::fresh(db).await;
    let pool = domain::database::connect(&database.url().parse().unwrap(), 1).await.unwrap();
    let store = Store::new(pool.clone(), Signals::local(), Arc::new(Settings::demo(pool.clone())));
    fill(&store, sizes).await;
    (database, store)
}

/// Sample data, and the owner of the first agency signed in.
async fn fill(store: &Store, sizes: Sizes) {
    seed::fill(store, sizes, |_| {}).await.unwrap();
    let session = format!(
        "INSERT INTO session (id, user_id, token_hash, created_at, expires_at)
        SELECT id, id, '{}', created_at, '2999-01-01T00:00:00+00:00' FROM \"user\" WHERE email = 'owner@agency-1.example'",
        secret::hash(TOKEN)
    );
    store.pool().execute_unprepared(&session).await.unwrap();
}

async fn reader(store: &Store) -> Reader {
    let (actor, now) = account::queries::authenticate(store, Some(TOKEN), None).await.unwrap();
    store.reader(actor, now.now, Statements::default())
}

async fn agency(store: &Store) -> AccountId {
    let sql = "SELECT id FROM account WHERE name = 'Agency 1'";
    let row =
        store.pool().query_one_raw(Statement::from_string(store.pool().get_database_backend(), sql)).await.unwrap();
    AccountId(row.unwrap().try_get_by_index(0).unwrap())
}

/// What a nested read found, and how many statements that took.
#[derive(Debug, PartialEq, Eq)]
struct Found {
    clients: usize,
    products: usize,
    invoices: Vec<usize>,
    statements: u64,
}

async fn read(store: &Store) -> Found {
    let reader = reader(store).await;
    let partner = agency(store).await;
    let mut clients = client::queries::of_partners(&reader, &[partner], None, &PageRequest::first(20)).await.unwrap();
    let clients: Vec<Uuid> = clients.remove(&partner).unwrap().rows.iter().map(|client| client.id.0).collect();
    let (all, five) = (ProductFilter::default(), PageRequest::first(5));
    let products = product::pages(&reader, product::Parent::Client, &clients, &all, &five).await.unwrap();
    let ids: Vec<Uuid> = products.values().flat_map(|page| &page.rows).map(|product| product.id.0).collect();
    let all = InvoiceFilter::default();
    let invoices = billing::invoices(&reader, billing::Parent::Product, &ids, &all, &five).await.unwrap();
    let mut lengths: Vec<usize> = ids.iter().map(|id| invoices.get(id).map_or(0, |page| page.rows.len())).collect();
    lengths.sort_unstable();
    lengths.dedup();
    for page in invoices.values() {
        assert!(page.rows.iter().all(|invoice| invoice.billed_to_id == partner));
        assert!(page.rows.is_sorted_by(|a, b| a.id > b.id), "newest first");
    }
    Found { clients: clients.len(), products: ids.len(), invoices: lengths, statements: reader.statements().count() }
}

/// Invoices of two of three clients are the partner's and are shown, those of the third are the client's and are not.
#[rstest]
#[case(Db::Sqlite)]
#[case(Db::Postgres)]
#[tokio::test]
async fn each_level_is_one_statement(#[case] db: Db) {
    let (_database, store) = seeded(db, Sizes { partners: 2, clients: 25, products: 6, invoices: 4 }).await;
    let found = read(&store).await;
    assert_eq!(found, Found { clients: 20, products: 100, invoices: vec![0, 5], statements: 3 });
}

/// The whole way, from the document to the answer: account, clients, products, and for those plans and invoices. Which level
/// is how wide makes no difference.
#[rstest]
#[case(Db::Sqlite)]
#[case(Db::Postgres)]
#[tokio::test]
async fn one_client_costs_as_many_statements_as_a_thousand(#[case] db: Db) {
    const NESTED: &str = "{ viewer { memberships(first: 1) { nodes { account { clients(first: 100) { nodes {
        name products(first: 5) { nodes { label plan { name } invoices(first: 5) { nodes { number } } } } } } } } } } }";
    for (clients, shown) in [(1, 1), (1_000, 100)] {
        let app = TestApp::start(db).await;
        fill(&app.store, Sizes { partners: 1, clients, products: 2, invoices: 1 }).await;
        let reply = app.ask_as(TOKEN, NESTED, json!({})).await;
        let account = &reply.ok()["viewer"]["memberships"]["nodes"][0]["account"];
        assert_eq!(account["clients"]["nodes"].as_array().map(Vec::len), Some(shown));
        assert_eq!(reply.body.to_string().matches("\"label\"").count(), 2 * shown);
        assert_eq!(reply.statements(), 6, "memberships, accounts, clients, products, plans, invoices");
    }
}

/// A page of a page of a page, out of tables of thousands of rows, reads no table as a whole.
#[tokio::test]
async fn no_level_reads_a_whole_table() {
    let (_database, store) = seeded(Db::Postgres, Sizes { partners: 3, clients: 400, products: 4, invoices: 2 }).await;
    let tables = ["product", "product_period", "invoice", "invoice_line", "partnership", "payment"];
    let before = whole_scans(store.pool(), &tables).await;
    // more often than it takes until a plan for any value is tried
    for _ in 0..8 {
        assert_eq!(read(&store).await.clients, 20);
    }
    assert_eq!(whole_scans(store.pool(), &tables).await, before);
}
