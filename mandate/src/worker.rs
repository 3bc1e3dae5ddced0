//! `mandate work`, and the half of `mandate up` that works.

use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context as _;
use domain::store::Store;
use worker::notification::dkim::Signer;
use worker::notification::pace::Pace;
use worker::notification::{Post, Renderer, Seller, Transport};
use worker::webhook::Hooks;
use worker::{Context, Settings, Worker};

use crate::config::{Config, Dkim, Purpose};
use crate::process;

/// Works until the first signal, then ends what runs.
pub async fn run() -> anyhow::Result<ExitCode> {
    let process = process::start(Config::load(Purpose::Service)?).await?;
    let worker = start(&process.config, process.store()?).await?;
    tracing::info!("working");
    process.stop.cancelled().await;
    let is_all_written = worker.stop().await;
    process.finish().await?;
    Ok(if is_all_written { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Starts the worker on that store.
pub async fn start(config: &Config, store: Store) -> anyhow::Result<Worker> {
    let hooks = Hooks::new(config.may_call_private_webhooks).context("webhooks cannot be sent")?;
    let context = Context { store, post: Arc::new(post(config)?), hooks };
    let settings = Settings { drain: config.limits.drain, lease: config.worker.lease, ..Settings::default() }
        .with_mail_connections(config.worker.mail_connections);
    let worker = Worker::start(context, worker::handler::all(), worker::schedule::all(), &settings).await;
    worker.context("the worker cannot start")
}

fn post(config: &Config) -> anyhow::Result<Post> {
    let transport = match &config.smtp {
        Some(url) => Transport::smtp(url, None)?,
        None => Transport::files("var/mail")?,
    };
    Ok(Post { pace: Pace::of(config.worker.mail_connections), ..Post::new(renderer(config)?, transport) })
}

/// What writes the mails of this provider.
pub fn renderer(config: &Config) -> anyhow::Result<Renderer> {
    let seller = Seller {
        name: config.seller.name.clone(),
        address: config.seller.address.clone(),
        mail_from: config.mail_from(config.listen),
        portal_url: config.portal_url(config.listen).to_string(),
    };
    let renderer = Renderer::new(seller)?;
    let Some(Dkim { key, selector, domain }) = &config.dkim else { return Ok(renderer) };
    let domain = domain.as_deref().unwrap_or(renderer.domain());
    let signer = Signer::new(domain, selector, key)?;
    Ok(renderer.signed_by(signer)?)
}
