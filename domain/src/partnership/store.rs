//! The statements of invitations and partnerships.

mod attorney;
mod end;
mod managing;

pub(super) use attorney::{add_power_of_attorney, power_of_attorney, save_power_of_attorney, set_status};
pub(super) use end::{due_reminders, end, lock_with_others, plan_reminders, run_out};
pub(super) use managing::{
    candidates, forget_product, hold_all_of, keep_unmanaged, lock_partnerships, manager_of, named_by, set_manager,
    settle,
};

use chrono::{DateTime, Utc};
use entities::id::{AccountId, InvitationId, PartnershipId, ProductId, UserId};
use entities::invitation::{AccessLevel, InvitationStatus};
use entities::partnership::PayerKind;
use entities::product::RenewalBilling;
use entities::{invitation, invitation_product, partnership, partnership_product, payer_change};
use sea_orm::{ActiveEnum, FromQueryResult};

use super::rules::Terms;
use crate::error::Error;
use crate::permission::visible;
use crate::sql::{insert, insert_new};
use crate::work::Work;

/// A partner, as its public profile leads to it.
#[derive(Debug, FromQueryResult)]
pub(super) struct Partner {
    pub(super) account_id: AccountId,
    pub(super) accepts_access_offers: bool,
}

/// The partner behind a published profile.
pub(super) async fn partner(work: &Work, slug: &str) -> Result<Option<Partner>, Error> {
    let mut sql = work.sql();
    sql.add(
        "SELECT a.id AS account_id, g.accepts_access_offers FROM partner_profile f JOIN account a ON a.id = f.account_id
        JOIN programme g ON g.id = a.programme_id WHERE f.slug = ? AND f.is_published",
        [slug.into()],
    );
    Ok(sql.one(work.conn()).await?)
}

/// What mails and feeds say of a side.
#[derive(Debug, Clone, FromQueryResult)]
pub(super) struct Party {
    /// None for an address without an account.
    pub(super) id: Option<AccountId>,
    /// Of the account; else the address.
    pub(super) name: String,
    pub(super) locale: String,
    pub(super) time_zone: String,
}

/// Accounts by their ids; one that does not exist is missing.
pub(super) async fn parties(work: &Work, ids: &[AccountId]) -> Result<Vec<Party>, Error> {
    let mut sql = work.sql();
    sql.push("SELECT id, name, locale, time_zone FROM account WHERE id ").any(ids);
    Ok(sql.all(work.conn()).await?)
}

#[derive(FromQueryResult)]
struct Name {
    name: String,
}

/// What a person is called.
pub(super) async fn person_name(work: &Work, id: UserId) -> Result<String, Error> {
    let mut sql = work.sql();
    sql.add(r#"SELECT name FROM "user" WHERE id = ?"#, [id.into()]);
    Ok(sql.one::<Name>(work.conn()).await?.ok_or(Error::NotFound)?.name)
}

#[derive(FromQueryResult)]
struct Email {
    email: String,
}

/// Where a person is written to.
pub(super) async fn person_email(work: &Work, id: UserId) -> Result<String, Error> {
    let mut sql = work.sql();
    sql.add(r#"SELECT email FROM "user" WHERE id = ?"#, [id.into()]);
    Ok(sql.one::<Email>(work.conn()).await?.ok_or(Error::NotFound)?.email)
}

/// The invitation of a pair that waits for its answer, if there is one: the client's own offer first.
pub(super) async fn waiting(work: &Work, pair: Pair) -> Result<Option<invitation::Model>, Error> {
    let mut sql = work.sql();
    sql.add(
        "SELECT * FROM invitation WHERE partner_id = ? AND client_account_id = ? AND status = 'PENDING' AND expires_at > ?
        ORDER BY direction, id LIMIT 1",
        [pair.partner_id.into(), pair.client_account_id.into(), work.now().into()],
    );
    Ok(sql.one(work.conn()).await?)
}

/// A product as an invitation names it.
#[derive(Debug, Clone, FromQueryResult)]
pub(super) struct Named {
    pub(super) id: ProductId,
    pub(super) label: String,
}

/// Those of the products that this account holds and the actor sees.
pub(super) async fn own_products(work: &Work, account_id: AccountId, ids: &[ProductId]) -> Result<Vec<Named>, Error> {
    let mut sql = work.sql();
    sql.push("SELECT x.id, x.label FROM product x WHERE x.id ").any(ids);
    sql.add(" AND x.account_id = ? AND ", [account_id.into()]);
    visible::products(&mut sql, work.viewer(), "x");
    sql.push(" ORDER BY x.id");
    Ok(sql.all(work.conn()).await?)
}

/// The products that an invitation names; for one who was granted leave to answer it.
pub(super) async fn offered(work: &Work, id: InvitationId) -> Result<Vec<Named>, Error> {
    let mut sql = work.sql();
    sql.add(
        "SELECT x.id, x.label FROM invitation_product o JOIN product x ON x.id = o.product_id
        WHERE o.invitation_id = ? ORDER BY x.id",
        [id.into()],
    );
    Ok(sql.all(work.conn()).await?)
}

/// Adds an invitation with its products; false when one of this direction is under way for the pair.
pub(super) async fn add_invitation(
    work: &Work,
    row: &invitation::Model,
    products: &[ProductId],
) -> Result<bool, Error> {
    if insert_new::<invitation::Entity>(work.conn(), std::slice::from_ref(row)).await? == 0 {
        return Ok(false);
    }
    let rows: Vec<_> = products
        .iter()
        .map(|product_id| invitation_product::Model { invitation_id: row.id, product_id: *product_id })
        .collect();
    insert::<invitation_product::Entity>(work.conn(), &rows).await?;
    Ok(true)
}

/// An invitation as it is, for deciding whose it is to answer; `lock` is empty, or holds it.
pub(super) async fn invitation(work: &Work, id: InvitationId, lock: &str) -> Result<Option<invitation::Model>, Error> {
    let mut sql = work.sql();
    sql.add("SELECT * FROM invitation WHERE id = ? ", [id.into()]).push(lock);
    Ok(sql.one(work.conn()).await?)
}

/// Writes how an invitation was answered. Its row is locked.
pub(super) async fn answer(work: &Work, row: &invitation::Model) -> Result<(), Error> {
    let mut sql = work.sql();
    sql.add(
        "UPDATE invitation SET status = ?, rejection_message = ?, client_account_id = ?, client_id = ?, answered_by_id = ?,
            answered_at = ?
        WHERE id = ?",
        [
            row.status.to_value().into(),
            row.rejection_message.clone().into(),
            row.client_account_id.into(),
            row.client_id.into(),
            row.answered_by_id.into(),
            row.answered_at.into(),
            row.id.into(),
        ],
    );
    sql.execute(work.conn()).await?;
    Ok(())
}

/// The pair of accounts of an invitation or partnership.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pair {
    pub(super) partner_id: AccountId,
    pub(super) client_account_id: AccountId,
}

/// Which overdue invitations are meant.
#[derive(Debug, Clone, Copy)]
pub(super) enum Overdue<'a> {
    /// At most so many of all.
    Of(i64),
    /// Between these two.
    Between(Pair),
    /// Requests of a partner to an address.
    ToAddress(AccountId, &'a str),
}

/// Writes down which invitations have lapsed.
pub(super) async fn lapse(work: &Work, overdue: Overdue<'_>) -> Result<Vec<invitation::Model>, Error> {
    let mut sql = work.sql();
    sql.add(
        "UPDATE invitation SET status = 'EXPIRED', answered_at = expires_at
        WHERE id IN (SELECT x.id FROM invitation x WHERE x.status = 'PENDING' AND x.expires_at <= ?",
        [work.now().into()],
    );
    match overdue {
        Overdue::Of(limit) => sql.add(" ORDER BY x.expires_at, x.id LIMIT ?", [limit.into()]),
        Overdue::Between(Pair { partner_id, client_account_id }) => {
            sql.add(" AND x.partner_id = ? AND x.client_account_id = ?", [partner_id.into(), client_account_id.into()])
        }
        Overdue::ToAddress(partner_id, address) => sql.add(
            " AND x.partner_id = ? AND x.client_account_id IS NULL AND x.client_email = ?",
            [partner_id.into(), address.into()],
        ),
    };
    sql.push(" /for update/) AND status = 'PENDING' RETURNING *");
    Ok(sql.all(work.conn()).await?)
}

/// The partnership of a pair that has not ended, locked with the others of its client.
pub(super) async fn standing(work: &Work, pair: Pair) -> Result<Option<partnership::Model>, Error> {
    let mut sql = work.sql();
    sql.add(
        "SELECT * FROM partnership WHERE client_account_id = ? AND status <> 'ENDED' ORDER BY id /for update/",
        [pair.client_account_id.into()],
    );
    let rows: Vec<partnership::Model> = sql.all(work.conn()).await?;
    Ok(rows.into_iter().find(|row| row.partner_id == pair.partner_id))
}

/// Adds a partnership; false when the pair has one meanwhile.
pub(super) async fn add_partnership(work: &Work, row: &partnership::Model) -> Result<bool, Error> {
    Ok(insert_new::<partnership::Entity>(work.conn(), std::slice::from_ref(row)).await? == 1)
}

/// Writes a new grant into a partnership, which is locked.
pub(super) async fn regrant(work: &Work, id: PartnershipId, terms: &Terms, payer: PayerKind) -> Result<(), Error> {
    let mut sql = work.sql();
    sql.add(
        "UPDATE partnership SET access_level = ?, permissions = ?, has_all_products = ?, payer = ?, expires_at = ? WHERE id = ?",
        [
            terms.access_level.to_value().into(),
            terms.permissions.bits().into(),
            terms.has_all_products.into(),
            payer.to_value().into(),
            terms.expires_at.into(),
            id.into(),
        ],
    );
    sql.execute(work.conn()).await?;
    let mut sql = work.sql();
    sql.add("DELETE FROM partnership_product WHERE partnership_id = ?", [id.into()]);
    sql.execute(work.conn()).await?;
    Ok(())
}

/// Adds the products that a partnership covers.
pub(super) async fn cover(work: &Work, id: PartnershipId, products: &[ProductId]) -> Result<(), Error> {
    let rows: Vec<_> = products
        .iter()
        .map(|product_id| partnership_product::Model { partnership_id: id, product_id: *product_id })
        .collect();
    insert::<partnership_product::Entity>(work.conn(), &rows).await?;
    Ok(())
}

#[derive(FromQueryResult)]
struct Found {
    #[expect(dead_code, reason = "only whether there is a row counts")]
    n: i32,
}

/// Whether the account can be charged.
pub(super) async fn can_pay(work: &Work, account_id: AccountId) -> Result<bool, Error> {
    let mut sql = work.sql();
    sql.add(
        "SELECT 1 AS n FROM payment_method WHERE account_id = ? AND removed_at IS NULL LIMIT 1",
        [account_id.into()],
    );
    Ok(sql.one::<Found>(work.conn()).await?.is_some())
}

/// Whether the pair has a partnership in force, or frozen.
pub(super) async fn are_partners(work: &Work, pair: Pair) -> Result<bool, Error> {
    let mut sql = work.sql();
    sql.add(
        "SELECT 1 AS n FROM partnership WHERE partner_id = ? AND client_account_id = ? AND status <> 'ENDED'
            AND (expires_at IS NULL OR expires_at > ?)",
        [pair.partner_id.into(), pair.client_account_id.into(), work.now().into()],
    );
    Ok(sql.one::<Found>(work.conn()).await?.is_some())
}

/// Sets the payer. The row is locked.
pub(super) async fn set_payer(work: &Work, id: PartnershipId, payer: PayerKind) -> Result<(), Error> {
    let mut sql = work.sql();
    sql.add("UPDATE partnership SET payer = ? WHERE id = ?", [payer.to_value().into(), id.into()]);
    sql.execute(work.conn()).await?;
    Ok(())
}

/// Adds to the history of who pays.
pub(super) async fn add_payer_changes(work: &Work, rows: &[payer_change::Model]) -> Result<(), Error> {
    insert::<payer_change::Entity>(work.conn(), rows).await?;
    Ok(())
}

/// How a product of the client is billed.
#[derive(Debug, FromQueryResult)]
pub(super) struct Billing {
    pub(super) id: ProductId,
    pub(super) renewal_billing: RenewalBilling,
    pub(super) managed_by_id: Option<PartnershipId>,
}

/// Those of the products that this account holds, locked, by id.
pub(super) async fn lock_products(
    work: &Work,
    account_id: AccountId,
    ids: &[ProductId],
) -> Result<Vec<Billing>, Error> {
    let mut sql = work.sql();
    sql.push("SELECT x.id, x.renewal_billing, x.managed_by_id FROM product x WHERE x.id ").any(ids);
    sql.add(" AND x.account_id = ? ORDER BY x.id /for update/", [account_id.into()]);
    Ok(sql.all(work.conn()).await?)
}

/// From now on these products follow the partnership's payer.
pub(super) async fn follow(work: &Work, id: PartnershipId, products: &[ProductId]) -> Result<(), Error> {
    let mut sql = work.sql();
    sql.add("UPDATE product SET renewal_billing = 'PARTNERSHIP', managed_by_id = ? WHERE id ", [id.into()]);
    sql.any(products);
    sql.execute(work.conn()).await?;
    Ok(())
}

/// The products that a partnership names, for one who has leave to change it.
pub(super) async fn covered(work: &Work, id: PartnershipId) -> Result<Vec<Named>, Error> {
    let mut sql = work.sql();
    sql.add(
        "SELECT x.id, x.label FROM partnership_product c JOIN product x ON x.id = c.product_id
        WHERE c.partnership_id = ? ORDER BY x.id",
        [id.into()],
    );
    Ok(sql.all(work.conn()).await?)
}

/// The terms that stand in a partnership.
pub(super) fn terms_in(row: &partnership::Model) -> Terms {
    Terms {
        access_level: row.access_level,
        permissions: crate::permission::Permissions::from_bits(row.permissions),
        has_all_products: row.has_all_products,
        payer: Some(row.payer).filter(|_| row.access_level == AccessLevel::Full),
        expires_at: row.expires_at,
    }
}

/// The terms that an invitation offers.
pub(super) fn terms_of(row: &invitation::Model) -> Terms {
    Terms {
        access_level: row.access_level,
        permissions: crate::permission::Permissions::from_bits(row.permissions),
        has_all_products: row.has_all_products,
        payer: row.payer.filter(|_| row.access_level == AccessLevel::Full),
        expires_at: row.access_expires_at,
    }
}

/// Whether it can still be answered.
pub(super) fn is_open(row: &invitation::Model, now: DateTime<Utc>) -> bool {
    super::rules::status_at(row.status, row.expires_at, now) == InvitationStatus::Pending
}
