//! The running application as tests see it: the real router, database and job handlers. Time moves by hand.

use std::io;
use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use api::account::tries::Tries;
use api::app::App;
use api::http::PersistedQueries;
use api::limits::Limiter;
use axum::body::{Body, to_bytes};
use axum::http::Request;
use chrono::{DateTime, Utc};
use domain::billing::printed::{DocumentPrinter, PrintError, Printed};
use domain::cashback::statement::PrintedStatement;
use domain::seller::Settings;
use domain::signal::Signals;
use domain::{Store, database};
use entities::clock;
use futures::future::BoxFuture;
use sea_orm::{ActiveValue::Set, DatabaseConnection, EntityTrait};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;
use worker::notification::{Post, Renderer, Seller, Transport};
use worker::webhook::Hooks;
use worker::{Context, Times, drain};

use crate::auditor::audit;
use crate::client::Reply;
use crate::database::{Database, Db, Snapshot};
use crate::mailbox::{Mail, read_folder};
use crate::plans::Recorder;

/// Where the clock of every test stands at first.
pub const BEGINNING: &str = "2026-11-21T09:00:00Z";

/// One for all tests: what it reads once, it reads once.
pub fn printer() -> Arc<dyn DocumentPrinter> {
    static PRINTER: LazyLock<document::Printer> = LazyLock::new(|| document::Printer::new().expect("a printer"));
    Arc::new(PRINTER.clone())
}

/// One for all tests: its templates are read once.
fn renderer() -> Arc<Renderer> {
    static RENDERER: LazyLock<Arc<Renderer>> = LazyLock::new(|| {
        let seller = Seller {
            name: "Nordlicht Hosting GmbH".to_owned(),
            address: "Hafenstraße 12\n20457 Hamburg".to_owned(),
            mail_from: "billing@portal.example".to_owned(),
            portal_url: "http://portal.example".to_owned(),
        };
        Arc::new(Renderer::new(seller).expect("templates that compile"))
    });
    Arc::clone(&RENDERER)
}

/// Prints nothing but the number, for thousands of invoices that nobody opens.
#[derive(Debug)]
pub struct BlankPaper;

impl DocumentPrinter for BlankPaper {
    fn pdf(&self, printed: &Printed) -> Result<Vec<u8>, PrintError> {
        Ok(format!("%PDF-1.7 {}", printed.number).into_bytes())
    }

    fn xml(&self, printed: &Printed) -> Result<String, PrintError> {
        Ok(format!("<invoice>{}</invoice>", printed.number))
    }

    fn statement(&self, printed: &PrintedStatement) -> Result<Vec<u8>, PrintError> {
        let PrintedStatement { number, entries, further, closing, .. } = printed;
        let (further, closing) = (further.minor(), closing.minor());
        Ok(format!("%PDF-1.7 {number}: {} entries, {further} further, {closing} left", entries.len()).into_bytes())
    }
}

/// No name leads anywhere, so that tests call nobody out there.
fn no_name(_: String) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> {
    Box::pin(async { Ok(Vec::new()) })
}

/// One application on a database of its own.
pub struct TestApp {
    /// What use cases run on, for what no mutation does.
    pub store: Store,
    /// What it sends to the database; queries are heard where it was started recorded.
    pub recorder: Recorder,
    router: axum::Router,
    context: Context,
    mails: TempDir,
    database: Database,
}

/// What a test may want otherwise.
pub struct Setup {
    pub settings: Settings,
    pub tries: Arc<Tries>,
    /// Whether the recorder hears queries, which then do not read on a connection of their own.
    pub hears_queries: bool,
    /// Where mails go, if not into the folder.
    pub transport: Option<Transport>,
    /// How webhooks get out: to public addresses alone, of which names have none.
    pub hooks: Hooks,
}

impl TestApp {
    /// Starts on an empty database, with the demo's seller, the test gateway, and a test clock at [`BEGINNING`].
    pub async fn start(db: Db) -> Self {
        Self::start_with(db, |_| {}).await
    }

    /// The same, with a recorder that hears what queries send, too.
    pub async fn start_recorded(db: Db) -> Self {
        Self::start_with(db, |setup| setup.hears_queries = true).await
    }

    /// The same, otherwise set up.
    pub async fn start_with(db: Db, change: impl FnOnce(&mut Setup)) -> Self {
        let app = Self::on(Database::fresh(db).await, change).await;
        app.set_clock(BEGINNING).await;
        domain::job::schedule::set_up(&app.store, &worker::schedule::all()).await.expect("the schedule");
        app
    }

    /// Starts where another one was frozen.
    pub async fn resume(snapshot: &Snapshot) -> Self {
        Self::on(snapshot.copy().await, |_| {}).await
    }

    /// Stops, and keeps the database as it stands.
    pub async fn freeze(self) -> Snapshot {
        self.db().close_by_ref().await.expect("connections that close");
        self.database.freeze().await
    }

    async fn on(database: Database, change: impl FnOnce(&mut Setup)) -> Self {
        let url = database.url().parse().expect("a database address");
        let mut pool = database::connect(&url, 8).await.expect("a database that answers");
        let recorder = Recorder::on(&mut pool);
        let settings = Settings { printer: printer(), ..Settings::demo(pool.clone()) };
        let hooks = Hooks::looking_up(Arc::new(no_name), Duration::from_secs(20), false).expect("a client");
        let mut setup = Setup { settings, tries: Arc::new(Tries::Off), hears_queries: false, transport: None, hooks };
        change(&mut setup);
        let store = Store::new(pool.clone(), Signals::local(), Arc::new(setup.settings));
        let store = if setup.hears_queries { store.through_the_pool() } else { store };
        let mails = TempDir::new().expect("a folder");
        let router = App {
            store: store.clone(),
            origins: vec!["http://portal.example".to_owned()],
            has_explorer: true,
            mailbox: Some(mails.path().to_owned()),
            trusted_proxies: Vec::new(),
            limiter: Limiter::Off,
            tries: setup.tries,
            persisted: PersistedQueries::new(1 << 20, None),
            test_clock: Some(worker::schedule::all()),
            shutdown: CancellationToken::new(),
        }
        .router();
        let post = Post::new(
            renderer(),
            setup.transport.unwrap_or_else(|| Transport::files(mails.path()).expect("a folder for mails")),
        );
        let context = Context { store: store.clone(), post: Arc::new(post), hooks: setup.hooks };
        Self { store, recorder, router, context, mails, database }
    }

    /// Sends a document as nobody.
    pub async fn ask(&self, query: &str, variables: Value) -> Reply {
        self.send(None, query, variables).await
    }

    /// Sends a document with a bearer token.
    pub async fn ask_as(&self, token: &str, query: &str, variables: Value) -> Reply {
        self.send(Some(token), query, variables).await
    }

    async fn send(&self, token: Option<&str>, query: &str, variables: Value) -> Reply {
        let mut request = Request::post("/graphql").header("content-type", "application/json");
        if let Some(token) = token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        let body = json!({ "query": query, "variables": variables }).to_string();
        self.request(request.body(Body::from(body)).expect("a request")).await
    }

    /// Sends any request; the answer before its body is read, as for streams.
    pub async fn open(&self, request: Request<Body>) -> axum::response::Response {
        self.router.clone().oneshot(request).await.expect("an answer")
    }

    /// Sends any request; a body that is not JSON is given as a string.
    pub async fn request(&self, request: Request<Body>) -> Reply {
        let response = self.open(request).await;
        let (head, body) = response.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.expect("a body");
        let body = serde_json::from_slice(&bytes)
            .unwrap_or_else(|_| Value::String(String::from_utf8_lossy(&bytes).into_owned()));
        Reply { status: head.status.as_u16(), headers: head.headers, body }
    }

    /// Does all due jobs and what they start, each handler twice where a second delivery could happen.
    ///
    /// # Panics
    /// When one fails.
    pub async fn run_jobs(&self) {
        let done = drain(&self.context, &worker::handler::all(), Times::Twice).await.expect("the queue");
        assert!(done.failed.is_empty(), "jobs failed: {:?}", done.failed);
    }

    /// Starts a worker as a process of its own would, with its loops and its schedule.
    pub async fn start_worker(&self) -> worker::Worker {
        let settings = worker::Settings::default();
        let started =
            worker::Worker::start(self.context.clone(), worker::handler::all(), worker::schedule::all(), &settings);
        started.await.expect("a worker")
    }

    /// Does all due jobs once, and tells how many failed.
    pub async fn run_failing_jobs(&self) -> usize {
        drain(&self.context, &worker::handler::all(), Times::Once).await.expect("the queue").failed.len()
    }

    /// Moves the clock by `advanceTestClock`, as whoever has this token, and does the jobs that it waits for.
    pub async fn advance_to(&self, token: &str, to: &str) -> Reply {
        let mutation = "mutation($to: DateTime!) { advanceTestClock(input: { to: $to }) {
            now userErrors { code message field } } }";
        let is_there = AtomicBool::new(false);
        let moving = async {
            let reply = self.ask_as(token, mutation, json!({ "to": to })).await;
            is_there.store(true, Ordering::Relaxed);
            reply
        };
        let working = async {
            while !is_there.load(Ordering::Relaxed) {
                self.run_jobs().await;
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
        };
        futures::future::join(moving, working).await.0
    }

    /// The mails sent so far, oldest first.
    pub fn mails(&self) -> Vec<Mail> {
        read_folder(self.mails.path())
    }

    /// The mails to this address, oldest first.
    pub fn mails_to(&self, address: &str) -> Vec<Mail> {
        self.mails().into_iter().filter(|mail| mail.to == address).collect()
    }

    /// Puts the clock at an instant, without what falls due on the way.
    pub async fn set_clock(&self, at: &str) {
        let now_at: DateTime<Utc> = at.parse().expect("an instant");
        let db = self.db();
        clock::Entity::delete_many().exec(db).await.expect("the clock");
        let row = clock::ActiveModel { id: Set(1), now_at: Set(now_at) };
        clock::Entity::insert(row).exec_without_returning(db).await.expect("the clock");
    }

    /// The tables themselves.
    pub fn db(&self) -> &DatabaseConnection {
        self.store.pool()
    }

    /// The address of its database, for further processes on it.
    pub fn database_url(&self) -> &str {
        self.database.url()
    }

    /// Holds the books against the independent auditor, and looks that no job is left, or dead.
    ///
    /// # Panics
    /// With what is wrong.
    pub async fn check_books(&self) {
        let findings = audit(self.db()).await;
        assert!(findings.is_empty(), "{findings:#?}");
    }
}
