//! What is read of tasks, oldest first.

use std::collections::HashMap;

use entities::task::Model;
use uuid::Uuid;

use crate::client::queries::KeptBy;
use crate::error::Error;
use crate::nested;
use crate::page::{ById, Order, Page};
use crate::permission::visible;
use crate::sql::Sql;
use crate::store::Reader;

/// A page of each parent's tasks; `done` says which.
pub async fn pages(
    reader: &Reader,
    of: KeptBy,
    parents: &[Uuid],
    done: Option<bool>,
    page: &ById,
) -> Result<HashMap<Uuid, Page<Model>>, Error> {
    nested::pages(reader, of.list("task", Order::Ascending), parents, page, condition(reader, done)).await
}

/// How many such tasks each parent has.
pub async fn counts(
    reader: &Reader,
    of: KeptBy,
    parents: &[Uuid],
    done: Option<bool>,
) -> Result<HashMap<Uuid, i64>, Error> {
    nested::counts(reader, of.list("task", Order::Ascending), parents, condition(reader, done)).await
}

fn condition(reader: &Reader, done: Option<bool>) -> impl Fn(&mut Sql) {
    move |sql| {
        visible::clients(sql, reader.viewer(), "x");
        sql.push(match done {
            None => "",
            Some(true) => " AND x.done_at IS NOT NULL",
            Some(false) => " AND x.done_at IS NULL",
        });
    }
}
