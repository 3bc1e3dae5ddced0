//! Acts that were refused for want of a right.

use chrono::{DateTime, Duration, Utc};
use entities::audit_entry::{Entity, Model};
use sea_orm::{ConnectionTrait, DbErr};

use crate::billing::first_id_at;
use crate::sql::insert_where;

/// So many refusals of one person are written down in an hour: whoever goes on tells nothing new, and fills no table.
const AN_HOUR: i64 = 60;

/// Writes down a refusal, unless there were too many. Real time, which ids tell: the product's may stand still.
pub(crate) async fn record_refusal(
    conn: &impl ConnectionTrait,
    entry: Model,
    real_now: DateTime<Utc>,
) -> Result<(), DbErr> {
    let actor_id = entry.actor_id;
    let since = first_id_at(real_now - Duration::hours(1));
    let few = |sql: &mut crate::sql::Sql| {
        sql.add(
            " WHERE (SELECT count(*) FROM (SELECT 1 FROM audit_entry
                WHERE actor_id = ? AND outcome <> 'DONE' AND id > ? LIMIT ?) r) < ?",
            [actor_id.into(), since.into(), AN_HOUR.into(), AN_HOUR.into()],
        );
    };
    insert_where::<Entity>(conn, &[entry], few).await.map(drop)
}
