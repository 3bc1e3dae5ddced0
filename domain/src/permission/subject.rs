//! The tables of identity as subjects of permits, and the two ways to load rows by id.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use entities::id::{AccountId, MembershipId, PartnerProfileId, UserId};
use entities::{account, membership, partner_profile, user};
use uuid::Uuid;

use super::{Subject, visible};
use crate::actor::Actor;
use crate::error::Error;
use crate::sql::Sql;
use crate::store::Reader;

/// The rows with these ids that the reader's actor sees, in one statement. What is not there is not told from what is hidden.
pub async fn seen<S: Subject + Row>(reader: &Reader, ids: &[Uuid]) -> Result<HashMap<Uuid, S>, Error> {
    let mut sql = by_id::<S>(reader, ids);
    sql.push(" AND ");
    S::visible(&mut sql, reader.actor(), reader.now(), "x");
    let rows: Vec<S> = sql.all(reader.conn()).await?;
    Ok(rows.into_iter().map(|row| (row.row_id(), row)).collect())
}

/// The rows with these ids, for whoever has reached them through an object that they see.
///
/// Only for types whose unguarded fields are public to such a reader: accounts, users, catalogue.
pub async fn reached<S: Subject + Row>(reader: &Reader, ids: &[Uuid]) -> Result<HashMap<Uuid, S>, Error> {
    let rows: Vec<S> = by_id::<S>(reader, ids).all(reader.conn()).await?;
    Ok(rows.into_iter().map(|row| (row.row_id(), row)).collect())
}

fn by_id<S: Subject>(reader: &Reader, ids: &[Uuid]) -> Sql {
    let mut sql = reader.sql();
    sql.push("SELECT x.* FROM ").push(S::TABLE).push(" x WHERE x.id ").any(ids);
    sql
}

/// A row that knows its id.
pub trait Row {
    /// Its id.
    fn row_id(&self) -> Uuid;
}

/// Makes rows of these entities load by id.
macro_rules! rows {
    ($($entity:ident),* $(,)?) => {$(
        impl $crate::permission::Row for entities::$entity::Model {
            fn row_id(&self) -> uuid::Uuid {
                self.id.into()
            }
        }
    )*};
}
pub(crate) use rows;

rows!(user, account, membership, partner_profile);

impl Subject for user::Model {
    type Id = UserId;
    const TABLE: &'static str = "\"user\"";

    fn visible(sql: &mut Sql, actor: &Actor, _: DateTime<Utc>, alias: &str) {
        visible::users(sql, actor, alias);
    }
}

impl Subject for account::Model {
    type Id = AccountId;
    const TABLE: &'static str = "account";
    /// Many things are made in an account at the same time: only a change of its own row waits.
    const LOCK: &'static str = "/for share/";

    fn visible(sql: &mut Sql, actor: &Actor, now: DateTime<Utc>, alias: &str) {
        visible::accounts(sql, actor, now, alias);
    }
}

impl Subject for membership::Model {
    type Id = MembershipId;
    const TABLE: &'static str = "membership";

    fn visible(sql: &mut Sql, actor: &Actor, now: DateTime<Utc>, alias: &str) {
        visible::memberships(sql, actor, now, alias);
    }
}

impl Subject for partner_profile::Model {
    type Id = PartnerProfileId;
    const TABLE: &'static str = "partner_profile";

    fn visible(sql: &mut Sql, actor: &Actor, _: DateTime<Utc>, alias: &str) {
        visible::partner_profiles(sql, actor, alias);
    }
}
