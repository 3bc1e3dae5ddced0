use migration::Migrator;
use rstest::rstest;
use sea_orm::{ConnectionTrait, DatabaseBackend, DatabaseConnection, FromQueryResult, Statement};
use sea_orm_migration::MigratorTrait;
use tests::database::{Database, Db};

/// Two tests never meet in one database.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn each_test_has_a_database_of_its_own(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let (one, other) = (Database::fresh(db).await, Database::fresh(db).await);
    assert_ne!(one.url(), other.url());

    one.connect().await.execute_unprepared("CREATE TABLE only_here (id integer)").await.unwrap();

    let elsewhere = other.connect().await.execute_unprepared("SELECT * FROM only_here").await;
    assert!(elsewhere.is_err(), "the other database has the table, too");
}

/// Migrations go up, down and up again; what the way down leaves is nothing, and the second way up ends where the first did.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn migrations_go_up_down_and_up_again(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let database = Database::fresh(db).await;
    let connection = database.connect().await;
    let first = shape(&connection).await;
    assert!(first.len() > 40, "no tables: {first:?}");

    Migrator::down(&connection, None).await.unwrap();
    let nothing = shape(&connection).await;
    let left: Vec<_> = nothing.iter().filter(|what| !what.contains("seaql_migrations")).collect();
    assert!(left.is_empty(), "left behind: {left:?}");

    Migrator::up(&connection, None).await.unwrap();
    assert_eq!(shape(&connection).await, first);
}

#[derive(FromQueryResult)]
struct Thing {
    thing: String,
}

/// Every column, index, trigger, function and constraint of the database, with its definition, in a stable order.
async fn shape(connection: &DatabaseConnection) -> Vec<String> {
    let backend = connection.get_database_backend();
    let sql = if backend == DatabaseBackend::Postgres {
        "SELECT concat_ws(' ', 'column', table_name, column_name, data_type, is_nullable, column_default) AS thing
             FROM information_schema.columns WHERE table_schema = 'public'
         UNION ALL SELECT 'index ' || indexdef FROM pg_indexes WHERE schemaname = 'public'
         UNION ALL SELECT 'trigger ' || pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
         UNION ALL SELECT 'function ' || pg_get_functiondef(f.oid) FROM pg_proc f WHERE pronamespace = 'public'::regnamespace
         -- an extension may have been there before, and others may use it
         AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = f.oid AND d.deptype = 'e')
         UNION ALL SELECT concat_ws(' ', 'constraint', conrelid::regclass, conname, pg_get_constraintdef(oid))
             FROM pg_constraint WHERE connamespace = 'public'::regnamespace
         ORDER BY 1"
    } else {
        "SELECT concat_ws(' ', type, name, sql) AS thing FROM sqlite_master WHERE name NOT LIKE 'sqlite_%' ORDER BY 1"
    };
    let things = Thing::find_by_statement(Statement::from_string(backend, sql)).all(connection).await.unwrap();
    things.into_iter().map(|Thing { thing }| thing).collect()
}
