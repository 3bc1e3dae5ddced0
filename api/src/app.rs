//! The gateway as one router: GraphQL, health, and, where they are on, the explorer and the mailbox.

use std::path::PathBuf;
use std::sync::Arc;

use async_graphql::Executor;
use async_graphql::http::GraphiQLSource;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse as _, Response};
use axum::routing::get;
use domain::job::schedule::Entry;
use domain::{Store, database};
use ipnet::IpNet;
use tokio_util::sync::CancellationToken;

use crate::account::tries::Tries;
use crate::affiliate::link;
use crate::auth::SignIn;
use crate::file::{self, Files};
use crate::http::{Gateway, PersistedQueries, Resume, Settings};
use crate::limits::Limiter;
use crate::{http, mailbox, page, schema};

/// What a gateway is made of.
pub struct App {
    /// The open database.
    pub store: Store,
    /// Origins whose pages may call: the public URL's, and the portal's.
    pub origins: Vec<String>,
    /// Whether `/` is the explorer and the schema describes itself.
    pub has_explorer: bool,
    /// Where mails are written, if people may look at them: the demo's mailbox.
    pub mailbox: Option<PathBuf>,
    /// Whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpNet>,
    /// How much one caller may ask for.
    pub limiter: Limiter,
    /// How often one may try to prove who one is.
    pub tries: Arc<Tries>,
    /// Documents known by their hash.
    pub persisted: PersistedQueries,
    /// Where there is a test clock to move, the lines of the schedule; none where time is real.
    pub test_clock: Option<Vec<Entry>>,
    /// Ends all streams when it is cancelled.
    pub shutdown: CancellationToken,
}

/// Operations at work at once in one process; more are told to come back.
const MAX_AT_WORK: usize = 512;

impl App {
    /// The routes. Serve them with the caller's address, so that limits know who calls.
    pub fn router(mut self) -> Router {
        let self_store = self.store.clone();
        let health = Router::new()
            .route("/healthz", get(|| async { "ok" }))
            .route("/readyz", get(ready))
            .with_state(self.store.clone());
        let explorer = if self.has_explorer { Router::new().route("/", get(explorer)) } else { Router::new() };
        let mailbox = self.mailbox.clone().map_or_else(Router::new, mailbox::router);
        let sign_in = Arc::new(SignIn {
            store: self.store.clone(),
            trusted_proxies: self.trusted_proxies.clone(),
            tries: Arc::clone(&self.tries),
        });
        let pages = page::router(Arc::clone(&sign_in)).merge(link::router(Arc::clone(&sign_in)));
        let files = file::router(Files { sign_in: Arc::clone(&sign_in), limiter: self.limiter.clone() });
        let graphql = match self.test_clock.take() {
            Some(schedule) => self.graphql(schema::build_with_test_clock(schedule), sign_in),
            None => self.graphql(schema::build(), sign_in),
        };
        let events = http::event::router(self_store);
        graphql.merge(pages).merge(files).merge(events).merge(health).merge(explorer).merge(mailbox)
    }

    fn graphql<X: Executor>(self, schema: X, sign_in: Arc<SignIn>) -> Router {
        let settings = Settings {
            origins: self.origins,
            introspection: self.has_explorer,
            limiter: self.limiter,
            persisted: self.persisted,
            max_at_work: MAX_AT_WORK,
            resume: Some(Resume { field: "activityAdded", after: "after", cursor: "cursor" }),
            shutdown: self.shutdown,
        };
        http::router(Arc::new(Gateway::new(schema, sign_in, settings)))
    }
}

async fn explorer() -> Html<String> {
    Html(GraphiQLSource::build().endpoint("/graphql").subscription_endpoint("/graphql/ws").title("Mandate").finish())
}

/// Whether this process can serve: the database answers, and its schema is the one that this version needs.
async fn ready(State(store): State<Store>) -> Response {
    let why = match database::schema_state(store.pool()).await {
        Ok(state) => state.refusal(),
        Err(_) => Some("the database does not answer".to_owned()),
    };
    match why {
        None => "ready".into_response(),
        Some(why) => (StatusCode::SERVICE_UNAVAILABLE, [("retry-after", "1")], why).into_response(),
    }
}
