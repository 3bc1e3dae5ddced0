//! Several processes on one database, as an operator runs them.

mod revoked;
mod streams;

use std::time::Duration;

use futures::{SinkExt as _, StreamExt as _};
use reqwest::Client;
use serde_json::{Value, json};
use tests::client::Reply;
use tests::database::{Database, Db};
use tests::installation::{Installation, Running};
use tests::partners::Partners;
use tests::server::{Redis, free_port};
use tokio::net::TcpStream;
use tokio::process::Command;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

const SOON: Duration = Duration::from_secs(20);
const FOLLOW: &str = "subscription($of: ID!, $after: String) { activityAdded(accountId: $of, after: $after) { cursor subject { ... on Client { name } } } }";

/// A gateway of its own, and one who asks it.
struct Gateway {
    installation: Installation,
    process: Running,
    http: Client,
}

impl Gateway {
    async fn start(installation: Installation) -> Self {
        let process = installation.serve("serve").await;
        Self { installation, process, http: tests::client::http() }
    }

    async fn send(&self, token: &str, body: &Value) -> Reply {
        let mut request = self.http.post(self.installation.endpoint()).json(body);
        if !token.is_empty() {
            request = request.bearer_auth(token);
        }
        Reply::to(request).await
    }

    async fn create_client(&self, token: &str, account: &str, name: &str) {
        let mutation = "mutation($input: CreateClientInput!) { createClient(input: $input) { client { id } userErrors { code } } }";
        let input = json!({ "partnerId": account, "client": { "name": name } });
        self.send(token, &json!({ "query": mutation, "variables": { "input": input } })).await.ok();
    }
}

/// Tries are counted, and texts kept, for all gateways together; without Redis each goes on with its own.
#[tokio::test(flavor = "multi_thread")]
async fn gateways_share_tries_and_persisted_queries() {
    let w = Partners::start(Db::Postgres).await;
    let mut redis = Redis::start().await;
    let installation =
        || Installation::new(w.database().url(), "").with("REDIS_URL", &redis.url()).with("MANDATE_RATE_LIMITS", "on");
    let (one, other) = (Gateway::start(installation()).await, Gateway::start(installation()).await);

    let text = "{ viewer { user { email } } }";
    let extensions = json!({ "persistedQuery": { "version": 1, "sha256Hash": sha256(text).await } });
    let by_hash = json!({ "extensions": extensions });
    let with_text = json!({ "query": text, "extensions": extensions });
    assert_eq!(other.send(&w.acme_owner, &by_hash).await.error(), "PERSISTED_QUERY_NOT_FOUND");
    one.send(&w.acme_owner, &with_text).await.ok();
    // nobody waits until Redis has it
    let found = async {
        while other.send(&w.acme_owner, &by_hash).await.body.get("errors").is_some() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(SOON, found).await.expect("the text that the other gateway was sent");
    assert_eq!(other.send(&w.acme_owner, &by_hash).await.ok()["viewer"]["user"]["email"], "ann@acme.example");

    let mutation = "mutation($input: SignInInput!) { signIn(input: $input) { userErrors { code } } }";
    let input = json!({ "email": "ann@acme.example", "password": "wrong horse battery" });
    let wrong = json!({ "query": mutation, "variables": { "input": input } });
    for number in 0..10 {
        let gateway = if number % 2 == 0 { &one } else { &other };
        assert_eq!(gateway.send("", &wrong).await.user_error(), "INVALID_CREDENTIALS", "try {number}");
    }
    for gateway in [&one, &other] {
        assert_eq!(gateway.send("", &wrong).await.error(), "RATE_LIMITED", "five tries here, and five there");
    }

    redis.stop("KILL").await;
    for gateway in [&one, &other] {
        gateway.send(&w.acme_owner, &by_hash).await.ok();
    }
}

/// A gateway that stops closes its streams so that clients know, and they go on at another one, without a gap or a repeat.
#[tokio::test(flavor = "multi_thread")]
async fn streams_go_on_at_another_gateway() {
    let w = Partners::start(Db::Postgres).await;
    let installation = || Installation::new(w.database().url(), "");
    let (one, other) = (Gateway::start(installation()).await, Gateway::start(installation()).await);
    let query = "{ viewer { memberships(first: 1) { nodes { account { id } } } } }";
    let account = one.send(&w.acme_owner, &json!({ "query": query })).await;
    let account =
        account.ok()["viewer"]["memberships"]["nodes"][0]["account"]["id"].as_str().expect("an id").to_owned();

    let mut socket = socket(&one, &w.acme_owner, &json!({ "of": account })).await;
    let mut events = events(&one, &w.acme_owner, &json!({ "of": account })).await;
    // both are there before what they are to hear of happens
    tokio::time::sleep(Duration::from_millis(500)).await;
    other.create_client(&w.acme_owner, &account, "First").await;
    let first = next(&mut socket).await;
    assert_eq!(first["type"], "next", "{first}");
    let first = &first["payload"]["data"]["activityAdded"];
    assert_eq!(first["subject"]["name"], "First");
    let told = events.until("\n\n").await;
    assert!(told.contains("event: next") && told.contains("First"), "{told}");

    one.process.terminate().await;
    other.create_client(&w.acme_owner, &account, "Second").await;
    let rest = events.until("event: complete").await;
    assert_eq!(closed(&mut socket).await, 1001);
    assert!(one.process.end(SOON).await.success());

    // whoever was told of the second one before the end goes on after it, the others after the first
    assert!(!rest.contains("First"), "{rest}");
    let after = json!({ "of": account, "after": first["cursor"] });
    let mut again = self::events(&other, &w.acme_owner, &after).await;
    let told = again.until("\n\n").await;
    assert!(told.contains("Second") && !told.contains("First"), "{told}");
    other.create_client(&w.acme_owner, &account, "Third").await;
    let told = again.until("\n\n").await;
    assert!(told.contains("Third") && !told.contains("Second"), "{told}");
}

/// A SQLite file has one process that goes on running; a second one says so and ends.
#[tokio::test(flavor = "multi_thread")]
async fn a_second_process_on_a_sqlite_file_ends() {
    let database = Database::fresh(Db::Sqlite).await;
    let mut first = Installation::new(database.url(), "").serve("up").await;
    for command in ["up", "serve", "work"] {
        let second = Installation::new(database.url(), "");
        let end = second.start(command).end(SOON).await;
        assert!(!end.success(), "{command}");
        let log = second.log();
        assert!(log.contains(&format!("another process ({}) is running on ", first.pid())), "{command}: {log}");
        assert_eq!(log.trim().lines().count(), 1, "{command}: {log}");
    }
    assert!(first.is_alive());
}

/// The figures that an operator's alerts stand on.
#[tokio::test(flavor = "multi_thread")]
async fn figures_are_served() {
    let w = Partners::start(Db::Postgres).await;
    let figures = format!("127.0.0.1:{}", free_port());
    let gateway =
        Gateway::start(Installation::new(w.database().url(), "").with("MANDATE_METRICS_LISTEN", &figures)).await;
    for _ in 0..3 {
        gateway.send(&w.acme_owner, &json!({ "query": "{ viewer { user { email } } }" })).await.ok();
    }
    let page = tests::client::http().get(format!("http://{figures}/metrics")).send().await.expect("a page");
    let page = page.text().await.expect("a text");
    let value = |name: &str| {
        let line =
            page.lines().find_map(|line| line.strip_prefix(name)?.split_whitespace().last()?.parse::<f64>().ok());
        line.unwrap_or_else(|| panic!("{name} is missing: {page}"))
    };
    assert!(value("mandate_request_seconds_count") >= 3.0);
    assert!(value("mandate_request_statements_count") >= 3.0);
    // who asks, in one statement
    assert!(value("mandate_request_statements_sum") >= 3.0);
}

/// In hex, by another program than ours.
async fn sha256(text: &str) -> String {
    let command = format!("printf %s '{text}' | sha256sum | cut -c 1-64");
    let done = Command::new("sh").args(["-c", &command]).output().await.expect("sha256sum");
    String::from_utf8(done.stdout).expect("hex").trim().to_owned()
}

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

async fn socket(gateway: &Gateway, token: &str, variables: &Value) -> Socket {
    let address = format!("ws://{}/graphql/ws", gateway.installation.address());
    let mut handshake = address.into_client_request().expect("an address");
    handshake.headers_mut().insert("sec-websocket-protocol", "graphql-transport-ws".parse().expect("a header"));
    let (mut socket, _) = tokio_tungstenite::connect_async(handshake).await.expect("a socket");
    let init = json!({ "type": "connection_init", "payload": { "authorization": format!("Bearer {token}") } });
    socket.send(Message::text(init.to_string())).await.expect("to be heard");
    assert_eq!(next(&mut socket).await["type"], "connection_ack");
    let subscribe = json!({ "type": "subscribe", "id": "1", "payload": { "query": FOLLOW, "variables": variables } });
    socket.send(Message::text(subscribe.to_string())).await.expect("to be heard");
    socket
}

/// The next message that is none of the protocol's own.
async fn next(socket: &mut Socket) -> Value {
    loop {
        let message =
            tokio::time::timeout(SOON, socket.next()).await.expect("a message").expect("more").expect("a text");
        let Message::Text(text) = message else { continue };
        let value: Value = serde_json::from_str(&text).expect("JSON");
        if value["type"] != "ping" && value["type"] != "pong" {
            return value;
        }
    }
}

/// The code that the socket is closed with.
async fn closed(socket: &mut Socket) -> u16 {
    loop {
        let message = tokio::time::timeout(SOON, socket.next()).await.expect("an end").expect("a close");
        if let Message::Close(frame) = message.expect("a message") {
            return frame.expect("a code").code.into();
        }
    }
}

/// An event stream, as far as it was read.
struct Events {
    answer: reqwest::Response,
    unread: String,
}

async fn events(gateway: &Gateway, token: &str, variables: &Value) -> Events {
    let body = json!({ "query": FOLLOW, "variables": variables });
    let request =
        gateway.http.post(format!("{}/stream", gateway.installation.endpoint())).json(&body).bearer_auth(token);
    let answer = request.header("accept", "text/event-stream").send().await.expect("a stream");
    assert_eq!(answer.status(), 200);
    Events { answer, unread: String::new() }
}

impl Events {
    /// What comes next, up to and with this text; comments that keep the connection open are left out.
    async fn until(&mut self, end: &str) -> String {
        loop {
            self.unread = self.unread.split_off(self.unread.len() - self.unread.trim_start_matches([':', '\n']).len());
            if let Some(at) = self.unread.find(end) {
                let rest = self.unread.split_off(at + end.len());
                return std::mem::replace(&mut self.unread, rest);
            }
            let chunk = tokio::time::timeout(SOON, self.answer.chunk()).await.expect("a piece in time");
            let chunk = chunk.expect("a piece").unwrap_or_else(|| panic!("the stream ended after {:?}", self.unread));
            self.unread.push_str(&String::from_utf8_lossy(&chunk));
        }
    }
}
