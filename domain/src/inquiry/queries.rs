//! What is read of inquiries, newest first.

use std::collections::HashMap;

use entities::inquiry::Model;
use uuid::Uuid;

use crate::client::queries::KeptBy;
use crate::error::Error;
use crate::nested;
use crate::page::{ById, Order, Page};
use crate::permission::visible;
use crate::sql::Sql;
use crate::store::Reader;

/// Which of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Wanted {
    /// Only those that are assigned to a client, or only those that are not.
    pub assigned: Option<bool>,
    /// Only those that nobody has read.
    pub unread: bool,
}

/// A page of each parent's inquiries.
pub async fn pages(
    reader: &Reader,
    of: KeptBy,
    parents: &[Uuid],
    wanted: Wanted,
    page: &ById,
) -> Result<HashMap<Uuid, Page<Model>>, Error> {
    nested::pages(reader, of.list("inquiry", Order::Descending), parents, page, condition(reader, wanted)).await
}

/// How many such inquiries each parent has: with `unread`, the badge beside the menu.
pub async fn counts(
    reader: &Reader,
    of: KeptBy,
    parents: &[Uuid],
    wanted: Wanted,
) -> Result<HashMap<Uuid, i64>, Error> {
    nested::counts(reader, of.list("inquiry", Order::Descending), parents, condition(reader, wanted)).await
}

fn condition(reader: &Reader, wanted: Wanted) -> impl Fn(&mut Sql) {
    let Wanted { assigned, unread } = wanted;
    move |sql| {
        visible::clients(sql, reader.viewer(), "x");
        sql.push(match assigned {
            None => "",
            Some(true) => " AND x.client_id IS NOT NULL",
            Some(false) => " AND x.client_id IS NULL",
        });
        sql.push(if unread { " AND x.read_at IS NULL" } else { "" });
    }
}
