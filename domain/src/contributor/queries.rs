//! What is read of contributors.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use entities::contributor::Model;
use entities::id::{AccountId, ContributorId, ProductId};
use entities::mailed_token::MailedTokenKind;
use entities::product;
use sea_orm::{ConnectionTrait, FromQueryResult};

use super::store;
use crate::Reader;
use crate::account::commands::Verified;
use crate::error::Error;
use crate::permission::visible;
use crate::sql::Sql;
use crate::work::Work;

/// So many contributions of one person are listed, without pages.
const LISTED: i64 = 500;

/// The contributors of each product that the reader's actor sees, oldest first. One statement.
pub async fn of_products(reader: &Reader, products: &[ProductId]) -> Result<HashMap<ProductId, Vec<Model>>, Error> {
    let mut sql = reader.sql();
    sql.push("SELECT x.* FROM contributor x WHERE x.product_id ").any(products).push(" AND ");
    visible::contributors(&mut sql, reader.viewer(), "x");
    sql.push(" ORDER BY x.id");
    let mut found: HashMap<ProductId, Vec<Model>> = HashMap::new();
    for row in sql.all::<Model>(reader.conn()).await? {
        found.entry(row.product_id).or_default().push(row);
    }
    Ok(found)
}

/// What the reader's actor contributes to, oldest first. Each way has an index to begin with; together they would have none.
pub async fn of_viewer(reader: &Reader) -> Result<Vec<Model>, Error> {
    let viewer = reader.viewer();
    let address = viewer.actor.in_person().filter(|person| person.email_verified_at.is_some());
    let mut sql = reader.sql();
    sql.push("SELECT x.* FROM (SELECT c.id FROM contributor c WHERE c.account_id IS NULL AND c.email = ");
    sql.bind(address.map(|person| person.email.clone()));
    sql.push(" UNION SELECT c.id FROM contributor c WHERE c.account_id ").any(&viewer.actor.own_accounts());
    sql.push(") own JOIN contributor x ON x.id = own.id JOIN product q ON q.id = x.product_id WHERE ");
    visible::contributing(&mut sql, viewer, "x");
    sql.push(" AND ");
    visible::contribution_in_force(&mut sql, viewer.now, "x", "q.account_id");
    sql.add(" ORDER BY x.id LIMIT ?", [LISTED.into()]);
    Ok(sql.all(reader.conn()).await?)
}

/// The products to which an account contributes, by their labels.
pub(crate) async fn products_of(work: &Work, id: AccountId) -> Result<Vec<product::Model>, Error> {
    let mut sql = work.sql();
    sql.add(
        "SELECT q.* FROM contributor c JOIN product q ON q.id = c.product_id WHERE c.account_id = ? AND ",
        [id.into()],
    );
    visible::contribution_in_force(&mut sql, work.now(), "c", "q.account_id");
    sql.push(" ORDER BY q.label, q.id");
    Ok(sql.all(work.conn()).await?)
}

#[derive(FromQueryResult)]
struct Found {
    #[expect(dead_code, reason = "only whether there is a row counts")]
    id: ContributorId,
}

/// Whether the product is shared with the actor's address, which is not verified yet. Source: rules §5, "Addresses".
pub(crate) async fn is_waiting(work: &Work, id: ProductId) -> Result<bool, Error> {
    let Some(person) = work.actor().in_person().filter(|person| person.email_verified_at.is_none()) else {
        return Ok(false);
    };
    let mut sql = work.sql();
    sql.add(
        "SELECT c.id FROM contributor c JOIN product q ON q.id = c.product_id
        WHERE c.product_id = ? AND c.account_id IS NULL AND c.email = ?",
        [id.into(), person.email.clone().into()],
    );
    sql.push(" AND ");
    visible::contribution_in_force(&mut sql, work.now(), "c", "q.account_id");
    Ok(sql.one::<Found>(work.conn()).await?.is_some())
}

/// What a followed link was about, where it was an invitation to contribute.
pub async fn follow(work: &Work, link: &Verified) -> Result<Option<(Model, product::Model)>, Error> {
    let (MailedTokenKind::Contribute, Some(id)) = (link.kind, link.subject_id) else { return Ok(None) };
    of_link(work.conn(), work.now(), id.into()).await
}

/// What an invitation is to, for the page that its link opens.
#[derive(Debug, Clone)]
pub struct Invited {
    /// What the product is called.
    pub label: String,
    /// BCP 47: the language of its holder, for somebody who has none yet.
    pub locale: String,
}

/// What the link in an invitation opens, for whoever holds it.
pub async fn invited(reader: &Reader, id: ContributorId) -> Result<Option<Invited>, Error> {
    let Some((_, product)) = of_link(reader.conn(), reader.now(), id).await? else { return Ok(None) };
    let holder = store::holder(reader.conn(), product.account_id).await?;
    Ok(Some(Invited { label: product.label, locale: holder.locale }))
}

/// The contribution and its product; none once it has ended.
async fn of_link(
    conn: &impl ConnectionTrait,
    now: DateTime<Utc>,
    id: ContributorId,
) -> Result<Option<(Model, product::Model)>, Error> {
    let mut sql = Sql::new(conn.get_database_backend());
    sql.add("SELECT c.* FROM contributor c JOIN product q ON q.id = c.product_id WHERE c.id = ?", [id.into()]);
    sql.push(" AND ");
    visible::contribution_in_force(&mut sql, now, "c", "q.account_id");
    let Some(row) = sql.one::<Model>(conn).await? else { return Ok(None) };
    let mut sql = Sql::new(conn.get_database_backend());
    sql.add("SELECT * FROM product WHERE id = ?", [row.product_id.into()]);
    Ok(sql.one(conn).await?.map(|product| (row, product)))
}
