//! The connection that a reader's statements go through.
//!
//! The pool tests each connection that it lends (F3) and once more when it gets it back, so a statement on a connection of its
//! own is three round trips. A request that only reads therefore borrows one with its first statement, and gives it back with
//! its last reader. A request that writes must not: it would hold one while it waits for another, and so could all of them.

use std::sync::Arc;

use sea_orm::sqlx::pool::PoolConnection;
use sea_orm::sqlx::{self, AssertSqlSafe, Postgres, Sqlite};
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DbBackend, DbErr, ExecResult, QueryResult, RuntimeErr, Statement, Values,
};
use sea_query_sqlx::SqlxValues;
use tokio::sync::Mutex;

/// A pool, or one connection of it.
#[derive(Debug, Clone)]
pub(crate) struct Reads {
    pool: DatabaseConnection,
    /// Empty until the first statement, and after a statement that failed or was given up.
    kept: Option<Arc<Mutex<Option<Borrowed>>>>,
}

#[derive(Debug)]
enum Borrowed {
    Postgres(PoolConnection<Postgres>),
    Sqlite(PoolConnection<Sqlite>),
}

impl Reads {
    /// Each statement on whichever connection is free.
    pub(crate) fn on_any(pool: DatabaseConnection) -> Self {
        Self { pool, kept: None }
    }

    /// All statements on one connection, one after another.
    pub(crate) fn on_one(pool: DatabaseConnection) -> Self {
        Self { pool, kept: Some(Arc::default()) }
    }
}

impl Borrowed {
    async fn from(pool: &DatabaseConnection) -> Result<Self, sqlx::Error> {
        Ok(if pool.get_database_backend() == DbBackend::Postgres {
            Self::Postgres(pool.get_postgres_connection_pool().acquire().await?)
        } else {
            Self::Sqlite(pool.get_sqlite_connection_pool().acquire().await?)
        })
    }

    async fn rows(&mut self, statement: Statement) -> Result<Vec<QueryResult>, sqlx::Error> {
        let Statement { sql, values, .. } = statement;
        // the text is put together by `Sql`, and all that comes from outside is bound
        let sql = AssertSqlSafe(sql);
        let values = SqlxValues(values.unwrap_or(Values(Vec::new())));
        Ok(match self {
            Self::Postgres(connection) => {
                let rows = sqlx::query_with::<Postgres, _>(sql, values).fetch_all(&mut **connection).await?;
                rows.into_iter().map(Into::into).collect()
            }
            Self::Sqlite(connection) => {
                let rows = sqlx::query_with::<Sqlite, _>(sql, values).fetch_all(&mut **connection).await?;
                rows.into_iter().map(Into::into).collect()
            }
        })
    }
}

#[sea_orm::prelude::async_trait::async_trait]
impl ConnectionTrait for Reads {
    fn get_database_backend(&self) -> DbBackend {
        self.pool.get_database_backend()
    }

    async fn execute_raw(&self, _: Statement) -> Result<ExecResult, DbErr> {
        Err(DbErr::Custom("a reader does not write".to_owned()))
    }

    async fn execute_unprepared(&self, _: &str) -> Result<ExecResult, DbErr> {
        Err(DbErr::Custom("a reader does not write".to_owned()))
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        match self.kept {
            None => self.pool.query_one_raw(statement).await,
            Some(_) => Ok(self.query_all_raw(statement).await?.into_iter().next()),
        }
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        let Some(kept) = &self.kept else { return self.pool.query_all_raw(statement).await };
        let mut kept = kept.lock().await;
        let fault = |error: sqlx::Error| RuntimeErr::SqlxError(error.into());
        let mut borrowed = match kept.take() {
            Some(borrowed) => borrowed,
            None => Borrowed::from(&self.pool).await.map_err(|error| DbErr::Conn(fault(error)))?,
        };
        let rows = borrowed.rows(statement).await.map_err(|error| DbErr::Query(fault(error)))?;
        *kept = Some(borrowed);
        Ok(rows)
    }
}
