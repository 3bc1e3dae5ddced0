//! Reads of feeds, through what the reader may see.

use entities::activity;
use entities::id::AccountId;
use sea_orm::FromQueryResult;

use super::ActivityKind;
use crate::actor::Actor;
use crate::error::Error;
use crate::page::{Order, Page, PageRequest};
use crate::permission::visible;
use crate::sql::Sql;
use crate::store::Reader;
use crate::work::Number;

/// A page of an account's feed, newest first, only of these kinds where some are given.
pub async fn page(
    reader: &Reader,
    account_id: AccountId,
    kinds: &[ActivityKind],
    request: &PageRequest<i64>,
) -> Result<Page<activity::Model>, Error> {
    let mut sql = reader.sql();
    sql.push("SELECT x.* FROM activity x WHERE ");
    of_account(&mut sql, reader, account_id, kinds);
    request.bounds(&mut sql, "x.position", Order::Descending);
    request.order(&mut sql, "x.position", Order::Descending);
    Ok(request.cut(sql.all(reader.conn()).await?))
}

/// How many events the reader sees in an account's feed.
pub async fn count(reader: &Reader, account_id: AccountId, kinds: &[ActivityKind]) -> Result<i64, Error> {
    let mut sql = reader.sql();
    sql.push("SELECT count(*) AS n FROM activity x WHERE ");
    of_account(&mut sql, reader, account_id, kinds);
    Ok(sql.one::<Number>(reader.conn()).await?.map_or(0, |row| row.n))
}

/// The next events of a feed after a position, oldest first.
pub async fn following(
    reader: &Reader,
    account_id: AccountId,
    after: i64,
    limit: i64,
) -> Result<Vec<activity::Model>, Error> {
    let mut sql = reader.sql();
    sql.push("SELECT x.* FROM activity x WHERE ");
    of_account(&mut sql, reader, account_id, &[]);
    sql.add(" AND x.position > ? ORDER BY x.position LIMIT ?", [after.into(), limit.into()]);
    Ok(sql.all(reader.conn()).await?)
}

fn of_account(sql: &mut Sql, reader: &Reader, account_id: AccountId, kinds: &[ActivityKind]) {
    sql.add("x.account_id = ? AND ", [account_id.into()]);
    visible::activity(sql, reader.actor(), reader.now(), "x");
    if !kinds.is_empty() {
        let names: Vec<_> = kinds.iter().map(|kind| kind.name()).collect();
        sql.push(" AND x.kind ").any_text(&names);
    }
}

/// How an open stream stands.
#[derive(Debug, Clone, Copy, FromQueryResult)]
pub struct Standing {
    /// Whether the person is still signed in and still has any right in the account.
    pub is_open: bool,
    /// The last position given to any event.
    pub last: i64,
}

/// Whether a stream may go on, and whether there is anything new, in one statement.
pub async fn standing(reader: &Reader, account_id: AccountId) -> Result<Standing, Error> {
    let mut sql = reader.sql();
    sql.push("SELECT last, ");
    match reader.actor() {
        Actor::Anonymous => sql.push("FALSE"),
        Actor::System(_) => sql.push("TRUE"),
        Actor::Person(person) => sql.add(
            "(EXISTS (SELECT 1 FROM session WHERE id = ? AND ended_at IS NULL AND expires_at > /now/) AND (
                EXISTS (SELECT 1 FROM \"user\" WHERE id = ? AND is_staff)
                OR EXISTS (SELECT 1 FROM membership WHERE user_id = ? AND account_id = ?)
                OR EXISTS (SELECT 1 FROM partnership s JOIN membership m ON m.account_id = s.partner_id AND m.user_id = ?
                    WHERE s.client_account_id = ? AND s.status = 'ACTIVE' AND (m.permissions & s.permissions) <> 0
                    AND (s.expires_at IS NULL OR s.expires_at > coalesce((SELECT now_at FROM clock WHERE id = 1), /now/)))))",
            [
                person.session_id.into(),
                person.user_id.into(),
                person.user_id.into(),
                account_id.into(),
                person.user_id.into(),
                account_id.into(),
            ],
        ),
    };
    sql.push(" AS is_open FROM feed_position WHERE id = 1");
    sql.one(reader.conn()).await?.ok_or_else(|| Error::fault("the feed has no counter"))
}
