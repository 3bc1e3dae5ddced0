//! How much waits in the queue: figures for operators.

use sea_orm::{ConnectionTrait, FromQueryResult};

use super::Class;
use crate::error::Error;
use crate::sql::Sql;

/// The jobs of one class.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Depth {
    /// Which.
    pub class: Class,
    /// Due, and in nobody's hands.
    pub waiting: i64,
    /// Leased.
    pub running: i64,
    /// Given up.
    pub dead: i64,
    /// For how long the one that has waited longest is due; zero where none waits.
    pub oldest_ms: i64,
}

#[derive(FromQueryResult)]
struct Row {
    class: String,
    waiting: i64,
    running: i64,
    dead: i64,
    oldest_ms: i64,
}

/// How much of each class waits, runs and is dead. One statement, each part of it by its own index.
pub async fn depth(conn: &impl ConnectionTrait) -> Result<[Depth; Class::ALL.len()], Error> {
    let mut sql = Sql::new(conn.get_database_backend());
    sql.push(
        "SELECT class, CAST(sum(waiting) AS bigint) AS waiting, CAST(sum(running) AS bigint) AS running,
            CAST(sum(dead) AS bigint) AS dead, CAST(max(oldest_ms) AS bigint) AS oldest_ms FROM (
            SELECT class, count(*) AS waiting, 0 AS running, 0 AS dead, max(/now ms/ - run_at) AS oldest_ms
                FROM job WHERE state = 'due' AND run_at <= /now ms/ GROUP BY class
            UNION ALL SELECT class, 0, count(*), 0, 0 FROM job WHERE state = 'running' GROUP BY class
            UNION ALL SELECT class, 0, 0, count(*), 0 FROM job WHERE state = 'dead' GROUP BY class) d GROUP BY class",
    );
    let rows: Vec<Row> = sql.all(conn).await?;
    Ok(Class::ALL.map(|class| {
        let row = rows.iter().find(|row| row.class == class.name());
        let of = |number: fn(&Row) -> i64| row.map_or(0, number);
        Depth {
            class,
            waiting: of(|row| row.waiting),
            running: of(|row| row.running),
            dead: of(|row| row.dead),
            oldest_ms: of(|row| row.oldest_ms),
        }
    }))
}
