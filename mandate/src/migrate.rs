//! `mandate migrate`, and the refusal to work on a schema of another version.

use std::process::ExitCode;

use anyhow::Context;
use domain::database::{self, Connection, DatabaseUrl};

use crate::cli::Migrate;
use crate::config::{Config, Purpose};

/// Brings the database to this version, or with `--check` tells what is missing and fails if anything is.
pub async fn run(arguments: &Migrate) -> anyhow::Result<ExitCode> {
    let config = Config::load(Purpose::Tool)?;
    // Migrations are one statement after the other.
    let db = database::connect(&config.database, 2).await?;
    let code = if arguments.check { check(&db).await? } else { apply(&config.database, &db).await? };
    // Closing the last connection folds the journal of a SQLite file into it.
    db.close().await.context("the database does not close")?;
    Ok(code)
}

async fn apply(url: &DatabaseUrl, db: &Connection) -> anyhow::Result<ExitCode> {
    for name in database::migrate(url, db).await? {
        println!("applied {name}");
    }
    println!("the database is at this version");
    Ok(ExitCode::SUCCESS)
}

async fn check(db: &Connection) -> anyhow::Result<ExitCode> {
    let state = database::schema_state(db).await?;
    for name in &state.missing {
        println!("missing {name}");
    }
    for name in &state.foreign {
        println!("unknown {name}");
    }
    if state.refusal().is_some() {
        return Ok(ExitCode::FAILURE);
    }
    println!("the database is at this version");
    Ok(ExitCode::SUCCESS)
}
