//! A program that is told what happens: it keeps what it receives, answers as it is told to, and checks signatures by itself.

use std::collections::VecDeque;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::Utc;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Value, json};
use sha2::Sha256;
use tokio::net::TcpListener;
use worker::webhook::Hooks;

use crate::app::TestApp;
use crate::database::Db;
use crate::world::Signed;

/// A delivery as it arrived.
#[derive(Debug, Clone)]
pub struct Received {
    pub id: String,
    pub timestamp: i64,
    pub signatures: Vec<String>,
    pub bytes: Vec<u8>,
    pub body: Value,
    pub at: Instant,
}

impl Received {
    /// Whether one of its signatures is by this secret. Written from the specification, and shares nothing with the product.
    pub fn is_signed_by(&self, secret: &str) -> bool {
        let key = STANDARD.decode(secret.strip_prefix("whsec_").expect("a secret")).expect("base64");
        assert!((24..=64).contains(&key.len()), "{} bytes", key.len());
        let mut mac = Hmac::<Sha256>::new_from_slice(&key).expect("a key");
        mac.update(format!("{}.{}.", self.id, self.timestamp).as_bytes());
        mac.update(&self.bytes);
        let sum = STANDARD.encode(mac.finalize().into_bytes());
        self.signatures.iter().any(|signature| *signature == format!("v1,{sum}"))
    }

    pub fn kind(&self) -> &str {
        self.body["type"].as_str().expect("a type")
    }
}

/// What is answered: a status, perhaps a redirect, perhaps late.
#[derive(Debug, Clone)]
pub struct Reply {
    pub status: u16,
    pub location: Option<String>,
    pub after: Duration,
}

impl From<u16> for Reply {
    fn from(status: u16) -> Self {
        Self { status, location: None, after: Duration::ZERO }
    }
}

#[derive(Default)]
struct Kept {
    received: Vec<Received>,
    replies: VecDeque<Reply>,
    usual: Option<Reply>,
}

/// The program; it runs until the test ends.
#[derive(Clone)]
pub struct Receiver {
    address: SocketAddr,
    kept: Arc<Mutex<Kept>>,
}

impl Receiver {
    /// On a port of its own, answering 204.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("its address");
        let kept = Arc::new(Mutex::new(Kept::default()));
        let app = axum::Router::new().fallback(receive).with_state(Arc::clone(&kept));
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self { address, kept }
    }

    pub fn url(&self) -> String {
        format!("http://{}/hooks", self.address)
    }

    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// The next answers; then the usual one again.
    pub fn answer_next(&self, replies: impl IntoIterator<Item = impl Into<Reply>>) {
        self.kept().replies.extend(replies.into_iter().map(Into::into));
    }

    /// What is answered from now on.
    pub fn answer(&self, reply: impl Into<Reply>) {
        self.kept().usual = Some(reply.into());
    }

    /// All that has arrived so far, and is forgotten.
    pub fn take(&self) -> Vec<Received> {
        std::mem::take(&mut self.kept().received)
    }

    /// How many have arrived that were not taken.
    pub fn count(&self) -> usize {
        self.kept().received.len()
    }

    fn kept(&self) -> std::sync::MutexGuard<'_, Kept> {
        self.kept.lock().expect("no panic")
    }
}

async fn receive(State(kept): State<Arc<Mutex<Kept>>>, headers: HeaderMap, bytes: Bytes) -> Response {
    let at = Instant::now();
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    let reply = {
        let mut kept = kept.lock().expect("no panic");
        kept.received.push(Received {
            id: header("webhook-id"),
            timestamp: header("webhook-timestamp").parse().unwrap_or_default(),
            signatures: header("webhook-signature").split(' ').map(str::to_owned).collect(),
            body: serde_json::from_slice(&bytes).unwrap_or_default(),
            bytes: bytes.to_vec(),
            at,
        });
        kept.replies.pop_front().or_else(|| kept.usual.clone()).unwrap_or_else(|| 204.into())
    };
    tokio::time::sleep(reply.after).await;
    let status = StatusCode::from_u16(reply.status).expect("a status");
    match reply.location {
        Some(to) => (status, [("location", to)]).into_response(),
        None => status.into_response(),
    }
}

/// Counts the connections to a port, and answers none.
pub struct Trap {
    address: SocketAddr,
    count: Arc<std::sync::atomic::AtomicUsize>,
}

impl Trap {
    pub async fn at(ip: IpAddr) -> Self {
        let listener = TcpListener::bind((ip, 0)).await.expect("a port");
        let (address, count) = (listener.local_addr().expect("its address"), Arc::default());
        let seen: Arc<std::sync::atomic::AtomicUsize> = Arc::clone(&count);
        tokio::spawn(async move {
            let mut open = Vec::new();
            while let Ok((connection, _)) = listener.accept().await {
                seen.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
                open.push(connection);
            }
        });
        Self { address, count }
    }

    pub fn port(&self) -> u16 {
        self.address.port()
    }

    pub fn connections(&self) -> usize {
        self.count.load(std::sync::atomic::Ordering::SeqCst)
    }
}

/// An endpoint as its owner knows it.
#[derive(Debug, Clone)]
pub struct Endpoint {
    pub id: String,
    pub secret: String,
}

impl TestApp {
    /// Starts one whose webhooks may go to programs of this machine.
    pub async fn start_calling(db: Db) -> Self {
        Self::start_with(db, |setup| {
            setup.settings.may_call_private_webhooks = true;
            setup.hooks = Hooks::new(true).expect("a client");
        })
        .await
    }

    /// Makes an endpoint as this person; no kind is all.
    pub async fn endpoint(&self, who: &Signed, url: &str, kinds: &[&str]) -> Endpoint {
        let input = json!({ "accountId": who.account_id, "url": url, "events": kinds });
        let saved = self.done(&who.token, "saveWebhookEndpoint", input, "webhookEndpoint { id } secret").await;
        let text = |value: &Value| value.as_str().expect("a text").to_owned();
        Endpoint { id: text(&saved["webhookEndpoint"]["id"]), secret: text(&saved["secret"]) }
    }

    /// An endpoint as this person sees it.
    pub async fn endpoint_as_seen(&self, token: &str, id: &str) -> Value {
        let query = "query($id: ID!) { node(id: $id) { ... on WebhookEndpoint { id url events enabled failingSince forProvider account { id }
            deliveries(first: 100) { totalCount nodes {
                id status attempts sequence lastAttemptAt lastResponseStatus nextAttemptAt event { id kind account { id } } } } } } }";
        self.ask_as(token, query, json!({ "id": id })).await.ok()["node"].clone()
    }
}

/// Whether a moment of a signature is about now.
pub fn is_now(timestamp: i64) -> bool {
    (Utc::now().timestamp() - timestamp).abs() < 60
}
