//! `mandate seed`: sample data, with progress on a terminal.

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context, bail};
use domain::seed::{PASSWORD, Sizes, fill};
use domain::signal::Signals;
use domain::{Error, Store};
use indicatif::{ProgressBar, ProgressStyle};

use crate::cli::Seed;
use crate::config::{Config, Gateway, Purpose};
use crate::process;

/// Fills an empty database, and tells who can sign in.
pub async fn run(arguments: &Seed) -> anyhow::Result<ExitCode> {
    let Seed { partners, clients, products, invoices } = *arguments;
    let sizes = Sizes { partners, clients, products, invoices };
    let config = Config::load(Purpose::Tool)?;
    if !matches!(config.gateway, Gateway::Test { .. }) {
        bail!("sample data are paid at the test gateway: set MANDATE_GATEWAY=test");
    }
    let db = process::open(&config).await?;
    let store = Store::new(db.clone(), Signals::local(), Arc::new(process::settings(&config, &db)?));

    let began = Instant::now();
    let total = u64::try_from(sizes.all_invoices()).context("too much")?;
    let progress = Progress::new(total);
    let filled = fill(&store, sizes, |written| progress.at(u64::try_from(written).unwrap_or_default())).await;
    progress.end();
    filled.map_err(told)?;
    println!("{total} invoices in {} seconds", began.elapsed().as_secs());
    if partners > 0 {
        println!("sign in as owner@agency-1.example to owner@agency-{partners}.example");
        if clients > 0 {
            println!("or as owner@client-1-1.example to owner@client-{partners}-{clients}.example");
        }
        println!("password: {PASSWORD}");
    }
    db.close().await.context("the database does not close")?;
    Ok(ExitCode::SUCCESS)
}

fn told(error: Error) -> anyhow::Error {
    match error {
        Error::Refused(refusal) => anyhow::anyhow!("{}", refusal.message),
        fault @ (Error::NotFound | Error::Denied | Error::Storage(_) | Error::Fault(_)) => fault.into(),
    }
}

/// A bar on a terminal; elsewhere a line for each tenth.
struct Progress {
    bar: ProgressBar,
    total: u64,
    told: std::cell::Cell<u64>,
}

impl Progress {
    fn new(total: u64) -> Self {
        let bar = ProgressBar::new(total);
        if let Ok(style) = ProgressStyle::with_template("{bar:40} {pos}/{len} invoices, {eta} left") {
            bar.set_style(style);
        }
        Self { bar, total, told: std::cell::Cell::new(0) }
    }

    fn at(&self, written: u64) {
        self.bar.set_position(written);
        let tenth = (written * 10).checked_div(self.total).unwrap_or(10);
        if self.bar.is_hidden() && tenth > self.told.replace(tenth) {
            eprintln!("{written} of {} invoices", self.total);
        }
    }

    fn end(&self) {
        self.bar.finish_and_clear();
    }
}
