//! Connecting to the database, holding a SQLite file, and bringing the schema to this version.
//!
//! Both databases are opened here and nowhere else, so each guard stands once: the pool that gives no poisoned connection
//! away, the pragmas, and the locks that let two processes start at the same time.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use migration::{Migrator, MigratorTrait};
use sea_orm::sqlx::postgres::PgConnectOptions;
use sea_orm::sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqliteSynchronous};
use sea_orm::sqlx::{self, ConnectOptions as _, Connection as _, PgConnection, Row as _};
use sea_orm::{ConnectOptions, ConnectionTrait, Database, DbErr};
use secrecy::{ExposeSecret, SecretString};

/// A pool of connections to the one database.
pub use sea_orm::DatabaseConnection as Connection;

/// How long a caller waits for a connection before it is told that the service is busy.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(3);
/// How long a connection may live; bounds the harm that a poisoned one can do.
const MAX_LIFETIME: Duration = Duration::from_mins(5);
/// How long a SQLite writer waits for another.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// How long a migration waits for another process' migration of a SQLite file.
const MIGRATION_TIMEOUT: Duration = Duration::from_mins(1);
/// Key of the advisory lock under which one of several starters migrates PostgreSQL ("mandate" in ASCII).
const MIGRATION_LOCK: i64 = 0x006d_616e_6461_7465;

/// Which database, and where.
#[derive(Clone, Debug)]
pub enum DatabaseUrl {
    /// The path of a SQLite file.
    Sqlite(PathBuf),
    /// A connection string that begins with `postgres://`.
    Postgres(SecretString),
}

/// A database address that is none.
#[derive(Debug, thiserror::Error)]
#[error("must be sqlite://path/to/file.db or postgres://user:password@host:5432/name")]
pub struct UrlError;

impl Default for DatabaseUrl {
    fn default() -> Self {
        Self::Sqlite(PathBuf::from("var/mandate.db"))
    }
}

impl FromStr for DatabaseUrl {
    type Err = UrlError;

    fn from_str(text: &str) -> Result<Self, UrlError> {
        if let Some(rest) = text.strip_prefix("sqlite:") {
            let path = rest.strip_prefix("//").unwrap_or(rest);
            // The file is always made if it is missing, so this is the one mode there is.
            let path = path.strip_suffix("?mode=rwc").unwrap_or(path);
            // A database in memory would be another one for each connection.
            let is_file = !path.is_empty() && !path.ends_with('/') && !path.contains(['?', '\0']) && path != ":memory:";
            return if is_file { Ok(Self::Sqlite(PathBuf::from(path))) } else { Err(UrlError) };
        }
        let rest = text.strip_prefix("postgres://").or_else(|| text.strip_prefix("postgresql://")).ok_or(UrlError)?;
        let url = format!("postgres://{rest}");
        let options: PgConnectOptions = url.parse().map_err(|_| UrlError)?;
        if options.get_database().is_none() { Err(UrlError) } else { Ok(Self::Postgres(url.into())) }
    }
}

/// What keeps a database from being used; each one line that a person can act on.
#[derive(Debug, thiserror::Error)]
pub enum DatabaseError {
    #[error("cannot reach PostgreSQL at {place}: {reason}")]
    Unreachable { place: String, reason: String },
    #[error("cannot open the SQLite file {path}: {reason}")]
    Unusable { path: String, reason: String },
    #[error(
        "another process{pid} is running on {path}; stop it first (`mandate up` is gateway and worker in one process, and on PostgreSQL there may be many)"
    )]
    Held { path: String, pid: String },
    #[error("the database holds migrations that this version does not know: {0}; run the newer version")]
    Newer(String),
    #[error("the database failed")]
    Failed(#[from] DbErr),
}

/// Opens the database with at most so many connections, and makes sure that it answers and can be written to.
pub async fn connect(url: &DatabaseUrl, connections: u32) -> Result<Connection, DatabaseError> {
    match url {
        DatabaseUrl::Sqlite(path) => connect_sqlite(path, connections).await,
        DatabaseUrl::Postgres(url) => connect_postgres(url, connections).await,
    }
}

async fn connect_postgres(url: &SecretString, connections: u32) -> Result<Connection, DatabaseError> {
    let options = postgres_options(url)?;
    // The pool would try again until its time is up and then tell nothing but that; this one tells why.
    let mut probe = postgres_connection(&options).await?;
    let answer = sqlx::raw_sql("SELECT 1").execute(&mut probe).await;
    answer.map_err(|error| unreachable_postgres(&options, &error))?;
    drop(probe.close().await);

    // The real address goes in below, so that the password is never part of what the driver traces.
    let mut pool = ConnectOptions::new("postgres://from-options/");
    pool.max_connections(connections).acquire_timeout(ACQUIRE_TIMEOUT).max_lifetime(MAX_LIFETIME);
    pool.connect_lazy(true).sqlx_logging(false).test_before_acquire(false);
    pool.map_sqlx_postgres_opts(move |_| options.clone());
    pool.map_sqlx_postgres_before_acquire(|connection, _| Box::pin(is_clean(connection)));
    Ok(Database::connect(pool).await?)
}

/// Whether a pooled connection is alive and outside any transaction. A `BEGIN` whose caller went away may have reached the
/// server unseen (sqlx #4393, promise R4); inside such a transaction `now()` is older than the statement.
async fn is_clean(connection: &mut PgConnection) -> Result<bool, sqlx::Error> {
    let row = sqlx::raw_sql("SELECT now() = statement_timestamp()").fetch_one(connection).await?;
    row.try_get(0)
}

fn postgres_options(url: &SecretString) -> Result<PgConnectOptions, DatabaseError> {
    let options: PgConnectOptions = url.expose_secret().parse().map_err(|_| DatabaseError::Unreachable {
        place: "the given address".to_owned(),
        reason: UrlError.to_string(),
    })?;
    // Compiling a plan takes the server longer than our statements run: of what chooses the due renewals, two thirds of the time.
    Ok(options
        .application_name("mandate")
        .options([("idle_in_transaction_session_timeout", "10s"), ("jit", "off")])
        .disable_statement_logging())
}

async fn postgres_connection(options: &PgConnectOptions) -> Result<PgConnection, DatabaseError> {
    match tokio::time::timeout(ACQUIRE_TIMEOUT, PgConnection::connect_with(options)).await {
        Ok(connection) => connection.map_err(|error| unreachable_postgres(options, &error)),
        Err(_) => {
            Err(DatabaseError::Unreachable { place: place(options), reason: "no answer within 3 seconds".to_owned() })
        }
    }
}

fn unreachable_postgres(options: &PgConnectOptions, error: &sqlx::Error) -> DatabaseError {
    let reason = if let sqlx::Error::Io(error) = error {
        error.to_string()
    } else {
        error.as_database_error().map_or_else(|| error.to_string(), |error| error.message().to_owned())
    };
    DatabaseError::Unreachable { place: place(options), reason: one_line(&reason) }
}

fn place(options: &PgConnectOptions) -> String {
    let name = options.get_database().unwrap_or_default();
    match options.get_socket() {
        Some(socket) => format!("{}/{name}", socket.display()),
        None => format!("{}:{}/{name}", options.get_host(), options.get_port()),
    }
}

async fn connect_sqlite(path: &Path, connections: u32) -> Result<Connection, DatabaseError> {
    let unusable = |reason: String| DatabaseError::Unusable { path: path.display().to_string(), reason };
    make_folder(path).map_err(|error| unusable(error.to_string()))?;
    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(BUSY_TIMEOUT)
        .foreign_keys(true)
        .disable_statement_logging();
    let explain = |error: &sqlx::Error| {
        let reason = error.as_database_error().map_or_else(|| error.to_string(), |error| error.message().to_owned());
        unusable(one_line(&reason))
    };
    // A write, taken back: a file that is read-only, locked for good or no database at all is told now. On a read-only file
    // SQLite makes a reading transaction of BEGIN IMMEDIATE without a word, so that alone would not tell.
    let mut probe = SqliteConnection::connect_with(&options).await.map_err(|error| explain(&error))?;
    let answer = sqlx::raw_sql("BEGIN IMMEDIATE; CREATE TABLE probe (id integer); ROLLBACK").execute(&mut probe).await;
    answer.map_err(|error| explain(&error))?;
    drop(probe.close().await);

    let mut pool = ConnectOptions::new("sqlite://from-options");
    pool.max_connections(connections).acquire_timeout(ACQUIRE_TIMEOUT).sqlx_logging(false).test_before_acquire(false);
    pool.map_sqlx_sqlite_opts(move |_| options.clone());
    Ok(Database::connect(pool).await?)
}

fn make_folder(path: &Path) -> std::io::Result<()> {
    path.parent().map_or(Ok(()), std::fs::create_dir_all)
}

/// A SQLite file held by a long-running process, as long as this lives. The lock is the operating system's: it ends with
/// the process, however that ends, and the lock file may stay.
#[derive(Debug)]
pub struct Held(#[expect(dead_code, reason = "its lock is what counts")] Option<File>);

/// Takes hold of the database for a process that goes on running. On PostgreSQL any number may; commands that end need not.
pub fn hold(url: &DatabaseUrl) -> Result<Held, DatabaseError> {
    let DatabaseUrl::Sqlite(path) = url else { return Ok(Held(None)) };
    let unusable = |error: std::io::Error| DatabaseError::Unusable {
        path: path.display().to_string(),
        reason: format!("its lock file failed: {error}"),
    };
    let mut file = lock_file(path, "lock").map_err(unusable)?;
    match file.try_lock() {
        Ok(()) => {
            file.set_len(0).map_err(unusable)?;
            write!(file, "{}", std::process::id()).map_err(unusable)?;
            Ok(Held(Some(file)))
        }
        Err(TryLockError::WouldBlock) => {
            let mut pid = String::new();
            let is_known = file.rewind().and_then(|()| file.read_to_string(&mut pid)).is_ok() && !pid.is_empty();
            let pid = if is_known { format!(" ({pid})") } else { String::new() };
            Err(DatabaseError::Held { path: path.display().to_string(), pid })
        }
        Err(TryLockError::Error(error)) => Err(unusable(error)),
    }
}

fn lock_file(path: &Path, ending: &str) -> std::io::Result<File> {
    make_folder(path)?;
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(ending);
    OpenOptions::new().read(true).write(true).create(true).truncate(false).open(name)
}

/// How the schema of a database stands to the one that this version needs.
#[derive(Debug, PartialEq, Eq)]
pub struct SchemaState {
    /// Migrations that this version has and the database does not.
    pub missing: Vec<String>,
    /// Migrations of a newer version that this one cannot live with: those that do not say in their name, by ending in
    /// `_compatible`, that the version before may go on.
    pub foreign: Vec<String>,
}

impl SchemaState {
    /// Why this version cannot work on that schema; none if it can.
    pub fn refusal(&self) -> Option<String> {
        if !self.foreign.is_empty() {
            let newest = self.foreign.last().map(String::as_str).unwrap_or_default();
            return Some(format!(
                "the database is newer than this version of mandate ({newest}): run the newer version"
            ));
        }
        match self.missing.len() {
            0 => None,
            1 => Some("the database lacks 1 migration: run `mandate migrate` first".to_owned()),
            n => Some(format!("the database lacks {n} migrations: run `mandate migrate` first")),
        }
    }
}

/// Compares the database with this version; writes nothing.
pub async fn schema_state(db: &Connection) -> Result<SchemaState, DatabaseError> {
    let known: Vec<String> = Migrator::migrations().iter().map(|step| step.name().to_owned()).collect();
    let applied = applied_migrations(db).await?;
    let missing = known.iter().filter(|name| !applied.contains(name)).cloned().collect();
    let foreign = applied.into_iter().filter(|name| !known.contains(name) && !name.ends_with("_compatible")).collect();
    Ok(SchemaState { missing, foreign })
}

async fn applied_migrations(db: &Connection) -> Result<Vec<String>, DatabaseError> {
    let backend = db.get_database_backend();
    let is_there = if backend == sea_orm::DbBackend::Postgres {
        "SELECT 1 WHERE to_regclass('seaql_migrations') IS NOT NULL"
    } else {
        "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'seaql_migrations'"
    };
    if db.query_one_raw(sea_orm::Statement::from_string(backend, is_there)).await?.is_none() {
        return Ok(Vec::new());
    }
    let statement = sea_orm::Statement::from_string(backend, "SELECT version FROM seaql_migrations ORDER BY version");
    let rows = db.query_all_raw(statement).await?;
    Ok(rows.iter().map(|row| row.try_get("", "version")).collect::<Result<_, DbErr>>()?)
}

/// Brings the database to this version and tells which migrations that took. Of several processes that start at once one
/// migrates; the others wait for it and find nothing left to do.
pub async fn migrate(url: &DatabaseUrl, db: &Connection) -> Result<Vec<String>, DatabaseError> {
    match url {
        DatabaseUrl::Postgres(url) => {
            let mut lock = postgres_connection(&postgres_options(url)?).await?;
            let locked = sqlx::query("SELECT pg_advisory_lock($1)").bind(MIGRATION_LOCK).execute(&mut lock).await;
            locked.map_err(|error| DbErr::Custom(error.to_string()))?;
            let applied = migrate_alone(db).await;
            // The lock ends with its session.
            drop(lock.close().await);
            applied
        }
        DatabaseUrl::Sqlite(path) => {
            let _lock = wait_for_lock(path).await?;
            migrate_alone(db).await
        }
    }
}

async fn migrate_alone(db: &Connection) -> Result<Vec<String>, DatabaseError> {
    let before = schema_state(db).await?;
    if !before.foreign.is_empty() {
        return Err(DatabaseError::Newer(before.foreign.join(", ")));
    }
    if !before.missing.is_empty() {
        Migrator::up(db, None).await?;
    }
    Ok(before.missing)
}

async fn wait_for_lock(path: &Path) -> Result<File, DatabaseError> {
    let unusable = |reason: String| DatabaseError::Unusable { path: path.display().to_string(), reason };
    let file = lock_file(path, "migrating").map_err(|error| unusable(format!("its lock file failed: {error}")))?;
    let deadline = tokio::time::Instant::now() + MIGRATION_TIMEOUT;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::WouldBlock) if tokio::time::Instant::now() < deadline => {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            Err(TryLockError::WouldBlock) => {
                return Err(unusable("another process has been migrating it for a minute".to_owned()));
            }
            Err(TryLockError::Error(error)) => return Err(unusable(format!("its lock file failed: {error}"))),
        }
    }
}

fn one_line(text: &str) -> String {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join(": ")
}
