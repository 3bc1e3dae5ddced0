//! `mandate renewals run`: one renewal run, told line by line.

use std::io::{IsTerminal as _, Write as _};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::{Context, anyhow};
use domain::actor::{Actor, System};
use domain::error::Error;
use domain::money::{Currency, Money};
use domain::renewal::commands::run_renewals;
use domain::renewal::queries::{RunPayer, due_payers, run_payers};
use domain::renewal::{Run, run_now};
use domain::signal::Signals;
use domain::store::{Statements, Store};

use crate::cli::RenewalRun;
use crate::config::{Config, Purpose};
use crate::process;

/// Renews what is due, or tells what would be; exits 1 when something failed.
pub async fn run(arguments: &RenewalRun) -> anyhow::Result<ExitCode> {
    let config = Config::load(Purpose::Tool)?;
    let db = process::open(&config).await?;
    let store = Store::new(db.clone(), Signals::local(), Arc::new(process::settings(&config, &db)?));
    let run = if arguments.dry_run { look(&store, arguments).await? } else { renew(&store, arguments).await? };
    db.close().await.context("the database does not close")?;
    Ok(if run.failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

async fn look(store: &Store, arguments: &RenewalRun) -> anyhow::Result<Run> {
    let as_of = arguments.as_of;
    let run = store.write(operator(), Statements::default(), move |work| Box::pin(run_renewals(work, as_of, true)));
    let run = run.await.map_err(told)?;
    let reader = store.reader(operator(), store.now().await.map_err(told)?.now, Statements::default());
    for payer in due_payers(&reader, run.as_of).await.map_err(told)? {
        println!("{}: {} to renew, {} {}", payer.name, payer.periods, total(&payer), payer.currency);
    }
    println!("{} due; nothing was changed or charged", run.due);
    Ok(run)
}

async fn renew(store: &Store, arguments: &RenewalRun) -> anyhow::Result<Run> {
    let claimed = AtomicUsize::new(0);
    let shows_progress = std::io::stderr().is_terminal();
    let statements = Statements::default();
    let run = run_now(store, &statements, arguments.as_of, |periods| {
        let so_far = claimed.fetch_add(periods, Ordering::Relaxed) + periods;
        if shows_progress {
            eprint!("\r{so_far} renewals");
            let _ = std::io::stderr().flush(); // only progress
        }
    });
    let run = run.await.map_err(told)?;
    if shows_progress && run.due > 0 {
        eprintln!();
    }
    let reader = store.reader(operator(), store.now().await.map_err(told)?.now, Statements::default());
    for payer in run_payers(&reader, run.id).await.map_err(told)? {
        let state = if payer.paid_minor == payer.total_minor { "paid" } else { "not paid" };
        println!("{}: {} renewed, {} {}, {state}", payer.name, payer.periods, total(&payer), payer.currency);
    }
    println!("{} due, {} renewed, {} declined, {} failed", run.due, run.renewed, run.declined, run.failed);
    Ok(run)
}

fn operator() -> Actor {
    Actor::System(System::Operator)
}

fn total(payer: &RunPayer) -> String {
    let currency = Currency::parse(&payer.currency);
    currency.map_or_else(|_| String::new(), |currency| Money::new(payer.total_minor, currency).to_decimal())
}

/// A refusal as one line for whoever sits at the terminal.
fn told(error: Error) -> anyhow::Error {
    match error {
        Error::Refused(refusal) => anyhow!("{}: {}", refusal.field.join("."), refusal.message),
        fault @ (Error::NotFound | Error::Denied | Error::Storage(_) | Error::Fault(_)) => fault.into(),
    }
}
