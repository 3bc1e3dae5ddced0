//! What is read of tasks, oldest first.

use std::collections::HashMap;

use entities::task::Model;
use uuid::Uuid;

use crate::error::Error;
use crate::nested::{self, List};
use crate::page::{ById, Order, Page};
use crate::permission::visible;
use crate::sql::Sql;
use crate::store::Reader;

/// Whose tasks a list holds; each has an index that leads with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Parent {
    /// A partner's, for all its clients.
    Partner,
    /// Those for one client.
    Client,
}

impl Parent {
    const fn list(self) -> List {
        let tie = match self {
            Self::Partner => "x.partner_id = k.id",
            Self::Client => "x.client_id = k.id",
        };
        List::by_id("task", tie, Order::Ascending)
    }
}

/// A page of each parent's tasks; `done` says which.
pub async fn pages(
    reader: &Reader,
    of: Parent,
    parents: &[Uuid],
    done: Option<bool>,
    page: &ById,
) -> Result<HashMap<Uuid, Page<Model>>, Error> {
    nested::pages(reader, of.list(), parents, page, condition(reader, done)).await
}

/// How many such tasks each parent has.
pub async fn counts(
    reader: &Reader,
    of: Parent,
    parents: &[Uuid],
    done: Option<bool>,
) -> Result<HashMap<Uuid, i64>, Error> {
    nested::counts(reader, of.list(), parents, condition(reader, done)).await
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
