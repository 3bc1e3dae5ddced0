//! Reads of programmes and profiles.

use std::collections::HashMap;

use entities::id::{AccountId, ProgrammeId};
use entities::{account, partner_profile, programme, programme_kind_rate};

use super::rules;
use crate::error::Error;
use crate::nested::grouped;
use crate::page::{Order, Page, PageRequest};
use crate::permission::visible;
use crate::sql::Sql;
use crate::text::search_pattern;
use crate::work::Number;
use crate::{Reader, Work};

/// The programmes that one can enrol in, by name. Public.
pub async fn programmes(reader: &Reader) -> Result<Vec<programme::Model>, Error> {
    let mut sql = reader.sql();
    sql.push("SELECT * FROM programme ORDER BY name, id LIMIT 500");
    Ok(sql.all(reader.conn()).await?)
}

/// Programmes by id. Public.
pub async fn programmes_by_id(
    reader: &Reader,
    ids: &[ProgrammeId],
) -> Result<HashMap<ProgrammeId, programme::Model>, Error> {
    let mut sql = reader.sql();
    sql.push("SELECT * FROM programme WHERE id ").any(ids);
    let rows: Vec<programme::Model> = sql.all(reader.conn()).await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

/// The rates that differ, of several programmes in one statement. Public.
pub async fn kind_rates(
    reader: &Reader,
    ids: &[ProgrammeId],
) -> Result<HashMap<ProgrammeId, Vec<programme_kind_rate::Model>>, Error> {
    let mut sql = reader.sql();
    sql.push("SELECT * FROM programme_kind_rate WHERE programme_id ").any(ids).push(" ORDER BY programme_id, kind");
    let rows: Vec<programme_kind_rate::Model> = sql.all(reader.conn()).await?;
    Ok(grouped(rows.into_iter().map(|rate| (rate.programme_id, rate))))
}

/// Published profiles, in the order of their names. Public.
pub async fn profiles(
    reader: &Reader,
    search: Option<&str>,
    page: &PageRequest<String>,
) -> Result<Page<partner_profile::Model>, Error> {
    let mut sql = reader.sql();
    sql.push("SELECT x.* ");
    published(&mut sql, search);
    page.bounds(&mut sql, "x.slug", Order::Ascending);
    page.order(&mut sql, "x.slug", Order::Ascending);
    Ok(page.cut(sql.all(reader.conn()).await?))
}

/// How many published profiles there are.
pub async fn count_profiles(reader: &Reader, search: Option<&str>) -> Result<i64, Error> {
    let mut sql = reader.sql();
    sql.push("SELECT count(*) AS n ");
    published(&mut sql, search);
    Ok(sql.one::<Number>(reader.conn()).await?.map_or(0, |count| count.n))
}

fn published(sql: &mut Sql, search: Option<&str>) {
    sql.push("FROM partner_profile x WHERE x.is_published");
    if let Some(pattern) = search_pattern(search) {
        // the account's name is its own: it may have changed since the profile was written
        sql.add(
            r" AND (x.search LIKE ? ESCAPE '\' OR EXISTS (
                SELECT 1 FROM account a WHERE a.id = x.account_id AND a.search LIKE ? ESCAPE '\'))",
            [pattern.clone().into(), pattern.into()],
        );
    }
}

/// The account behind a published profile of this name, for whoever writes to it.
pub(crate) async fn published_account(work: &Work, slug: &str) -> Result<Option<account::Model>, Error> {
    let Ok(slug) = rules::slug(&slug.to_ascii_lowercase()) else { return Ok(None) };
    let mut sql = work.sql();
    sql.add(
        "SELECT a.* FROM account a JOIN partner_profile x ON x.account_id = a.id WHERE x.slug = ? AND x.is_published",
        [slug.into()],
    );
    Ok(sql.one(work.conn()).await?)
}

/// The profile of this name, if the actor sees it: published, or their own.
pub async fn profile(reader: &Reader, slug: &str) -> Result<Option<partner_profile::Model>, Error> {
    let mut sql = reader.sql();
    sql.add("SELECT x.* FROM partner_profile x WHERE x.slug = ? AND ", [slug.replace('\0', "").into()]);
    visible::partner_profiles(&mut sql, reader.viewer(), "x");
    Ok(sql.one(reader.conn()).await?)
}

/// The profiles of these accounts that the actor sees, in one statement.
pub async fn profiles_of(
    reader: &Reader,
    accounts: &[AccountId],
) -> Result<HashMap<AccountId, partner_profile::Model>, Error> {
    let mut sql = reader.sql();
    sql.push("SELECT x.* FROM partner_profile x WHERE x.account_id ").any(accounts).push(" AND ");
    visible::partner_profiles(&mut sql, reader.viewer(), "x");
    let rows: Vec<partner_profile::Model> = sql.all(reader.conn()).await?;
    Ok(rows.into_iter().map(|row| (row.account_id, row)).collect())
}
