//! Looking at the tables from outside.

use std::time::{Duration, Instant};

use sea_orm::{DatabaseConnection, FromQueryResult, Statement};

#[derive(FromQueryResult)]
struct Number {
    n: i64,
}

#[derive(FromQueryResult)]
struct Text {
    t: String,
}

async fn all<T: FromQueryResult>(db: &DatabaseConnection, sql: String) -> Vec<T> {
    let statement = Statement::from_string(sea_orm::ConnectionTrait::get_database_backend(db), sql.clone());
    T::find_by_statement(statement).all(db).await.unwrap_or_else(|error| panic!("{error}: {sql}"))
}

/// Rows of `table WHERE …`.
pub(super) async fn count(db: &DatabaseConnection, what: &str) -> i64 {
    all::<Number>(db, format!("SELECT count(*) AS n FROM {what}")).await.remove(0).n
}

/// The column `t` of a query.
pub(super) async fn texts(db: &DatabaseConnection, sql: &str) -> Vec<String> {
    all::<Text>(db, sql.to_owned()).await.into_iter().map(|row| row.t).collect()
}

/// Waits until so many rows of `table WHERE …` are there.
pub(super) async fn wait_for(db: &DatabaseConnection, what: &str, number: i64, limit: Duration) {
    let began = Instant::now();
    loop {
        let found = count(db, what).await;
        if found == number {
            return;
        }
        assert!(began.elapsed() < limit, "{what}: {found} instead of {number} after {limit:?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
