//! The door of every write: a permit is the locked row and the proof that the actor may.

use std::marker::PhantomData;

use entities::contributor::ContributorRole;
use entities::id::{AccountId, ContributorId, MembershipId, PartnershipId, UserId};
use sea_orm::{ActiveEnum as _, FromQueryResult};

use super::facts::{Facts, Grant, Target, held};
use super::rules::{Need, Way, allows, carried_by};
use super::{Action, Permissions, Subject};
use crate::actor::Actor;
use crate::error::Error;
use crate::sql::Sql;
use crate::work::Work;

/// Leave to do `A`. What writes takes the row out of it: `docs/adr/0011-a-command-proves-its-store-writes.md`.
#[derive(Debug)]
pub struct Permit<A: Action> {
    /// The locked row.
    pub row: A::Row,
    /// Through what it was allowed.
    pub grant: Grant,
    /// All that is held by the same way: nobody grants more.
    pub carried: Permissions,
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
    let (grant, carried) = match (decide::<A>(work, target).await?, found) {
        (Ok(allowed), Some(_)) => allowed,
        (decision, _) => {
            if !sees::<A::Row>(work, id).await? {
                return Err(Error::NotFound);
            }
            let through = decision.err().flatten().map(|way| Grant::by(way, target.account_id));
            work.refuse(target.account_id, through);
            return Err(Error::Denied);
        }
    };
    let row = load::<A::Row>(work, id, A::LOCK).await?.ok_or(Error::NotFound)?;
    if A::target(&row) != target {
        return Err(Error::NotFound); // it changed hands meanwhile
    }
    Ok(Permit { row, grant, carried, _action: PhantomData })
}

type Decision = Result<(Grant, Permissions), Option<Way>>;

/// Through what it is allowed, with all that is held by the same way; or else by which way the actor comes at all, if by any.
async fn decide<A: Action>(work: &mut Work, target: Target) -> Result<Decision, Error> {
    let account_id = target.account_id;
    if let Actor::System(system) = work.actor() {
        let is_allowed = A::SYSTEMS.contains(system);
        return Ok(if is_allowed { Ok((Grant::own(account_id), Permissions::ALL)) } else { Err(None) });
    }
    let Some(user_id) = work.actor().user_id() else { return Ok(Err(None)) };
    // What only one person may do, they do once at a time.
    let lock = if A::NEED == Need::Owner { "/for update/" } else { "/for share/" };
    // A way that ends between being found and being locked is gone when it is asked for again.
    for _ in 0..3 {
        let facts = held(work.conn(), work.actor(), work.now(), &[target]).await?;
        let ways = facts.get(&target).map_or(&[][..], Facts::ways);
        let Some(way) = allows(ways, A::NEED, A::REACH) else {
            return Ok(Err(ways.first().copied()));
        };
        if hold_key(work).await? && hold(work, user_id, way, lock).await? && still_covers(work, way, target).await? {
            return Ok(Ok((Grant::by(way, account_id), carried_by(way))));
        }
    }
    Ok(Err(None))
}

/// Holds what carries the right of this user, until the act is committed; false when it carries less meanwhile.
pub(crate) async fn hold(work: &Work, user_id: UserId, way: Way, lock: &str) -> Result<bool, Error> {
    let mut sql = work.sql();
    match way {
        Way::Contributor { contributor, role, granted_through, of_account } => {
            // in the order of the tables
            return Ok(hold_granting(work, granted_through, lock).await?
                && hold_contributing(work, user_id, of_account, lock).await?
                && hold_contribution(work, contributor, role).await?);
        }
        Way::Staff => {
            sql.add(r#"SELECT 1 AS n FROM "user" WHERE id = ? AND is_staff "#, [user_id.into()]);
        }
        Way::Membership { membership, role, permissions, granted_through: None } => {
            sql.add(
                "SELECT 1 AS n FROM membership WHERE id = ? AND (permissions & ?) = ? AND granted_through_id IS NULL ",
                [membership.into(), permissions.bits().into(), permissions.bits().into()],
            );
            if let Some(role) = role {
                sql.add("AND role = ? ", [role.into()]);
            }
        }
        Way::Membership { membership, permissions: member, granted_through: Some((partnership, carried)), .. } => {
            sql.push("SELECT 1 AS n FROM partnership s JOIN membership m ON m.granted_through_id = s.id WHERE s.has_all_products");
            both(work, &mut sql, (partnership, carried), (membership, member));
        }
        Way::Partnership { membership, partnership, member, carried, covers_all, .. } => {
            sql.push("SELECT 1 AS n FROM partnership s JOIN membership m ON m.account_id = s.partner_id WHERE s.has_all_products = ");
            sql.bind(covers_all).push(" AND m.granted_through_id IS NULL");
            both(work, &mut sql, (partnership, carried), (membership, member));
        }
    }
    sql.push(lock);
    Ok(sql.one::<One>(work.conn()).await?.is_some())
}

/// The partnership through which a contribution was granted, if it was one, and what it must carry.
async fn hold_granting(work: &Work, partnership: Option<PartnershipId>, lock: &str) -> Result<bool, Error> {
    let Some(partnership) = partnership else { return Ok(true) };
    let needed = Permissions::CONTRIBUTORS.bits();
    let mut sql = work.sql();
    sql.add(
        "SELECT 1 AS n FROM partnership WHERE id = ? AND status = 'ACTIVE' AND (expires_at IS NULL OR expires_at > ?)
            AND (permissions & ?) = ? ",
        [partnership.into(), work.now().into(), needed.into(), needed.into()],
    );
    sql.push(lock);
    Ok(sql.one::<One>(work.conn()).await?.is_some())
}

/// The membership of the account that contributes, if it is one.
async fn hold_contributing(
    work: &Work,
    user_id: UserId,
    of_account: Option<(AccountId, MembershipId, Permissions)>,
    lock: &str,
) -> Result<bool, Error> {
    let Some((_, membership, permissions)) = of_account else { return Ok(true) };
    let way = Way::Membership { membership, role: None, permissions, granted_through: None };
    Box::pin(hold(work, user_id, way, lock)).await
}

/// The contribution, by its product: that is what is locked by whoever takes it away, and by what an editor does to it.
async fn hold_contribution(work: &Work, id: ContributorId, role: ContributorRole) -> Result<bool, Error> {
    let mut sql = work.sql();
    sql.add(
        "SELECT 1 AS n FROM product WHERE id = (SELECT product_id FROM contributor WHERE id = ?) /for update/",
        [id.into()],
    );
    sql.one::<One>(work.conn()).await?;
    let mut sql = work.sql();
    sql.add("SELECT 1 AS n FROM contributor WHERE id = ? AND role = ?", [id.into(), role.to_value().into()]);
    Ok(sql.one::<One>(work.conn()).await?.is_some())
}

fn both(
    work: &Work,
    sql: &mut Sql,
    (partnership, carried): (PartnershipId, Permissions),
    (membership, member): (MembershipId, Permissions),
) {
    let (carried, member) = (carried.bits(), member.bits());
    sql.add(
        " AND s.id = ? AND s.status = 'ACTIVE' AND (s.expires_at IS NULL OR s.expires_at > ?) AND (s.permissions & ?) = ?",
        [partnership.into(), work.now().into(), carried.into(), carried.into()],
    );
    sql.add(" AND m.id = ? AND (m.permissions & ?) = ? ", [membership.into(), member.into(), member.into()]);
}

/// Holds the key that acts, if it is one, against being revoked before the act is committed; false when it was.
async fn hold_key(work: &Work) -> Result<bool, Error> {
    let Some(key) = work.actor().key() else { return Ok(true) };
    let mut sql = work.sql();
    sql.add("SELECT 1 AS n FROM api_key WHERE id = ? AND revoked_at IS NULL /for share/", [key.id.into()]);
    Ok(sql.one::<One>(work.conn()).await?.is_some())
}

/// Whether a partnership that is held now still covers the product: the products that it names are rows of their own, which
/// whoever changes them does under the partnership's lock.
async fn still_covers(work: &Work, way: Way, target: Target) -> Result<bool, Error> {
    if !matches!(way, Way::Partnership { covers_all: false, .. } | Way::Contributor { granted_through: Some(_), .. }) {
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

pub(super) async fn load<S: Subject>(work: &Work, id: S::Id, lock: &str) -> Result<Option<S>, Error> {
    let mut sql = work.sql();
    sql.push("SELECT * FROM ").push(S::TABLE).add(" WHERE id = ? ", [id.into()]).push(lock);
    Ok(sql.one(work.conn()).await?)
}

pub(super) async fn sees<S: Subject>(work: &Work, id: S::Id) -> Result<bool, Error> {
    let mut sql = work.sql();
    sql.push("SELECT 1 AS n FROM ").push(S::TABLE).add(" x WHERE x.id = ? AND ", [id.into()]);
    S::visible(&mut sql, work.viewer(), "x");
    Ok(sql.one::<One>(work.conn()).await?.is_some())
}
