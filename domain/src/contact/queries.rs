//! What is read of contacts.

use std::collections::{HashMap, HashSet};

use entities::contact::Model;
use entities::id::{AccountId, ContactId};
use sea_orm::FromQueryResult;

use crate::error::Error;
use crate::nested::{self, List};
use crate::page::{ById, Order, Page};
use crate::permission::visible;
use crate::sql::Sql;
use crate::store::Reader;
use crate::work::Work;

/// Oldest first.
const CONTACTS: List = List::by_id("contact", "x.account_id = k.id", Order::Ascending);

/// A page of the contacts of each account.
pub async fn pages(
    reader: &Reader,
    accounts: &[AccountId],
    page: &ById,
) -> Result<HashMap<AccountId, Page<Model>>, Error> {
    nested::pages(reader, CONTACTS, accounts, page, seen(reader)).await
}

/// How many contacts each account has.
pub async fn counts(reader: &Reader, accounts: &[AccountId]) -> Result<HashMap<AccountId, i64>, Error> {
    nested::counts(reader, CONTACTS, accounts, seen(reader)).await
}

fn seen(reader: &Reader) -> impl Fn(&mut Sql) {
    move |sql| visible::contacts(sql, reader.viewer(), "x")
}

#[derive(FromQueryResult)]
struct Found {
    id: ContactId,
}

/// Those of these contacts that one of the accounts keeps and the actor sees: to whom they may have something registered.
pub(crate) async fn usable(
    work: &Work,
    accounts: &[AccountId],
    ids: &[ContactId],
) -> Result<HashSet<ContactId>, Error> {
    if ids.is_empty() {
        return Ok(HashSet::new());
    }
    let mut sql = work.sql();
    sql.push("SELECT x.id FROM contact x WHERE x.id ").any(ids).push(" AND x.account_id ").any(accounts).push(" AND ");
    visible::contacts(&mut sql, work.viewer(), "x");
    Ok(sql.all::<Found>(work.conn()).await?.into_iter().map(|row| row.id).collect())
}
