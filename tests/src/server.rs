//! The servers that tests talk to: those that `tests/run` started for everybody, and private ones for drills that stop, kill
//! or empty them.

use std::{
    fs,
    net::TcpListener,
    os::unix::fs::{MetadataExt, chown},
    path::{Path, PathBuf},
    process::Stdio,
    time::{Duration, Instant},
};

use sea_orm::{ConnectOptions, Database};
use tempfile::TempDir;
use tokio::{
    process::{Child, Command},
    time::sleep,
};

/// How long a server may take to answer after its start; a machine under load is slow, a broken one never answers.
const PATIENCE: Duration = Duration::from_mins(1);

/// The address of the Redis server that all tests share; each test keeps to keys and channels of its own.
///
/// # Panics
/// When there is none: a test is never skipped.
pub fn redis_url() -> String {
    setting("TEST_REDIS_URL")
}

/// The PostgreSQL server of `TEST_DATABASE_URL`, with another database on it.
///
/// # Panics
/// When there is none, or its address names no database.
pub fn database_url_for(name: &str) -> String {
    let url = setting("TEST_DATABASE_URL");
    let (address, query) = url.split_once('?').map_or((url.as_str(), ""), |(address, query)| (address, query));
    let (server, _) = address.rsplit_once('/').expect("TEST_DATABASE_URL ends with /<database>");
    if query.is_empty() { format!("{server}/{name}") } else { format!("{server}/{name}?{query}") }
}

/// A PostgreSQL server of one test's own, to stop and kill. What was committed is there again after each start.
pub struct Postgres {
    folder: TempDir,
    port: u16,
    /// Who the server runs as, where the tests run as root, whom it refuses.
    user: Option<(u32, u32)>,
    running: Option<Child>,
}

impl Postgres {
    /// # Panics
    /// When PostgreSQL is not installed or does not start.
    pub async fn start() -> Self {
        let folder = tempfile::Builder::new().prefix("mandate-postgres-").tempdir().expect("a folder");
        let is_root = fs::metadata(folder.path()).expect("the folder").uid() == 0;
        let user = is_root.then(unprivileged_user);
        if let Some((uid, gid)) = user {
            chown(folder.path(), Some(uid), Some(gid)).expect("another owner");
        }
        let mut server = Self { folder, port: free_port(), user, running: None };
        let made = server
            .program("initdb")
            .args(["--username=mandate", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"])
            .stdout(Stdio::null())
            .status()
            .await;
        assert!(made.expect("initdb").success(), "initdb failed");
        server.start_again().await;
        server
    }

    /// The address of a database on this server; `postgres` is always there.
    pub fn url(&self, database: &str) -> String {
        format!("postgres://mandate@127.0.0.1:{}/{database}", self.port)
    }

    /// Ends the server: `QUIT` at once, as `pg_ctl stop -m immediate` does, `INT` after its transactions were rolled back, and
    /// `KILL` as a machine that goes away.
    pub async fn stop(&mut self, signal: &str) {
        if let Some(child) = self.running.take() {
            end(child, signal).await;
        }
    }

    /// Starts it after a stop, on the same port and data, and waits until it answers.
    ///
    /// # Panics
    /// When it does not within a minute.
    pub async fn start_again(&mut self) {
        let began = Instant::now();
        // The parts of a killed server take a moment to notice, and it does not start before.
        while began.elapsed() < PATIENCE {
            let log = fs::File::create(self.folder.path().join("server.log")).expect("a log file");
            let mut child = self
                .program("postgres")
                .arg(format!("-p{}", self.port))
                .args(["-clisten_addresses=127.0.0.1", "-cunix_socket_directories=", "-cmax_connections=100"])
                // Committed data outlive each end of the server, as the machine itself stays up.
                .args(["-cfsync=off", "-cfull_page_writes=off"])
                .stdout(Stdio::null())
                .stderr(log)
                .kill_on_drop(true)
                .spawn()
                .expect("PostgreSQL starts");
            while child.try_wait().expect("the server's state").is_none() && began.elapsed() < PATIENCE {
                if self.answers().await {
                    self.running = Some(child);
                    return;
                }
                sleep(Duration::from_millis(50)).await;
            }
        }
        let log = fs::read_to_string(self.folder.path().join("server.log")).unwrap_or_default();
        panic!("PostgreSQL did not start: {log}");
    }

    /// Whether it takes connections now.
    pub async fn answers(&self) -> bool {
        let mut options = ConnectOptions::new(self.url("postgres"));
        // The pool tries again until this has passed.
        options.max_connections(1).acquire_timeout(Duration::from_millis(200)).sqlx_logging(false);
        match Database::connect(options).await {
            Ok(connection) => connection.close().await.is_ok(),
            Err(_) => false,
        }
    }

    fn program(&self, name: &str) -> Command {
        let mut command = Command::new(program(name));
        command.arg("-D").arg(self.folder.path().join("data")).current_dir(self.folder.path());
        if let Some((uid, gid)) = self.user {
            command.uid(uid).gid(gid);
        }
        command
    }
}

/// A Redis server of one test's own, to stop, kill and empty. It keeps nothing over a stop.
pub struct Redis {
    folder: TempDir,
    port: u16,
    running: Option<Child>,
}

impl Redis {
    /// # Panics
    /// When Redis is not installed or does not start.
    pub async fn start() -> Self {
        let mut server = Self { folder: TempDir::new().expect("a folder"), port: free_port(), running: None };
        server.start_again().await;
        server
    }

    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}/", self.port)
    }

    /// Ends the server: `TERM` in order, `KILL` as a machine that goes away.
    pub async fn stop(&mut self, signal: &str) {
        if let Some(child) = self.running.take() {
            end(child, signal).await;
        }
    }

    /// Starts it after a stop, empty and on the same port, and waits until it answers.
    ///
    /// # Panics
    /// When it does not within a minute.
    pub async fn start_again(&mut self) {
        let child = Command::new(program("redis-server"))
            .args(["--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--port", &self.port.to_string()])
            .current_dir(self.folder.path())
            .stdout(Stdio::null())
            .kill_on_drop(true)
            .spawn();
        self.running = Some(child.expect("Redis starts"));
        let began = Instant::now();
        while self.try_command(&["PING"]).await.is_err() {
            assert!(began.elapsed() < PATIENCE, "Redis did not start");
            sleep(Duration::from_millis(20)).await;
        }
    }

    /// Forgets everything: keys, scripts stay.
    pub async fn flush_all(&self) {
        self.command(&["FLUSHALL"]).await;
    }

    /// Any command, such as `CLIENT PAUSE 2000`.
    ///
    /// # Panics
    /// When the server does not answer, or refuses.
    pub async fn command(&self, words: &[&str]) {
        self.try_command(words).await.expect("Redis answers");
    }

    async fn try_command(&self, words: &[&str]) -> redis::RedisResult<()> {
        let mut connection = redis::Client::open(self.url())?.get_multiplexed_async_connection().await?;
        let mut command = redis::cmd(words.first().expect("a command"));
        for word in words.iter().skip(1) {
            command.arg(word);
        }
        command.query_async::<redis::Value>(&mut connection).await.map(drop)
    }
}

/// Sends the signal and waits for the end, which KILL makes sure of.
async fn end(mut child: Child, signal: &str) {
    if let Some(pid) = child.id() {
        let sent = Command::new("kill").args(["-s", signal, &pid.to_string()]).status().await;
        assert!(sent.expect("kill").success(), "no signal could be sent");
    }
    if tokio::time::timeout(PATIENCE, child.wait()).await.is_err() {
        child.kill().await.expect("the server ends");
    }
}

/// A port that nobody listens on now; another process may take it before the server does, which then fails aloud.
pub fn free_port() -> u16 {
    TcpListener::bind(("127.0.0.1", 0)).and_then(|listener| listener.local_addr()).expect("a free port").port()
}

/// The path of a server's program, also from where Debian puts those that are not in the path.
fn program(name: &str) -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<_> = std::env::split_paths(&path).collect();
    let mut versions: Vec<_> = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten().collect();
    versions.sort_by_key(|version| version.file_name().to_string_lossy().parse::<u32>().unwrap_or_default());
    folders.extend(versions.iter().rev().map(|version| version.path().join("bin")));
    let found = folders.iter().map(|folder| folder.join(name)).find(|file| file.is_file());
    // The path as found: Debian's redis-server is a link, and what it does depends on the name it is called by.
    found.unwrap_or_else(|| panic!("{name} is not installed: run `tests/run`, which says what to install"))
}

/// The user and group of PostgreSQL's own user, else of nobody.
fn unprivileged_user() -> (u32, u32) {
    let users = fs::read_to_string(Path::new("/etc/passwd")).expect("the list of users");
    let ids = |wanted: &str| {
        let fields: Vec<_> = users.lines().map(|line| line.split(':').collect::<Vec<_>>()).collect();
        let fields = fields.iter().find(|fields| fields[0] == wanted)?;
        Some((fields.get(2)?.parse().ok()?, fields.get(3)?.parse().ok()?))
    };
    ids("postgres").or_else(|| ids("nobody")).expect("a user that is not root")
}

fn setting(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| panic!("{name} is not set: run `tests/run`, which starts the servers"))
}
