//! Writes that wait for each other, so that one statement takes them all.
//!
//! A write whose rows are known needs no answer: it may wait until something is read, or until the end. What waits by then is sent
//! together; on PostgreSQL as one statement, which is one way to the server and back, on SQLite, where there is no way, one after
//! the other. A read never misses what was written before it: it sends what waits first.
//!
//! The parts of one statement do not see each other. So only what finds its rows by their keys may wait, reading no other table,
//! and a table that is written twice begins another statement, unless rows are only added to it. Keys to other tables are checked
//! at the end of a statement, triggers that look at what was written run there.

use std::borrow::Cow;
use std::mem;
use std::sync::{Mutex, PoisonError};

use sea_orm::{ConnectionTrait, DbBackend, DbErr, ExecResult, QueryResult, Statement};

use crate::sql::Sql;

/// A connection with the writes that wait to be sent through it.
#[derive(Debug)]
pub(crate) struct Later<C> {
    conn: C,
    waiting: Mutex<Vec<Write>>,
}

#[derive(Debug)]
struct Write {
    table: Cow<'static, str>,
    adds_only: bool,
    sql: Sql,
}

impl<C: ConnectionTrait> Later<C> {
    pub(crate) fn new(conn: C) -> Self {
        Self { conn, waiting: Mutex::default() }
    }

    /// Rows to be added to a table.
    pub(crate) fn add(&self, table: impl Into<Cow<'static, str>>, sql: Sql) {
        self.wait(Write { table: table.into(), adds_only: true, sql });
    }

    /// Rows of a table to be changed, which are found by their keys alone.
    pub(crate) fn change(&self, table: &'static str, sql: Sql) {
        self.wait(Write { table: Cow::Borrowed(table), adds_only: false, sql });
    }

    fn wait(&self, write: Write) {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).push(write);
    }

    /// Sends what waits.
    pub(crate) async fn send(&self) -> Result<(), DbErr> {
        let waiting = mem::take(&mut *self.waiting.lock().unwrap_or_else(PoisonError::into_inner));
        for together in apart(waiting) {
            if self.conn.get_database_backend() == DbBackend::Postgres {
                if let Some(sql) = Sql::all_at_once(together) {
                    sql.execute(&self.conn).await?;
                }
            } else {
                for sql in together {
                    sql.execute(&self.conn).await?;
                }
            }
        }
        Ok(())
    }

    /// The connection, after sending what waits.
    pub(crate) async fn into_inner(self) -> Result<C, DbErr> {
        self.send().await?;
        Ok(self.conn)
    }

    /// The connection; what waits is given up.
    pub(crate) fn without_sending(self) -> C {
        self.conn
    }
}

/// The writes, in their order, cut where one would miss what another of the same statement writes.
fn apart(writes: Vec<Write>) -> Vec<Vec<Sql>> {
    let mut groups: Vec<Vec<Write>> = Vec::new();
    for write in writes {
        let misses = |other: &Write| other.table == write.table && !(other.adds_only && write.adds_only);
        match groups.last_mut() {
            Some(group) if !group.iter().any(misses) => group.push(write),
            _ => groups.push(vec![write]),
        }
    }
    groups.into_iter().map(|group| group.into_iter().map(|write| write.sql).collect()).collect()
}

#[sea_orm::prelude::async_trait::async_trait]
impl<C: ConnectionTrait + Send> ConnectionTrait for Later<C> {
    fn get_database_backend(&self) -> DbBackend {
        self.conn.get_database_backend()
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        self.send().await?;
        self.conn.execute_raw(statement).await
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        self.send().await?;
        self.conn.execute_unprepared(sql).await
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        self.send().await?;
        self.conn.query_one_raw(statement).await
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        self.send().await?;
        self.conn.query_all_raw(statement).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(table: &'static str, adds_only: bool) -> Write {
        Write { table: Cow::Borrowed(table), adds_only, sql: Sql::new(DbBackend::Postgres) }
    }

    /// What may go together goes together, and nothing changes rows that are written in the same statement.
    #[test]
    fn a_change_does_not_go_with_what_it_changes() {
        let sizes = |writes| apart(writes).iter().map(Vec::len).collect::<Vec<_>>();
        assert_eq!(sizes(vec![]), Vec::<usize>::new());
        assert_eq!(sizes(vec![write("a", true), write("b", false), write("a", true)]), [3]);
        assert_eq!(sizes(vec![write("a", true), write("a", false), write("b", true)]), [1, 2]);
        assert_eq!(sizes(vec![write("a", false), write("a", false)]), [1, 1]);
        assert_eq!(sizes(vec![write("a", false), write("b", true), write("a", true)]), [2, 1]);
    }
}
