//! The gateway as it is delivered, and a client that costs next to nothing beside what is measured.

#![allow(dead_code, clippy::allow_attributes, reason = "no bench uses all of it")]

use std::fs;
use std::net::SocketAddr;
use std::process::Stdio;
use std::time::{Duration, Instant};

use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, Statement};
use serde_json::{Value, json};
use tests::server::free_port;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};

/// One HTTP connection that is kept open: a client that costs next to nothing beside what it measures.
pub struct Http {
    stream: TcpStream,
    pub token: Option<String>,
}

impl Http {
    /// Connects, to ask as whoever holds the token.
    pub async fn open(address: SocketAddr, token: Option<String>) -> std::io::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, token })
    }

    /// The body of the answer.
    pub async fn ask(&mut self, body: &str) -> String {
        let sign = self.token.as_ref().map(|token| format!("Authorization: Bearer {token}\r\n")).unwrap_or_default();
        let request = format!(
            "POST /graphql HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\nAccept: application/json\r\n{sign}Content-Length: {}\r\n\r\n{body}",
            body.len()
        );
        self.stream.write_all(request.as_bytes()).await.expect("the gateway takes the request");
        let mut answer = Vec::with_capacity(64 * 1024);
        loop {
            let read = self.stream.read_buf(&mut answer).await.expect("the gateway answers");
            assert!(read > 0, "the gateway hung up: {}", String::from_utf8_lossy(&answer));
            let Some(head) = answer.windows(4).position(|bytes| bytes == b"\r\n\r\n") else { continue };
            let text = String::from_utf8_lossy(&answer[..head]).to_lowercase();
            let length = text.lines().find_map(|line| line.strip_prefix("content-length:")).expect("a length");
            let length: usize = length.trim().parse().expect("a number");
            if answer.len() >= head + 4 + length {
                return String::from_utf8(answer.split_off(head + 4)).expect("JSON is UTF-8");
            }
        }
    }
}

/// What a query answers, which must not fail.
pub async fn data(http: &mut Http, query: &str, variables: Value) -> Value {
    let answer = http.ask(&json!({ "query": query, "variables": variables }).to_string()).await;
    let mut answer: Value = serde_json::from_str(&answer).expect("JSON");
    assert!(answer.get("errors").is_none(), "{answer:#}");
    answer["data"].take()
}

/// The gateway as it is delivered: the binary beside this one.
pub struct Gateway {
    child: Child,
    pub address: SocketAddr,
    pub started: Instant,
}

impl Gateway {
    /// Starts it, and waits until it listens.
    pub async fn start(database: &str) -> Self {
        let own = std::env::current_exe().expect("a path");
        let folder = own.parent().and_then(|deps| deps.parent()).expect("target/release/deps");
        let address = SocketAddr::from(([127, 0, 0, 1], free_port()));
        let started = Instant::now();
        let child = Command::new(folder.join("mandate"))
            .arg("serve")
            .env("DATABASE_URL", database)
            .env("MANDATE_LISTEN", address.to_string())
            .env("MANDATE_METRICS_LISTEN", format!("127.0.0.1:{}", free_port()))
            .env("MANDATE_RATE_LIMITS", "off")
            .env("MANDATE_SELLER_NAME", "Bench GmbH")
            .env("MANDATE_SELLER_COUNTRY", "DE")
            .env("MANDATE_SELLER_VAT_ID", "DE123456789")
            .env("MANDATE_SELLER_ADDRESS", "Hafen 1")
            .env("MANDATE_SELLER_IBAN", "DE89370400440532013000")
            .env("MANDATE_SELLER_TIME_ZONE", "Europe/Berlin")
            .stdout(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .expect("`mandate` is built beside the bench: cargo build --release");
        while TcpStream::connect(address).await.is_err() {
            assert!(started.elapsed() < Duration::from_secs(30), "the gateway does not listen");
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        Self { child, address, started }
    }

    pub fn pid(&self) -> u32 {
        self.child.id().expect("it runs")
    }

    /// Resident memory, in kB.
    pub fn resident(&self) -> String {
        let status = fs::read_to_string(format!("/proc/{}/status", self.pid())).unwrap_or_default();
        status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or("unknown").trim().to_owned()
    }
}

/// Processor time of a process so far, in milliseconds; zero for one of another machine.
pub fn cpu(pid: u32) -> u64 {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks = |at: usize| fields.get(at).and_then(|field| field.parse::<u64>().ok()).unwrap_or_default();
    (ticks(11) + ticks(12)) * 10
}

/// Signs somebody of the sample data in, for good: their token, and the id of their account.
pub async fn sign_in(http: &mut Http, email: &str) -> (String, Value) {
    let sign_in = "mutation($input: SignInInput!) { signIn(input: $input) { accessToken userErrors { message } } }";
    let input = json!({ "input": { "email": email, "password": domain::seed::PASSWORD } });
    let signed_in = data(http, sign_in, input).await;
    let token = signed_in["signIn"]["accessToken"].as_str().expect("signed in").to_owned();
    http.token = Some(token.clone());
    let accounts = data(http, "{ viewer { memberships(first: 1) { nodes { account { id } } } } }", json!({})).await;
    (token, accounts["viewer"]["memberships"]["nodes"][0]["account"]["id"].clone())
}

/// All server processes of the database.
pub async fn backends(db: &DatabaseConnection) -> Vec<u32> {
    let sql = "SELECT pid FROM pg_stat_activity WHERE datname = current_database()";
    let rows = db.query_all_raw(Statement::from_string(DbBackend::Postgres, sql)).await.expect("backends");
    let pids = rows.iter().filter_map(|row| row.try_get_by_index::<i32>(0).ok());
    pids.filter_map(|pid| pid.try_into().ok()).collect()
}
