//! The statements of tasks.

use entities::id::{AccountId, MembershipId, TaskId, UserId};
use entities::task::{self, Model};
use sea_orm::FromQueryResult;

use crate::error::Error;
use crate::sql::insert;
use crate::work::Work;

pub(super) async fn add(work: &Work, row: &Model) -> Result<(), Error> {
    insert::<task::Entity>(work.conn(), std::slice::from_ref(row)).await?;
    Ok(())
}

/// Writes down when it was done.
pub(super) async fn complete(work: &Work, id: TaskId) -> Result<(), Error> {
    let mut sql = work.sql();
    sql.add("UPDATE task SET done_at = ? WHERE id = ? AND done_at IS NULL", [work.now().into(), id.into()]);
    sql.execute(work.conn()).await?;
    Ok(())
}

#[derive(FromQueryResult)]
struct Found {
    #[expect(dead_code, reason = "only whether there is a row counts")]
    id: MembershipId,
}

/// Whether this person is a member of the account by its own will: none that a partnership granted can see tasks. One who is stays so until the act is committed.
pub(super) async fn is_member(work: &Work, account_id: AccountId, user_id: UserId) -> Result<bool, Error> {
    let mut sql = work.sql();
    sql.add(
        "SELECT id FROM membership WHERE account_id = ? AND user_id = ? AND granted_through_id IS NULL /for share/",
        [account_id.into(), user_id.into()],
    );
    Ok(sql.one::<Found>(work.conn()).await?.is_some())
}
