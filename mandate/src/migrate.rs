//! `mandate migrate`, and the refusal to work on a schema of another version.

use std::process::ExitCode;

use domain::database;

use crate::cli::Migrate;
use crate::config::{Config, Purpose};

/// Brings the database to this version, or with `--check` tells what is missing and fails if anything is.
pub async fn run(arguments: &Migrate) -> anyhow::Result<ExitCode> {
    let config = Config::load(Purpose::Tool)?;
    // Migrations are one statement after the other.
    let db = database::connect(&config.database, 2).await?;
    if !arguments.check {
        let applied = database::migrate(&config.database, &db).await?;
        for name in &applied {
            println!("applied {name}");
        }
        println!("the database is at this version");
        return Ok(ExitCode::SUCCESS);
    }
    let state = database::schema_state(&db).await?;
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
