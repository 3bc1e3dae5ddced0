//! What renewals will cost, and what runs have done.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};
use entities::id::{AccountId, ProductId, RenewalRunId};
use entities::partnership::{self, PayerKind};
use entities::renewal_run;
use sea_orm::FromQueryResult;

use super::quote::{self, AssumedPayer, Quote};
use super::store::{AsOf, DueBy, all_due};
use crate::error::Error;
use crate::page::{ById, Order, Page};
use crate::permission::{Permission, visible};
use crate::sql::Sql;
use crate::store::Reader;

/// Who the next renewal of each product is billed to, as things stand. One statement, for any number of products.
pub async fn payers(reader: &Reader, ids: &[ProductId]) -> Result<HashMap<ProductId, AccountId>, Error> {
    quote::payers(reader.conn(), AsOf::of(reader.now(), reader.settings()), ids).await
}

/// What the next renewal of each product will cost, as things stand; none for a product that will not renew by itself, or
/// whose next period is invoiced already, and none to contributors: what their product costs is not their affair. Four statements,
/// for any number of products.
pub async fn quotes(reader: &Reader, ids: &[ProductId]) -> Result<HashMap<ProductId, Quote>, Error> {
    let ids = priced_of(reader, ids).await?;
    quote::quotes(reader.conn(), reader.settings(), reader.now(), &ids, None).await
}

/// The same under another payer.
pub async fn quotes_under(
    reader: &Reader,
    ids: &[ProductId],
    assumed: &AssumedPayer,
) -> Result<HashMap<ProductId, Quote>, Error> {
    let ids = priced_of(reader, ids).await?;
    quote::quotes(reader.conn(), reader.settings(), reader.now(), &ids, Some(assumed)).await
}

async fn priced_of(reader: &Reader, ids: &[ProductId]) -> Result<Vec<ProductId>, Error> {
    let mut sql = reader.sql();
    sql.push("SELECT p.id FROM product p WHERE p.id ").any(ids).push(" AND ");
    priced(reader, sql).await
}

/// Those of the products `p` whose price the reader's actor may know.
async fn priced(reader: &Reader, mut products: Sql) -> Result<Vec<ProductId>, Error> {
    visible::products_held(&mut products, reader.viewer(), Permission::ViewProducts, "p");
    Ok(products.all::<Id>(reader.conn()).await?.into_iter().map(|row| row.id).collect())
}

/// What a change of the payer would do to one product.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RenewalChange {
    /// Which.
    pub product_id: ProductId,
    /// As things stand.
    pub before: Quote,
    /// After the change.
    pub after: Quote,
}

#[derive(FromQueryResult)]
struct Id {
    id: ProductId,
}

/// Every product of the client, as far as the reader's actor sees it, whose next renewal would change, by id; and how many
/// they are. Seven statements, for any number of products.
pub async fn payer_change_preview(
    reader: &Reader,
    partnership: &partnership::Model,
    payer: PayerKind,
    product_ids: Vec<ProductId>,
    page: &ById,
) -> Result<(Page<RenewalChange>, usize), Error> {
    let mut sql = reader.sql();
    sql.add("SELECT p.id FROM product p WHERE p.account_id = ? AND ", [partnership.client_account_id.into()]);
    let ids = priced(reader, sql).await?;
    let product_ids = product_ids.into_iter().filter(|id| ids.contains(id)).collect();
    let assumed = AssumedPayer { partnership_id: partnership.id, payer, product_ids };
    let quoted = |assumed| quote::quotes(reader.conn(), reader.settings(), reader.now(), &ids, assumed);
    let before = quoted(None).await?;
    let mut after = quoted(Some(&assumed)).await?;
    let mut changes: Vec<RenewalChange> = before
        .into_iter()
        .filter_map(|(product_id, before)| {
            let after = after.remove(&product_id)?;
            (after != before).then_some(RenewalChange { product_id, before, after })
        })
        .collect();
    changes.sort_by_key(|change| change.product_id);
    let total = changes.len();
    Ok((cut(changes, page), total))
}

/// The page of a list that is there as a whole.
fn cut(mut changes: Vec<RenewalChange>, page: &ById) -> Page<RenewalChange> {
    changes.retain(|change| {
        page.after.is_none_or(|after| change.product_id.0 > after)
            && page.before.is_none_or(|before| change.product_id.0 < before)
    });
    if page.from_back {
        changes.reverse();
    }
    page.cut(changes)
}

/// What a payer was billed, or would be, by a run.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct RunPayer {
    /// Who.
    pub account_id: AccountId,
    /// Its name.
    pub name: String,
    /// ISO 4217.
    pub currency: String,
    /// How many periods.
    pub periods: i64,
    /// With tax, in minor units.
    pub total_minor: i64,
    /// How much of it is paid.
    pub paid_minor: i64,
}

/// What a run has billed, a row for each payer and currency, by name. For operators.
pub async fn run_payers(reader: &Reader, run_id: RenewalRunId) -> Result<Vec<RunPayer>, Error> {
    let mut sql = reader.sql();
    sql.add(
        "SELECT a.id AS account_id, a.name, i.currency, CAST(sum((SELECT count(*) FROM invoice_line l WHERE l.invoice_id = i.id)) AS bigint)
            AS periods, CAST(sum(i.total_minor) AS bigint) AS total_minor, CAST(sum(i.paid_minor) AS bigint) AS paid_minor
        FROM invoice i JOIN account a ON a.id = i.billed_to_id WHERE i.renewal_run_id = ? AND ",
        [run_id.into()],
    );
    visible::invoices(&mut sql, reader.viewer(), "i");
    sql.push(" GROUP BY a.id, a.name, i.currency ORDER BY a.name, a.id, i.currency");
    Ok(sql.all(reader.conn()).await?)
}

/// What a run by this instant would bill if everything is paid, a row for each payer and currency; missed periods follow one
/// another, each on an invoice of its own, and what costs nothing is on none. For operators.
pub async fn due_payers(reader: &Reader, as_of: DateTime<Utc>) -> Result<Vec<RunPayer>, Error> {
    if !reader.actor().sees_everything() {
        return Err(Error::Denied);
    }
    let now = reader.now();
    let rows = all_due(reader.conn(), AsOf::of(now, reader.settings()), DueBy { as_of, now }).await?;
    let rounds = quote::rounds(&rows, as_of, now)?;
    let payers: Vec<AccountId> = rounds.iter().flat_map(BTreeMap::values).map(|due| due.line.billed_to_id).collect();
    let accounts = quote::accounts(reader.conn(), &payers).await?;
    let mut by_payer: BTreeMap<(String, AccountId, String), RunPayer> = BTreeMap::new();
    let mut quotes = Vec::new();
    for due in &rounds {
        quotes.extend(quote::taxed(due, reader.settings(), &accounts)?.into_values());
    }
    for quote in quotes.into_iter().filter(|quote| !quote.total.is_zero()) {
        let name = accounts.get(&quote.billed_to_id).map_or("", |account| &account.name).to_owned();
        let currency = quote.total.currency().code().to_owned();
        let row = by_payer.entry((name.clone(), quote.billed_to_id, currency.clone())).or_insert_with(|| RunPayer {
            account_id: quote.billed_to_id,
            name,
            currency,
            periods: 0,
            total_minor: 0,
            paid_minor: 0,
        });
        row.periods += 1;
        row.total_minor += quote.total.minor();
    }
    Ok(by_payer.into_values().collect())
}

/// The runs, newest first. For staff; others see none.
pub async fn runs(reader: &Reader, page: &ById) -> Result<Page<renewal_run::Model>, Error> {
    if !reader.actor().sees_everything() {
        return Ok(Page::empty());
    }
    let mut sql = reader.sql();
    sql.push("SELECT * FROM renewal_run WHERE TRUE");
    page.bounds(&mut sql, "id", Order::Descending);
    page.order(&mut sql, "id", Order::Descending);
    Ok(page.cut(sql.all(reader.conn()).await?))
}

/// How many runs there are. For staff.
pub async fn count_runs(reader: &Reader) -> Result<i64, Error> {
    if !reader.actor().sees_everything() {
        return Ok(0);
    }
    let mut sql = reader.sql();
    sql.push("SELECT count(*) AS n FROM renewal_run");
    Ok(sql.one::<crate::work::Number>(reader.conn()).await?.map_or(0, |row| row.n))
}
