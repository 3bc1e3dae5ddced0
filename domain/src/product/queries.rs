//! Lists of products: of accounts, and of a partner's client records.

use std::collections::HashMap;

use chrono::NaiveDate;
use entities::id::OrderLineId;
use entities::offering::ProductKind;
use entities::product::{self, ProductStatus};
use sea_orm::{ActiveEnum, DbErr, FromQueryResult, QueryResult};
use uuid::Uuid;

use crate::error::Error;
use crate::nested::grouped;
use crate::page::{ById, Order, Page};
use crate::permission::visible;
use crate::sql::Sql;
use crate::store::Reader;
use crate::text::search_pattern;

/// Which products of a list are wanted; nothing said is all.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct ProductFilter {
    /// In one of these states.
    pub status: Option<Vec<ProductStatus>>,
    /// Of one of these kinds.
    pub kind: Option<Vec<ProductKind>>,
    /// Whose next term begins before this date.
    pub renews_before: Option<NaiveDate>,
    /// Whose label or domain name contains this.
    pub search: Option<String>,
}

/// Whose products a list holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Parent {
    /// Installed in an account.
    Account,
    /// Installed in the account of a client record, or assigned to the record.
    Client,
}

/// The ties between a parent `k` and its products `p`; each has an index that leads with it.
impl Parent {
    const fn ties(self) -> &'static [&'static str] {
        match self {
            Self::Account => &["p.account_id = k.id"],
            Self::Client => &["p.account_id = c.account_id", "p.client_id = c.id"],
        }
    }

    /// The table of the parents, as `k` and, for client records, `c`.
    fn parents(self, sql: &mut Sql, ids: &[Uuid]) {
        sql.keys("k", ids);
        if self == Self::Client {
            sql.push(" JOIN client c ON c.id = k.id");
        }
    }
}

struct Child {
    parent_id: Uuid,
    product: product::Model,
}

impl FromQueryResult for Child {
    fn from_query_result(row: &QueryResult, prefix: &str) -> Result<Self, DbErr> {
        let product = product::Model::from_query_result(row, prefix)?;
        Ok(Self { parent_id: row.try_get(prefix, "parent_id")?, product })
    }
}

/// The page of each parent's products, as far as the reader's actor sees them, by id. One statement, however many parents.
pub async fn pages(
    reader: &Reader,
    of: Parent,
    parents: &[Uuid],
    filter: &ProductFilter,
    page: &ById,
) -> Result<HashMap<Uuid, Page<product::Model>>, Error> {
    let mut sql = reader.sql();
    let limit = page.fetched();
    if sql.is_postgres() {
        sql.push("SELECT k.id AS parent_id, p.* FROM ");
        of.parents(&mut sql, parents);
        sql.push(" CROSS JOIN LATERAL (SELECT * FROM (");
        for (at, tie) in of.ties().iter().enumerate() {
            sql.push(if at == 0 { "(" } else { " UNION (" }).push("SELECT p.* FROM product p WHERE ").push(tie);
            wanted(&mut sql, reader, filter);
            page.bounds(&mut sql, "p.id", Order::Ascending);
            page.order(&mut sql, "p.id", Order::Ascending);
            sql.push(")");
        }
        sql.push(") p");
        page.order(&mut sql, "p.id", Order::Ascending);
        sql.push(") p");
    } else {
        sql.push("SELECT * FROM (SELECT k.id AS parent_id, p.*, row_number() OVER (PARTITION BY k.id");
        page.order_by(&mut sql, "p.id", Order::Ascending);
        sql.push(") AS rank FROM ");
        of.parents(&mut sql, parents);
        sql.push(" JOIN product p ON (").push(&of.ties().join(" OR ")).push(")");
        wanted(&mut sql, reader, filter);
        page.bounds(&mut sql, "p.id", Order::Ascending);
        sql.add(") WHERE rank <= ?", [limit.into()]);
    }
    // neither database promises the order of what comes out of a join
    page.order_by(&mut sql, "id", Order::Ascending);
    let found = sql.all::<Child>(reader.conn()).await?;
    let rows = grouped(found.into_iter().map(|Child { parent_id, product }| (parent_id, product)));
    Ok(rows.into_iter().map(|(parent, products)| (parent, page.cut(products))).collect())
}

#[derive(FromQueryResult)]
struct Count {
    parent_id: Uuid,
    n: i64,
}

/// How many products each parent has for the reader's actor; a parent without any is left out. One statement.
pub async fn counts(
    reader: &Reader,
    of: Parent,
    parents: &[Uuid],
    filter: &ProductFilter,
) -> Result<HashMap<Uuid, i64>, Error> {
    let mut sql = reader.sql();
    sql.push("SELECT k.id AS parent_id, count(*) AS n FROM ");
    of.parents(&mut sql, parents);
    sql.push(" JOIN product p ON (").push(&of.ties().join(" OR ")).push(")");
    wanted(&mut sql, reader, filter);
    sql.push(" GROUP BY k.id");
    let counts: Vec<Count> = sql.all(reader.conn()).await?;
    Ok(counts.into_iter().map(|count| (count.parent_id, count.n)).collect())
}

/// What order lines led to, as far as the reader's actor sees it, by id: at most 100 for each. One statement.
pub async fn of_order_lines(
    reader: &Reader,
    ids: &[OrderLineId],
) -> Result<HashMap<OrderLineId, Vec<product::Model>>, Error> {
    let mut sql = reader.sql();
    sql.push("SELECT p.* FROM product p WHERE p.order_line_id ").any(ids).push(" AND ");
    visible::products(&mut sql, reader.viewer(), "p");
    sql.push(" ORDER BY p.id");
    let rows: Vec<product::Model> = sql.all(reader.conn()).await?;
    Ok(grouped(rows.into_iter().filter_map(|product| Some((product.order_line_id?, product)))))
}

/// Appends ` AND` what is visible of `p` and wanted.
fn wanted(sql: &mut Sql, reader: &Reader, filter: &ProductFilter) {
    let ProductFilter { status, kind, renews_before, search } = filter;
    sql.push(" AND ");
    visible::products(sql, reader.viewer(), "p");
    if let Some(status) = status {
        let status: Vec<String> = status.iter().map(ActiveEnum::to_value).collect();
        sql.push(" AND p.status ").any_text(&status);
    }
    if let Some(kind) = kind {
        let kind: Vec<String> = kind.iter().map(ActiveEnum::to_value).collect();
        sql.push(" AND p.plan_id IN (SELECT f.id FROM plan f JOIN offering o ON o.id = f.offering_id WHERE o.kind ");
        sql.any_text(&kind).push(")");
    }
    if let Some(day) = renews_before {
        sql.add(" AND p.renews_on < ?", [(*day).into()]);
    }
    if let Some(pattern) = search_pattern(search.as_deref()) {
        sql.add(" AND p.search LIKE ? ESCAPE '\\'", [pattern.into()]);
    }
}
