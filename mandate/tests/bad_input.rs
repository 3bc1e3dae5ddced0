//! What a person gets to read when something is wrong at the start: one clear line for each thing and an exit code, never a
//! panic or a backtrace. Runs the real binary.

#![expect(clippy::unwrap_used, reason = "a test may end by a panic")]

use std::io::Read;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use std::{fs, thread};

use tempfile::TempDir;

const SELLER: &[(&str, &str)] = &[
    ("MANDATE_SELLER_NAME", "Fjord Hosting AB"),
    ("MANDATE_SELLER_COUNTRY", "SE"),
    ("MANDATE_SELLER_VAT_ID", "SE556677889901"),
    ("MANDATE_SELLER_ADDRESS", "Storgatan 1\\n111 22 Stockholm"),
    ("MANDATE_SELLER_IBAN", "SE4550000000058398257466"),
    ("MANDATE_SELLER_TIME_ZONE", "Europe/Stockholm"),
    // Any free port, so that the tests do not meet.
    ("MANDATE_LISTEN", "127.0.0.1:0"),
    ("MANDATE_METRICS_LISTEN", "127.0.0.1:0"),
];

/// The binary in a folder of its own, with nothing in its environment but these variables.
fn start(folder: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> Child {
    Command::new(env!("CARGO_BIN_EXE_mandate"))
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        .envs(SELLER.iter().copied())
        .envs(variables.iter().copied())
        .env("RUST_BACKTRACE", "1")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

/// Waits for the end, and gives the exit code and the lines that it wrote to standard output and to standard error.
fn end(mut child: Child) -> (i32, Vec<String>, Vec<String>) {
    let deadline = Instant::now() + Duration::from_secs(30);
    while child.try_wait().unwrap().is_none() {
        if Instant::now() > deadline {
            child.kill().unwrap();
            panic!("still running after 30 seconds");
        }
        thread::sleep(Duration::from_millis(10));
    }
    let code = child.wait().unwrap().code().expect("an exit code, not a signal");
    let (mut out, mut err) = (String::new(), String::new());
    child.stdout.take().unwrap().read_to_string(&mut out).unwrap();
    child.stderr.take().unwrap().read_to_string(&mut err).unwrap();
    let lines = |text: String| text.lines().map(str::to_owned).collect::<Vec<_>>();
    for word in ["panicked", "backtrace", "stack"] {
        assert!(!err.contains(word), "{err}");
    }
    (code, lines(out), lines(err))
}

fn run(folder: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> (i32, Vec<String>, Vec<String>) {
    end(start(folder, arguments, variables))
}

/// The one line that a command fails with.
#[track_caller]
fn complaint(code: i32, folder: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> String {
    let (given, out, mut err) = run(folder, arguments, variables);
    assert_eq!((given, out.len(), err.len()), (code, 0, 1), "{out:#?}\n{err:#?}");
    err.remove(0)
}

fn migrated() -> TempDir {
    let folder = TempDir::new().unwrap();
    let (code, ..) = run(folder.path(), &["migrate"], &[]);
    assert_eq!(code, 0);
    folder
}

#[test]
fn unknown_settings_and_bad_values_are_a_line_each() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("mandate.toml"), "[limits]\nnode = 3\n").unwrap();
    let variables = [("MANDATE_EXPLORR", "on"), ("MANDATE_LISTEN", "here"), ("DATABASE_URL", "mysql://u:hunter2@h/d")];
    let (code, out, err) = run(folder.path(), &["serve"], &variables);
    assert_eq!((code, out.len(), err.len()), (2, 0, 4), "{err:#?}");
    assert_eq!(err[0], "mandate: MANDATE_EXPLORR is no setting; did you mean MANDATE_EXPLORER?");
    assert_eq!(err[1], "mandate: limits.node in mandate.toml is no setting; did you mean limits.nodes?");
    assert!(err[2].starts_with("mandate: DATABASE_URL: must be sqlite://"), "{err:#?}");
    assert!(err[3].starts_with("mandate: MANDATE_LISTEN = \"here\": must be an address and a port"), "{err:#?}");
    assert!(!folder.path().join("var").exists(), "nothing was made");
}

#[test]
fn an_unknown_command_is_explained() {
    let (code, _, err) = run(TempDir::new().unwrap().path(), &["serv"], &[]);
    assert_eq!(code, 2);
    assert!(err[0].contains("serv") && err.iter().any(|line| line.contains("serve")), "{err:#?}");
}

#[test]
fn an_unreachable_database_is_named_without_its_password() {
    let folder = TempDir::new().unwrap();
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let url = format!("postgresql://me:hunter2@127.0.0.1:{port}/mandate");
    for command in ["migrate", "serve"] {
        let line = complaint(1, folder.path(), &[command], &[("DATABASE_URL", &url)]);
        assert!(line.starts_with(&format!("mandate: cannot reach PostgreSQL at 127.0.0.1:{port}/mandate: ")), "{line}");
        assert!(line.to_lowercase().contains("refused") && !line.contains("hunter2"), "{line}");
    }
}

#[test]
fn a_database_that_does_not_answer_is_given_up_after_three_seconds() {
    let folder = TempDir::new().unwrap();
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("postgres://me@{}/mandate", silent.local_addr().unwrap());
    let line = complaint(1, folder.path(), &["migrate"], &[("DATABASE_URL", &url)]);
    assert!(line.ends_with("no answer within 3 seconds"), "{line}");
}

#[test]
fn files_that_are_no_database_are_refused_and_left_alone() {
    let folder = TempDir::new().unwrap();
    let text = "Dear diary, this is longer than the header of a database, and it is mine.\n".repeat(9);
    fs::write(folder.path().join("diary.txt"), &text).unwrap();
    let line = complaint(1, folder.path(), &["migrate"], &[("DATABASE_URL", "sqlite://diary.txt")]);
    assert_eq!(line, "mandate: cannot open the SQLite file diary.txt: file is not a database");
    assert_eq!(fs::read_to_string(folder.path().join("diary.txt")).unwrap(), text);

    fs::create_dir(folder.path().join("box")).unwrap();
    let line = complaint(1, folder.path(), &["migrate"], &[("DATABASE_URL", "sqlite://box")]);
    assert!(line.starts_with("mandate: cannot open the SQLite file box: "), "{line}");

    let line = complaint(1, folder.path(), &["migrate"], &[("DATABASE_URL", "sqlite://diary.txt/mandate.db")]);
    assert!(line.starts_with("mandate: cannot open the SQLite file diary.txt/mandate.db: "), "{line}");
}

#[test]
fn a_schema_that_is_too_old_is_refused_before_anything_is_served() {
    let folder = TempDir::new().unwrap();
    let (code, out, _) = run(folder.path(), &["migrate", "--check"], &[]);
    assert_eq!(code, 1);
    assert!(!out.is_empty() && out.iter().all(|line| line.starts_with("missing m2")), "{out:#?}");
    let line = complaint(1, folder.path(), &["serve"], &[]);
    assert!(line.contains("run `mandate migrate` first"), "{line}");

    let (code, out, _) = run(folder.path(), &["migrate"], &[]);
    assert_eq!((code, out.last().unwrap().as_str()), (0, "the database is at this version"));
    let (code, out, _) = run(folder.path(), &["migrate", "--check"], &[]);
    assert_eq!((code, out.len()), (0, 1), "{out:#?}");
}

#[test]
fn a_port_in_use_is_named_with_its_setting() {
    let folder = migrated();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    for setting in ["MANDATE_LISTEN", "MANDATE_METRICS_LISTEN"] {
        let line = complaint(1, folder.path(), &["serve"], &[(setting, &address)]);
        assert!(line.starts_with(&format!("mandate: {setting}: {address} is in use")), "{line}");
    }
}

/// Permissions do not bind root, so as root the binary runs as nobody.
#[test]
fn a_read_only_file_is_told_at_the_start() {
    use std::os::unix::fs::{MetadataExt, PermissionsExt};
    use std::os::unix::process::CommandExt;
    let folder = migrated();
    let binary = folder.path().join("mandate");
    fs::copy(env!("CARGO_BIN_EXE_mandate"), &binary).unwrap();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o777)).unwrap();
    let file = folder.path().join("var/mandate.db");
    fs::set_permissions(folder.path().join("var"), fs::Permissions::from_mode(0o777)).unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o444)).unwrap();
    let mut command = Command::new(&binary);
    if fs::metadata(&file).unwrap().uid() == 0 {
        command.uid(65_534).gid(65_534);
    }
    command.arg("migrate").current_dir(folder.path()).env_clear();
    let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let (code, _, err) = end(child);
    assert_eq!((code, err.len()), (1, 1), "{err:#?}");
    assert_eq!(err[0], "mandate: cannot open the SQLite file var/mandate.db: attempt to write a readonly database");
}
