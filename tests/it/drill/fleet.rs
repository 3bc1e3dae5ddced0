//! Gateways on one database, and people who ask any of them.

use std::time::Duration;

use reqwest::Client;
use serde_json::{Value, json};
use tests::app::TestApp;
use tests::database::Db;
use tests::installation::{Installation, Running};
use tests::world::document;

/// A file has one process that serves it.
pub(super) fn gateways_on(db: Db) -> usize {
    match db {
        Db::Sqlite => 1,
        Db::Postgres => 2,
    }
}

/// Some gateways, of which each may be away.
pub(super) struct Fleet {
    installations: Vec<Installation>,
    http: Client,
}

impl Fleet {
    /// As many as this database bears, and their processes. A charge takes 20 ms.
    pub(super) async fn start(app: &TestApp, db: Db) -> (Self, Vec<Running>) {
        let file = "[test_gateway]\nlatency = '20ms'";
        let installations: Vec<_> = (0..gateways_on(db)).map(|_| Installation::new(app.database_url(), file)).collect();
        let mut running = Vec::new();
        for installation in &installations {
            running.push(installation.serve("serve").await);
        }
        let http = tests::client::http_builder().timeout(Duration::from_secs(40)).build().expect("a client");
        (Self { installations, http }, running)
    }

    pub(super) fn installation(&self, at: usize) -> &Installation {
        &self.installations[at % self.installations.len()]
    }

    /// Asks the gateway of this number, or the one after it: none when it goes away meanwhile.
    ///
    /// # Panics
    /// When it answers with an error, other than that it cannot serve just now.
    pub(super) async fn ask(&self, at: usize, token: &str, query: &str, variables: Value) -> Option<Value> {
        let request = self.http.post(self.installation(at).endpoint()).bearer_auth(token);
        let answer = request.json(&json!({ "query": query, "variables": variables })).send().await.ok()?;
        let status = answer.status().as_u16();
        let mut body: Value = answer.json().await.ok()?;
        if status == 503 {
            return None;
        }
        assert!(status == 200 && body.get("errors").is_none(), "{status}: {body:#}");
        Some(body["data"].take())
    }

    /// The same for a mutation: its payload.
    pub(super) async fn run(
        &self,
        at: usize,
        token: &str,
        mutation: &str,
        input: Value,
        selection: &str,
    ) -> Option<Value> {
        let mut data = self.ask(at, token, &document(mutation, selection), json!({ "input": input })).await?;
        Some(data[mutation].take())
    }

    /// Asks one after the other until one answers.
    ///
    /// # Panics
    /// When none does within a minute.
    pub(super) async fn ask_until_answered(&self, token: &str, query: &str, variables: &Value) -> Value {
        for at in 0..1_200 {
            if let Some(data) = self.ask(at, token, query, variables.clone()).await {
                return data;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("no gateway answers: {}", self.installation(0).log());
    }
}
