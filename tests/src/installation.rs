//! The built binary, run as an operator runs it: in a folder of its own, with an environment of its own.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;
use tokio::net::TcpStream;
use tokio::process::{Child, Command};

use crate::server::free_port;

/// How long a process may take to listen: the machine may be busy.
const PATIENCE: Duration = Duration::from_mins(1);

/// A folder and settings, in which processes are started, killed and started again.
pub struct Installation {
    folder: TempDir,
    variables: Vec<(String, String)>,
    port: u16,
}

/// A process of an installation; killed when it is dropped.
pub struct Running(Child);

/// The binary that Cargo has built beside the tests.
pub fn binary() -> PathBuf {
    let own = std::env::current_exe().expect("a path");
    own.parent().and_then(Path::parent).expect("target/debug/deps").join("mandate")
}

impl Installation {
    /// On this database, with `mandate.toml` as given; limits on requests are off.
    pub fn new(database_url: &str, file: &str) -> Self {
        let folder = TempDir::new().expect("a folder");
        fs::write(folder.path().join("mandate.toml"), file).expect("the settings");
        let port = free_port();
        let variables = [
            ("DATABASE_URL", database_url),
            ("MANDATE_LISTEN", &format!("127.0.0.1:{port}")),
            ("MANDATE_METRICS_LISTEN", "127.0.0.1:0"),
            ("MANDATE_RATE_LIMITS", "off"),
            ("MANDATE_SELLER_NAME", "Nordlicht Hosting GmbH"),
            ("MANDATE_SELLER_COUNTRY", "DE"),
            ("MANDATE_SELLER_VAT_ID", "DE123456789"),
            ("MANDATE_SELLER_ADDRESS", "Hafen 1"),
            ("MANDATE_SELLER_IBAN", "DE89370400440532013000"),
            ("MANDATE_SELLER_TIME_ZONE", "Europe/Berlin"),
            ("MANDATE_MAIL_FROM", "billing@portal.example"),
        ];
        let variables = variables.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
        Self { folder, variables, port }
    }

    /// One more variable, or another value of one.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }

    pub fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// Where GraphQL is asked.
    pub fn endpoint(&self) -> String {
        format!("http://{}/graphql", self.address())
    }

    /// Starts a command that goes on running; what it writes is in [`Installation::log`].
    pub fn start(&self, command: &str) -> Running {
        let log = File::options().create(true).append(true).open(self.folder.path().join("log")).expect("a log");
        let child = Command::new(binary())
            .args(command.split(' '))
            .current_dir(self.folder.path())
            .env_clear()
            .envs(self.variables.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stdout(log.try_clone().expect("a log"))
            .stderr(log)
            .kill_on_drop(true)
            .spawn();
        Running(child.expect("`mandate` is built beside the tests: cargo test --workspace"))
    }

    /// Starts one that serves, and waits until it listens.
    ///
    /// # Panics
    /// With its log, when it ends or takes too long.
    pub async fn serve(&self, command: &str) -> Running {
        let mut running = self.start(command);
        let began = Instant::now();
        while TcpStream::connect(self.address()).await.is_err() {
            assert!(running.is_alive() && began.elapsed() < PATIENCE, "it does not listen: {}", self.log());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        running
    }

    /// Runs a command that ends.
    ///
    /// # Panics
    /// With its log, when it fails.
    pub async fn run(&self, command: &str) {
        let end = self.start(command).0.wait().await.expect("its end");
        assert!(end.success(), "{command}: {end}: {}", self.log());
    }

    /// What all its processes have written so far.
    pub fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }
}

impl Running {
    /// # Panics
    /// When it has ended.
    pub fn pid(&self) -> u32 {
        self.0.id().expect("it runs")
    }

    pub fn is_alive(&mut self) -> bool {
        self.0.try_wait().expect("its state").is_none()
    }

    /// SIGKILL: nothing of it runs on.
    pub async fn kill(mut self) {
        self.0.kill().await.expect("its end");
    }

    /// SIGTERM.
    pub async fn terminate(&self) {
        let sent = Command::new("kill").args(["-s", "TERM", &self.pid().to_string()]).status().await;
        assert!(sent.expect("kill").success(), "no signal could be sent");
    }

    /// Waits for its own end.
    ///
    /// # Panics
    /// When it takes longer than this.
    pub async fn end(mut self, limit: Duration) -> ExitStatus {
        tokio::time::timeout(limit, self.0.wait()).await.expect("an end in time").expect("its end")
    }
}
