//! What a long-running process stands on, in the order in which it may fail: settings, database, schema, figures.

use std::sync::Arc;

use anyhow::{Context, bail};
use domain::billing::dunning::DunningRules;
use domain::clock;
use domain::database::{self, Connection, Held};
use domain::gateway::PaymentGateway;
use domain::gateway::stripe::{Stripe, StripeSettings};
use domain::gateway::test::TestGateway;
use domain::seller::Settings;
use domain::signal::{self, Signals};
use domain::store::Store;
use tokio_util::sync::CancellationToken;

use crate::config::{Config, Gateway};
use crate::{server, telemetry};

/// A started process; the gateway and the worker are put on top of it.
#[derive(Debug)]
pub struct Process {
    pub config: Config,
    pub db: Connection,
    /// Cancelled by the first signal: take nothing new, end what runs.
    pub stop: CancellationToken,
    /// The hold on a SQLite file; to be kept as long as the process works.
    pub held: Held,
}

/// Opens the database for a command that ends: beside the processes that go on running, and only at the right schema.
pub async fn open(config: &Config) -> anyhow::Result<Connection> {
    let db = database::connect(&config.database, config.limits.database_connections).await?;
    if let Some(why) = database::schema_state(&db).await?.refusal() {
        bail!(why);
    }
    Ok(db)
}

/// What use cases need to know of the settings.
pub fn settings(config: &Config, db: &Connection) -> anyhow::Result<Settings> {
    let gateway: Arc<dyn PaymentGateway> = match &config.gateway {
        Gateway::Test { latency } => {
            let url = config.public_url(config.listen).to_string();
            Arc::new(TestGateway::new(db.clone()).with_latency(*latency).at(url))
        }
        Gateway::Stripe { key, webhook_secret, url } => {
            let settings = StripeSettings {
                base: url.clone(),
                key: key.clone(),
                webhook_secret: webhook_secret.clone(),
                return_url: config.portal_url(config.listen).to_string(),
            };
            Arc::new(Stripe::new(settings).context("the client of Stripe cannot be set up")?)
        }
    };
    let dunning = DunningRules {
        charge_days: config.dunning.retry_days.clone(),
        warn_holder_day: config.dunning.warn_client_day,
        suspend_day: config.dunning.suspend_day,
        cancel_day: config.dunning.cancel_day,
    };
    let printer = document::Printer::new().context("invoices cannot be printed")?;
    Ok(Settings {
        seller: config.seller.clone(),
        vat_rates: config.vat_rates.clone(),
        dunning,
        gateway,
        gateway_timeout: config.limits.gateway_timeout,
        printer: Arc::new(printer),
        renewal_batch: config.worker.renewal_batch,
        affiliate: config.affiliate,
        public_url: config.public_url(config.listen).to_string(),
        portal_url: config.portal_url(config.listen).to_string(),
        support_email: config.support_email.clone(),
        may_call_private_webhooks: config.may_call_private_webhooks,
    })
}

impl Process {
    /// The store of a process that goes on running: Redis carries its signals, where there is one.
    pub fn store(&self) -> anyhow::Result<Store> {
        let signals = match &self.config.redis {
            Some(url) => {
                let signals = Signals::bridged();
                signal::redis::bridge(url, "mandate", signals.clone(), &self.stop)
                    .context("REDIS_URL cannot be used")?;
                signals
            }
            None => Signals::local(),
        };
        Ok(Store::new(self.db.clone(), signals, Arc::new(settings(&self.config, &self.db)?)))
    }

    /// Closes the database, which folds the journal of a SQLite file into it, and then lets go of the file.
    pub async fn finish(self) -> anyhow::Result<()> {
        self.db.close().await.context("the database does not close")?;
        drop(self.held);
        Ok(())
    }
}

/// Starts logging, opens and holds the database, refuses a schema of another version, and serves the figures.
pub async fn start(config: Config) -> anyhow::Result<Process> {
    telemetry::start_logging()?;
    let held = database::hold(&config.database)?;
    let db = open(&config).await?;
    if let Some(at) = config.test_clock {
        clock::begin(&db, at).await.context("the test clock cannot be set")?;
    }
    let stop = server::stop_on_signal()?;
    telemetry::serve_metrics(config.metrics_listen, stop.clone()).await?;
    tokio::spawn(telemetry::watch_queue(db.clone(), stop.clone()));
    Ok(Process { config, db, stop, held })
}
