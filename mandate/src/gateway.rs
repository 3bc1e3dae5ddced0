//! `mandate serve` and `mandate up`, and `mandate schema`.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use api::account::tries::Tries;
use api::app::App;
use api::http::PersistedQueries;
use api::limits::{Limiter, Rate};
use axum::Router;
use domain::store::Store;
use redis::aio::{ConnectionManager, ConnectionManagerConfig};
use secrecy::ExposeSecret as _;

use crate::config::{Config, Purpose};
use crate::process::Process;
use crate::{cli, process, server, worker};

/// Documents known by their hash, in all.
const PERSISTED_BYTES: usize = 8 * 1024 * 1024;

/// The gateway alone.
pub async fn serve() -> anyhow::Result<ExitCode> {
    let process = process::start(Config::load(Purpose::Service)?).await?;
    run(process, With { worker: false, mailbox: None }, nothing_first).await
}

/// The gateway and the worker in one process.
pub async fn up() -> anyhow::Result<ExitCode> {
    let process = process::start(Config::load(Purpose::Service)?).await?;
    run(process, With { worker: true, mailbox: None }, nothing_first).await
}

/// Prints the SDL.
pub fn schema(arguments: &cli::Schema) {
    print!("{}", api::schema::sdl(arguments.test_clock));
}

/// What runs beside the gateway.
pub struct With {
    /// The worker, in this process.
    pub worker: bool,
    /// The folder of mails that people may look at.
    pub mailbox: Option<PathBuf>,
}

/// What is said, if anything, once the address is known.
pub type Greeting = fn(SocketAddr) -> String;

async fn nothing_first(_: Store, _: Router) -> anyhow::Result<Greeting> {
    Ok(|_| String::new())
}

/// Serves until the first signal. `first` is run when all parts work and nobody is let in yet.
pub async fn run<F, Done>(process: Process, with: With, first: F) -> anyhow::Result<ExitCode>
where
    F: FnOnce(Store, Router) -> Done,
    Done: Future<Output = anyhow::Result<Greeting>>,
{
    let store = process.store()?;
    let listener = server::bind("MANDATE_LISTEN", process.config.listen).await?;
    let address = listener.local_addr()?;
    if process.config.redis.is_none() {
        tokio::spawn(domain::signal::look::feeds(store.clone(), process.stop.clone()));
    }
    let worker = if with.worker { Some(worker::start(&process.config, store.clone()).await?) } else { None };
    let app = app(&process, store.clone(), address, with.mailbox).await?;
    let router = app.router();
    let greeting = first(store, router.clone()).await?;
    tracing::info!(%address, "serving");
    print!("{}", greeting(address));
    // Both halves drain at the same time, or the process would take twice as long as it says.
    let stopped = async {
        process.stop.cancelled().await;
        match worker {
            Some(worker) => worker.stop().await,
            None => true,
        }
    };
    let served = server::serve(listener, router, process.stop.clone(), process.config.limits.drain);
    let (served, is_all_written) = tokio::join!(served, stopped);
    process.finish().await?;
    served?;
    Ok(if is_all_written { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

async fn app(process: &Process, store: Store, address: SocketAddr, mailbox: Option<PathBuf>) -> anyhow::Result<App> {
    let config = &process.config;
    let redis = redis(config)?;
    let per_second = config.limits.cost_per_minute / 60;
    let rate = Rate { capacity: (per_second * 10).max(config.limits.nodes), per_second };
    let (limiter, tries) = match (&redis, config.has_rate_limits) {
        (_, false) => (Limiter::Off, Tries::Off.into()),
        (None, true) => (Limiter::memory(rate), Tries::memory()),
        (Some(redis), true) => (Limiter::redis(redis.clone(), rate), Tries::redis(redis.clone())),
    };
    let has_test_clock = domain::clock::is_there(&store).await?;
    let origin = |url: url::Url| url.origin().ascii_serialization();
    Ok(App {
        store,
        origins: vec![origin(config.public_url(address)), origin(config.portal_url(address))],
        has_explorer: config.has_explorer,
        mailbox,
        trusted_proxies: config.trusted_proxies.clone(),
        limiter,
        tries,
        persisted: PersistedQueries::new(PERSISTED_BYTES, redis),
        test_clock: has_test_clock.then(::worker::schedule::all),
        shutdown: process.stop.clone(),
    })
}

/// A connection that is made when it is first needed: Redis may be down when the gateway starts.
fn redis(config: &Config) -> anyhow::Result<Option<ConnectionManager>> {
    let Some(url) = &config.redis else { return Ok(None) };
    let client = redis::Client::open(url.expose_secret()).context("REDIS_URL cannot be used")?;
    let settings = ConnectionManagerConfig::new().set_number_of_retries(0);
    Ok(Some(ConnectionManager::new_lazy_with_config(client, settings).context("REDIS_URL cannot be used")?))
}
