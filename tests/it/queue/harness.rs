//! Jobs that tests ask for, and workers that do them.

use std::sync::{Arc, LazyLock, Mutex};
use std::time::{Duration, Instant};

use domain::actor::{Actor, System};
use domain::job::Job;
use domain::job::lease::Claimed;
use domain::signal::Signals;
use domain::store::{Statements, Store};
use entities::id::JobId;
use sea_orm::{DatabaseConnection, FromQueryResult, Statement};
use serde::{Deserialize, Serialize};
use tests::database::{Database, Db};
use uuid::Uuid;
use worker::notification::{Post, Renderer, Seller, Transport};
use worker::queue::Lane;
use worker::webhook::Hooks;
use worker::{Answer, Context, Handlers, JobError, Run, Settings, Worker};

/// What a test job does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum How {
    /// Leaves an audit entry, in the transaction that marks it done.
    Leave,
    /// Sleeps so many milliseconds, then succeeds.
    Sleep(u64),
    /// Goes on until the process stops, and leaves off then.
    UntilStop,
    /// Fails, with a NUL in its error.
    Fail,
    /// Can never succeed.
    Hopeless,
    Panic,
}

/// A job of a test, of priority `P`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Act<const P: i32 = 1> {
    pub(super) id: Uuid,
    pub(super) how: How,
    pub(super) key: Option<String>,
}

impl<const P: i32> Job for Act<P> {
    const KIND: &'static str = "act";
    const PRIORITY: i32 = P;
    const MAX_ATTEMPTS: i32 = 3;

    fn unique_key(&self) -> Option<String> {
        self.key.clone()
    }
}

impl<const P: i32> Act<P> {
    pub(super) fn new(number: u128, how: How) -> Self {
        Self { id: Uuid::from_u128(number), how, key: None }
    }
}

/// What ran, in order.
pub(super) type Log = Arc<Mutex<Vec<(Uuid, Instant)>>>;

pub(super) fn handlers(log: &Log) -> Handlers {
    let log = log.clone();
    worker::handler::all().on(move |context: Context, run: Run<Act>| {
        log.lock().unwrap().push((run.job.id, Instant::now()));
        act(context, run)
    })
}

async fn act(context: Context, run: Run<Act>) -> Answer {
    match run.job.how {
        How::Leave => {
            let leave = context.write(System::Operator, move |work| {
                let Run { job, claimed, .. } = run.clone();
                Box::pin(async move {
                    work.record("act", None, Some(JobId(job.id).into()));
                    claimed.done_in(work).await
                })
            });
            leave.await
        }
        How::Sleep(time) => {
            tokio::time::sleep(Duration::from_millis(time)).await;
            Ok(())
        }
        How::UntilStop => {
            run.stop.cancelled().await;
            Err(JobError::LeftOff)
        }
        How::Fail => Err(JobError::Retry("not\0 today".to_owned())),
        How::Hopeless => Err(JobError::GiveUp("never".to_owned())),
        How::Panic => panic!("on purpose"),
    }
}

/// Mails into a folder that nobody looks into.
pub(super) fn no_post() -> Arc<Post> {
    static POST: LazyLock<Arc<Post>> = LazyLock::new(|| {
        let folder = std::env::temp_dir().join(format!("mandate-test-mails-{}", std::process::id()));
        Arc::new(post(Transport::files(folder).unwrap()))
    });
    POST.clone()
}

pub(super) fn post(transport: Transport) -> Post {
    let seller = Seller {
        name: "Fjord Hosting AB".to_owned(),
        address: "Storgatan 1".to_owned(),
        mail_from: "billing@fjord.example".to_owned(),
        portal_url: "https://my.fjord.example/".to_owned(),
    };
    Post::new(Renderer::new(seller).unwrap(), transport)
}

/// A database with what a worker needs.
pub(super) struct Scene {
    pub(super) database: Database,
    pub(super) db: DatabaseConnection,
    pub(super) store: Store,
    pub(super) log: Log,
}

impl Scene {
    pub(super) async fn new(db: Db) -> Self {
        Self::with(db, Signals::local()).await
    }

    pub(super) async fn with(db: Db, signals: Signals) -> Self {
        let database = Database::fresh(db).await;
        let store = open(&database, signals).await;
        Self { db: store.pool().clone(), store, database, log: Log::default() }
    }

    pub(super) fn context(&self) -> Context {
        Context { store: self.store.clone(), post: no_post(), hooks: Hooks::new(false).unwrap() }
    }

    pub(super) fn handlers(&self) -> Handlers {
        handlers(&self.log)
    }

    /// A worker on a pool of its own, as another process would be.
    pub(super) async fn worker(&self, signals: Signals, settings: &Settings) -> Worker {
        let context =
            Context { store: open(&self.database, signals).await, post: no_post(), hooks: Hooks::new(false).unwrap() };
        Worker::start(context, self.handlers(), vec![], settings).await.unwrap()
    }

    pub(super) async fn enqueue<const P: i32>(&self, jobs: impl IntoIterator<Item = Act<P>>) {
        enqueue(&self.store, jobs).await;
    }

    /// Waits for a number, at most 10 seconds.
    pub(super) async fn wait_for(&self, what: &str, number: i64) {
        let began = Instant::now();
        loop {
            let found = self.count(what).await;
            if found == number {
                return;
            }
            assert!(began.elapsed() < Duration::from_secs(10), "{what}: {found} instead of {number}");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// Rows of `table WHERE …`.
    pub(super) async fn count(&self, what: &str) -> i64 {
        self.number(&format!("SELECT count(*) AS n FROM {what}")).await
    }

    pub(super) async fn number(&self, sql: &str) -> i64 {
        #[derive(FromQueryResult)]
        struct Number {
            n: i64,
        }
        let statement = Statement::from_string(self.db.get_database_backend(), sql);
        Number::find_by_statement(statement).one(&self.db).await.unwrap().unwrap().n
    }

    pub(super) async fn text(&self, sql: &str) -> String {
        #[derive(FromQueryResult)]
        struct Text {
            t: String,
        }
        let statement = Statement::from_string(self.db.get_database_backend(), sql);
        Text::find_by_statement(statement).one(&self.db).await.unwrap().unwrap().t
    }

    pub(super) async fn execute(&self, sql: &str) {
        use sea_orm::ConnectionTrait as _;
        let began = Instant::now();
        // SQLite does not queue those who write: who is passed over for five seconds is told so, and asks again
        while let Err(error) = self.db.execute_unprepared(sql).await {
            assert!(error.to_string().contains("is locked") && began.elapsed() < Duration::from_secs(60), "{error}");
        }
    }

    pub(super) async fn claim(&self, time: Duration, limit: u32) -> (domain::job::lease::Lease, Vec<Claimed>) {
        let lease = domain::job::lease::Lease::new();
        let class = domain::job::Class::Fast;
        (lease, domain::job::lease::claim(&self.store, class, lease, time, limit).await.unwrap())
    }

    pub(super) fn ran(&self) -> Vec<u128> {
        self.log.lock().unwrap().iter().map(|(id, _)| id.as_u128()).collect()
    }
}

pub(super) async fn open(database: &Database, signals: Signals) -> Store {
    let url = database.url().parse().unwrap();
    let db = domain::database::connect(&url, 6).await.unwrap();
    let settings = domain::seller::Settings::demo(db.clone());
    Store::new(db, signals, Arc::new(settings))
}

pub(super) async fn enqueue<const P: i32>(store: &Store, jobs: impl IntoIterator<Item = Act<P>>) {
    let jobs: Vec<_> = jobs.into_iter().collect();
    let write = store.write(Actor::System(System::Operator), Statements::default(), move |work| {
        jobs.iter().cloned().for_each(|job| work.enqueue(job));
        Box::pin(async { Ok(()) })
    });
    write.await.unwrap();
}

/// Small and quick.
pub(super) fn settings() -> Settings {
    Settings {
        lease: Duration::from_secs(3),
        poll: Duration::from_millis(100),
        fast: Lane { concurrency: 4, prefetch: 16, limit: Duration::from_secs(60) },
        ..Settings::default()
    }
}

/// A worker that only wakes up when it is told to.
pub(super) fn sleepy() -> Settings {
    Settings { poll: Duration::from_secs(60), ..settings() }
}
