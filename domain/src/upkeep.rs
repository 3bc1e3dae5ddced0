//! Taking away what nobody needs any more: finished jobs, idempotency keys and sign-ins that ended, by real time; old deliveries of
//! webhooks, by the product's.

use chrono::{DateTime, Utc};

use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::job::{Job, schedule::Sweep};
use crate::sql::Sql;
use crate::store::{Now, Store};
use crate::webhook;

/// Rows deleted by one statement: none holds its locks for long.
const BATCH: i64 = 5_000;
const HOUR_MS: i64 = 60 * 60 * 1_000;

/// Cleans up.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CleanUp {}

impl Job for CleanUp {
    const KIND: &'static str = "clean_up";
    const PRIORITY: i32 = 2;
}

impl Sweep for CleanUp {
    fn at(_: DateTime<Utc>) -> Self {
        Self {}
    }
}

/// Tables, their keys, what is over, and for how long it is kept after that.
const RULES: [(&str, &str, &str, i64); 4] = [
    ("job", "id", "state = 'done' AND changed_at", 7 * 24 * HOUR_MS),
    ("idempotency_key", "user_id, account_id, operation, key", "created_at", 24 * HOUR_MS),
    // the gateway sends one for three days at most
    ("gateway_event", "id", "received_at", 30 * 24 * HOUR_MS),
    // what ended stays for a while, for those who look into an incident
    ("session", "id", "coalesce(ended_at, expires_at)", 30 * 24 * HOUR_MS),
];

/// Deletes jobs done for a week, idempotency keys after their 24 hours, sessions a month after their end, deliveries a month after
/// they were put in line. Tells how many rows.
pub async fn clean_up(store: &Store) -> Result<u64, Error> {
    let Now { now, real_now } = store.now().await?;
    let mut removed = webhook::lane::clean_up(store.pool(), now).await?;
    for (table, key, is_over, kept_ms) in RULES {
        let before = real_now - chrono::Duration::milliseconds(kept_ms);
        loop {
            let mut sql = Sql::new(store.pool().get_database_backend());
            sql.push(&format!("DELETE FROM {table} WHERE ({key}) IN (SELECT {key} FROM {table} WHERE {is_over} < "));
            if table == "job" {
                sql.bind(before.timestamp_millis())
            } else {
                sql.bind(before)
            };
            sql.add(" LIMIT ?)", [BATCH.into()]);
            let count = sql.execute(store.pool()).await?;
            removed += count;
            if count < BATCH.unsigned_abs() {
                break;
            }
        }
    }
    Ok(removed)
}
