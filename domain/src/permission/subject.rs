//! The tables whose rows people see, and the two ways to load rows by id. Each area keeps its list in `subject.rs`;
//! `crate::access` gathers them for the tests of visibility.

use std::collections::{HashMap, HashSet};

use futures::future::BoxFuture;
use sea_orm::{FromQueryResult, Value};
use uuid::Uuid;

use super::visible::Viewer;
use crate::error::Error;
use crate::sql::Sql;
use crate::store::Reader;

/// A row that is loaded by id, and that permits are given for. Made by [`subjects!`] alone.
pub trait Subject: FromQueryResult + Send + Sync {
    /// Its id's type.
    type Id: Into<Uuid> + From<Uuid> + Into<Value> + Copy + Send;
    /// Its table, quoted.
    const TABLE: &'static str;
    /// How it is locked: for the whole act, or only against being changed.
    const LOCK: &'static str = "/for update/";
    /// Appends the condition under which the viewer sees the row `alias`.
    fn visible(sql: &mut Sql, viewer: Viewer<'_>, alias: &str);
    /// Its id.
    fn row_id(&self) -> Uuid;
}

/// The rows with these ids that the reader's actor sees, in one statement. What is not there is not told from what is hidden.
pub async fn seen<S: Subject>(reader: &Reader, ids: &[Uuid]) -> Result<HashMap<Uuid, S>, Error> {
    let mut sql = by_id::<S>(reader, ids);
    sql.push(" AND ");
    S::visible(&mut sql, reader.viewer(), "x");
    let rows: Vec<S> = sql.all(reader.conn()).await?;
    Ok(rows.into_iter().map(|row| (row.row_id(), row)).collect())
}

/// The rows with these ids, for whoever has reached them through an object that they see.
///
/// Only for types whose unguarded fields are public to such a reader: accounts, users, catalogue.
pub async fn reached<S: Subject>(reader: &Reader, ids: &[Uuid]) -> Result<HashMap<Uuid, S>, Error> {
    let rows: Vec<S> = by_id::<S>(reader, ids).all(reader.conn()).await?;
    Ok(rows.into_iter().map(|row| (row.row_id(), row)).collect())
}

fn by_id<S: Subject>(reader: &Reader, ids: &[Uuid]) -> Sql {
    let mut sql = reader.sql();
    sql.push("SELECT x.* FROM ").push(S::TABLE).push(" x WHERE x.id ").any(ids);
    sql
}

/// Any table of visible rows, for whoever asks about all of them.
#[derive(Debug, Clone, Copy)]
pub struct AnySubject {
    /// Its name, quoted.
    pub table: &'static str,
    seen: for<'r> fn(&'r Reader, &'r [Uuid]) -> BoxFuture<'r, SeenIds>,
}

type SeenIds = Result<HashSet<Uuid>, Error>;

impl AnySubject {
    pub(crate) const fn of<S: Subject + 'static>() -> Self {
        Self { table: S::TABLE, seen: seen_ids::<S> }
    }

    /// Which of the rows with these ids the reader's actor sees.
    /// # Errors
    /// Storage alone.
    pub async fn seen(&self, reader: &Reader, ids: &[Uuid]) -> Result<HashSet<Uuid>, Error> {
        (self.seen)(reader, ids).await
    }
}

fn seen_ids<'r, S: Subject + 'static>(reader: &'r Reader, ids: &'r [Uuid]) -> BoxFuture<'r, SeenIds> {
    Box::pin(async move { Ok(seen::<S>(reader, ids).await?.into_keys().collect()) })
}

/// An area's tables, a line each: `table(Id) by visible::filter;`. A lock after the id is one that differs from the usual.
macro_rules! subjects {
    ($($entity:ident($id:ident) $($lock:literal)? by $visible:path;)*) => {
        $(
            impl $crate::permission::Subject for entities::$entity::Model {
                type Id = entities::id::$id;
                const TABLE: &'static str = concat!("\"", stringify!($entity), "\"");
                $(const LOCK: &'static str = $lock;)?

                fn visible(sql: &mut $crate::sql::Sql, viewer: $crate::permission::visible::Viewer<'_>, alias: &str) {
                    $visible(sql, viewer, alias);
                }

                fn row_id(&self) -> uuid::Uuid {
                    self.id.into()
                }
            }
        )*

        /// Each of them.
        pub(crate) const SUBJECTS: &[$crate::permission::AnySubject] =
            &[$($crate::permission::AnySubject::of::<entities::$entity::Model>()),*];
    };
}
pub(crate) use subjects;
