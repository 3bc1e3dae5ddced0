//! The fences between the layers that the compiler does not keep.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use sea_orm::{DatabaseBackend, DatabaseConnection, FromQueryResult, Statement};
use tests::database::{Database, Db};

/// The rules are functions of what they are given: no storage, no waiting, no time of their own.
#[test]
fn rules_are_pure() {
    let pure = ["rules.rs", "money.rs", "calendar.rs"];
    let mut found = Vec::new();
    for file in sources("domain/src") {
        if pure.iter().any(|name| file.path.ends_with(name))
            || file.path.components().any(|part| part.as_os_str() == "rules")
        {
            found.extend(file.containing("::now("));
            found.extend(file.naming(&["sea_orm", "async", "await", "tokio", "Clock", "SystemTime", "Instant"]));
        }
    }
    assert_eq!(found, Vec::<String>::new());
}

/// Rows are read and written where the rules of visibility and permission stand, or in an area's own store.
#[test]
fn statements_stay_in_store_visible_and_permit() {
    let homes = ["store", "visible", "permit"];
    let mut found = Vec::new();
    for file in sources("domain/src").into_iter().chain(sources("mandate/src")) {
        let at_home = file
            .path
            .iter()
            .any(|part| homes.iter().any(|home| part.to_string_lossy().trim_end_matches(".rs") == *home));
        if !at_home {
            found.extend(file.containing("Entity::find"));
        }
    }
    assert_eq!(found, Vec::<String>::new());
}

/// What is asked leave for and what is seen stands in the lists of its area, and so in the access matrix.
#[test]
fn actions_and_subjects_are_listed() {
    let mut found = Vec::new();
    for file in sources("domain/src") {
        if !file.path.starts_with("domain/src/permission") {
            found.extend(file.containing("Action for "));
            found.extend(file.containing("Subject for "));
        }
    }
    assert_eq!(found, Vec::<String>::new(), "use `actions!` and `subjects!`");
}

/// Commands that prove nothing about a row, and what stands in for it.
const WITHOUT_A_PERMIT: &[(&str, &str)] = &[
    ("account", "claim_account: the link is the proof"),
    ("account", "mail_password_reset: the worker sends it"),
    ("account", "request_password_reset: anybody may ask"),
    ("account", "reset_password: the link is the proof"),
    ("account", "sign_in: the password is the proof"),
    ("account", "sign_out: ends nothing but itself"),
    ("account", "sign_up: there is nothing yet"),
    ("account", "update_user: a person about themselves"),
    ("account", "verify_email: the link is the proof"),
    ("api_key", "note_use: the key was shown"),
    ("billing", "require_method: reads what its callers have leave to use"),
    ("inquiry", "submit: anybody may ask"),
    ("membership", "accept: the link is the proof"),
    ("notification", "forget: the worker does not send it"),
    ("notification", "mark_failed: the worker sent it"),
    ("notification", "mark_sent: the worker sent it"),
    ("notification", "mint_token: the worker sends it"),
    ("notification", "stop_mails: the link is the proof"),
    ("notification", "update_preferences: a person about themselves"),
    ("order", "age_carts: time passes"),
    ("partnership", "remind: time passes"),
    ("transfer", "decline: is for whoever has the address"),
    ("transfer", "lapse: time passes"),
];

/// A command that no permit opens would write whatever it is asked to. What a command calls in its own area counts as its own.
#[test]
fn commands_ask_for_a_permit() {
    let mut areas: BTreeMap<String, Vec<Function>> = BTreeMap::new();
    for file in sources("domain/src") {
        let mut parts = file.path.iter().skip(2).map(|part| part.to_string_lossy().into_owned());
        let (Some(area), Some(inner)) = (parts.next(), parts.next()) else { continue };
        if inner.trim_end_matches(".rs") == "commands" {
            areas.entry(area).or_default().extend(functions(&file.text));
        }
    }
    let mut open = Vec::new();
    for (area, functions) in &areas {
        for command in functions.iter().filter(|function| function.is_public && !permits(function, functions)) {
            let prefix = format!("{}: ", command.name);
            let reason = WITHOUT_A_PERMIT.iter().find(|(of, why)| of == area && why.starts_with(&prefix));
            open.push(
                reason.map_or_else(|| format!("{area}::{} asks for none", command.name), |(_, why)| (*why).to_owned()),
            );
        }
    }
    let listed: Vec<_> = WITHOUT_A_PERMIT.iter().map(|(_, why)| *why).collect();
    assert_eq!(open.iter().map(String::as_str).collect::<BTreeSet<_>>(), listed.into_iter().collect());
}

/// An async function that stands by itself in a file.
struct Function {
    name: String,
    is_public: bool,
    body: String,
}

impl Function {
    /// Not a method of this name, and no longer name that ends like it.
    fn calls(&self, name: &str) -> bool {
        self.body.match_indices(&format!("{name}(")).any(|(at, _)| {
            !self.body[..at].ends_with(|before: char| before.is_alphanumeric() || before == '_' || before == '.')
        })
    }
}

fn functions(text: &str) -> Vec<Function> {
    let mut found: Vec<Function> = Vec::new();
    let mut is_inside = false;
    for line in text.lines() {
        if let Some((before, rest)) = line.split_once("async fn ").filter(|(before, _)| !before.starts_with(' ')) {
            let name = rest.split(['(', '<']).next().unwrap_or_default().to_owned();
            found.push(Function { name, is_public: before == "pub ", body: String::new() });
            is_inside = true;
        }
        if let Some(function) = found.last_mut().filter(|_| is_inside) {
            function.body.push_str(line.split("//").next().unwrap_or_default());
            function.body.push('\n');
        }
        is_inside &= line != "}";
    }
    found
}

/// Whether a permit is asked for in a function, or in one of these that it calls.
fn permits(function: &Function, all: &[Function]) -> bool {
    let mut reached = BTreeSet::from([function.name.as_str()]);
    let mut open = vec![function];
    while let Some(next) = open.pop() {
        if ["permit::<", "permit_staff(", "permit_staff_on("].iter().any(|asked| next.body.contains(asked)) {
            return true;
        }
        let called = all.iter().filter(|other| next.calls(&other.name));
        open.extend(called.filter(|other| reached.insert(&other.name)));
    }
    false
}

/// The edges cannot write a query: what they need for it is not in their manifests.
#[test]
fn edges_know_no_database() {
    // `entities` is no way around it: without the ORM in its manifest a crate can read a row's fields, and nothing else
    for edge in ["api", "worker"] {
        let manifest = fs::read_to_string(root().join(edge).join("Cargo.toml")).unwrap();
        for banned in ["sea-orm", "sea-query", "sqlx", "migration"] {
            let named = manifest.lines().any(|line| line.trim_start().starts_with(banned));
            assert!(!named, "{edge}/Cargo.toml names {banned}");
        }
    }
}

/// Time comes from the clock that is passed in; its own file alone may ask the machine, and tests may.
#[test]
fn only_the_clock_asks_for_the_time() {
    let mut found = Vec::new();
    for folder in ["api/src", "domain/src", "entities/src", "mandate/src", "migration/src", "worker/src"] {
        for file in sources(folder) {
            if !file.path.ends_with("clock.rs") {
                found.extend(file.containing("Utc::now"));
                found.extend(file.containing("Local::now"));
            }
        }
    }
    assert_eq!(found, Vec::<String>::new());
}

/// No text of the tree names a place on the machine of whoever wrote it.
#[test]
fn nothing_names_a_place_on_somebodys_machine() {
    // In pieces, so that this file does not find itself.
    let places = [["/wo", "rk/"], ["/ro", "ot/"], ["/ho", "me/"], ["/Us", "ers/"], ["C:\\", "Users"]]
        .map(|pieces| pieces.concat());
    let mut found = Vec::new();
    for path in files(&root()) {
        let Ok(text) = fs::read_to_string(&path) else { continue };
        for (number, line) in text.lines().enumerate() {
            let names = |place: &String| {
                line.match_indices(place).any(|(at, _)| !line[..at].ends_with(|before: char| before.is_alphanumeric()))
            };
            if places.iter().any(names) {
                found.push(format!("{}:{}: {}", path.display(), number + 1, line.trim()));
            }
        }
    }
    assert_eq!(found, Vec::<String>::new());
}

/// A crate whose own tests are never built has none.
#[test]
fn what_is_not_tested_by_itself_holds_no_tests() {
    let manifests = files(&root()).into_iter().filter(|path| path.ends_with("Cargo.toml"));
    let untested = manifests.filter(|path| {
        let text = fs::read_to_string(path).unwrap();
        text.contains("[lib]") && text.contains("\ntest = false")
    });
    let untested: Vec<_> = untested.map(|path| path.parent().unwrap().file_name().unwrap().to_owned()).collect();
    assert_eq!(untested, ["document", "entities", "migration", "tests"]);
    let mut found = Vec::new();
    for name in untested {
        let folder = Path::new(&name).join("src");
        for file in sources(folder.to_str().unwrap()) {
            found.extend(
                ["#[test]", "#[cfg(test)]", "#[tokio::test", "proptest!"].map(|mark| file.containing(mark)).concat(),
            );
        }
    }
    found.extend(
        sources("mandate/src")
            .iter()
            .filter(|file| file.path.ends_with("main.rs"))
            .flat_map(|file| file.containing("#[")),
    );
    assert_eq!(found, Vec::<String>::new());
}

/// The checks above see what they look for, and not what only comments say.
#[test]
fn the_checks_see_what_they_look_for() {
    let text = "// async in a comment\nlet x = 1; // now\nasync fn f() {}\nlet asynchronous = Utc::now();\n";
    let file = Source { path: PathBuf::from("sample.rs"), text: text.to_owned() };
    assert_eq!(file.naming(&["async"]), ["sample.rs:3: async fn f() {}"]);
    assert_eq!(file.naming(&["x"]), ["sample.rs:2: let x = 1; // now"]);
    assert_eq!(file.containing("Utc::now"), ["sample.rs:4: let asynchronous = Utc::now();"]);
    assert!(sources("domain/src").len() > 3);
    assert!(files(&root()).iter().any(|path| path.ends_with("docs/running.md")));
}

/// Tables that belong to the provider as a whole. Every other row belongs to an account or a person, and says whose it is.
const NOBODYS: [&str; 23] = [
    "bounced_address",
    "clock",
    "document_counter",
    "feed_position",
    "gateway_event",
    "job",
    "journal_entry",
    "offering",
    "plan",
    "price",
    "programme",
    "programme_kind_rate",
    "rate_limit",
    "reminder_sweep",
    "renewal_run",
    "schedule",
    "seaql_migrations",
    "signing_key",
    "statement_sweep",
    "test_gateway_charge",
    "test_gateway_method",
    "test_gateway_refund",
    "webhook_position",
];

/// Every table of a tenant names its owner, by a column of its own or through the row that it is part of.
#[tokio::test]
async fn every_tenant_table_names_its_owner() {
    let database = Database::fresh(Db::Sqlite).await;
    let connection = database.connect().await;
    let tables = rows(
        &connection,
        "SELECT name AS one, '' AS other FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
    )
    .await;
    let references = rows(
        &connection,
        r#"SELECT t.name AS one, f."table" AS other FROM sqlite_master t, pragma_foreign_key_list(t.name) f WHERE t.type = 'table'
           UNION ALL
           SELECT t.name, 'account' FROM sqlite_master t, pragma_table_info(t.name) c WHERE t.type = 'table' AND c.name = 'account_id'"#,
    )
    .await;

    let mut owned: BTreeSet<&str> = BTreeSet::from(["account", "user"]);
    loop {
        let before = owned.len();
        let more = references.iter().filter(|link| owned.contains(link.other.as_str())).map(|link| link.one.as_str());
        owned.extend(more.filter(|table| !NOBODYS.contains(table)).collect::<Vec<_>>());
        if owned.len() == before {
            break;
        }
    }

    let orphans: Vec<_> = tables
        .iter()
        .map(|table| table.one.as_str())
        .filter(|table| !owned.contains(table) && !NOBODYS.contains(table))
        .collect();
    assert_eq!(orphans, Vec::<&str>::new(), "tables whose rows do not say whose they are");
    assert!(owned.contains("invoice_line") && owned.contains("product"));
}

#[derive(FromQueryResult)]
struct Pair {
    one: String,
    other: String,
}

async fn rows(connection: &DatabaseConnection, sql: &str) -> Vec<Pair> {
    Pair::find_by_statement(Statement::from_string(DatabaseBackend::Sqlite, sql)).all(connection).await.unwrap()
}

/// A file of Rust, by its path from the root.
struct Source {
    path: PathBuf,
    text: String,
}

impl Source {
    /// The lines of code, comments cut off, that have one of these words as a word of its own.
    fn naming(&self, words: &[&str]) -> Vec<String> {
        self.lines(|code| code.split(|c: char| !c.is_alphanumeric() && c != '_').any(|word| words.contains(&word)))
    }

    /// The lines of code, comments cut off, that contain this.
    fn containing(&self, part: &str) -> Vec<String> {
        self.lines(|code| code.contains(part))
    }

    fn lines(&self, matches: impl Fn(&str) -> bool) -> Vec<String> {
        let numbered = self.text.lines().enumerate();
        let hits = numbered.filter(|(_, line)| matches(line.split("//").next().unwrap_or_default()));
        hits.map(|(number, line)| format!("{}:{}: {}", self.path.display(), number + 1, line.trim())).collect()
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

fn sources(folder: &str) -> Vec<Source> {
    let rust =
        files(&root().join(folder)).into_iter().filter(|path| path.extension().is_some_and(|ending| ending == "rs"));
    rust.map(|path| Source {
        text: fs::read_to_string(&path).unwrap(),
        path: path.strip_prefix(root()).unwrap().to_owned(),
    })
    .collect()
}

/// All files below, but what is built, what git keeps, and what a demo leaves.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() {
            if !["target", ".git", "var"].contains(&name.as_str()) {
                all.extend(files(&path));
            }
        } else if ![".git", "mandate.toml"].contains(&name.as_str()) {
            all.push(path);
        }
    }
    all.sort();
    all
}
