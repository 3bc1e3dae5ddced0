//! R16: the power goes. Gateway, worker and database end at one instant, and what was acknowledged is there afterwards.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use futures::future::{join, join_all};
use reqwest::Client;
use serde_json::{Value, json};
use tests::crowd::DUE;
use tests::database::{Database, Db};
use tests::installation::{Installation, Running};
use tests::renewals::Renewals;
use tests::server::Postgres;
use tokio::sync::Mutex;
use tokio::time::sleep;

/// So many write at the same time.
const WRITERS: usize = 4;

const RECORD: &str =
    "mutation($input: CreateClientInput!) { createClient(input: $input) { client { id name } userErrors { code } } }";
const RECORDS: &str = "query($id: ID!, $after: String) { account(id: $id) { clients(first: 100, after: $after) {
    nodes { name } pageInfo { hasNextPage endCursor } } } }";
const FEED: &str = "query($id: ID!, $after: String) { account(id: $id) { activity(first: 100, after: $after) {
    nodes { kind } pageInfo { hasNextPage endCursor } } } }";

struct Partner {
    token: String,
    account: String,
}

/// The processes of an installation that serves and works.
struct House {
    w: Renewals,
    installation: Installation,
    http: Client,
    server: Option<Postgres>,
    running: Vec<Running>,
}

impl House {
    async fn build(db: Db) -> Self {
        let server = match db {
            Db::Postgres => Some(Postgres::start().await),
            Db::Sqlite => None,
        };
        let database = match &server {
            Some(server) => Database::on(server).await,
            None => Database::fresh(db).await,
        };
        let w = Renewals::on(database, DUE).await;
        let installation = Installation::new(w.database_url(), "");
        let http = tests::client::http_builder().timeout(Duration::from_secs(20)).build().expect("a client");
        Self { w, installation, http, server, running: Vec::new() }
    }

    async fn light(&mut self) {
        if let Some(server) = &mut self.server {
            if !server.answers().await {
                server.start_again().await;
            }
            self.running.push(self.installation.serve("serve").await);
            self.running.push(self.installation.start("work"));
        } else {
            self.running.push(self.installation.serve("up").await);
        }
    }

    /// Everything at once.
    async fn darken(&mut self) {
        let database = async {
            if let Some(server) = &mut self.server {
                server.stop("KILL").await;
            }
        };
        join(join_all(self.running.drain(..).map(Running::kill)), database).await;
    }

    /// What it answers; none when it is dark.
    async fn ask(&self, token: &str, query: &str, variables: Value) -> Option<Value> {
        let request = self.http.post(self.installation.endpoint());
        let request = if token.is_empty() { request } else { request.bearer_auth(token) };
        let answer = request.json(&json!({ "query": query, "variables": variables })).send().await.ok()?;
        let mut body: Value = answer.json().await.ok()?;
        body.get("errors").is_none().then(|| body["data"].take())
    }

    async fn sign_up(&self) -> Partner {
        let query = "mutation($input: SignUpInput!) { signUp(input: $input) {
            accessToken account { id } userErrors { code } } }";
        let input = json!({
            "email": "ann@acme.example", "password": "correct horse battery", "name": "Ann", "locale": "en",
            "account": { "name": "Acme", "country": "DE", "currencyCode": "EUR" },
        });
        let data = self.ask("", query, json!({ "input": input })).await.expect("an answer");
        let signed = &data["signUp"];
        self.w.sql("UPDATE account SET programme_id = (SELECT id FROM programme)").await;
        Partner {
            token: signed["accessToken"].as_str().unwrap_or_else(|| panic!("{data}")).to_owned(),
            account: signed["account"]["id"].as_str().expect("an id").to_owned(),
        }
    }

    /// All nodes of a list of the account.
    async fn all(&self, who: &Partner, query: &str, list: &str) -> Vec<Value> {
        let (mut nodes, mut after) = (Vec::new(), Value::Null);
        loop {
            let asked = self.ask(&who.token, query, json!({ "id": who.account, "after": after })).await;
            let page = asked.expect("an answer")["account"][list].take();
            nodes.extend(page["nodes"].as_array().expect("nodes").iter().cloned());
            if page["pageInfo"]["hasNextPage"] != true {
                return nodes;
            }
            after = page["pageInfo"]["endCursor"].clone();
        }
    }
}

async fn power_cuts(db: Db, cuts: usize) {
    let mut house = House::build(db).await;
    house.light().await;
    let partner = house.sign_up().await;
    let acknowledged = Mutex::new(BTreeSet::new());
    let (began, mut unanswered) = (Instant::now(), 0);
    for cut in 0..cuts {
        let (is_dark, lost) = (AtomicBool::new(false), AtomicUsize::new(0));
        {
            let house = &house;
            let writers = (0..WRITERS).map(async |writer| {
                let mut number = 0;
                while !is_dark.load(Ordering::Relaxed) {
                    let name = format!("client-{cut}-{writer}-{number}");
                    let input = json!({ "partnerId": partner.account, "client": { "name": name } });
                    match house.ask(&partner.token, RECORD, json!({ "input": input })).await {
                        Some(data) => {
                            assert!(data["createClient"]["client"]["id"].is_string(), "{data}");
                            acknowledged.lock().await.insert(name);
                        }
                        None => _ = lost.fetch_add(1, Ordering::Relaxed),
                    }
                    number += 1;
                    if number > 400 {
                        return;
                    }
                }
            });
            let wait = async {
                sleep(Duration::from_millis(300 + u64::try_from(cut * 37 % 200).unwrap())).await;
                is_dark.store(true, Ordering::Relaxed);
            };
            // the blow falls while requests are under way: they are left where they are
            tokio::select! {
                _ = join_all(writers) => {}
                () = wait => {}
            }
        }
        house.darken().await;
        unanswered += lost.load(Ordering::Relaxed);
        house.light().await;
    }
    let acknowledged = acknowledged.into_inner();
    let there = house.all(&partner, RECORDS, "clients").await;
    let there: BTreeSet<String> =
        there.iter().map(|client| client["name"].as_str().expect("a name").to_owned()).collect();
    let missing: Vec<_> = acknowledged.difference(&there).collect();
    println!(
        "{db:?}: {cuts} cuts in {:.1?}, {} acknowledged, {} there, {unanswered} refused",
        began.elapsed(),
        acknowledged.len(),
        there.len()
    );
    assert!(acknowledged.len() > cuts, "hardly anything was done");
    assert!(missing.is_empty(), "acknowledged and lost: {missing:?}");
    let feed = house.all(&partner, FEED, "activity").await;
    let told = feed.iter().filter(|event| event["kind"] == "CLIENT_CREATED").count();
    assert_eq!(told, there.len(), "each is in the feed once");
    house.darken().await;
}

/// R16 at the size of a check.
#[rstest::rstest]
#[tokio::test(flavor = "multi_thread")]
async fn what_was_acknowledged_survives_the_power(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    power_cuts(db, 3).await;
}

/// R16 in full. `docs/promises.md` has the command.
#[rstest::rstest]
#[tokio::test(flavor = "multi_thread")]
#[ignore = "full size"]
async fn what_was_acknowledged_survives_a_hundred_cuts(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    power_cuts(db, 100).await;
}
