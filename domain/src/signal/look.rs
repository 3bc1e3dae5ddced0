//! A look at the database each second, for live streams: finds what hints did not tell, because another process without a bridge
//! wrote it, or because Redis was away. Jobs need none, since each queue polls.

use std::sync::Arc;
use std::time::Duration;

use entities::id::AccountId;
use sea_orm::{DbErr, FromQueryResult};
use tokio_util::sync::CancellationToken;

use crate::sql::Sql;
use crate::store::Store;

const EVERY: Duration = Duration::from_secs(1);
/// More new events than this are looked for by everybody at once.
const LIMIT: i64 = 10_000;

#[derive(FromQueryResult)]
struct Last {
    last: i64,
}

#[derive(FromQueryResult)]
struct Grown {
    account_id: AccountId,
}

/// Tells `feeds_in` which feeds have grown, until it is stopped.
pub async fn feeds(store: Store, stop: CancellationToken) {
    let mut seen: Option<i64> = None;
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(EVERY) => {}
        }
        match look(&store, seen).await {
            Ok(last) => seen = Some(last),
            Err(error) => tracing::debug!(%error, "the feeds cannot be looked at"),
        }
    }
}

async fn look(store: &Store, seen: Option<i64>) -> Result<i64, DbErr> {
    let mut sql = Sql::new(store.pool().get_database_backend());
    sql.push("SELECT last FROM feed_position WHERE id = 1");
    let last = sql.one::<Last>(store.pool()).await?.map_or(0, |row| row.last);
    let Some(seen) = seen.filter(|seen| *seen < last) else { return Ok(last) };
    let mut sql = Sql::new(store.pool().get_database_backend());
    sql.add(
        "SELECT DISTINCT account_id FROM (
            SELECT account_id FROM activity WHERE position > ? AND position <= ? ORDER BY position LIMIT ?) AS grown",
        [seen.into(), last.into(), LIMIT.into()],
    );
    let grown: Vec<Grown> = sql.all(store.pool()).await?;
    let accounts: Arc<[AccountId]> = grown.into_iter().map(|row| row.account_id).collect();
    let _ = store.signals().feeds_in.send(accounts); // nobody listens: nothing to tell
    Ok(last.min(seen + LIMIT))
}
