//! `mandate staff`: people of the provider itself.

use std::io::IsTerminal as _;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context;
use domain::account::commands::{AddStaff, add_staff};
use domain::actor::System;
use domain::seller::Settings;
use domain::signal::Signals;
use domain::store::Statements;
use domain::{Actor, Error, Store};

use crate::cli::Staff;
use crate::config::{Config, Purpose};
use crate::process;

/// Makes a staff user; the password is the first line of standard input.
pub async fn run(command: &Staff) -> anyhow::Result<ExitCode> {
    let Staff::Add { email } = command;
    let config = Config::load(Purpose::Tool)?;
    let db = process::open(&config).await?;
    if std::io::stdin().is_terminal() {
        eprintln!("Password for {email}, which will be shown as you type it:");
    }
    let mut password = String::new();
    std::io::stdin().read_line(&mut password).context("no password on standard input")?;
    let password = password.trim_end_matches(['\r', '\n']).into();

    let new = AddStaff::prepare(email, &password).await.map_err(told)?;
    // nothing is sold here: whose settings they are makes no difference
    let settings = Arc::new(Settings::demo(db.clone()));
    let store = Store::new(db.clone(), Signals::local(), settings);
    let operator = Actor::System(System::Operator);
    let user = store.write(operator, Statements::default(), move |work| Box::pin(add_staff(work, new.clone()))).await;
    let user = user.map_err(told)?;
    println!("{} is staff", user.email);
    db.close().await.context("the database does not close")?;
    Ok(ExitCode::SUCCESS)
}

/// A refusal as one line for whoever sits at the terminal.
fn told(error: Error) -> anyhow::Error {
    match error {
        Error::Refused(refusal) => match refusal.field.last() {
            Some(field) => anyhow::anyhow!("{field}: {}", refusal.message),
            None => anyhow::anyhow!("{}", refusal.message),
        },
        fault @ (Error::NotFound | Error::Denied | Error::Storage(_) | Error::Fault(_)) => fault.into(),
    }
}
