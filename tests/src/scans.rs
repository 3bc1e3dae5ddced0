//! Whether PostgreSQL has read a table as a whole, by its own count.

use sea_orm::{ConnectionTrait, DatabaseConnection, Statement};

/// How often each of these tables was read as a whole so far. Tells of this connection's own statements at once, so the pool must be
/// of one connection.
///
/// # Panics
/// When the database does not answer.
pub async fn whole_scans(db: &DatabaseConnection, tables: &[&str]) -> Vec<String> {
    for refresh in ["SELECT pg_stat_force_next_flush()", "SELECT pg_stat_clear_snapshot()"] {
        db.execute_unprepared(refresh).await.expect("counts of the server");
    }
    let names = tables.join("', '");
    let sql = format!(
        "SELECT relname::text || ' ' || seq_scan::text FROM pg_stat_user_tables WHERE relname IN ('{names}') ORDER BY relname"
    );
    let statement = Statement::from_string(db.get_database_backend(), sql);
    let rows = db.query_all_raw(statement).await.expect("counts of the server");
    rows.iter().map(|row| row.try_get_by_index(0).expect("a count")).collect()
}
