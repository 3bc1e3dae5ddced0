//! The router over a small schema that tells what reached it.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_graphql::parser::types::OperationType;
use async_graphql::{Context, Data, InputObject, Object, Schema, SimpleObject, Subscription};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode, header};
use domain::store::Statements;
use futures::{Stream, StreamExt, stream};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

use crate::error::{Code, EdgeError};
use crate::http::{Edge, Gateway, Incoming, PersistedQueries, Resume, Session, Settings, router};
use crate::limits::Limiter;
use crate::rounds::Rounds;

pub(crate) struct Query;

pub(crate) struct Mutation;

pub(crate) struct Events;

pub(super) struct Caller(pub(super) String);

#[derive(Default)]
pub(crate) struct Seen {
    pub(crate) opened: AtomicUsize,
    pub(crate) added: AtomicUsize,
}

#[derive(InputObject)]
pub(super) struct Tree {
    pub(super) label: Option<String>,
    pub(super) child: Option<Vec<Tree>>,
}

#[derive(SimpleObject)]
pub(super) struct Connection {
    pub(super) nodes: Vec<i32>,
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
pub(super) struct Event {
    pub(super) cursor: String,
    pub(super) number: u32,
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
    async fn open(&self, incoming: &Incoming<'_>, _: OperationType) -> Result<Session, EdgeError> {
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
    pub(super) status: StatusCode,
    pub(super) headers: axum::http::HeaderMap,
    pub(super) body: Value,
}

impl Reply {
    pub(super) fn code(&self) -> &str {
        self.body["errors"][0]["extensions"]["code"].as_str().unwrap_or("none")
    }
}

impl App {
    pub(super) async fn send(&self, request: Request<Body>) -> Reply {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.unwrap();
        Reply {
            status: parts.status,
            headers: parts.headers,
            body: serde_json::from_slice(&bytes).unwrap_or(Value::Null),
        }
    }

    pub(super) async fn post(&self, body: &Value) -> Reply {
        self.send(post("/graphql", body).body(Body::from(body.to_string())).unwrap()).await
    }

    pub(super) async fn query(&self, query: &str) -> Reply {
        self.post(&json!({ "query": query })).await
    }

    pub(super) async fn get(&self, query: &str) -> Reply {
        self.send(Request::get(format!("/graphql?{query}")).body(Body::empty()).unwrap()).await
    }

    pub(super) async fn is_alive(&self) {
        assert_eq!(self.query("{ hello }").await.body["data"]["hello"], "hello you");
    }
}

pub(super) fn post(path: &str, _body: &Value) -> axum::http::request::Builder {
    Request::post(path).header(header::CONTENT_TYPE, "application/json")
}
