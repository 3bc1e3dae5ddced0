//! The statements of client records.

use entities::client::{self, Model};
use entities::id::{AccountId, ClientId, ProductId};
use sea_orm::FromQueryResult;

use crate::error::Error;
use crate::sql::insert;
use crate::work::Work;

pub(super) async fn add(work: &Work, row: &Model) -> Result<(), Error> {
    insert::<client::Entity>(work.conn(), std::slice::from_ref(row)).await?;
    Ok(())
}

pub(super) async fn save(work: &Work, row: &Model) -> Result<(), Error> {
    let mut sql = work.sql();
    sql.add(
        "UPDATE client SET name = ?, email = ?, company = ?, phone = ?, notes = ?, search = ? WHERE id = ?",
        [
            row.name.clone().into(),
            row.email.clone().into(),
            row.company.clone().into(),
            row.phone.clone().into(),
            row.notes.clone().into(),
            row.search.clone().into(),
            row.id.into(),
        ],
    );
    sql.execute(work.conn()).await?;
    Ok(())
}

#[derive(FromQueryResult)]
struct Taken {
    #[expect(dead_code, reason = "only whether there is a row counts")]
    id: ClientId,
}

/// Whether another of the partner's records has this address.
pub(super) async fn is_taken(work: &Work, partner_id: AccountId, email: &str, own: ClientId) -> Result<bool, Error> {
    let mut sql = work.sql();
    sql.add(
        "SELECT id FROM client WHERE partner_id = ? AND email = ? AND id <> ? LIMIT 1",
        [partner_id.into(), email.into(), own.into()],
    );
    Ok(sql.one::<Taken>(work.conn()).await?.is_some())
}

/// The partner's record for this account, locked.
pub(super) async fn of_account(
    work: &Work,
    partner_id: AccountId,
    account_id: AccountId,
) -> Result<Option<Model>, Error> {
    let mut sql = work.sql();
    sql.add(
        "SELECT * FROM client WHERE partner_id = ? AND account_id = ? /for update/",
        [partner_id.into(), account_id.into()],
    );
    Ok(sql.one(work.conn()).await?)
}

/// A record of the partner's that stands for no account yet, locked.
pub(super) async fn free(work: &Work, partner_id: AccountId, id: ClientId) -> Result<Option<Model>, Error> {
    let mut sql = work.sql();
    sql.add(
        "SELECT * FROM client WHERE id = ? AND partner_id = ? AND account_id IS NULL /for update/",
        [id.into(), partner_id.into()],
    );
    Ok(sql.one(work.conn()).await?)
}

/// Connects a record, for good.
pub(super) async fn connect(work: &Work, row: &Model) -> Result<(), Error> {
    let mut sql = work.sql();
    sql.add(
        "UPDATE client SET account_id = ?, email = ?, search = ? WHERE id = ? AND account_id IS NULL",
        [row.account_id.into(), row.email.clone().into(), row.search.clone().into(), row.id.into()],
    );
    sql.execute(work.conn()).await?;
    Ok(())
}

/// Says for which client a product is, or for none.
pub(super) async fn assign_product(work: &Work, id: ProductId, client_id: Option<ClientId>) -> Result<(), Error> {
    let mut sql = work.sql();
    sql.add("UPDATE product SET client_id = ? WHERE id = ?", [client_id.into(), id.into()]);
    sql.execute(work.conn()).await?;
    Ok(())
}
