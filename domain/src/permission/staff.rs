//! Acts of the provider itself.

use sea_orm::FromQueryResult;

use super::Subject;
use super::permit::{load, sees};
use crate::actor::{Actor, System};
use crate::error::Error;
use crate::work::Work;

/// Asks leave to act for the provider: one of its staff, or the operator at the command line.
///
/// The database is asked again, and holds the answer until the act is committed.
/// # Errors
/// `Denied` to everybody else.
pub async fn permit_staff(work: &Work) -> Result<(), Error> {
    let user_id = match work.actor() {
        Actor::System(System::Operator) => return Ok(()),
        Actor::Person(person) if person.is_staff => person.user_id,
        Actor::Person(_) | Actor::Account(_) | Actor::System(_) | Actor::Anonymous => return Err(Error::Denied),
    };
    let mut sql = work.sql();
    sql.add(r#"SELECT id FROM "user" WHERE id = ? AND is_staff /for share/"#, [user_id.into()]);
    sql.one::<Staff>(work.conn()).await?.map(drop).ok_or(Error::Denied)
}

/// Asks leave to act for the provider on the row with this id, and locks it for the whole act.
/// # Errors
/// `NotFound` for a row that is not there, or that the actor does not see; `Denied` to whoever sees it and is not of the staff.
pub async fn permit_staff_on<S: Subject>(work: &Work, id: S::Id) -> Result<S, Error> {
    match permit_staff(work).await {
        Ok(()) => load(work, id, "/for update/").await?.ok_or(Error::NotFound),
        Err(Error::Denied) if !sees::<S>(work, id).await? => Err(Error::NotFound),
        Err(error) => Err(error),
    }
}

#[derive(FromQueryResult)]
struct Staff {
    #[expect(dead_code, reason = "only whether there is a row counts")]
    id: entities::id::UserId,
}
