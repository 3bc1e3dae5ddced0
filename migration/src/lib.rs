//! The history of the database's shape. Each step is one SQL text for both databases, but for the words in slashes.
//!
//! Steps are frozen once released: a change is a new step. A step after which the version before can go on working ends its
//! name in `_compatible`; any other makes that version refuse to start, so gateways and workers of it are stopped first.
//! Nothing here knows `entities` or `domain`, which describe today.

pub use sea_orm_migration::MigratorTrait;
use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

macro_rules! step {
    ($name:literal) => {
        Step { name: $name, up: include_str!(concat!($name, ".sql")), down: include_str!(concat!($name, ".down.sql")) }
    };
}

const STEPS: [Step; 10] = [
    step!("m20261121_000001_identity"),
    step!("m20261121_000002_partnership"),
    step!("m20261121_000003_catalogue"),
    step!("m20261121_000004_order"),
    step!("m20261121_000005_billing"),
    step!("m20261121_000006_cashback"),
    step!("m20261121_000007_message"),
    step!("m20261121_000008_append_only"),
    step!("m20261121_000009_initial_rows"),
    step!("m20261121_000010_webhook"),
];

/// Applies and takes back the steps, in order.
#[derive(Debug)]
pub struct Migrator;

impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        STEPS.iter().map(|step| Box::new(*step) as Box<dyn MigrationTrait>).collect()
    }
}

#[derive(Clone, Copy)]
struct Step {
    name: &'static str,
    up: &'static str,
    down: &'static str,
}

impl MigrationName for Step {
    fn name(&self) -> &str {
        self.name
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Step {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, self.up).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, self.down).await
    }
}

async fn run(manager: &SchemaManager<'_>, text: &str) -> Result<(), DbErr> {
    let is_postgres = manager.get_database_backend() == DbBackend::Postgres;
    let text = if is_postgres { for_database(text, "postgres", 0) } else { for_database(text, "sqlite", 1) };
    manager.get_connection().execute_unprepared(&text).await.map(drop)
}

/// The types that the databases name differently, PostgreSQL first.
const WORDS: [(&str, [&str; 2]); 5] = [
    ("/uuid/", ["uuid", "blob"]),
    ("/instant/", ["timestamptz", "text"]),
    ("/date/", ["date", "text"]),
    ("/json/", ["jsonb", "text"]),
    ("/bytes/", ["bytea", "blob"]),
];

/// Puts the database's own words in, and leaves out what stands between `-- only <other>` and `-- end`.
fn for_database(text: &str, name: &str, column: usize) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut keeping = true;
    for line in text.lines() {
        if let Some(only) = line.strip_prefix("-- only ") {
            keeping = only == name;
        } else if line == "-- end" {
            keeping = true;
        } else if keeping {
            kept.push_str(line);
            kept.push('\n');
        }
    }
    WORDS.iter().fold(kept, |text, (word, types)| text.replace(word, types[column]))
}
