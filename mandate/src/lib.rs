//! What the one binary does: reads the command line and the settings and puts the parts together. It decides nothing.
//!
//! A library, so that the tests reach the settings and start what the binary starts.

// The futures of all mutations are one type; an optimised build looks at it as a whole.
#![recursion_limit = "256"]

pub mod check;
pub mod cli;
pub mod config;
pub mod demo;
pub mod gateway;
pub mod mails;
pub mod migrate;
pub mod process;
pub mod renewals;
pub mod seed;
pub mod server;
pub mod staff;
pub mod telemetry;
pub mod worker;

use std::process::ExitCode;

use clap::Parser;

use cli::{Cli, Command, Demo, Mails, Renewals};
use config::ConfigErrors;

/// What clap, too, exits with when it is not understood.
const MISUNDERSTOOD: u8 = 2;

/// Does what the command line says; the code is 0 if that went well, 2 if the command line or the settings are not understood.
pub fn main() -> ExitCode {
    let command = Cli::parse().command.unwrap_or(Command::Demo(Demo::default()));
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => return failed(&error.into()),
    };
    match runtime.block_on(run(command)) {
        Ok(code) => code,
        Err(error) => failed(&error),
    }
}

async fn run(command: Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::Migrate(arguments) => migrate::run(&arguments).await,
        Command::Serve => gateway::serve().await,
        Command::Work => worker::run().await,
        Command::Up => gateway::up().await,
        Command::Demo(arguments) => demo::run(&arguments).await,
        Command::Schema(arguments) => {
            gateway::schema(&arguments);
            Ok(ExitCode::SUCCESS)
        }
        Command::Staff(command) => staff::run(&command).await,
        Command::Renewals(Renewals::Run(arguments)) => renewals::run(&arguments).await,
        Command::Mails(Mails::Preview(arguments)) => mails::preview(&arguments),
        Command::Check => check::run().await,
        Command::Seed(arguments) => seed::run(&arguments).await,
    }
}

/// Tells what went wrong, one line for each thing, without a backtrace: the reader runs the program, and did not write it.
fn failed(error: &anyhow::Error) -> ExitCode {
    for line in format!("{error:#}").lines().filter(|line| !line.trim().is_empty()) {
        eprintln!("mandate: {line}");
    }
    if error.is::<ConfigErrors>() { ExitCode::from(MISUNDERSTOOD) } else { ExitCode::FAILURE }
}
