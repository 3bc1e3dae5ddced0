//! What is read of transfers.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use entities::id::{AccountId, ProductId, TransferId, UserId};
use entities::mailed_token::MailedTokenKind;
use entities::offering::ProductKind;
use entities::transfer::{Model, TransferStatus};
use sea_orm::{ActiveEnum, FromQueryResult};

use super::{rules, store};
use crate::Reader;
use crate::account::commands::Verified;
use crate::error::Error;
use crate::permission::{Permission, visible};
use crate::work::Work;

/// So many transfers to one person are listed, without pages.
const LISTED: i64 = 500;

/// The last transfer of each product, as far as the reader's actor sees it. One statement.
pub async fn of_products(reader: &Reader, products: &[ProductId]) -> Result<HashMap<ProductId, Model>, Error> {
    let mut sql = reader.sql();
    sql.push("SELECT x.* FROM transfer x WHERE x.product_id ").any(products).push(" AND ");
    visible::transfers(&mut sql, reader.viewer(), "x");
    sql.push(" AND NOT EXISTS (SELECT 1 FROM transfer y WHERE y.product_id = x.product_id AND y.id > x.id AND ");
    visible::transfers(&mut sql, reader.viewer(), "y");
    sql.push(")");
    let rows = sql.all::<Model>(reader.conn()).await?;
    Ok(rows.into_iter().map(|row| (row.product_id, row)).collect())
}

/// What is or was offered to the actor's verified address, newest first. An overdue transfer counts as expired, whether or not the
/// sweep has been there.
pub async fn received(reader: &Reader, status: Option<TransferStatus>) -> Result<Vec<Model>, Error> {
    let verified = reader.actor().in_person().filter(|person| person.email_verified_at.is_some());
    let Some(person) = verified else { return Ok(Vec::new()) };
    let mut sql = reader.sql();
    sql.add("SELECT x.* FROM transfer x WHERE x.to_email = ?", [person.email.clone().into()]);
    let now = reader.now();
    match status {
        None => &mut sql,
        Some(TransferStatus::Pending) => sql.add(" AND x.status = 'PENDING' AND x.expires_at > ?", [now.into()]),
        Some(TransferStatus::Expired) => {
            sql.add(" AND (x.status = 'EXPIRED' OR (x.status = 'PENDING' AND x.expires_at <= ?))", [now.into()])
        }
        Some(status) => sql.add(" AND x.status = ?", [status.to_value().into()]),
    };
    sql.add(" ORDER BY x.id DESC LIMIT ?", [LISTED.into()]);
    Ok(sql.all(reader.conn()).await?)
}

/// As much of a product as someone sees who is offered it: as it was when it was offered.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct Offered {
    /// Whose.
    pub transfer_id: TransferId,
    /// The product.
    pub id: ProductId,
    /// As its holder called it.
    pub label: String,
    /// What it is.
    pub kind: ProductKind,
    /// The name of its plan.
    pub plan_name: String,
}

/// What transfers offer, for whoever has come to them. One statement.
pub async fn offered(reader: &Reader, ids: &[TransferId]) -> Result<HashMap<TransferId, Offered>, Error> {
    let mut sql = reader.sql();
    sql.push(
        "SELECT x.id AS transfer_id, x.product_id AS id, x.label, f.kind, l.name AS plan_name
        FROM transfer x JOIN plan l ON l.id = x.plan_id JOIN offering f ON f.id = l.offering_id WHERE x.id ",
    );
    sql.any(ids);
    let rows = sql.all::<Offered>(reader.conn()).await?;
    Ok(rows.into_iter().map(|row| (row.transfer_id, row)).collect())
}

/// What a followed link was about, where it was a transfer.
pub async fn follow(work: &Work, link: &Verified) -> Result<Option<Model>, Error> {
    let (MailedTokenKind::Transfer, Some(id)) = (link.kind, link.subject_id) else { return Ok(None) };
    store::transfer(work.conn(), id.into()).await
}

/// A transfer that can be answered, for the page that its link opens.
#[derive(Debug, Clone, FromQueryResult)]
pub struct Opened {
    status: TransferStatus,
    /// Who offers it.
    pub from: String,
    /// BCP 47: the language of who offers it, for somebody who has none yet.
    pub locale: String,
    /// The country of who offers it.
    pub country: String,
    /// What it is charged in now.
    pub currency: String,
    /// What the product is called.
    pub label: String,
    /// The name of its plan.
    pub plan_name: String,
    expires_at: DateTime<Utc>,
}

/// What the link in an offer opens, for whoever holds it; none once it has ended.
pub async fn opened(reader: &Reader, id: TransferId) -> Result<Option<Opened>, Error> {
    let mut sql = reader.sql();
    sql.add(
        "SELECT x.status, x.expires_at, x.label, a.name AS \"from\", a.locale, a.country, a.currency, l.name AS plan_name
        FROM transfer x JOIN account a ON a.id = x.from_id JOIN plan l ON l.id = x.plan_id WHERE x.id = ?",
        [id.into()],
    );
    let found: Option<Opened> = sql.one(reader.conn()).await?;
    let is_open = |row: &Opened| rules::status_at(row.status, row.expires_at, reader.now()) == TransferStatus::Pending;
    Ok(found.filter(is_open))
}

/// An account that could take a product.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct Choice {
    /// Which.
    pub account_id: AccountId,
    /// As its members call it.
    pub name: String,
}

/// The accounts into which somebody who has proven who they are may take what is offered: those in which they may buy, but its holder.
pub(crate) async fn accounts_of(reader: &Reader, user_id: UserId, id: TransferId) -> Result<Vec<Choice>, Error> {
    let mut sql = reader.sql();
    sql.add(
        "SELECT a.id AS account_id, a.name FROM transfer x
        JOIN membership m ON m.user_id = ? AND m.granted_through_id IS NULL AND (m.permissions & ?) <> 0
            AND m.account_id <> x.from_id
        JOIN account a ON a.id = m.account_id WHERE x.id = ? ORDER BY a.name, a.id",
        [user_id.into(), Permission::Purchase.bit().into(), id.into()],
    );
    Ok(sql.all(reader.conn()).await?)
}
