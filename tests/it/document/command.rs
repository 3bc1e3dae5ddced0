//! The commands of the README and of `docs/running.md`, run as they stand there, by a shell.

use std::path::Path;
use std::process::{Output, Stdio};
use std::time::{Duration, Instant};

use clap::CommandFactory as _;
use mandate::cli::Cli;
use rstest::rstest;
use serde_json::json;
use tempfile::TempDir;
use tests::auditor::audit;
use tests::client::Reply;
use tests::database::{Database, Db};
use tests::installation::binary;
use tests::mail::samples;
use tests::server::{free_port, redis_url};
use tests::smtp::SmtpSink;
use tokio::io::AsyncWriteExt as _;
use tokio::process::{Child, Command};

use super::{blocks, read};

const PATIENCE: Duration = Duration::from_mins(1);
const PASSWORD: &str = "correct horse battery";

/// Somebody with a shell who has installed the binary, in an empty folder.
struct Operator {
    folder: TempDir,
    /// Written before each command.
    exports: String,
    port: u16,
}

impl Operator {
    fn new(exports: String) -> Self {
        let folder = TempDir::new().expect("a folder");
        std::os::unix::fs::symlink(binary(), folder.path().join("mandate")).expect("the binary");
        Self { folder, exports, port: free_port() }
    }

    fn shell(&self, line: &str) -> Command {
        let path = std::env::var("PATH").expect("a path");
        let mut command = Command::new("bash");
        command
            .args(["-euc", &format!("{}\nexec {line}", self.exports)])
            .current_dir(self.folder.path())
            .env_clear()
            .env("PATH", format!("{}:{path}", self.folder.path().display()))
            .env("MANDATE_LISTEN", format!("127.0.0.1:{}", self.port))
            .env("MANDATE_METRICS_LISTEN", "127.0.0.1:0")
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        command
    }

    /// A command that ends, with this on standard input.
    async fn run(&self, line: &str, input: &str) -> Output {
        let mut child = self.shell(line).stdin(Stdio::piped()).spawn().expect("bash");
        let mut stdin = child.stdin.take().expect("its input");
        // a command that reads nothing may have ended
        let _ = stdin.write_all(input.as_bytes()).await;
        drop(stdin);
        tokio::time::timeout(PATIENCE, child.wait_with_output()).await.expect("an end in time").expect("its output")
    }

    /// What a command that succeeds prints.
    async fn done(&self, line: &str, input: &str) -> String {
        let output = self.run(line, input).await;
        assert!(output.status.success(), "{line}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("text")
    }

    /// A command that goes on.
    fn start(&self, line: &str) -> Child {
        let mut command = self.shell(line);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::inherit()).env("RUST_LOG", "warn");
        command.spawn().expect("bash")
    }

    async fn ask(&self, token: Option<&str>, query: &str) -> Reply {
        let url = format!("http://127.0.0.1:{}/graphql", self.port);
        let mut request = tests::client::http().post(url).json(&json!({ "query": query }));
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        Reply::to(request).await
    }

    async fn is_ready(&self) -> bool {
        let answer = tests::client::http().get(format!("http://127.0.0.1:{}/readyz", self.port)).send().await;
        answer.is_ok_and(|answer| answer.status() == 200)
    }
}

/// The README's "Use it": its settings are taken but for the servers, its commands run in its order; staff signs in, and the
/// mail of somebody new arrives at the mail server. On SQLite, `mandate up` stands for gateway and worker, as it says.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn the_readme_leads_to_a_running_installation(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let document = read("README.md");
    let block =
        blocks(&document, "sh").into_iter().find(|block| block.contains("mandate serve")).expect("how to use it");
    let (exports, commands): (Vec<_>, Vec<_>) =
        block.lines().filter(|line| !line.is_empty()).partition(|line| line.starts_with("export "));
    let database = Database::empty(db).await;
    let sink = SmtpSink::start().await;
    let mut exports = exports.join("\n");
    for (written, ours) in [
        ("postgres://mandate:…@db.example.com/mandate", database.url()),
        ("redis://cache.example.com/", &redis_url()),
        ("smtps://user:…@mail.example.com", &sink.url()),
    ] {
        assert!(exports.contains(written), "the README does not export {written}");
        exports = exports.replace(written, ours);
    }
    let operator = Operator::new(exports);

    let mut running = Vec::new();
    for line in commands {
        let line = line.split(" #").next().unwrap_or_default().trim();
        match (line, db) {
            ("mandate serve", Db::Sqlite) => running.push(operator.start("mandate up")),
            ("mandate work", Db::Sqlite) => {}
            ("mandate serve" | "mandate work", Db::Postgres) => running.push(operator.start(line)),
            _ => drop(operator.done(line, &format!("{PASSWORD}\n")).await),
        }
    }
    let began = Instant::now();
    while !operator.is_ready().await {
        assert!(began.elapsed() < PATIENCE, "it is not ready");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }

    let sign_in = format!(
        "mutation {{ signIn(input: {{ email: \"you@example.com\", password: \"{PASSWORD}\" }}) {{ accessToken }} }}"
    );
    let signed_in = operator.ask(None, &sign_in).await;
    let token = signed_in.ok()["signIn"]["accessToken"].as_str().expect("a token").to_owned();
    let provider = operator.ask(Some(&token), "{ provider { renewalRuns(first: 1) { totalCount } } }").await;
    assert!(!provider.ok()["provider"].is_null(), "staff sees the provider");

    let sign_up =
        "mutation { signUp(input: { email: \"anna@bolt.example\", password: \"correct horse battery\", name: \"Anna\", locale: \"de\",
        account: { name: \"Bolt\", country: \"DE\", currencyCode: \"EUR\" } }) { userErrors { code } } }";
    operator.ask(None, sign_up).await.ok();
    while sink.received().is_empty() {
        assert!(began.elapsed() < PATIENCE, "no mail arrives");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let mail = sink.received().remove(0);
    assert_eq!(mail.to, ["anna@bolt.example"]);
    assert!(String::from_utf8_lossy(&mail.raw).contains("api.example.com/verify"), "its link leads to the portal");

    for mut child in running {
        let pid = child.id().expect("it runs").to_string();
        assert!(Command::new("kill").args(["-s", "TERM", &pid]).status().await.expect("kill").success());
        let end = tokio::time::timeout(PATIENCE, child.wait()).await.expect("an end in time").expect("its end");
        assert!(end.success(), "{end}");
    }
}

/// Each command of the table is one that the binary takes, with its arguments, and the binary takes no others.
#[test]
fn the_commands_of_the_reference_are_those_of_the_binary() {
    let document = read("docs/running.md");
    let rows: Vec<_> = document.lines().filter(|line| line.starts_with("| `mandate")).collect();
    let mut cli = Cli::command();
    cli.build();
    let mut left: Vec<_> = leaves(&cli, "mandate");
    for row in rows {
        for written in row
            .split('|')
            .nth(1)
            .unwrap_or_default()
            .split('`')
            .filter(|part| *part == "mandate" || part.starts_with("mandate "))
        {
            let words: Vec<_> = written.split(' ').collect();
            let path: Vec<_> = words.iter().take_while(|word| word.chars().all(char::is_lowercase)).copied().collect();
            let command = path[1..].iter().try_fold(&cli, |command, word| command.find_subcommand(word));
            let command = command.unwrap_or_else(|| panic!("`{written}` is no command"));
            left.retain(|known| *known != path.join(" "));
            for flag in row.split(|c: char| !(c.is_ascii_lowercase() || c == '-')).filter(|word| word.starts_with("--"))
            {
                let known = command.get_arguments().any(|argument| argument.get_long() == flag.strip_prefix("--"));
                assert!(known || words == ["mandate"], "`{written}` has no {flag}");
            }
        }
    }
    assert!(left.is_empty(), "docs/running.md lacks {left:?}");
}

/// The commands without further commands below them.
fn leaves(command: &clap::Command, path: &str) -> Vec<String> {
    let mut below = command.get_subcommands().filter(|below| below.get_name() != "help").peekable();
    if path != "mandate" && below.peek().is_none() {
        return vec![path.to_owned()];
    }
    below.flat_map(|below| leaves(below, &format!("{path} {}", below.get_name()))).collect()
}

/// From an empty database to sample data whose books are in order, and a renewal run that is first looked at; what is wrong is
/// told in one line, and by the exit code.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn tools_do_what_the_reference_says(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let database = Database::empty(db).await;
    let operator = Operator::new(seller(database.url()));

    let early = operator.run("mandate check", "").await;
    assert_eq!(early.status.code(), Some(1));
    assert_eq!(String::from_utf8_lossy(&early.stderr).lines().count(), 1, "{early:?}");
    assert_eq!(operator.run("mandate migrate --check", "").await.status.code(), Some(1));
    operator.done("mandate migrate", "").await;
    assert_eq!(operator.done("mandate migrate --check", "").await, "the database is at this version\n");

    assert_eq!(
        operator.done("mandate staff add Ada@Nordlicht.Example", PASSWORD).await,
        "ada@nordlicht.example is staff\n"
    );
    let again = operator.run("mandate staff add ada@nordlicht.example", PASSWORD).await;
    assert_eq!(
        (again.status.code(), String::from_utf8_lossy(&again.stderr).lines().count()),
        (Some(1), 1),
        "{again:?}"
    );
    let short = operator.run("mandate staff add bo@nordlicht.example", "123").await;
    assert_eq!(
        (short.status.code(), String::from_utf8_lossy(&short.stderr).lines().count()),
        (Some(1), 1),
        "{short:?}"
    );

    let other = Database::empty(db).await;
    let operator = Operator::new(seller(other.url()));
    operator.done("mandate migrate", "").await;
    let document = read("docs/running.md");
    let seed =
        blocks(&document, "sh").iter().flat_map(|block| block.lines()).find(|line| line.contains("mandate seed"));
    let seed =
        seed.expect("how to make sample data").split(" #").next().expect("a command").replace("target/release/", "");
    let small = seed.replace("200", "2").replace("100", "3").replace(['6', '8'], "2");
    assert_eq!(small.trim(), "mandate seed --partners 2 --clients 3 --products 2 --invoices 2");
    let told = operator.done(&small, "").await;
    assert!(told.starts_with("24 invoices in "), "{told}");
    assert_eq!(operator.done("mandate check", "").await, "the books are in order\n");

    // a month ahead everything of a month is due; only then is anything billed
    let later = (chrono::Local::now() + chrono::Duration::days(33)).format("%Y-%m-%dT00:00:00Z");
    let looked = operator.done(&format!("mandate renewals run --as-of {later} --dry-run"), "").await;
    assert!(looked.ends_with("due; nothing was changed or charged\n"), "{looked}");
    let schema = operator.done("mandate schema", "").await;
    assert!(schema.contains("type Query") && !schema.contains("advanceTestClock"));
    assert_eq!(operator.done("mandate schema --test-clock", "").await, read("schema.graphql"));
    assert_eq!(audit(&other.connect().await).await, Vec::<String>::new());
}

/// A seller, and a database, as the environment says it.
fn seller(database_url: &str) -> String {
    format!(
        "export DATABASE_URL={database_url}
        export MANDATE_SELLER_NAME='Nordlicht Hosting GmbH' MANDATE_SELLER_COUNTRY=DE MANDATE_SELLER_VAT_ID=DE123456789
        export MANDATE_SELLER_ADDRESS='Hafen 1, 20457 Hamburg' MANDATE_SELLER_IBAN=DE89370400440532013000
        export MANDATE_SELLER_TIME_ZONE=Europe/Berlin"
    )
}

/// Every mail is there in every language, as HTML and as text, and the index leads to each.
#[tokio::test]
async fn mails_can_be_looked_at() {
    let operator = Operator::new("export MANDATE_SELLER_NAME='Fjord & Sons'".to_owned());
    let told = operator.done("mandate mails preview looks", "").await;
    let mails = samples("x").len() * 5;
    assert_eq!(told, format!("{mails} mails: looks/index.html\n"));
    let folder = operator.folder.path().join("looks");
    let index = std::fs::read_to_string(folder.join("index.html")).expect("an index");
    let links: Vec<_> = index.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    assert_eq!(links.len(), mails * 2);
    for link in links {
        let page = std::fs::read_to_string(folder.join(link)).expect(link);
        let seller = if link.rsplit('.').next() == Some("html") { "Fjord &amp; Sons" } else { "Fjord & Sons" };
        assert!(page.contains(seller) && page.contains("Ann Müller"), "{link}: {page}");
    }
}

/// The README's two commands are there to be run.
#[test]
fn the_first_commands_are_there() {
    let document = read("README.md");
    let first = blocks(&document, "sh")[0];
    let commands: Vec<_> = first.lines().map(|line| line.split('#').next().unwrap_or_default().trim()).collect();
    // the demo's own test runs the first; the second runs this
    assert_eq!(commands, ["cargo run", "tests/run"]);
    assert!(Path::new(env!("CARGO_MANIFEST_DIR")).join("run").is_file());
}
