//! The open database: hands out readers, and runs writes as one transaction each.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use chrono::{DateTime, Utc};
use futures::future::BoxFuture;
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DbBackend, DbErr, ExecResult, FromQueryResult, QueryResult,
    SqliteTransactionMode, Statement, TransactionOptions, TransactionTrait,
};
use tokio::sync::Mutex;

use crate::actor::Actor;
use crate::audit;
use crate::error::{Error, StorageFault};
use crate::permission::visible::Viewer;
use crate::reads::Reads;
use crate::seller::Settings;
use crate::signal::Signals;
use crate::sql::Sql;
use crate::work::Work;

/// A write that loses against another is run again this often before the caller hears of it.
const TRIES: u32 = 6;

/// The database, with the clock that is in it and the signals that go out after a commit.
#[derive(Debug, Clone)]
pub struct Store {
    db: DatabaseConnection,
    signals: Signals,
    settings: Arc<Settings>,
    /// The turn to write to a SQLite file. Who waits does so here, in a row and without a connection: SQLite's own waiters try
    /// again by chance, and would hold every connection that readers need.
    turn: Arc<Mutex<()>>,
    /// Whether a request that does nothing but read keeps a connection.
    keeps_connections: bool,
    /// What is being done, for the audit log.
    operation: Option<Arc<str>>,
}

/// What time it is: for the product, and really.
#[derive(Debug, Clone, Copy, FromQueryResult)]
pub struct Now {
    /// The product's clock: the test clock where there is one.
    pub now: DateTime<Utc>,
    /// The database's own clock: for sign-ins, idempotency keys, leases.
    pub real_now: DateTime<Utc>,
}

impl Store {
    /// Takes an open pool.
    pub fn new(db: DatabaseConnection, signals: Signals, settings: Arc<Settings>) -> Self {
        Self { db, signals, settings, turn: Arc::default(), keeps_connections: true, operation: None }
    }

    /// The same, but every statement goes through the pool: whoever listens to that hears all of them.
    #[must_use]
    pub fn through_the_pool(self) -> Self {
        Self { keeps_connections: false, ..self }
    }

    /// The same database for an act of this name: if that is refused for want of a right, the audit log says so.
    #[must_use]
    pub fn doing(&self, operation: &str) -> Self {
        Self { operation: Some(operation.into()), ..self.clone() }
    }

    /// The pool: for the queue, migrations and checks of health; use cases get a `Reader` or `Work`.
    pub fn pool(&self) -> &DatabaseConnection {
        &self.db
    }

    /// Wake-ups and live events.
    pub fn signals(&self) -> &Signals {
        &self.signals
    }

    /// The seller, the rates of tax, the gateway.
    pub fn settings(&self) -> &Arc<Settings> {
        &self.settings
    }

    /// What time it is.
    pub async fn now(&self) -> Result<Now, Error> {
        now(&self.db).await
    }

    /// A reader for this actor at this instant. It cannot write.
    pub fn reader(&self, actor: Actor, now: DateTime<Utc>, statements: Statements) -> Reader {
        let conn = Counted { inner: Reads::on_any(self.db.clone()), statements };
        Reader { conn, actor, now, settings: self.settings.clone() }
    }

    /// The same for a request that does nothing but read: it keeps its connection to its end, so it must not write beside it.
    pub fn reader_on_one_connection(&self, actor: Actor, now: DateTime<Utc>, statements: Statements) -> Reader {
        if !self.keeps_connections {
            return self.reader(actor, now, statements);
        }
        let conn = Counted { inner: Reads::on_one(self.db.clone()), statements };
        Reader { conn, actor, now, settings: self.settings.clone() }
    }

    /// Runs a write as one transaction, in a task of its own: a caller that goes away does not cancel it half way.
    ///
    /// `act` runs again when the transaction loses against another one, so it must not do anything but write to `Work`. What
    /// it tells, enqueues and notifies is written right before the commit; signals go out after it. An error takes all back.
    pub async fn write<T, F>(&self, actor: Actor, statements: Statements, act: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: for<'w> Fn(&'w mut Work) -> BoxFuture<'w, Result<T, Error>> + Send + Sync + 'static,
    {
        let store = self.clone();
        let task = tokio::spawn(async move {
            for attempt in 1.. {
                let end = store.try_write(actor.clone(), statements.clone(), &act).await;
                match end {
                    Err(e) if attempt < TRIES && e.storage_fault() == Some(StorageFault::Contended) => {
                        tracing::debug!(attempt, error = ?e, "transaction lost, again");
                        // grows with the attempts, and differs between those that met
                        let spread = u64::from(std::process::id() ^ attempt.wrapping_mul(2_654_435_761)) % 8;
                        tokio::time::sleep(Duration::from_millis(u64::from(attempt * attempt) * 2 + spread)).await;
                    }
                    end => return end,
                }
            }
            Err(Error::fault("unreachable"))
        });
        task.await.map_err(|e| Error::fault(format!("write task: {e}")))?
    }

    async fn try_write<T, F>(&self, actor: Actor, statements: Statements, act: &F) -> Result<T, Error>
    where
        F: for<'w> Fn(&'w mut Work) -> BoxFuture<'w, Result<T, Error>> + Sync,
    {
        let is_sqlite = self.db.get_database_backend() == DbBackend::Sqlite;
        let _turn = if is_sqlite { Some(self.turn.lock().await) } else { None };
        // SQLite: take the write lock first, or a later write fails at once; PostgreSQL ignores it
        let options = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        let txn = Counted { inner: self.db.begin_with_options(options).await?, statements };
        let now = now(&txn).await?;
        let mut work = Work::new(txn, actor, now, self.settings.clone());
        let end = act(&mut work).await;
        match end {
            Ok(answer) => {
                let told = work.finish().await?;
                self.signals.committed(&told);
                Ok(answer)
            }
            Err(error) => {
                let is_denied = matches!(error, Error::Denied);
                let refusal = self.operation.as_deref().filter(|_| is_denied).and_then(|name| work.refusal(name));
                work.abandon().await;
                if let Some(entry) = refusal
                    && let Err(error) = audit::record_refusal(&self.db, entry, now.real_now).await
                {
                    tracing::error!(%error, "a refusal was not written down");
                }
                Err(error)
            }
        }
    }
}

pub(crate) async fn now(conn: &impl ConnectionTrait) -> Result<Now, Error> {
    let mut sql = Sql::new(conn.get_database_backend());
    sql.push("SELECT coalesce((SELECT now_at FROM clock WHERE id = 1), /now/) AS now, /now/ AS real_now");
    sql.one::<Now>(conn).await?.ok_or_else(|| Error::fault("the database has no clock"))
}

/// Reads for one actor at one instant.
#[derive(Debug, Clone)]
pub struct Reader {
    conn: Counted<Reads>,
    actor: Actor,
    now: DateTime<Utc>,
    settings: Arc<Settings>,
}

impl Reader {
    /// The seller, the rates of tax, the gateway.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Who reads.
    pub fn actor(&self) -> &Actor {
        &self.actor
    }

    /// Who asks, and when, for the filters of `visible`.
    pub fn viewer(&self) -> Viewer<'_> {
        Viewer { actor: &self.actor, now: self.now }
    }

    /// For another actor at another instant, on the same connection.
    pub(crate) fn becoming(self, actor: Actor, now: DateTime<Utc>) -> Self {
        Self { actor, now, ..self }
    }

    /// The product's time when the request began.
    pub fn now(&self) -> DateTime<Utc> {
        self.now
    }

    /// How many statements the request has sent so far.
    pub fn statements(&self) -> &Statements {
        &self.conn.statements
    }

    /// An empty statement for this database.
    pub(crate) fn sql(&self) -> Sql {
        Sql::new(self.conn.get_database_backend())
    }

    /// To read through.
    pub(crate) fn conn(&self) -> &impl ConnectionTrait {
        &self.conn
    }
}

/// Counts the statements of one request.
#[derive(Debug, Clone, Default)]
pub struct Statements(Arc<AtomicU64>);

impl Statements {
    /// So far.
    pub fn count(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    fn add(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

/// A connection that counts its statements.
#[derive(Debug, Clone)]
pub(crate) struct Counted<C> {
    pub(crate) inner: C,
    pub(crate) statements: Statements,
}

#[sea_orm::prelude::async_trait::async_trait]
impl<C: ConnectionTrait + Send> ConnectionTrait for Counted<C> {
    fn get_database_backend(&self) -> DbBackend {
        self.inner.get_database_backend()
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        self.statements.add();
        self.inner.execute_raw(statement).await
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        self.statements.add();
        self.inner.execute_unprepared(sql).await
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        self.statements.add();
        self.inner.query_one_raw(statement).await
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        self.statements.add();
        self.inner.query_all_raw(statement).await
    }
}
