//! The statements of contributors.

use entities::contributor::{self, Model};
use entities::id::{AccountId, ContributorId, PartnershipId, ProductId, UserId};
use sea_orm::{ConnectionTrait, FromQueryResult};

use crate::error::Error;
use crate::notification::MailKind;
use crate::permission::visible;
use crate::sql::{Sql, insert_new};
use crate::work::{Number, Work};

/// Adds a contributor; false when the address contributes already.
pub(super) async fn add(work: &Work, row: &Model) -> Result<bool, Error> {
    Ok(insert_new::<contributor::Entity>(work.conn(), std::slice::from_ref(row)).await? == 1)
}

/// How many contributors a product has.
pub(super) async fn count(work: &Work, id: ProductId) -> Result<i64, Error> {
    let mut sql = work.sql();
    sql.add("SELECT count(*) AS n FROM contributor WHERE product_id = ?", [id.into()]);
    Ok(sql.one::<Number>(work.conn()).await?.map_or(0, |row| row.n))
}

/// The contributor, if the actor sees it.
pub(super) async fn seen(work: &Work, id: ContributorId) -> Result<Option<Model>, Error> {
    let mut sql = work.sql();
    sql.add("SELECT x.* FROM contributor x WHERE x.id = ? AND ", [id.into()]);
    visible::contributors(&mut sql, work.viewer(), "x");
    Ok(sql.one(work.conn()).await?)
}

/// A contributor that was taken away, with its product.
#[derive(Debug, FromQueryResult)]
pub(super) struct Removed {
    pub(super) id: ContributorId,
    pub(super) email: String,
    pub(super) partnership_id: Option<PartnershipId>,
    pub(super) product_id: ProductId,
    pub(super) label: String,
    pub(super) account_id: AccountId,
}

/// Those of some contributors that are not in force, or have no right to be.
pub(super) enum Lapsed<'a> {
    /// To this product, in force or not: it changes hands.
    Whole(ProductId),
    /// Granted through these partnerships.
    Through(&'a [PartnershipId]),
    /// Of this address, to this product.
    Of(&'a str, ProductId),
}

/// What is not in force any more.
pub(super) async fn lapsed(work: &Work, of: Lapsed<'_>) -> Result<Vec<Removed>, Error> {
    let mut sql = work.sql();
    sql.push(
        "SELECT c.id, c.email, c.partnership_id, c.product_id, q.label, q.account_id
        FROM contributor c JOIN product q ON q.id = c.product_id WHERE NOT (",
    );
    match of {
        Lapsed::Whole(_) => sql.push("FALSE"),
        Lapsed::Through(_) | Lapsed::Of(..) => {
            visible::contribution_in_force(&mut sql, work.now(), "c", "q.account_id");
            &mut sql
        }
    };
    match of {
        Lapsed::Whole(id) => sql.add(") AND c.product_id = ?", [id.into()]),
        Lapsed::Through(ids) => sql.push(") AND c.partnership_id ").any(ids),
        // what a frozen partnership carried may come back
        Lapsed::Of(email, id) => sql.add(
            ") AND c.product_id = ? AND c.email = ? AND c.account_id IS NULL AND NOT EXISTS (
                SELECT 1 FROM partnership f WHERE f.id = c.partnership_id AND f.status = 'FROZEN')",
            [id.into(), email.into()],
        ),
    };
    sql.push(" ORDER BY c.email, c.id");
    Ok(sql.all(work.conn()).await?)
}

/// Takes contributors away, with the invitations that have not left; how many were still there.
pub(super) async fn remove(work: &Work, ids: &[ContributorId]) -> Result<u64, Error> {
    let mut sql = work.sql();
    sql.push("DELETE FROM notification WHERE sent_at IS NULL AND failed_at IS NULL AND subject_id ").any(ids);
    sql.add(" AND kind = ?", [MailKind::ContributorInvited.name().into()]);
    sql.execute(work.conn()).await?;
    let mut sql = work.sql();
    sql.push("DELETE FROM contributor WHERE id ").any(ids);
    Ok(sql.execute(work.conn()).await?)
}

/// The account that holds a product, as it is named to whoever is invited to it.
#[derive(Debug, FromQueryResult)]
pub(super) struct Holder {
    pub(super) name: String,
    pub(super) locale: String,
}

/// Who that is.
pub(super) async fn holder(conn: &impl ConnectionTrait, id: AccountId) -> Result<Holder, Error> {
    let mut sql = Sql::new(conn.get_database_backend());
    sql.add("SELECT name, locale FROM account WHERE id = ?", [id.into()]);
    sql.one(conn).await?.ok_or_else(|| Error::fault("a product without a holder"))
}

#[derive(FromQueryResult)]
struct Address {
    email: String,
}

/// The address of a user.
pub(super) async fn address_of(work: &Work, id: UserId) -> Result<String, Error> {
    let mut sql = work.sql();
    sql.add(r#"SELECT email FROM "user" WHERE id = ?"#, [id.into()]);
    sql.one::<Address>(work.conn()).await?.map(|row| row.email).ok_or_else(|| Error::fault("a user without an address"))
}
