//! The statements of inquiries.

use entities::id::{ClientId, InquiryId};
use entities::inquiry::{self, Model};

use crate::error::Error;
use crate::sql::insert;
use crate::work::Work;

pub(super) async fn add(work: &Work, row: &Model) -> Result<(), Error> {
    insert::<inquiry::Entity>(work.conn(), std::slice::from_ref(row)).await?;
    Ok(())
}

/// Writes down when it was first read.
pub(super) async fn mark_read(work: &Work, id: InquiryId) -> Result<(), Error> {
    let mut sql = work.sql();
    sql.add("UPDATE inquiry SET read_at = ? WHERE id = ? AND read_at IS NULL", [work.now().into(), id.into()]);
    sql.execute(work.conn()).await?;
    Ok(())
}

/// Assigns it, which is read with that; false when it is assigned already.
pub(super) async fn assign(work: &Work, id: InquiryId, client_id: ClientId) -> Result<bool, Error> {
    let mut sql = work.sql();
    sql.add(
        "UPDATE inquiry SET client_id = ?, read_at = coalesce(read_at, ?) WHERE id = ? AND client_id IS NULL",
        [client_id.into(), work.now().into(), id.into()],
    );
    Ok(sql.execute(work.conn()).await? == 1)
}
