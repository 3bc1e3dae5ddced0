//! `mandate demo`: everything in one process, with nothing installed, and data that tell a story.

mod portal;
mod story;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::{fs, io};

use anyhow::{Context as _, bail};
use chrono::{DateTime, Utc};
use domain::database::{self, DatabaseUrl};

use crate::cli;
use crate::config::{Config, Purpose};
use crate::gateway::{self, Greeting, With};
use crate::process;

/// Where mails are written.
const MAILS: &str = "var/mail";
/// Where the demo's clock stands when it is made. The story then lets some weeks pass.
const BEGINNING: &str = "2026-10-26T09:00:00Z";

/// Fills an empty database with the story, and serves until the first signal.
pub async fn run(arguments: &cli::Demo) -> anyhow::Result<ExitCode> {
    let mut config = Config::load(Purpose::Demo)?;
    if arguments.fresh {
        start_over(&config.database)?;
    }
    if config.test_clock.is_none() {
        config.test_clock = Some(BEGINNING.parse::<DateTime<Utc>>().context("the demo's beginning")?);
    }
    let db = database::connect(&config.database, config.limits.database_connections).await?;
    database::migrate(&config.database, &db).await?;
    db.close().await.context("the database does not close")?;

    let process = process::start(config).await?;
    let with = With { worker: true, mailbox: Some(PathBuf::from(MAILS)) };
    gateway::run(process, with, |store, app| async move {
        if !story::is_told(&store).await? {
            story::tell(&store, &app).await.context("the demo's data could not be made; try `mandate demo --fresh`")?;
        }
        Ok(greeting as Greeting)
    })
    .await
}

/// Takes the demo's data away: the file, what lies beside it, and the mails.
fn start_over(url: &DatabaseUrl) -> anyhow::Result<()> {
    let DatabaseUrl::Sqlite(path) = url else {
        bail!("--fresh is for the demo's own SQLite file: a PostgreSQL database is not thrown away here");
    };
    // refuses while another process works on the file
    drop(database::hold(url)?);
    for ending in ["", "-wal", "-shm"] {
        remove(&PathBuf::from(format!("{}{ending}", path.display())))?;
    }
    match fs::remove_dir_all(MAILS) {
        Err(e) if e.kind() != io::ErrorKind::NotFound => Err(e).context(format!("{MAILS} cannot be removed")),
        _ => Ok(()),
    }
}

fn remove(path: &Path) -> anyhow::Result<()> {
    match fs::remove_file(path) {
        Err(e) if e.kind() != io::ErrorKind::NotFound => {
            Err(e).with_context(|| format!("{} cannot be removed", path.display()))
        }
        _ => Ok(()),
    }
}

/// What to look at, who to be, and what to try first.
fn greeting(address: SocketAddr) -> String {
    let site = format!("http://{address}");
    format!(
        r#"
  Mandate demo: a hosting provider's partner programme, with sample data and a clock that stands still.

  GraphQL    {site}/graphql
  Explorer   {site}/
  Mailbox    {site}/dev/mailbox

  Everybody's password is `{password}`. Sign in as
    mara@pixelwerk.example    a partner: six clients, some pay themselves, for some it pays
    luca@alpina.example       a partner in Switzerland, with an invitation that waits
    {client:<24}  a client of Pixelwerk that pays itself
    staff@nordlicht.example   the provider's staff

  1. Sign in, and put the token into the explorer's headers as {{"Authorization": "Bearer <accessToken>"}}:

{sign_in}

  2. One nested query shows the partner its clients, what they hold, and what renews next:

{nested}

  3. Move the clock: products renew, the right account is billed, the partner earns, mails go out. Then look into the
     mailbox, and ask 2. again:

{advance}

  Stop with Ctrl-C. Data stay under var/; `mandate demo --fresh` starts over.
"#,
        password = story::PASSWORD,
        client = story::A_CLIENT,
        sign_in = indented(SIGN_IN),
        nested = indented(NESTED),
        advance = indented(ADVANCE),
    )
}

fn indented(text: &str) -> String {
    text.lines().map(|line| format!("       {line}")).collect::<Vec<_>>().join("\n")
}

/// The first query to paste.
pub const SIGN_IN: &str =
    r#"mutation { signIn(input: { email: "mara@pixelwerk.example", password: "demo demo demo" }) { accessToken } }"#;

/// The second.
pub const NESTED: &str = "{ viewer { memberships { nodes { account { name wallets { balance { amount } pending { amount } }
  clients(first: 10) { nodes { name products(first: 5) { nodes {
    label status renewsOn payer { name } nextRenewal { total { amount currencyCode } cashback { amount } } } } } } } } } } }";

/// The third.
pub const ADVANCE: &str = r#"mutation { advanceTestClock(input: { to: "2026-12-01T09:00:00Z" }) { now } }"#;
