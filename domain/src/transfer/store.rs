//! The statements of transfers.

use chrono::{DateTime, Utc};
use entities::id::{AccountId, ContactId, PlanId, ProductId, TransferId, UserId};
use entities::product;
use entities::transfer::{self, Model, TransferStatus};
use sea_orm::{ActiveEnum, ConnectionTrait, FromQueryResult};

use super::rules::Goods;
use crate::error::Error;
use crate::notification::MailKind;
use crate::permission::visible;
use crate::sql::{Sql, insert_new};
use crate::work::{Number, Work};

/// Adds a transfer; false when one of this product waits for its answer.
pub(super) async fn add(work: &Work, row: &Model) -> Result<bool, Error> {
    Ok(insert_new::<transfer::Entity>(work.conn(), std::slice::from_ref(row)).await? == 1)
}

/// A transfer as it is, for deciding whose it is to answer.
pub(super) async fn transfer(conn: &impl ConnectionTrait, id: TransferId) -> Result<Option<Model>, Error> {
    let mut sql = Sql::new(conn.get_database_backend());
    sql.add("SELECT * FROM transfer WHERE id = ?", [id.into()]);
    Ok(sql.one(conn).await?)
}

/// Whether the actor sees it.
pub(super) async fn is_seen(work: &Work, id: TransferId) -> Result<bool, Error> {
    let mut sql = work.sql();
    sql.add("SELECT count(*) AS n FROM transfer x WHERE x.id = ? AND ", [id.into()]);
    visible::transfers(&mut sql, work.viewer(), "x");
    Ok(sql.one::<Number>(work.conn()).await?.is_some_and(|row| row.n > 0))
}

/// Writes how a transfer that waits was answered; none when it does not wait any more.
pub(super) async fn answer(
    work: &Work,
    id: TransferId,
    status: TransferStatus,
    to_id: Option<AccountId>,
) -> Result<Option<Model>, Error> {
    let now = work.now();
    let mut sql = work.sql();
    sql.add(
        "UPDATE transfer SET status = ?, to_id = ?, answered_at = ? WHERE id = ? AND status = 'PENDING' AND expires_at > ?
        RETURNING *",
        [status.to_value().into(), to_id.into(), now.into(), id.into(), now.into()],
    );
    let answered = sql.one(work.conn()).await?;
    if answered.is_some() {
        forget_offers(work, &[id]).await?;
    }
    Ok(answered)
}

/// Writes that what waits of these products is offered no more.
pub(super) async fn call_off(work: &Work, products: &[ProductId]) -> Result<Vec<Model>, Error> {
    let now = work.now();
    let mut sql = work.sql();
    sql.add(
        "UPDATE transfer SET status = 'CANCELLED', answered_at = ? WHERE status = 'PENDING' AND expires_at > ? AND product_id ",
        [now.into(), now.into()],
    );
    sql.any(products).push(" RETURNING *");
    let rows: Vec<Model> = sql.all(work.conn()).await?;
    let ids: Vec<TransferId> = rows.iter().map(|row| row.id).collect();
    if !ids.is_empty() {
        forget_offers(work, &ids).await?;
    }
    Ok(rows)
}

/// The mail that offers it does not leave any more, if it has not: there is nothing left to answer.
async fn forget_offers(work: &Work, ids: &[TransferId]) -> Result<(), Error> {
    let mut sql = work.sql();
    sql.add(
        "DELETE FROM notification WHERE sent_at IS NULL AND failed_at IS NULL AND kind = ? AND subject_id ",
        [MailKind::TransferOffered.name().into()],
    );
    sql.any(ids);
    sql.execute(work.conn()).await?;
    Ok(())
}

/// Which overdue transfers are meant.
#[derive(Debug, Clone, Copy)]
pub(super) enum Overdue {
    /// At most so many of all.
    Of(i64),
    /// Of this product.
    Product(ProductId),
}

/// Writes down which transfers have lapsed.
pub(super) async fn lapse(work: &Work, overdue: Overdue) -> Result<Vec<Model>, Error> {
    let mut sql = work.sql();
    sql.add(
        "UPDATE transfer SET status = 'EXPIRED', answered_at = expires_at
        WHERE id IN (SELECT x.id FROM transfer x WHERE x.status = 'PENDING' AND x.expires_at <= ?",
        [work.now().into()],
    );
    match overdue {
        Overdue::Of(limit) => sql.add(" ORDER BY x.expires_at, x.id LIMIT ?", [limit.into()]),
        Overdue::Product(id) => sql.add(" AND x.product_id = ?", [id.into()]),
    };
    sql.push(" /for update/) AND status = 'PENDING' RETURNING *");
    Ok(sql.all(work.conn()).await?)
}

/// The product, locked.
pub(super) async fn lock_product(work: &Work, id: ProductId) -> Result<product::Model, Error> {
    let mut sql = work.sql();
    sql.add("SELECT * FROM product WHERE id = ? /for update/", [id.into()]);
    sql.one(work.conn()).await?.ok_or_else(|| Error::fault("a transfer of no product"))
}

#[derive(FromQueryResult)]
struct Unpaid {
    invoices: i64,
    payments: i64,
}

/// What a transfer of a locked product depends on.
pub(super) async fn goods(work: &Work, product: &product::Model) -> Result<Goods, Error> {
    let mut sql = work.sql();
    sql.add(
        "SELECT count(*) AS invoices, count(y.id) AS payments
        FROM product_period u JOIN invoice_line n ON n.id = u.invoice_line_id
        LEFT JOIN payment y ON y.invoice_id = n.invoice_id AND y.status IN ('PENDING', 'UNKNOWN')
        WHERE u.product_id = ? AND u.paid_at IS NULL AND u.credited_at IS NULL",
        [product.id.into()],
    );
    let unpaid: Unpaid = sql.one(work.conn()).await?.ok_or_else(|| Error::fault("a count without a row"))?;
    Ok(Goods {
        status: product.status,
        renews_at: product.renews_at,
        has_open_invoice: unpaid.invoices > 0,
        has_open_payment: unpaid.payments > 0,
    })
}

/// To whom a product goes, as far as it is known.
#[derive(Debug, Clone, Copy)]
pub(super) enum Recipient<'a> {
    /// Whoever has this address.
    Address(&'a str),
    /// This account.
    Account(AccountId),
}

/// Whether this account is a partner without a partnership with the recipient. Of an address it is asked whether a client record of the
/// partner's has it: whose address it is else, is not the partner's to learn.
pub(super) async fn is_leaving_partner(work: &Work, from: AccountId, recipient: Recipient<'_>) -> Result<bool, Error> {
    let mut sql = work.sql();
    sql.add(
        "SELECT count(*) AS n FROM account a WHERE a.id = ? AND a.programme_id IS NOT NULL AND NOT EXISTS (
            SELECT 1 FROM partnership s WHERE s.partner_id = a.id AND s.status = 'ACTIVE'
                AND (s.expires_at IS NULL OR s.expires_at > ?) AND ",
        [from.into(), work.now().into()],
    );
    match recipient {
        Recipient::Account(id) => sql.add("s.client_account_id = ?)", [id.into()]),
        Recipient::Address(email) => sql.add(
            "EXISTS (SELECT 1 FROM client c WHERE c.partner_id = a.id AND c.account_id = s.client_account_id AND c.email = ?))",
            [email.into()],
        ),
    };
    Ok(sql.one::<Number>(work.conn()).await?.is_some_and(|row| row.n > 0))
}

/// Whether this user could take a product into an account other than its holder.
pub(super) async fn has_elsewhere(work: &Work, user_id: UserId, holder: AccountId) -> Result<bool, Error> {
    let mut sql = work.sql();
    sql.add(
        "SELECT count(*) AS n FROM membership WHERE user_id = ? AND account_id <> ? AND granted_through_id IS NULL",
        [user_id.into(), holder.into()],
    );
    Ok(sql.one::<Number>(work.conn()).await?.is_some_and(|row| row.n > 0))
}

/// An account, as it is named to the other side.
#[derive(Debug, Clone, FromQueryResult)]
pub(super) struct Party {
    pub(super) id: AccountId,
    pub(super) name: String,
    pub(super) locale: String,
    pub(super) time_zone: String,
    pub(super) currency: String,
}

/// Accounts by their ids.
pub(super) async fn parties(conn: &impl ConnectionTrait, ids: &[AccountId]) -> Result<Vec<Party>, Error> {
    let mut sql = Sql::new(conn.get_database_backend());
    sql.push("SELECT id, name, locale, time_zone, currency FROM account WHERE id ").any(ids);
    Ok(sql.all(conn).await?)
}

/// One of them.
pub(super) async fn party(conn: &impl ConnectionTrait, id: AccountId) -> Result<Party, Error> {
    parties(conn, &[id]).await?.pop().ok_or_else(|| Error::fault("a transfer of nobody's"))
}

/// Hands a locked product over: its new holder pays, and nobody looks after it yet. Its next term begins there at `renews_at`, and a
/// domain stays registered to whom it was, by the new holder's contact.
pub(super) async fn hand_over(
    work: &Work,
    id: ProductId,
    to: &Party,
    (renews_at, registrant): (DateTime<Utc>, Option<ContactId>),
) -> Result<(), Error> {
    let mut sql = work.sql();
    sql.add(
        "UPDATE product SET account_id = ?, currency = ?, renews_at = ?, registrant_id = ?, renewal_billing = 'ACCOUNT',
            managed_by_id = NULL
        WHERE id = ?",
        [to.id.into(), to.currency.clone().into(), renews_at.into(), registrant.into(), id.into()],
    );
    sql.execute(work.conn()).await?;
    Ok(())
}

#[derive(FromQueryResult)]
struct Named {
    name: String,
}

/// What a plan is called, with what it is a variant of.
pub(super) async fn plan_name(work: &Work, id: PlanId) -> Result<String, Error> {
    let mut sql = work.sql();
    sql.add(
        "SELECT o.name || ' ' || l.name AS name FROM plan l JOIN offering o ON o.id = l.offering_id WHERE l.id = ?",
        [id.into()],
    );
    sql.one::<Named>(work.conn()).await?.map(|row| row.name).ok_or_else(|| Error::fault("a product without a plan"))
}
