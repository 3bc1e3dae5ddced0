//! Lists of several parents at once: one statement per level of a nested read, however many parents there are.
//!
//! Visibility and filter stand inside, before anything is cut off, so that a page is full of what the viewer sees.

use std::collections::HashMap;

use sea_orm::{DbErr, FromQueryResult, QueryResult};
use uuid::Uuid;

use crate::error::Error;
use crate::page::{ById, Order, Page};
use crate::sql::Sql;
use crate::store::Reader;

/// A list by id: the rows `x` of a table that are tied to the parent `k`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct List {
    /// Its table.
    pub(crate) table: &'static str,
    /// What ties `x` to `k.id`.
    pub(crate) tie: &'static str,
    /// Which way it runs.
    pub(crate) order: Order,
}

/// A row with the parent that it was found for.
struct Child<T> {
    parent: Uuid,
    row: T,
}

impl<T: FromQueryResult> FromQueryResult for Child<T> {
    fn from_query_result(found: &QueryResult, prefix: &str) -> Result<Self, DbErr> {
        Ok(Self { parent: found.try_get(prefix, "parent_key")?, row: T::from_query_result(found, prefix)? })
    }
}

/// A page of each parent's list. `condition` appends what `x` must fulfil besides.
pub(crate) async fn pages<T: FromQueryResult>(
    reader: &Reader,
    list: List,
    parents: &[impl Into<Uuid> + Copy],
    page: &ById,
    condition: impl Fn(&mut Sql),
) -> Result<HashMap<Uuid, Page<T>>, Error> {
    let List { table, tie, order } = list;
    if reader.sql().is_postgres() {
        let of_one = |sql: &mut Sql| {
            sql.push("SELECT x.* FROM ").push(table).push(" x WHERE ").push(tie).push(" AND ");
            condition(sql);
            page.bounds(sql, "x.id", order);
            page.order(sql, "x.id", order);
        };
        return pages_from(reader, list, parents, page, of_one).await;
    }
    let mut sql = reader.sql();
    sql.push("SELECT * FROM (SELECT x.*, k.id AS parent_key, k.ordinal AS parent_place, row_number() OVER (PARTITION BY k.id");
    page.order_by(&mut sql, "x.id", order);
    sql.push(") AS place FROM ").keys("k", parents).push(" JOIN ").push(table).push(" x ON ").push(tie).push(" AND ");
    condition(&mut sql);
    page.bounds(&mut sql, "x.id", order);
    sql.add(") WHERE place <= ? ORDER BY parent_place, place", [page.fetched().into()]);
    gathered(reader, sql, page).await
}

/// The same on PostgreSQL, where `of_one` appends the statement that selects and cuts the rows of the one parent `k`.
pub(crate) async fn pages_from<T: FromQueryResult>(
    reader: &Reader,
    list: List,
    parents: &[impl Into<Uuid> + Copy],
    page: &ById,
    of_one: impl Fn(&mut Sql),
) -> Result<HashMap<Uuid, Page<T>>, Error> {
    let mut sql = reader.sql();
    sql.push("SELECT x.*, k.id AS parent_key FROM ").keys("k", parents).push(" CROSS JOIN LATERAL (");
    of_one(&mut sql);
    sql.push(") x");
    page.order_by(&mut sql, "k.ordinal, x.id", list.order);
    gathered(reader, sql, page).await
}

async fn gathered<T: FromQueryResult>(reader: &Reader, sql: Sql, page: &ById) -> Result<HashMap<Uuid, Page<T>>, Error> {
    let mut rows: HashMap<Uuid, Vec<T>> = HashMap::new();
    for Child { parent, row } in sql.all::<Child<T>>(reader.conn()).await? {
        rows.entry(parent).or_default().push(row);
    }
    Ok(rows.into_iter().map(|(parent, rows)| (parent, page.cut(rows))).collect())
}

#[derive(FromQueryResult)]
struct Count {
    parent_key: Uuid,
    n: i64,
}

/// How long each parent's list is; a parent without any has no entry.
pub(crate) async fn counts(
    reader: &Reader,
    list: List,
    parents: &[impl Into<Uuid> + Copy],
    condition: impl Fn(&mut Sql),
) -> Result<HashMap<Uuid, i64>, Error> {
    let mut sql = reader.sql();
    sql.push("SELECT k.id AS parent_key, count(*) AS n FROM ").keys("k", parents);
    sql.push(" JOIN ").push(list.table).push(" x ON ").push(list.tie).push(" AND ");
    condition(&mut sql);
    sql.push(" GROUP BY k.id");
    let counts = sql.all::<Count>(reader.conn()).await?;
    Ok(counts.into_iter().map(|Count { parent_key, n }| (parent_key, n)).collect())
}
