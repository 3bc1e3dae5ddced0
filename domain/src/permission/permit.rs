//! The door of every write: a permit is the locked row and the proof that the actor may.

use std::marker::PhantomData;

use sea_orm::FromQueryResult;

use super::facts::{Grant, Target, held};
use super::rules::{Way, allows};
use super::{Action, Subject, permit_staff};
use crate::actor::Actor;
use crate::error::Error;
use crate::work::Work;

/// Leave to do `A`: without one, no store function takes the row.
#[derive(Debug)]
pub struct Permit<A: Action> {
    /// The locked row.
    pub row: A::Row,
    /// Through what it was allowed.
    pub grant: Grant,
    _action: PhantomData<A>,
}

/// Asks leave to do `A` to the row with this id, and locks it.
///
/// What carries the right is locked before the row, so that an end of it comes wholly before or wholly after the act.
/// # Errors
/// `NotFound` for a row that the actor may not know of, `Denied` for one that they see.
pub async fn permit<A: Action>(work: &mut Work, id: <A::Row as Subject>::Id) -> Result<Permit<A>, Error> {
    let found = load::<A::Row>(work, id, "").await?;
    // What is not there is asked about as what is another's is: by the same statements, so that neither the answer nor what it
    // took tells one from the other.
    let target = found.as_ref().map_or(Target::NOBODYS, A::target);
    let grant = decide::<A>(work, target).await?.filter(|_| found.is_some());
    let Some(grant) = grant else {
        return Err(if sees::<A::Row>(work, id).await? { Error::Denied } else { Error::NotFound });
    };
    let row = load::<A::Row>(work, id, A::LOCK).await?.ok_or(Error::NotFound)?;
    if A::target(&row) != target {
        return Err(Error::NotFound); // it changed hands meanwhile
    }
    Ok(Permit { row, grant, _action: PhantomData })
}

async fn decide<A: Action>(work: &mut Work, target: Target) -> Result<Option<Grant>, Error> {
    let own = Grant { account_id: target.account_id, partnership_id: None };
    if let Actor::System(system) = work.actor() {
        return Ok(A::SYSTEMS.contains(system).then_some(own));
    }
    // A way that ends between being found and being locked is gone when it is asked for again.
    for _ in 0..3 {
        let facts = held(work.conn(), work.actor(), work.now(), &[target]).await?;
        let Some(way) = facts.get(&target).and_then(|facts| allows(facts.ways(), A::NEED, A::REACH)) else {
            return Ok(None);
        };
        if lock(work, way).await? && still_covers(work, way, target).await? {
            let partnership_id = match way {
                Way::Partnership { partnership, .. } => Some(partnership),
                Way::Membership { .. } | Way::Staff => None,
            };
            return Ok(Some(Grant { partnership_id, ..own }));
        }
    }
    Ok(None)
}

/// Holds what carries the right, until the act is committed; false when it changed meanwhile.
async fn lock(work: &Work, way: Way) -> Result<bool, Error> {
    let mut sql = work.sql();
    match way {
        Way::Staff => return permit_staff(work).await.map(|()| true),
        Way::Membership { membership, role, permissions } => sql.add(
            "SELECT 1 AS n FROM membership WHERE id = ? AND role = ? AND permissions = ? /for share/",
            [membership.into(), role.into(), permissions.bits().into()],
        ),
        Way::Partnership { membership, partnership, member, carried, covers_all, .. } => sql.add(
            "SELECT 1 AS n FROM partnership s JOIN membership m ON m.account_id = s.partner_id
            WHERE s.id = ? AND s.status = 'ACTIVE' AND (s.expires_at IS NULL OR s.expires_at > ?) AND s.permissions = ?
                AND s.has_all_products = ? AND m.id = ? AND m.permissions = ? /for share/",
            [
                partnership.into(),
                work.now().into(),
                carried.bits().into(),
                covers_all.into(),
                membership.into(),
                member.bits().into(),
            ],
        ),
    };
    Ok(sql.one::<One>(work.conn()).await?.is_some())
}

/// Whether a partnership that is held now still covers the product: the products that it names are rows of their own, which
/// whoever changes them does under the partnership's lock.
async fn still_covers(work: &Work, way: Way, target: Target) -> Result<bool, Error> {
    if !matches!(way, Way::Partnership { covers_all: false, .. }) {
        return Ok(true);
    }
    let facts = held(work.conn(), work.actor(), work.now(), &[target]).await?;
    Ok(facts.get(&target).is_some_and(|facts| facts.ways().contains(&way)))
}

#[derive(FromQueryResult)]
struct One {
    #[expect(dead_code, reason = "only whether there is a row counts")]
    n: i32,
}

async fn load<S: Subject>(work: &Work, id: S::Id, lock: &str) -> Result<Option<S>, Error> {
    let mut sql = work.sql();
    sql.push("SELECT * FROM ").push(S::TABLE).add(" WHERE id = ? ", [id.into()]).push(lock);
    Ok(sql.one(work.conn()).await?)
}

async fn sees<S: Subject>(work: &Work, id: S::Id) -> Result<bool, Error> {
    let mut sql = work.sql();
    sql.push("SELECT 1 AS n FROM ").push(S::TABLE).add(" x WHERE x.id = ? AND ", [id.into()]);
    S::visible(&mut sql, work.viewer(), "x");
    Ok(sql.one::<One>(work.conn()).await?.is_some())
}
