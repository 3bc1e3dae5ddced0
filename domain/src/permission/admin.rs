//! Acts that go with a role, not with a permission: an account's profile, its enrolment, its own data. Source: rules §2.

use entities::id::{AccountId, MembershipId};
use entities::membership::Role;
use sea_orm::FromQueryResult;

use super::{Grant, permit_staff, visible};
use crate::error::Error;
use crate::work::Work;

#[derive(FromQueryResult)]
struct Found {
    #[expect(dead_code, reason = "the statement must select something")]
    id: MembershipId,
    role: Role,
}

#[derive(FromQueryResult)]
struct Seen {
    #[expect(dead_code, reason = "only whether there is a row counts")]
    id: AccountId,
}

/// Asks leave to act as OWNER or ADMIN of an account, or as the provider's staff, and holds the membership until the act is
/// committed.
/// # Errors
/// `NotFound` for an account that the actor does not see, `Denied` for one that they see.
pub async fn permit_admin(work: &Work, account_id: AccountId) -> Result<Grant, Error> {
    let grant = Grant { account_id, partnership_id: None };
    if let Some(user_id) = work.actor().user_id() {
        let mut sql = work.sql();
        sql.add(
            "SELECT id, role FROM membership WHERE account_id = ? AND user_id = ? /for share/",
            [account_id.into(), user_id.into()],
        );
        if let Some(Found { role: Role::Owner | Role::Admin, .. }) = sql.one(work.conn()).await? {
            return Ok(grant);
        }
    }
    let mut sql = work.sql();
    sql.add("SELECT x.id FROM account x WHERE x.id = ? AND ", [account_id.into()]);
    visible::accounts(&mut sql, work.actor(), work.now(), "x");
    if sql.one::<Seen>(work.conn()).await?.is_none() {
        return Err(Error::NotFound);
    }
    permit_staff(work).await.map(|()| grant)
}
