//! Opening a database: no poisoned connection, one migration, one long-running process on a SQLite file.

use domain::database::{self, DatabaseUrl, SchemaState};
use migration::{Migrator, MigratorTrait};
use rstest::rstest;
use sea_orm::{ConnectionTrait, DatabaseConnection, Statement, TransactionTrait};
use tests::database::{Database, Db};

/// Tells one connection to PostgreSQL from another.
const SESSION: &str = "SELECT pg_backend_pid()::text";

async fn open(database: &Database, connections: u32) -> (DatabaseUrl, DatabaseConnection) {
    let url: DatabaseUrl = database.url().parse().unwrap();
    let connection = database::connect(&url, connections).await.unwrap();
    (url, connection)
}

async fn text(connection: &DatabaseConnection, sql: &str) -> String {
    let statement = Statement::from_string(connection.get_database_backend(), sql);
    let row = connection.query_one_raw(statement).await.unwrap().unwrap();
    row.try_get_by_index(0).unwrap()
}

/// F3: a connection that went back to the pool inside a transaction, or a failed one, is not given to the next borrower.
#[tokio::test(flavor = "multi_thread")]
async fn a_connection_left_in_a_transaction_is_never_used_again() {
    let database = Database::fresh(Db::Postgres).await;
    let (_, connection) = open(&database, 1).await;
    let clean = text(&connection, SESSION).await;
    assert_eq!(text(&connection, SESSION).await, clean, "a clean connection is kept");

    connection.execute_unprepared("BEGIN; CREATE TABLE poison (id integer)").await.unwrap();
    let after_begin = text(&connection, SESSION).await;
    assert_ne!(after_begin, clean, "the stale transaction was handed on");

    connection.execute_unprepared("BEGIN").await.unwrap();
    let transaction = connection.begin().await.unwrap();
    transaction.execute_unprepared("CREATE TABLE kept (id integer)").await.unwrap();
    transaction.commit().await.unwrap();

    let tables = "SELECT concat(to_regclass('poison'), to_regclass('kept'))";
    assert_eq!(text(&connection, tables).await, "kept");
}

#[rstest]
#[case::postgres_compiles_no_plans(Db::Postgres, "SHOW jit", "off")]
#[case::postgres_ends_idle_transactions(Db::Postgres, "SHOW idle_in_transaction_session_timeout", "10s")]
#[case::sqlite_keeps_a_write_ahead_log(Db::Sqlite, "PRAGMA journal_mode", "wal")]
#[case::sqlite_is_synced_at_each_commit(Db::Sqlite, "SELECT synchronous || '' FROM pragma_synchronous", "2")]
#[case::sqlite_waits_for_another_writer(Db::Sqlite, "SELECT timeout || '' FROM pragma_busy_timeout", "5000")]
#[case::sqlite_keeps_foreign_keys(Db::Sqlite, "SELECT foreign_keys || '' FROM pragma_foreign_keys", "1")]
#[tokio::test(flavor = "multi_thread")]
async fn connections_are_set_up(#[case] db: Db, #[case] sql: &str, #[case] expected: &str) {
    let database = Database::fresh(db).await;
    let (_, connection) = open(&database, 2).await;
    assert_eq!(text(&connection, sql).await, expected);
}

/// R18: of several starters one migrates, and the others go on with what it did.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn starters_at_the_same_time_migrate_once(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let database = Database::fresh(db).await;
    let (url, connection) = open(&database, 2).await;
    Migrator::down(&connection, None).await.unwrap();
    let steps = Migrator::migrations().len();
    assert_eq!(database::schema_state(&connection).await.unwrap().missing.len(), steps);

    let starters = (0..4).map(|_| {
        let url = url.clone();
        tokio::spawn(async move {
            let connection = database::connect(&url, 2).await.unwrap();
            database::migrate(&url, &connection).await.unwrap().len()
        })
    });
    let mut applied = futures::future::try_join_all(starters).await.unwrap();
    applied.sort_unstable();

    assert_eq!(applied, [0, 0, 0, steps]);
    assert_eq!(database::schema_state(&connection).await.unwrap().refusal(), None);
}

/// A newer schema is refused, unless what is new says that this version may go on.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_newer_schema_is_refused_unless_it_is_compatible(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let database = Database::fresh(db).await;
    let (url, connection) = open(&database, 2).await;
    let apply = async |name: &str| {
        let sql = format!("INSERT INTO seaql_migrations (version, applied_at) VALUES ('{name}', 0)");
        connection.execute_unprepared(&sql).await.unwrap();
    };

    apply("m20990101_000001_more_columns_compatible").await;
    let state = database::schema_state(&connection).await.unwrap();
    assert_eq!(state, SchemaState { missing: vec![], foreign: vec![] });
    assert!(database::migrate(&url, &connection).await.unwrap().is_empty());

    apply("m20990101_000002_other_meaning").await;
    let state = database::schema_state(&connection).await.unwrap();
    assert!(state.refusal().unwrap().contains("newer than this version of mandate (m20990101_000002_other_meaning)"));
    assert!(database::migrate(&url, &connection).await.is_err());
}

/// The server's own words reach the person, on one line and without the password.
#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_is_not_there_is_named() {
    let url = tests::server::database_url_for("never_made");
    let error = database::connect(&url.parse().unwrap(), 1).await.unwrap_err().to_string();
    assert!(error.starts_with("cannot reach PostgreSQL at "), "{error}");
    assert!(error.ends_with("/never_made: database \"never_made\" does not exist"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_long_running_process_holds_a_sqlite_file() {
    let database = Database::fresh(Db::Sqlite).await;
    let url: DatabaseUrl = database.url().parse().unwrap();

    let held = database::hold(&url).unwrap();
    let refused = database::hold(&url).unwrap_err().to_string();
    assert!(refused.starts_with(&format!("another process ({}) is running on ", std::process::id())), "{refused}");
    assert!(database::connect(&url, 1).await.is_ok(), "a command that ends opens it beside");

    drop(held);
    assert!(database::hold(&url).is_ok());
}

#[rstest]
#[case("sqlite://var/mandate.db", true)]
#[case("sqlite:///var/lib/mandate.db?mode=rwc", true)]
#[case("postgresql://me@db:5432/mandate?sslmode=require", true)]
#[case("sqlite::memory:", false)]
#[case("sqlite://", false)]
#[case("sqlite://x.db?mode=ro", false)]
#[case("postgres://me@db", false)]
#[case("mysql://me@db/mandate", false)]
#[case("", false)]
fn addresses_of_databases(#[case] url: &str, #[case] is_one: bool) {
    assert_eq!(url.parse::<DatabaseUrl>().is_ok(), is_one, "{url}");
}
