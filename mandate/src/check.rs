//! `mandate check`: verifies the books.

use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context;
use domain::actor::System;
use domain::check::check;
use domain::signal::Signals;
use domain::store::Statements;
use domain::{Actor, Store};

use crate::config::{Config, Purpose};
use crate::process;

/// Prints a line for each finding, and what to do about it; the code is 1 if there are any.
pub async fn run() -> anyhow::Result<ExitCode> {
    let config = Config::load(Purpose::Tool)?;
    let db = process::open(&config).await?;
    let store = Store::new(db.clone(), Signals::local(), Arc::new(process::settings(&config, &db)?));
    let now = store.now().await?.now;
    let reader = store.reader(Actor::System(System::Operator), now, Statements::default());
    let findings = check(&store, &reader).await?;
    for finding in &findings {
        println!("{}: {}. To mend it: {}.", finding.subject, finding.problem, finding.mend);
    }
    db.close().await.context("the database does not close")?;
    if findings.is_empty() {
        println!("the books are in order");
        Ok(ExitCode::SUCCESS)
    } else {
        eprintln!("mandate: {} found", findings.len());
        Ok(ExitCode::FAILURE)
    }
}
