//! What is read of client records.

use std::collections::HashMap;

use entities::client::Model;
use entities::id::AccountId;

use crate::error::Error;
use crate::nested::{self, List};
use crate::page::{ById, Order, Page};
use crate::permission::visible;
use crate::sql::Sql;
use crate::store::Reader;
use crate::text;

const CLIENTS: List = List::by_id("client", "x.partner_id = k.id", Order::Ascending);

/// Whose list it is of what a partner keeps about its clients: carts, tasks, inquiries. These tables have a column for each, and an
/// index that leads with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KeptBy {
    /// A partner's, for all its clients.
    Partner,
    /// One client record's.
    Client,
}

impl KeptBy {
    pub(crate) const fn list(self, table: &'static str, order: Order) -> List {
        let tie = match self {
            Self::Partner => "x.partner_id = k.id",
            Self::Client => "x.client_id = k.id",
        };
        List::by_id(table, tie, order)
    }
}

/// A page of the records of each partner, oldest first; `search` looks into name, address and company.
pub async fn of_partners(
    reader: &Reader,
    partners: &[AccountId],
    search: Option<&str>,
    page: &ById,
) -> Result<HashMap<AccountId, Page<Model>>, Error> {
    nested::pages(reader, CLIENTS, partners, page, condition(reader, search)).await
}

/// How many such records each partner has.
pub async fn count(
    reader: &Reader,
    partners: &[AccountId],
    search: Option<&str>,
) -> Result<HashMap<AccountId, i64>, Error> {
    nested::counts(reader, CLIENTS, partners, condition(reader, search)).await
}

fn condition(reader: &Reader, search: Option<&str>) -> impl Fn(&mut Sql) {
    let pattern = text::search_pattern(search);
    move |sql| {
        visible::clients(sql, reader.viewer(), "x");
        if let Some(pattern) = &pattern {
            sql.add(r" AND x.search LIKE ? ESCAPE '\'", [pattern.clone().into()]);
        }
    }
}
