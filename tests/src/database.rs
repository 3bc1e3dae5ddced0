//! A migrated database of its own for each test, on both kinds of database.
//!
//! Migrations run once per process and kind: PostgreSQL copies a template database, SQLite gets the bytes of a file that was
//! migrated once. What a test leaves behind goes when its [`Database`] does; what a killed process leaves behind goes when
//! the next one starts.

use std::{
    path::Path,
    process,
    sync::{
        LazyLock,
        atomic::{AtomicU32, Ordering},
        mpsc,
    },
    thread,
    time::{SystemTime, UNIX_EPOCH},
};

use anyhow::{Context, Result};
use sea_orm::{ConnectOptions, ConnectionTrait, DatabaseConnection, FromQueryResult, Statement};
use sea_orm_migration::MigratorTrait;
use tempfile::TempDir;
use tokio::{
    runtime,
    sync::{OnceCell, oneshot},
};

use crate::server::{self, Postgres};

/// The name of a SQLite file in its folder.
const FILE: &str = "mandate.db";

/// The kind of database a test runs on; every test that touches storage runs on both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Db {
    Sqlite,
    Postgres,
}

/// A migrated database that belongs to one test and is dropped with this value.
pub struct Database {
    url: String,
    kept: Kept,
}

/// What must outlive the test, and what is to be dropped after it.
enum Kept {
    Folder(TempDir),
    Name(String),
    /// The server goes, and the database with it.
    Elsewhere,
}

impl Database {
    /// A new database, brought to the newest version, without any rows but those that the migrations insert.
    ///
    /// # Panics
    /// When `TEST_DATABASE_URL` is missing for PostgreSQL, or a server does not answer: a test is never skipped.
    pub async fn fresh(db: Db) -> Self {
        match db {
            Db::Sqlite => Self::sqlite().await,
            Db::Postgres => Self::postgres().await,
        }
        .expect("a database for this test")
    }

    /// A new database without a table in it, as an operator begins with.
    ///
    /// # Panics
    /// As [`Database::fresh`].
    pub async fn empty(db: Db) -> Self {
        match db {
            Db::Sqlite => Self::file(&[]).await,
            Db::Postgres => Self::copy_of("template0").await,
        }
        .expect("a database for this test")
    }

    /// The database of a server that is this test's own, migrated.
    ///
    /// # Panics
    /// When the server does not answer.
    pub async fn on(server: &Postgres) -> Self {
        let url = server.url("postgres");
        migrate(&url).await.expect("a database for this test");
        Self { url, kept: Kept::Elsewhere }
    }

    /// The address that every part of the product takes as `DATABASE_URL`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// A small pool of plain connections, for tests that look at the tables themselves.
    pub async fn connect(&self) -> DatabaseConnection {
        connect(&self.url, 4).await.expect("connections to the test's database")
    }

    /// The folder that holds the SQLite file, to look at what lies beside it; none on PostgreSQL.
    pub fn folder(&self) -> Option<&Path> {
        match &self.kept {
            Kept::Folder(folder) => Some(folder.path()),
            Kept::Name(_) | Kept::Elsewhere => None,
        }
    }

    /// Keeps it as it stands, to begin any number of tests from.
    ///
    /// # Panics
    /// When the file cannot be read.
    pub async fn freeze(self) -> Snapshot {
        let frozen = match &self.kept {
            Kept::Folder(folder) => Frozen::File(tokio::fs::read(folder.path().join(FILE)).await.expect("a file")),
            Kept::Name(_) | Kept::Elsewhere => Frozen::Database(self),
        };
        Snapshot(frozen)
    }

    async fn sqlite() -> Result<Self> {
        static MIGRATED: OnceCell<Vec<u8>> = OnceCell::const_new();
        Self::file(MIGRATED.get_or_try_init(migrated_file).await?).await
    }

    async fn file(bytes: &[u8]) -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("mandate-test-").tempdir()?;
        let file = folder.path().join(FILE);
        tokio::fs::write(&file, bytes).await?;
        Ok(Self { url: format!("sqlite://{}", file.display()), kept: Kept::Folder(folder) })
    }

    async fn postgres() -> Result<Self> {
        static TEMPLATE: OnceCell<String> = OnceCell::const_new();
        Self::copy_of(TEMPLATE.get_or_try_init(migrated_template).await?).await
    }

    async fn copy_of(template: &str) -> Result<Self> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("{}_{}", process_tag(), COUNT.fetch_add(1, Ordering::Relaxed));
        ADMIN.run(format!("CREATE DATABASE {name} TEMPLATE {template}")).await?;
        Ok(Self { url: server::database_url_for(&name), kept: Kept::Name(name) })
    }
}

/// A database as it once stood. On PostgreSQL nobody may be connected to it.
pub struct Snapshot(Frozen);

enum Frozen {
    File(Vec<u8>),
    Database(Database),
}

impl Snapshot {
    /// A new database that holds what this one does.
    ///
    /// # Panics
    /// When the server does not make it.
    pub async fn copy(&self) -> Database {
        let made = match &self.0 {
            Frozen::File(bytes) => Database::file(bytes).await,
            Frozen::Database(Database { kept: Kept::Name(name), .. }) => Database::copy_of(name).await,
            Frozen::Database(Database { kept: Kept::Folder(_) | Kept::Elsewhere, .. }) => {
                unreachable!("a file is kept by its bytes, and a server of one test's own is not copied")
            }
        };
        made.expect("a copy of this database")
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if let Kept::Name(name) = &self.kept {
            ADMIN.run_later(format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
        }
    }
}

/// Starts every name of this process; the next process drops what has the tag of one that is gone.
fn process_tag() -> &'static str {
    static TAG: LazyLock<String> = LazyLock::new(|| {
        let started = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.subsec_nanos());
        format!("mandate_test_{}x{started}", process::id())
    });
    &TAG
}

async fn connect(url: &str, connections: u32) -> Result<DatabaseConnection> {
    let mut options = ConnectOptions::new(url);
    options.max_connections(connections).sqlx_logging(false);
    sea_orm::Database::connect(options).await.with_context(|| format!("no connection to {url}"))
}

async fn migrate(url: &str) -> Result<()> {
    let db = connect(url, 1).await?;
    migration::Migrator::up(&db, None).await?;
    // SQLite empties its journal into the file when the last connection is closed, PostgreSQL copies no template in use.
    db.close().await?;
    Ok(())
}

async fn migrated_file() -> Result<Vec<u8>> {
    let folder = TempDir::new()?;
    let file = folder.path().join("template.db");
    migrate(&format!("sqlite://{}?mode=rwc", file.display())).await?;
    Ok(tokio::fs::read(&file).await?)
}

async fn migrated_template() -> Result<String> {
    let name = format!("{}_template", process_tag());
    // Left by the test before, where migrating failed: each test then says why.
    ADMIN.run(format!("DROP DATABASE IF EXISTS {name}")).await?;
    ADMIN.run(format!("CREATE DATABASE {name}")).await?;
    migrate(&server::database_url_for(&name)).await?;
    Ok(name)
}

/// The one session that creates and drops databases. It has a thread of its own, because a value is dropped where no other
/// runtime may be entered, and because its open session shows to others that this process is alive.
struct Admin(mpsc::Sender<Order>);

struct Order {
    sql: String,
    answer: Option<oneshot::Sender<Result<()>>>,
}

static ADMIN: LazyLock<Admin> = LazyLock::new(|| {
    let (orders, inbox) = mpsc::channel::<Order>();
    thread::spawn(move || {
        let runtime = runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let db = runtime.block_on(admin_session());
        for Order { sql, answer } in inbox {
            let done = match &db {
                Ok(db) => runtime.block_on(db.execute_unprepared(&sql)).map(|_| ()).with_context(|| sql.clone()),
                Err(error) => Err(anyhow::anyhow!("{error:#}")),
            };
            if let Some(answer) = answer {
                // The test that asked may have ended meanwhile.
                drop(answer.send(done));
            }
        }
    });
    Admin(orders)
});

impl Admin {
    async fn run(&self, sql: String) -> Result<()> {
        let (answer, answered) = oneshot::channel();
        self.0.send(Order { sql, answer: Some(answer) }).context("the session that creates databases has ended")?;
        answered.await.context("the session that creates databases has ended")?
    }

    fn run_later(&self, sql: String) {
        // Only a process that is ending has no such session any more.
        drop(self.0.send(Order { sql, answer: None }));
    }
}

#[derive(FromQueryResult)]
struct Leftover {
    datname: String,
}

async fn admin_session() -> Result<DatabaseConnection> {
    let db = connect(&server::database_url_for("postgres"), 1).await?;
    db.execute_unprepared(&format!("SET application_name = '{}'", process_tag())).await?;
    let leftovers = Leftover::find_by_statement(Statement::from_string(
        db.get_database_backend(),
        "SELECT made.datname::text FROM pg_database made WHERE starts_with(made.datname, 'mandate_test_') AND NOT EXISTS (
             SELECT 1 FROM pg_stat_activity maker
             WHERE starts_with(maker.application_name, 'mandate_test_') AND starts_with(made.datname, maker.application_name || '_'))",
    ))
    .all(&db)
    .await?;
    for Leftover { datname } in leftovers {
        db.execute_unprepared(&format!("DROP DATABASE IF EXISTS {datname} WITH (FORCE)")).await?;
    }
    Ok(db)
}
