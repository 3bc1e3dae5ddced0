//! Reads of the log. An entry is found from two sides, each by its own index; the pages of the two are merged, and only those are
//! read.

use std::collections::HashMap;

use entities::audit_entry::Model;
use entities::id::{AccountId, UserId};
use sea_orm::FromQueryResult;

use crate::error::Error;
use crate::nested::{self, List};
use crate::page::{ById, Order, Page};
use crate::permission::visible;
use crate::sql::Sql;
use crate::store::Reader;
use crate::work::Number;

/// The sides of an account's own log: what others did on its behalf, and what its members did for others.
const OF_ACCOUNT: [&str; 2] = ["acting_for_id", "acted_from_id"];
/// The same for staff, who also see what its members did for itself.
const ABOUT_ACCOUNT: [&str; 2] = ["account_id", "acted_from_id"];

const ENTRIES: List =
    List::by_id("audit_entry", "(x.acting_for_id = k.id OR x.acted_from_id = k.id)", Order::Descending);

/// The logs of these accounts, newest first, in one statement.
pub async fn of_accounts(
    reader: &Reader,
    accounts: &[AccountId],
    page: &ById,
) -> Result<HashMap<AccountId, Page<Model>>, Error> {
    let seen = |sql: &mut Sql| visible::audit_entries(sql, reader.viewer(), "x");
    if reader.sql().is_postgres() {
        let key = |sql: &mut Sql| {
            sql.push("k.id");
        };
        return nested::pages_from(reader, ENTRIES, accounts, page, |sql| either(sql, OF_ACCOUNT, page, key, seen))
            .await;
    }
    nested::pages(reader, ENTRIES, accounts, page, seen).await
}

/// How long these logs are, in one statement.
pub async fn count_of_accounts(reader: &Reader, accounts: &[AccountId]) -> Result<HashMap<AccountId, i64>, Error> {
    let mut sql = reader.sql();
    sql.push("SELECT k.id AS account_id");
    for (at, side) in OF_ACCOUNT.iter().enumerate() {
        sql.push(if at == 0 { ", " } else { " + " });
        sql.push("(SELECT count(*) FROM audit_entry x WHERE x.").push(side).push(" = k.id AND ");
        visible::audit_entries(&mut sql, reader.viewer(), "x");
        sql.push(")");
    }
    sql.push(" AS n FROM ").keys("k", accounts);
    let counts = sql.all::<Count>(reader.conn()).await?;
    Ok(counts.into_iter().map(|Count { account_id, n }| (account_id, n)).collect())
}

#[derive(FromQueryResult)]
struct Count {
    account_id: AccountId,
    n: i64,
}

/// Which part of the whole log.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Filter {
    /// What was done to this account, and what its members did for others.
    pub account_id: Option<AccountId>,
    /// What this person did.
    pub actor_id: Option<UserId>,
}

/// The log of the whole product, newest first. For staff.
pub async fn all(reader: &Reader, filter: Filter, page: &ById) -> Result<Page<Model>, Error> {
    if !reader.actor().sees_everything() {
        return Ok(Page::empty());
    }
    let mut sql = reader.sql();
    if let Some(account) = filter.account_id {
        let key = |sql: &mut Sql| {
            sql.bind(account);
        };
        either(&mut sql, ABOUT_ACCOUNT, page, key, |sql| by(sql, filter.actor_id));
    } else {
        sql.push("SELECT x.* FROM audit_entry x WHERE ");
        by(&mut sql, filter.actor_id);
        page.bounds(&mut sql, "x.id", Order::Descending);
        page.order(&mut sql, "x.id", Order::Descending);
    }
    Ok(page.cut(sql.all(reader.conn()).await?))
}

/// How long that part is. For staff.
pub async fn count_all(reader: &Reader, filter: Filter) -> Result<i64, Error> {
    if !reader.actor().sees_everything() {
        return Ok(0);
    }
    let mut sql = reader.sql();
    sql.push("SELECT count(*) AS n FROM audit_entry x WHERE ");
    by(&mut sql, filter.actor_id);
    if let Some(account) = filter.account_id {
        sql.add(" AND (x.account_id = ? OR x.acted_from_id = ?)", [account.into(), account.into()]);
    }
    Ok(sql.one::<Number>(reader.conn()).await?.map_or(0, |row| row.n))
}

fn by(sql: &mut Sql, actor: Option<UserId>) {
    match actor {
        Some(actor) => sql.add("x.actor_id = ?", [actor.into()]),
        None => sql.push("TRUE"),
    };
}

/// Appends the statement of a page of what `key` is either side of: the two sides, each in the order of its index and cut off, and
/// of both together the page. No entry has one account on both sides.
fn either(sql: &mut Sql, sides: [&str; 2], page: &ById, key: impl Fn(&mut Sql), condition: impl Fn(&mut Sql)) {
    sql.push("SELECT x.* FROM (");
    for (at, side) in sides.into_iter().enumerate() {
        sql.push(if at == 0 { "" } else { " UNION ALL " });
        sql.push("SELECT s.* FROM (SELECT x.* FROM audit_entry x WHERE x.").push(side).push(" = ");
        key(sql);
        sql.push(" AND ");
        condition(sql);
        page.bounds(sql, "x.id", Order::Descending);
        page.order(sql, "x.id", Order::Descending);
        sql.push(") s");
    }
    sql.push(") x");
    page.order(sql, "x.id", Order::Descending);
}
