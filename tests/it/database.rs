use rstest::rstest;
use sea_orm::ConnectionTrait;
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
