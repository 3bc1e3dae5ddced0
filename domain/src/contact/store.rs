//! The statements of contacts.

use entities::contact::{Entity, Model};
use entities::id::{AccountId, ContactId};

use crate::error::Error;
use crate::sql;
use crate::work::Work;

/// Adds contacts.
pub(super) async fn add(work: &Work, rows: &[Model]) -> Result<(), Error> {
    sql::insert::<Entity>(work.conn(), rows).await?;
    Ok(())
}

/// Contacts by their ids.
pub(super) async fn by_ids(work: &Work, ids: &[ContactId]) -> Result<Vec<Model>, Error> {
    let mut sql = work.sql();
    sql.push("SELECT * FROM contact WHERE id ").any(ids).push(" ORDER BY id");
    Ok(sql.all(work.conn()).await?)
}

/// The contacts of an account with the address of one of these, oldest first.
pub(super) async fn like(work: &Work, account_id: AccountId, ids: &[ContactId]) -> Result<Vec<Model>, Error> {
    let mut sql = work.sql();
    sql.add(
        "SELECT x.* FROM contact x WHERE x.account_id = ? AND x.email IN (SELECT c.email FROM contact c WHERE c.id ",
        [account_id.into()],
    );
    sql.any(ids).push(") ORDER BY x.id");
    Ok(sql.all(work.conn()).await?)
}
