//! What a long-running process stands on, in the order in which it may fail: settings, database, schema, figures.

use anyhow::bail;
use domain::database::{self, Connection, Held};
use tokio_util::sync::CancellationToken;

use crate::config::Config;
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

/// Starts logging, opens and holds the database, refuses a schema of another version, and serves the figures.
pub async fn start(config: Config) -> anyhow::Result<Process> {
    telemetry::start_logging()?;
    let held = database::hold(&config.database)?;
    let db = database::connect(&config.database, config.limits.database_connections).await?;
    if let Some(why) = database::schema_state(&db).await?.refusal() {
        bail!(why);
    }
    let stop = server::stop_on_signal()?;
    telemetry::serve_metrics(config.metrics_listen, stop.clone()).await?;
    Ok(Process { config, db, stop, held })
}
