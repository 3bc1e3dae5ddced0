//! The edge from outside, on the real router, with a small schema of its own: what a client can send, and what comes back.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use async_graphql::{Context, Data, InputObject, Object, Schema, SimpleObject, Subscription};
use axum::{
    Router,
    body::{Body, to_bytes},
    http::{Request, StatusCode, header},
};
use domain::store::Statements;
use futures::{Stream, StreamExt, stream};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

use super::{Edge, Gateway, Incoming, PersistedQueries, Resume, Session, Settings, router};
use crate::rounds::Rounds;
use crate::{
    error::{Code, EdgeError},
    limits::{Limiter, Rate},
};

pub(crate) struct Query;
pub(crate) struct Mutation;
pub(crate) struct Events;

struct Caller(String);
#[derive(Default)]
pub(crate) struct Seen {
    pub(crate) opened: AtomicUsize,
    pub(crate) added: AtomicUsize,
}

#[derive(InputObject)]
struct Tree {
    label: Option<String>,
    child: Option<Vec<Tree>>,
}

#[derive(SimpleObject)]
struct Connection {
    nodes: Vec<i32>,
}

#[Object]
impl Query {
    async fn hello(&self, name: Option<String>) -> String {
        format!("hello {}", name.as_deref().unwrap_or("you"))
    }

    async fn viewer(&self, ctx: &Context<'_>) -> async_graphql::Result<String> {
        Ok(ctx.data::<Caller>()?.0.clone())
    }

    async fn me(&self) -> &Self {
        self
    }

    async fn size(&self, tree: Option<Vec<Tree>>) -> usize {
        fn count(trees: &[Tree]) -> usize {
            trees.iter().map(|t| 1 + t.label.as_ref().map_or(0, |_| 0) + t.child.as_deref().map_or(0, count)).sum()
        }
        count(&tree.unwrap_or_default())
    }

    async fn clients(&self, first: Option<i32>) -> Connection {
        Connection { nodes: (0..first.unwrap_or(20)).collect() }
    }

    async fn due(&self, on: crate::scalar::Date) -> crate::scalar::Date {
        on
    }

    async fn boom(&self, really: Option<bool>) -> i32 {
        assert_eq!(really, Some(false), "a bug");
        0
    }

    async fn fault(&self) -> async_graphql::Result<i32> {
        Err(std::io::Error::other("relation \"secret\" does not exist").into())
    }

    async fn away(&self) -> async_graphql::Result<i32> {
        Err(EdgeError::unavailable(Duration::from_millis(2_500)).into())
    }
}

#[Object]
impl Mutation {
    async fn add(&self, ctx: &Context<'_>, after_ms: Option<u64>) -> async_graphql::Result<usize> {
        let seen = ctx.data::<Arc<Seen>>()?;
        tokio::time::sleep(Duration::from_millis(after_ms.unwrap_or(0))).await;
        Ok(seen.added.fetch_add(1, Ordering::SeqCst) + 1)
    }
}

#[derive(SimpleObject)]
struct Event {
    cursor: String,
    number: u32,
}

#[Subscription]
impl Events {
    async fn activity_added(&self, after: Option<String>) -> impl Stream<Item = Event> {
        let seen = after.and_then(|cursor| cursor.strip_prefix("c")?.parse::<u32>().ok()).unwrap_or(0);
        stream::iter(seen + 1..=3).map(|number| Event { cursor: format!("c{number}"), number })
    }

    async fn endless(&self) -> impl Stream<Item = u32> {
        stream::iter([1]).chain(stream::pending())
    }

    async fn breaks(&self) -> impl Stream<Item = u32> {
        stream::iter([1, 2]).map(|number| if number == 2 { panic!("a bug") } else { number })
    }
}

pub(crate) struct SignIn(pub(crate) Arc<Seen>);

impl Edge for SignIn {
    async fn open(&self, incoming: &Incoming<'_>) -> Result<Session, EdgeError> {
        self.0.opened.fetch_add(1, Ordering::SeqCst);
        let from_header = incoming.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let from_init = incoming.connection_init.and_then(|init| init.get("authorization")?.as_str());
        let name = from_header.or(from_init).and_then(|value| value.strip_prefix("Bearer ")).unwrap_or("anonymous");
        if name == "expired" {
            return Err(EdgeError::new(Code::Unauthenticated, "Sign in again."));
        }
        let mut data = Data::default();
        data.insert(Caller(name.to_owned()));
        data.insert(Arc::clone(&self.0));
        Ok(Session { data, bucket: name.to_owned(), statements: Statements::default(), rounds: Rounds::default() })
    }
}

pub(crate) struct App {
    pub(crate) router: Router,
    pub(crate) seen: Arc<Seen>,
    pub(crate) shutdown: CancellationToken,
}

pub(crate) fn app(adjust: impl FnOnce(&mut Settings)) -> App {
    let schema = Schema::build(Query, Mutation, Events).disable_suggestions().limit_directives(5).finish();
    let seen = Arc::new(Seen::default());
    let shutdown = CancellationToken::new();
    let mut settings = Settings {
        origins: vec!["https://api.example".into()],
        introspection: false,
        limiter: Limiter::Off,
        persisted: PersistedQueries::new(1 << 20, None),
        max_at_work: 8,
        resume: Some(Resume { field: "activityAdded", after: "after", cursor: "cursor" }),
        shutdown: shutdown.clone(),
    };
    adjust(&mut settings);
    let gateway = Gateway::new(schema, SignIn(Arc::clone(&seen)), settings);
    App { router: router(Arc::new(gateway)), seen, shutdown }
}

pub(crate) struct Reply {
    status: StatusCode,
    headers: axum::http::HeaderMap,
    body: Value,
}

impl Reply {
    fn code(&self) -> &str {
        self.body["errors"][0]["extensions"]["code"].as_str().unwrap_or("none")
    }
}

impl App {
    async fn send(&self, request: Request<Body>) -> Reply {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.unwrap();
        Reply {
            status: parts.status,
            headers: parts.headers,
            body: serde_json::from_slice(&bytes).unwrap_or(Value::Null),
        }
    }

    async fn post(&self, body: &Value) -> Reply {
        self.send(post("/graphql", body).body(Body::from(body.to_string())).unwrap()).await
    }

    async fn query(&self, query: &str) -> Reply {
        self.post(&json!({ "query": query })).await
    }

    async fn get(&self, query: &str) -> Reply {
        self.send(Request::get(format!("/graphql?{query}")).body(Body::empty()).unwrap()).await
    }

    async fn is_alive(&self) {
        assert_eq!(self.query("{ hello }").await.body["data"]["hello"], "hello you");
    }
}

fn post(path: &str, _body: &Value) -> axum::http::request::Builder {
    Request::post(path).header(header::CONTENT_TYPE, "application/json")
}

/// GraphQL over HTTP: the client's media type, the status that goes with it, a request id, nothing cached.
#[tokio::test]
async fn both_media_types_have_their_statuses() {
    let app = app(|_| {});
    let send = |accept: &'static str, query: &'static str| {
        let body = json!({ "query": query });
        app.send(post("/graphql", &body).header(header::ACCEPT, accept).body(Body::from(body.to_string())).unwrap())
    };
    let (new, old) = ("application/graphql-response+json", "application/json");
    for (accept, query, status) in [
        (new, "{ hello }", 200),
        (old, "{ hello }", 200),
        (new, "{ nothing }", 400),
        (old, "{ nothing }", 200),
        (new, "{ hello", 400),
        (old, "{ hello", 200),
        (new, "{ fault }", 200),
        (new, "{ away }", 503),
        (old, "{ away }", 503),
        ("text/html", "{ hello }", 406),
    ] {
        let reply = send(accept, query).await;
        assert_eq!(reply.status.as_u16(), status, "{accept} {query} {}", reply.body);
        let media = reply.headers[header::CONTENT_TYPE].to_str().unwrap().to_owned();
        let expected = if accept == "text/html" { new } else { accept };
        assert_eq!(media, format!("{expected}; charset=utf-8"));
        assert!(reply.headers.contains_key("x-request-id"));
        assert_eq!(reply.headers[header::CACHE_CONTROL], "no-store");
        assert_eq!(reply.headers.get(header::RETRY_AFTER).is_some_and(|seconds| seconds == "3"), status == 503);
        if query == "{ nothing }" {
            assert!(reply.body.get("data").is_none(), "no data key without execution: {}", reply.body);
            assert_eq!(reply.code(), "BAD_USER_INPUT");
        }
    }
    assert_eq!(
        app.query("{ hello }").await.body,
        json!({ "data": { "hello": "hello you" }, "extensions": { "cost": { "nodes": 0, "limit": 10_000, "statements": 0 } } })
    );
}

/// A7: nothing that a foreign page can send without asking is taken, and it is refused before it is parsed.
#[tokio::test]
async fn foreign_pages_cannot_ask() {
    let app = app(|_| {});
    let body = || Body::from(r#"{"query":"mutation { add }"}"#);
    for kind in [
        "application/x-www-form-urlencoded",
        "text/plain",
        "multipart/form-data; boundary=x",
        "application/json; charset=utf-16",
        "",
    ] {
        let reply = app.send(Request::post("/graphql").header(header::CONTENT_TYPE, kind).body(body()).unwrap()).await;
        assert_eq!((reply.status.as_u16(), reply.code()), (415, "BAD_USER_INPUT"), "{kind}");
    }
    for (name, value, status) in [
        ("origin", "https://evil.example", 403),
        ("origin", "null", 403),
        ("sec-fetch-site", "cross-site", 403),
        ("origin", "https://api.example", 200),
    ] {
        let reply = app.send(post("/graphql", &Value::Null).header(name, value).body(body()).unwrap()).await;
        assert_eq!(reply.status.as_u16(), status, "{name}: {value}");
    }
    let reply = app.get("query=mutation%20%7B%20add%20%7D").await;
    assert_eq!((reply.status.as_u16(), reply.headers[header::ALLOW].to_str().unwrap()), (405, "POST"));
    assert_eq!(app.seen.added.load(Ordering::SeqCst), 1, "only our own page's mutation ran");
}

#[tokio::test]
async fn queries_may_come_by_get() {
    let app = app(|_| {});
    let reply = app
        .get("query=query%20A(%24n:String)%7Bhello(name:%24n)%7D&variables=%7B%22n%22:%22B%26B%22%7D&operationName=A")
        .await;
    assert_eq!(reply.body["data"]["hello"], "hello B&B", "{}", reply.body);
    for query in ["", "query=", "query=%7Bhello%7D&variables=%5B%5D", "query=%FF", "query=%7Bhello%7D&variables=%7B"] {
        let reply = app.get(query).await;
        assert_eq!((reply.status.as_u16(), reply.code()), (400, "BAD_USER_INPUT"), "{query}");
    }
    let deep = format!("query=%7Bhello%7D&variables=%7B%22a%22:{}{}%7D", "[".repeat(80), "]".repeat(80));
    assert_eq!(app.get(&deep.replace('[', "%5B").replace(']', "%5D")).await.code(), "QUERY_TOO_DEEP");
}

/// A5: refused before anybody was asked who it is, and so before the first statement.
#[tokio::test]
async fn hostile_requests_are_refused_before_sign_in() {
    let app = app(|_| {});
    let doubled: String = (0..30).map(|n| format!("fragment F{n} on Query {{ ...F{0} ...F{0} }}", n + 1)).collect();
    for (body, status, code) in [
        (json!([{ "query": "{ hello }" }]), 400, "BAD_USER_INPUT"),
        (json!("{ hello }"), 400, "BAD_USER_INPUT"),
        (json!({ "query": 5 }), 400, "BAD_USER_INPUT"),
        (json!({}), 400, "BAD_USER_INPUT"),
        (json!({ "query": "x".repeat(300_000) }), 413, "QUERY_TOO_LARGE"),
        (json!({ "query": format!("{{ hello }}{}", " ".repeat(33_000)) }), 413, "QUERY_TOO_LARGE"),
        (json!({ "query": "{ hello }", "variables": nested(70) }), 400, "QUERY_TOO_DEEP"),
        (
            json!({ "query": format!("{{ ...F0 }} {doubled} fragment F30 on Query {{ hello }}") }),
            400,
            "QUERY_TOO_COMPLEX",
        ),
        (json!({ "query": format!("{}hello{}", "{ me ".repeat(16), "}".repeat(16)) }), 400, "QUERY_TOO_DEEP"),
        (json!({ "query": "{ clients(first: 100000) { nodes } }" }), 400, "BAD_USER_INPUT"),
        (json!({ "query": "query A { hello } query B { hello }" }), 400, "BAD_USER_INPUT"),
        (json!({ "query": "{ __schema { types { name } } }" }), 403, "FORBIDDEN"),
        (json!({ "query": "subscription { endless }" }), 405, "BAD_USER_INPUT"),
    ] {
        let reply = app.post(&body).await;
        assert_eq!(
            (reply.status.as_u16(), reply.code()),
            (status, code),
            "{}",
            &body.to_string()[..body.to_string().len().min(90)]
        );
    }
    assert_eq!(app.seen.opened.load(Ordering::SeqCst), 0);
    app.is_alive().await;
}

fn nested(depth: usize) -> Value {
    (0..depth).fold(json!({}), |inner, _| json!({ "a": inner }))
}

/// F1: every depth of brackets that used to end the process, in every place where the parser recurses; each is answered
/// within half a second, and so is the next request.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_depth_of_brackets_ends_the_process() {
    let app = app(|_| {});
    let depths = (50..=7_000).step_by(7).chain([61, 62, 63, 64, 65, 1_250, 1_351, 4_646, 6_970, 6_971, 7_000]);
    let mut slowest = Duration::ZERO;
    for depth in depths {
        let lists = format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        let objects = format!("{}1{}", "{a:".repeat(depth), "}".repeat(depth));
        for query in [
            format!("{{ size(tree: {lists}) }}"),
            format!("{{ size(tree: {objects}) }}"),
            format!("query ($v: [Tree!] = {lists}) {{ size(tree: $v) }}"),
            format!("{{ hello @skip(if: {lists}) }}"),
            format!("query ($v: {}Int{}) {{ hello }}", "[".repeat(depth), "]".repeat(depth)),
            format!("{}hello{}", "{me".repeat(depth), "}".repeat(depth)),
        ] {
            let started = Instant::now();
            let reply = app.query(&query).await;
            slowest = slowest.max(started.elapsed());
            let expected = if query.len() > 32 * 1024 { "QUERY_TOO_LARGE" } else { "QUERY_TOO_DEEP" };
            let is_refused = reply.code() == expected || (depth <= 64 && reply.code() != "none");
            assert!(is_refused, "{depth}: {} {}", &query[..40], reply.body);
        }
    }
    assert!(slowest < Duration::from_millis(500), "{slowest:?}");
    app.is_alive().await;
}

/// F2: fragments that double, up to 30 levels.
#[tokio::test]
async fn doubling_fragments_are_answered_at_once() {
    let app = app(|_| {});
    for levels in 1..=30 {
        let fragments: String =
            (0..levels).map(|n| format!("fragment F{n} on Query {{ ...F{0} ...F{0} }}", n + 1)).collect();
        let started = Instant::now();
        let reply = app.query(&format!("{{ ...F0 }} {fragments} fragment F{levels} on Query {{ hello }}")).await;
        assert!(started.elapsed() < Duration::from_millis(500), "{levels}: {:?}", started.elapsed());
        assert_eq!(reply.code(), if levels <= 10 { "none" } else { "QUERY_TOO_COMPLEX" }, "{levels} {}", reply.body);
    }
    app.is_alive().await;
}

/// A8: a panic and a fault show a code and the request's id; the process and the next request do not notice.
#[tokio::test]
async fn faults_tell_nothing() {
    let app = app(|_| {});
    for query in ["{ boom }", "{ fault }"] {
        let reply = app.query(query).await;
        let error = &reply.body["errors"][0];
        assert_eq!(error["extensions"]["code"], "INTERNAL");
        assert_eq!(error["extensions"]["requestId"], reply.headers["x-request-id"].to_str().unwrap());
        let text = reply.body.to_string();
        assert!(!text.contains("secret") && !text.contains("bug"), "{text}");
        app.is_alive().await;
    }
    assert_eq!(app.query("{ boom }").await.status, StatusCode::INTERNAL_SERVER_ERROR);
    let reply = app.query("{ hell }").await;
    assert!(!reply.body.to_string().contains("hello"), "no suggestions: {}", reply.body);
    assert_eq!(app.query("{ due(on: \"2027-02-30\") }").await.code(), "BAD_USER_INPUT");
}

#[tokio::test]
async fn who_calls_is_found_out_for_each_request() {
    let app = app(|_| {});
    let body = json!({ "query": "{ viewer }" });
    let as_user = |token: &'static str| {
        app.send(
            post("/graphql", &body).header(header::AUTHORIZATION, token).body(Body::from(body.to_string())).unwrap(),
        )
    };
    assert_eq!(as_user("Bearer ann").await.body["data"]["viewer"], "ann");
    assert_eq!(app.post(&body).await.body["data"]["viewer"], "anonymous");
    let reply = as_user("Bearer expired").await;
    assert_eq!((reply.status.as_u16(), reply.code()), (401, "UNAUTHENTICATED"));
}

#[tokio::test]
async fn a_caller_pays_from_their_own_bucket() {
    let app = app(|settings| settings.limiter = Limiter::memory(Rate { capacity: 100, per_second: 1 }));
    let body = json!({ "query": "{ clients(first: 60) { nodes } }" });
    let as_user = |token: &'static str| {
        app.send(
            post("/graphql", &body).header(header::AUTHORIZATION, token).body(Body::from(body.to_string())).unwrap(),
        )
    };
    assert_eq!(as_user("Bearer ann").await.code(), "none");
    let reply = as_user("Bearer ann").await;
    assert_eq!((reply.status.as_u16(), reply.code()), (429, "RATE_LIMITED"));
    let wait = reply.body["errors"][0]["extensions"]["retryAfterMs"].as_u64().unwrap();
    assert!((19_000..=20_000).contains(&wait), "{wait}");
    assert_eq!(reply.headers[header::RETRY_AFTER], wait.div_ceil(1_000).to_string().as_str());
    assert_eq!(as_user("Bearer bob").await.code(), "none");
}

/// Apollo's protocol: ask by hash, be told it is unknown, send both, ask by hash again.
#[tokio::test]
async fn queries_can_be_persisted() {
    let app = app(|_| {});
    let hash = |text: &str| Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let persisted = |hash: String| json!({ "persistedQuery": { "version": 1, "sha256Hash": hash } });
    let by_hash = |text: &str| json!({ "extensions": persisted(hash(text)) });
    let with_text = |text: &str, hash: String| json!({ "query": text, "extensions": persisted(hash) });

    let query = "{ hello(name: \"APQ\") }";
    let unknown = app.post(&by_hash(query)).await;
    assert_eq!(
        (unknown.code(), unknown.body["errors"][0]["message"].as_str()),
        ("PERSISTED_QUERY_NOT_FOUND", Some("PersistedQueryNotFound"))
    );
    assert_eq!(app.post(&with_text(query, hash("{ other }"))).await.code(), "BAD_USER_INPUT");
    assert_eq!(app.post(&by_hash(query)).await.code(), "PERSISTED_QUERY_NOT_FOUND");
    assert_eq!(app.post(&with_text(query, hash(query))).await.code(), "none");
    assert_eq!(app.post(&by_hash(query)).await.body["data"]["hello"], "hello APQ");

    let hostile = format!("{{ size(tree: {}{}) }}", "[".repeat(2_000), "]".repeat(2_000));
    assert_eq!(app.post(&with_text(&hostile, hash(&hostile))).await.code(), "QUERY_TOO_DEEP");
    assert_eq!(
        app.post(&by_hash(&hostile)).await.code(),
        "PERSISTED_QUERY_NOT_FOUND",
        "what the guard refuses is not kept"
    );
    for malformed in [
        json!({ "version": 2, "sha256Hash": "a".repeat(64) }),
        json!({ "version": 1, "sha256Hash": "é".repeat(32) }),
        json!(true),
    ] {
        assert_eq!(app.post(&json!({ "extensions": { "persistedQuery": malformed } })).await.code(), "BAD_USER_INPUT");
    }
}

#[tokio::test]
async fn the_explorer_may_introspect_but_not_in_circles() {
    let app = app(|settings| settings.introspection = true);
    let explorer = include_str!("../../fuzz/corpus/introspection.graphql");
    let reply = app.query(explorer).await;
    assert_eq!(reply.code(), "none", "{}", reply.body);
    let circles = format!("{{ __schema {{ types {{ {} name {} }} }} }}", "fields { type {".repeat(3), "}}".repeat(3));
    assert_eq!(app.query(&circles).await.code(), "QUERY_TOO_COMPLEX");
}

/// R4: who hangs up does not cancel what they began.
#[tokio::test]
async fn a_mutation_outlives_its_client() {
    let app = app(|_| {});
    let body = json!({ "query": "mutation { add(afterMs: 200) }" });
    let request = app.post(&body);
    assert!(tokio::time::timeout(Duration::from_millis(50), request).await.is_err());
    assert_eq!(app.seen.added.load(Ordering::SeqCst), 0);
    tokio::time::sleep(Duration::from_millis(400)).await;
    assert_eq!(app.seen.added.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn overload_is_told_at_once() {
    let app = app(|settings| settings.max_at_work = 1);
    let slow = json!({ "query": "mutation { add(afterMs: 200) }" });
    let (first, second) = tokio::join!(app.post(&slow), async {
        tokio::time::sleep(Duration::from_millis(50)).await;
        app.query("{ hello }").await
    });
    assert_eq!((first.code(), second.code(), second.status.as_u16()), ("none", "UNAVAILABLE", 503));
    assert_eq!(second.headers[header::RETRY_AFTER], "1");
    app.is_alive().await;
}

/// The fuzz target over the stored corpus, and over thousands of mutations of it that are the same on every run.
#[test]
fn the_guard_survives_the_corpus_and_its_mutations() {
    let directory = concat!(env!("CARGO_MANIFEST_DIR"), "/fuzz/corpus");
    let mut files: Vec<_> = std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    assert!(files.len() >= 40, "the corpus is there");
    let corpus: Vec<Vec<u8>> = files.iter().map(|file| std::fs::read(file).unwrap()).collect();
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let mut random = move |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state % u64::try_from(below.max(1)).unwrap()).unwrap()
    };
    for (input, file) in corpus.iter().zip(&files) {
        let started = Instant::now();
        crate::guard::fuzz(input);
        assert!(started.elapsed() < Duration::from_millis(500), "{}", file.display());
    }
    for round in 0..5_000 {
        let mut input = corpus[random(corpus.len())].clone();
        for _ in 0..=random(8) {
            let at = random(input.len() + 1);
            match random(4) {
                0 => input.insert(at, b"{}[]()\"\\#\n.$@:!1a"[random(17)]),
                1 => input.truncate(at.max(1)),
                2 => {
                    let other = &corpus[random(corpus.len())];
                    let from = random(other.len());
                    let part = other[from..(from + random(200)).min(other.len())].to_vec();
                    input.splice(at..at, part);
                }
                _ if at < input.len() => input[at] = u8::try_from(random(256)).unwrap(),
                _ => {}
            }
        }
        let started = Instant::now();
        crate::guard::fuzz(&input);
        assert!(started.elapsed() < Duration::from_millis(500), "round {round}: {:?}", String::from_utf8_lossy(&input));
    }
}
