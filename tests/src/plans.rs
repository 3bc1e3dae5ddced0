//! The statements that the running application sends, as the database plans them.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use sea_orm::{ConnectionTrait as _, DatabaseConnection, DbBackend, FromQueryResult, Statement};
use serde_json::Value;

use crate::app::TestApp;

/// Keeps the statements of a pool, while it is asked to.
#[derive(Clone, Default)]
pub struct Recorder {
    is_on: Arc<AtomicBool>,
    statements: Arc<Mutex<Vec<Statement>>>,
}

impl Recorder {
    /// Listens to a pool, which is not shared yet.
    pub fn on(pool: &mut DatabaseConnection) -> Self {
        let recorder = Self::default();
        let Self { is_on, statements } = recorder.clone();
        pool.set_metric_callback(move |sent| {
            if is_on.load(Ordering::Relaxed) {
                statements.lock().unwrap_or_else(PoisonError::into_inner).push(sent.statement.clone());
            }
        });
        recorder
    }

    /// What was sent during `act`, by whomever.
    pub async fn during<T>(&self, act: impl Future<Output = T>) -> (T, Vec<Statement>) {
        self.is_on.store(true, Ordering::Relaxed);
        let done = act.await;
        self.is_on.store(false, Ordering::Relaxed);
        (done, std::mem::take(&mut *self.statements.lock().unwrap_or_else(PoisonError::into_inner)))
    }
}

#[derive(FromQueryResult)]
struct Large {
    name: String,
}

impl TestApp {
    /// Fails with the plan when PostgreSQL would read a table of more than `rows` rows as a whole for one of these statements,
    /// with the values they were sent with. The tables are analysed first.
    ///
    /// # Panics
    /// With the statement and its plan; and when no table is that large, for then the test shows nothing.
    pub async fn assert_no_seq_scan(&self, statements: &[Statement], rows: u32) {
        self.db().execute_unprepared("ANALYZE").await.expect("an analysed database");
        let large = format!("SELECT relname::text AS name FROM pg_class WHERE relkind = 'r' AND reltuples > {rows}");
        let large = Large::find_by_statement(Statement::from_string(DbBackend::Postgres, large));
        let large: Vec<_> = large.all(self.db()).await.expect("tables").into_iter().map(|table| table.name).collect();
        assert!(!large.is_empty(), "no table has more than {rows} rows");
        for statement in statements {
            let mut explain = statement.clone();
            explain.sql = format!("EXPLAIN (FORMAT JSON) {}", statement.sql);
            let row = self.db().query_one_raw(explain).await;
            let row = row.unwrap_or_else(|error| panic!("{error}: {}", statement.sql)).expect("a plan");
            let plan: Value = row.try_get_by_index(0).expect("a plan");
            let scanned = scanned(&plan);
            let whole: Vec<_> = scanned.iter().filter(|table| large.contains(table)).collect();
            assert!(whole.is_empty(), "reads {whole:?} as a whole: {}\n{plan:#}", statement.sql);
        }
    }
}

/// The tables that a plan reads from one end to the other.
fn scanned(plan: &Value) -> Vec<String> {
    match plan {
        Value::Object(node) => {
            let own = (node.get("Node Type").and_then(Value::as_str) == Some("Seq Scan"))
                .then(|| node.get("Relation Name").and_then(Value::as_str).unwrap_or_default().to_owned());
            own.into_iter().chain(node.values().flat_map(scanned)).collect()
        }
        Value::Array(nodes) => nodes.iter().flat_map(scanned).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Vec::new(),
    }
}

/// Runs something again and again, and looks that none of these tables is read as a whole by it, whatever plan is made: also the one
/// for any values, which the server turns to after a while.
///
/// The pool has one connection, so that the server's own counts are told at once.
///
/// # Panics
/// When one is, with its name and how often.
pub async fn assert_read_by_index(pool: &DatabaseConnection, tables: &[&str], mut act: impl AsyncFnMut()) {
    let before = scans(pool, tables).await;
    assert_eq!(before.len(), tables.len(), "tables that are not there");
    // more often than it takes until a plan for any values is tried
    for _ in 0..8 {
        act().await;
    }
    assert_eq!(scans(pool, tables).await, before, "a table was read as a whole");
}

async fn scans(pool: &DatabaseConnection, tables: &[&str]) -> Vec<String> {
    pool.execute_unprepared("SELECT pg_stat_force_next_flush()").await.expect("the server's counts");
    pool.execute_unprepared("SELECT pg_stat_clear_snapshot()").await.expect("the server's counts");
    let names = tables.iter().map(|table| format!("'{table}'")).collect::<Vec<_>>().join(", ");
    let counts = format!(
        "SELECT relname::text || ' ' || seq_scan::text FROM pg_stat_user_tables WHERE relname IN ({names}) ORDER BY relname"
    );
    let rows = pool.query_all_raw(Statement::from_string(pool.get_database_backend(), counts)).await;
    rows.expect("the server's counts").iter().map(|row| row.try_get_by_index(0).expect("a text")).collect()
}
