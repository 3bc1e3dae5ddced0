//! The statements about powers of attorney.

use entities::id::PartnershipId;
use entities::partnership::PartnershipStatus;
use entities::power_of_attorney::{self, Model};
use sea_orm::ActiveEnum;

use crate::error::Error;
use crate::sql::insert;
use crate::work::Work;

/// Keeps the evidence of a mandate.
pub(in super::super) async fn add_power_of_attorney(work: &Work, row: &Model) -> Result<(), Error> {
    insert::<power_of_attorney::Entity>(work.conn(), std::slice::from_ref(row)).await?;
    Ok(())
}

/// The mandate of a partnership, whose row is locked.
pub(in super::super) async fn power_of_attorney(work: &Work, id: PartnershipId) -> Result<Option<Model>, Error> {
    let mut sql = work.sql();
    sql.add("SELECT * FROM power_of_attorney WHERE partnership_id = ?", [id.into()]);
    Ok(sql.one(work.conn()).await?)
}

/// Writes what became of a mandate. The row of its partnership is locked.
pub(in super::super) async fn save_power_of_attorney(work: &Work, row: &Model) -> Result<(), Error> {
    let mut sql = work.sql();
    sql.add(
        "UPDATE power_of_attorney SET confirmed_at = ?, disputed_at = ?, decided_at = ?, decided_by_id = ? WHERE partnership_id = ?",
        [
            row.confirmed_at.into(),
            row.disputed_at.into(),
            row.decided_at.into(),
            row.decided_by_id.into(),
            row.partnership_id.into(),
        ],
    );
    sql.execute(work.conn()).await?;
    Ok(())
}

/// Freezes a partnership, or lets it go on. Its row is locked.
pub(in super::super) async fn set_status(
    work: &Work,
    id: PartnershipId,
    status: PartnershipStatus,
) -> Result<(), Error> {
    let mut sql = work.sql();
    sql.add("UPDATE partnership SET status = ? WHERE id = ?", [status.to_value().into(), id.into()]);
    sql.execute(work.conn()).await?;
    Ok(())
}
