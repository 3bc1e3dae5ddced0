//! Lists of several parents at once: one statement per level of a nested read, however many parents there are.
//!
//! Visibility and filter stand inside, before anything is cut off, so that a page is full of what the viewer sees.

use std::collections::HashMap;
use std::hash::Hash;

use sea_orm::{DbErr, FromQueryResult, QueryResult, Value};
use uuid::Uuid;

use crate::error::Error;
use crate::page::{Order, Page, PageRequest};
use crate::sql::Sql;
use crate::store::Reader;

/// A list: the rows `x` of a table that are tied to the parent `k`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct List {
    /// Its table.
    pub(crate) table: &'static str,
    /// What ties `x` to `k.id`.
    pub(crate) tie: &'static str,
    /// The column of `x` that it is sorted by, which no two rows of a list share.
    pub(crate) key: &'static str,
    /// Which way it runs.
    pub(crate) order: Order,
}

impl List {
    /// The order of most lists: ids grow with time.
    pub(crate) const fn by_id(table: &'static str, tie: &'static str, order: Order) -> Self {
        Self { table, tie, key: "id", order }
    }

    fn key(self) -> String {
        format!("x.{}", self.key)
    }
}

/// What a list hangs on. It stands in statements as the table `k`, with `ordinal` (from 1, in the order given).
pub(crate) trait Parent: Clone + Eq + Hash {
    /// Appends the table.
    fn push(sql: &mut Sql, parents: &[Self]) -> Result<(), DbErr>;
}

/// Rows with an id, as `k.id`.
impl<I: Into<Uuid> + Copy + Eq + Hash> Parent for I {
    fn push(sql: &mut Sql, parents: &[Self]) -> Result<(), DbErr> {
        sql.keys("k", parents);
        Ok(())
    }
}

/// What a list is sorted by.
pub(crate) trait Key: Into<Value> + Clone {}

impl<K: Into<Value> + Clone> Key for K {}

/// A row with the ordinal of the parent that it was found for.
struct Child<T> {
    of: i64,
    row: T,
}

impl<T: FromQueryResult> FromQueryResult for Child<T> {
    fn from_query_result(found: &QueryResult, prefix: &str) -> Result<Self, DbErr> {
        Ok(Self { of: found.try_get(prefix, "parent_ordinal")?, row: T::from_query_result(found, prefix)? })
    }
}

fn parent<P: Parent>(parents: &[P], ordinal: i64) -> Result<P, Error> {
    let at = usize::try_from(ordinal).ok().and_then(|ordinal| ordinal.checked_sub(1));
    at.and_then(|at| parents.get(at)).cloned().ok_or_else(|| Error::fault("a row of nobody's list"))
}

/// A page of each parent's list. `condition` appends what `x` must fulfil besides.
pub(crate) async fn pages<P: Parent, K: Key, T: FromQueryResult>(
    reader: &Reader,
    list: List,
    parents: &[P],
    page: &PageRequest<K>,
    condition: impl Fn(&mut Sql),
) -> Result<HashMap<P, Page<T>>, Error> {
    pages_of_all(reader, &[list], parents, page, condition).await
}

/// A page of several lists of each parent as one: parts of the same table in the same order, of which no row is in two. Each part is
/// read through an index of its own and cut off on its own; an `OR` between their ties would read all of both.
pub(crate) async fn pages_of_all<P: Parent, K: Key, T: FromQueryResult>(
    reader: &Reader,
    lists: &[List],
    parents: &[P],
    page: &PageRequest<K>,
    condition: impl Fn(&mut Sql),
) -> Result<HashMap<P, Page<T>>, Error> {
    let Some(&first) = lists.first() else { return Ok(HashMap::new()) };
    let (List { table, order, .. }, key) = (first, first.key());
    if reader.sql().is_postgres() {
        let of_one = |sql: &mut Sql| {
            for (at, List { tie, .. }) in lists.iter().enumerate() {
                sql.push(if at == 0 { "SELECT x.* FROM (" } else { " UNION ALL " });
                sql.push("(SELECT x.* FROM ").push(table).push(" x WHERE ").push(tie).push(" AND ");
                condition(sql);
                page.bounds(sql, &key, order);
                page.order(sql, &key, order);
                sql.push(")");
            }
            sql.push(") x");
            page.order(sql, &key, order);
        };
        return pages_from(reader, first, parents, page, of_one).await;
    }
    let ties: Vec<_> = lists.iter().map(|list| list.tie).collect();
    let mut sql = reader.sql();
    sql.push("SELECT * FROM (SELECT x.*, k.ordinal AS parent_ordinal, row_number() OVER (PARTITION BY k.ordinal");
    page.order_by(&mut sql, &key, order);
    sql.push(") AS place FROM ");
    P::push(&mut sql, parents)?;
    sql.push(" JOIN ").push(table).push(" x ON (").push(&ties.join(" OR ")).push(") AND ");
    condition(&mut sql);
    page.bounds(&mut sql, &key, order);
    sql.add(") WHERE place <= ? ORDER BY parent_ordinal, place", [page.fetched().into()]);
    gathered(reader, sql, parents, page).await
}

/// The same on PostgreSQL, where `of_one` appends the statement that selects and cuts the rows of the one parent `k`.
pub(crate) async fn pages_from<P: Parent, K: Key, T: FromQueryResult>(
    reader: &Reader,
    list: List,
    parents: &[P],
    page: &PageRequest<K>,
    of_one: impl Fn(&mut Sql),
) -> Result<HashMap<P, Page<T>>, Error> {
    let mut sql = reader.sql();
    sql.push("SELECT x.*, k.ordinal AS parent_ordinal FROM ");
    P::push(&mut sql, parents)?;
    sql.push(" CROSS JOIN LATERAL (");
    of_one(&mut sql);
    sql.push(") x");
    page.order_by(&mut sql, &format!("k.ordinal, {}", list.key()), list.order);
    gathered(reader, sql, parents, page).await
}

async fn gathered<P: Parent, K: Key, T: FromQueryResult>(
    reader: &Reader,
    sql: Sql,
    parents: &[P],
    page: &PageRequest<K>,
) -> Result<HashMap<P, Page<T>>, Error> {
    let found = sql.all::<Child<T>>(reader.conn()).await?;
    let groups = grouped(found.into_iter().map(|Child { of, row }| (of, row)));
    groups.into_iter().map(|(of, rows)| Ok((parent(parents, of)?, page.cut(rows)))).collect()
}

#[derive(FromQueryResult)]
struct Count {
    parent_ordinal: i64,
    n: i64,
}

/// How long each parent's list is; a parent without any has no entry.
pub(crate) async fn counts<P: Parent>(
    reader: &Reader,
    list: List,
    parents: &[P],
    condition: impl Fn(&mut Sql),
) -> Result<HashMap<P, i64>, Error> {
    counts_of_all(reader, &[list], parents, condition).await
}

/// How long several lists of each parent are together; see [`pages_of_all`].
pub(crate) async fn counts_of_all<P: Parent>(
    reader: &Reader,
    lists: &[List],
    parents: &[P],
    condition: impl Fn(&mut Sql),
) -> Result<HashMap<P, i64>, Error> {
    let mut sql = reader.sql();
    for (at, List { table, tie, .. }) in lists.iter().enumerate() {
        sql.push(if at == 0 { "SELECT parent_ordinal, CAST(sum(n) AS bigint) AS n FROM (" } else { " UNION ALL " });
        if sql.is_postgres() {
            // on its own for each parent: a tie by a subquery is a join there, and not a filter over the whole table
            sql.push("SELECT k.ordinal AS parent_ordinal, x.n FROM ");
            P::push(&mut sql, parents)?;
            sql.push(" CROSS JOIN LATERAL (SELECT count(*) AS n FROM ").push(table).push(" x WHERE ").push(tie);
            sql.push(" AND ");
            condition(&mut sql);
            sql.push(") x WHERE x.n > 0");
        } else {
            sql.push("SELECT k.ordinal AS parent_ordinal, count(*) AS n FROM ");
            P::push(&mut sql, parents)?;
            sql.push(" JOIN ").push(table).push(" x ON ").push(tie).push(" AND ");
            condition(&mut sql);
            sql.push(" GROUP BY k.ordinal");
        }
    }
    sql.push(") c GROUP BY parent_ordinal");
    let counts = sql.all::<Count>(reader.conn()).await?;
    counts.into_iter().map(|Count { parent_ordinal, n }| Ok((parent(parents, parent_ordinal)?, n))).collect()
}

/// Rows by what they hang on, each group in the order in which its rows came.
pub(crate) fn grouped<P: Eq + Hash, T>(rows: impl IntoIterator<Item = (P, T)>) -> HashMap<P, Vec<T>> {
    let mut groups: HashMap<P, Vec<T>> = HashMap::new();
    for (parent, row) in rows {
        groups.entry(parent).or_default().push(row);
    }
    groups
}
