//! Lists of products: of accounts, and of a partner's client records.

use std::collections::HashMap;

use chrono::NaiveDate;
use entities::id::OrderLineId;
use entities::offering::ProductKind;
use entities::product::{self, ProductStatus};
use sea_orm::ActiveEnum;
use uuid::Uuid;

use crate::error::Error;
use crate::nested::{self, List, grouped};
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

impl Parent {
    /// The lists that make up the parent's; each has an index that leads with its tie.
    const fn lists(self) -> &'static [List] {
        const HELD: List = List::by_id("product", "x.account_id = k.id", Order::Ascending);
        const OF_RECORD: [List; 2] = [
            List::by_id(
                "product",
                "x.account_id = (SELECT c.account_id FROM client c WHERE c.id = k.id)",
                Order::Ascending,
            ),
            List::by_id(
                "product",
                "x.client_id = k.id AND x.account_id IS DISTINCT FROM (SELECT c.account_id FROM client c WHERE c.id = k.id)",
                Order::Ascending,
            ),
        ];
        match self {
            Self::Account => &[HELD],
            Self::Client => &OF_RECORD,
        }
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
    nested::pages_of_all(reader, of.lists(), parents, page, |sql| wanted(sql, reader, filter)).await
}

/// How many products each parent has for the reader's actor; a parent without any is left out. One statement.
pub async fn counts(
    reader: &Reader,
    of: Parent,
    parents: &[Uuid],
    filter: &ProductFilter,
) -> Result<HashMap<Uuid, i64>, Error> {
    nested::counts_of_all(reader, of.lists(), parents, |sql| wanted(sql, reader, filter)).await
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

/// Appends what is visible of `x` and wanted.
fn wanted(sql: &mut Sql, reader: &Reader, filter: &ProductFilter) {
    let ProductFilter { status, kind, renews_before, search } = filter;
    visible::products(sql, reader.viewer(), "x");
    if let Some(status) = status {
        let status: Vec<String> = status.iter().map(ActiveEnum::to_value).collect();
        sql.push(" AND x.status ").any_text(&status);
    }
    if let Some(kind) = kind {
        let kind: Vec<String> = kind.iter().map(ActiveEnum::to_value).collect();
        sql.push(" AND x.plan_id IN (SELECT f.id FROM plan f JOIN offering o ON o.id = f.offering_id WHERE o.kind ");
        sql.any_text(&kind).push(")");
    }
    if let Some(day) = renews_before {
        sql.add(" AND x.renews_on < ?", [(*day).into()]);
    }
    if let Some(pattern) = search_pattern(search.as_deref()) {
        sql.add(" AND x.search LIKE ? ESCAPE '\\'", [pattern.into()]);
    }
}
