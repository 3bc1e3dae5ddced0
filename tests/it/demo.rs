//! `mandate demo`, as somebody in a hurry meets it: what it prints is true, and its three queries work.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use mandate::demo::{ADVANCE, NESTED, SIGN_IN};
use serde_json::{Value, json};
use tempfile::TempDir;
use tests::auditor::audit;
use tests::installation::binary;

/// A running demo, and where it is.
pub(crate) struct Demo {
    process: Child,
    pub(crate) site: String,
}

impl Demo {
    /// Starts it in this folder and waits for its greeting.
    pub(crate) fn start(folder: &TempDir, arguments: &[&str]) -> Self {
        let mut process = Command::new(binary())
            .args(arguments)
            .current_dir(folder.path())
            .env("MANDATE_LISTEN", "127.0.0.1:0")
            .env("MANDATE_METRICS_LISTEN", "127.0.0.1:0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the binary");
        let mut lines = BufReader::new(process.stdout.take().expect("its output")).lines();
        let site = loop {
            let line = lines.next().expect("a greeting").expect("text");
            if let Some((_, address)) = line.split_once("Explorer") {
                break address.trim().trim_end_matches('/').to_owned();
            }
        };
        // the rest is read too, so that it never waits for a reader
        std::thread::spawn(move || lines.for_each(drop));
        Self { process, site }
    }

    async fn ask(&self, token: Option<&str>, query: &str) -> Value {
        let mut request = tests::client::http().post(format!("{}/graphql", self.site)).json(&json!({ "query": query }));
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        let answer: Value = request.send().await.expect("an answer").json().await.expect("JSON");
        assert!(answer["errors"].is_null(), "{answer:#}");
        answer["data"].clone()
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Renewals of the week bill whoever pays, the partner earns, mails lie in the mailbox, and the books are in order; it starts
/// twice with the same data.
#[tokio::test(flavor = "multi_thread")]
async fn the_demo_tells_its_story() {
    let folder = TempDir::new().unwrap();
    let demo = Demo::start(&folder, &[]);
    let token = demo.ask(None, SIGN_IN).await["signIn"]["accessToken"].as_str().expect("a token").to_owned();
    let account = |data: &Value| data["viewer"]["memberships"]["nodes"][0]["account"].clone();
    let before = account(&demo.ask(Some(&token), NESTED).await);
    assert_eq!(before["name"], "Pixelwerk");
    assert_eq!(before["clients"]["nodes"].as_array().unwrap().len(), 6);

    let moved = tokio::time::timeout(Duration::from_secs(60), demo.ask(Some(&token), ADVANCE)).await.expect("in time");
    assert_eq!(moved["advanceTestClock"]["now"], "2026-12-01T09:00:00Z");
    let after = account(&demo.ask(Some(&token), NESTED).await);
    assert_ne!(before, after);
    let renewed = after.to_string().contains("2026-12-26");
    assert!(renewed, "{after:#}");

    let mailbox =
        tests::client::http().get(format!("{}/dev/mailbox", demo.site)).send().await.unwrap().text().await.unwrap();
    let mails = mailbox.matches("/html\"").count();
    assert!(mails > 80, "{mails} mails");
    drop(demo);

    let url = format!("sqlite://{}/var/mandate.db", folder.path().display());
    let db = sea_orm::Database::connect(&url).await.unwrap();
    assert_eq!(audit(&db).await, Vec::<String>::new());
    db.close().await.unwrap();

    let again = Demo::start(&folder, &["demo"]);
    assert_eq!(account(&again.ask(Some(&token), NESTED).await), after);
}
