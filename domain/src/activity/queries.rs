//! Reads of feeds, through what the reader may see.

use std::collections::HashMap;

use entities::activity;
use entities::id::{AccountId, ActivityId};
use sea_orm::FromQueryResult;

use super::ActivityKind;
use crate::error::Error;
use crate::nested::{self, List};
use crate::page::{Order, Page, PageRequest};
use crate::permission::visible;
use crate::sql::Sql;
use crate::store::Reader;

/// Newest first, by position.
const FEED: List = List { table: "activity", tie: "x.account_id = k.id", key: "position", order: Order::Descending };

/// The same page of each account's feed, newest first, only of these kinds where some are given.
pub async fn pages(
    reader: &Reader,
    accounts: &[AccountId],
    kinds: &[ActivityKind],
    page: &PageRequest<i64>,
) -> Result<HashMap<AccountId, Page<activity::Model>>, Error> {
    nested::pages(reader, FEED, accounts, page, |sql| wanted(sql, reader, kinds)).await
}

/// How many such events the reader sees in each account's feed.
pub async fn counts(
    reader: &Reader,
    accounts: &[AccountId],
    kinds: &[ActivityKind],
) -> Result<HashMap<AccountId, i64>, Error> {
    nested::counts(reader, FEED, accounts, |sql| wanted(sql, reader, kinds)).await
}

/// The next events of a feed after a position, oldest first.
pub async fn following(
    reader: &Reader,
    account_id: AccountId,
    after: i64,
    limit: i64,
) -> Result<Vec<activity::Model>, Error> {
    let mut sql = reader.sql();
    sql.add("SELECT x.* FROM activity x WHERE x.account_id = ? AND ", [account_id.into()]);
    wanted(&mut sql, reader, &[]);
    sql.add(" AND x.position > ? ORDER BY x.position LIMIT ?", [after.into(), limit.into()]);
    Ok(sql.all(reader.conn()).await?)
}

/// Those of the events that the reader is told as more than a contributor: to whom it is told who did it. One statement.
pub async fn with_people(reader: &Reader, ids: &[ActivityId]) -> Result<HashMap<ActivityId, bool>, Error> {
    let mut sql = reader.sql();
    sql.push("SELECT x.id FROM activity x WHERE x.id ").any(ids).push(" AND ");
    visible::activity_held(&mut sql, reader.viewer(), "x");
    Ok(sql.all::<Id>(reader.conn()).await?.into_iter().map(|row| (row.id, true)).collect())
}

#[derive(FromQueryResult)]
struct Id {
    id: ActivityId,
}

fn wanted(sql: &mut Sql, reader: &Reader, kinds: &[ActivityKind]) {
    visible::activity(sql, reader.viewer(), "x");
    if !kinds.is_empty() {
        let names: Vec<_> = kinds.iter().map(|kind| kind.name()).collect();
        sql.push(" AND x.kind ").any_text(&names);
    }
}

/// How an open stream stands.
#[derive(Debug, Clone, Copy, FromQueryResult)]
pub struct Standing {
    /// Whether the reader's actor holds anything in the account.
    pub is_open: bool,
    /// The last position given to any event.
    pub last: i64,
}

/// Whether a stream may go on, and whether there is anything new, in one statement.
pub async fn standing(reader: &Reader, account_id: AccountId) -> Result<Standing, Error> {
    let mut sql = reader.sql();
    sql.push("SELECT last, ");
    visible::feed(&mut sql, reader.viewer(), account_id);
    sql.push(" AS is_open FROM feed_position WHERE id = 1");
    sql.one(reader.conn()).await?.ok_or_else(|| Error::fault("the feed has no counter"))
}
