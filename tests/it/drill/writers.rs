//! R17: many writers on one file.

use std::time::{Duration, Instant};

use reqwest::Client;
use serde_json::{Value, json};
use tests::database::Db;
use tests::installation::Installation;
use tests::partners::Partners;

use super::rows::{count, texts};

pub(super) const CREATE: &str = "mutation($input: CreateClientInput!) {
    createClient(input: $input) { client { id name } userErrors { code message } } }";
const MEMBERSHIPS: &str = "{ viewer { memberships { nodes { account { id } } } } }";
const CLIENTS: &str =
    "query($id: ID!) { account(id: $id) { clients(first: 100) { totalCount nodes { id name email } } } }";

/// One request with a token; the status, and the body as JSON.
pub(super) async fn ask(http: &Client, at: &str, token: &str, query: &str, variables: &Value) -> (u16, Value) {
    let request = http.post(at).bearer_auth(token).json(&json!({ "query": query, "variables": variables }));
    let reply = request.send().await.unwrap_or_else(|error| panic!("{error:?}"));
    (reply.status().as_u16(), reply.json().await.unwrap())
}

/// The first account of this person.
pub(super) async fn account(http: &Client, at: &str, token: &str) -> String {
    let (_, reply) = ask(http, at, token, MEMBERSHIPS, &json!({})).await;
    let id = &reply["data"]["viewer"]["memberships"]["nodes"][0]["account"]["id"];
    id.as_str().unwrap_or_else(|| panic!("{reply:#}")).to_owned()
}

/// The variables of a mutation that makes a client of this name.
pub(super) fn client(partner_id: &str, name: &str) -> Value {
    json!({ "input": { "partnerId": partner_id, "client": { "name": name } } })
}

/// 50 writers for ten seconds, and a reader of long lists: nobody hears of a lock, and the file is whole.
#[tokio::test(flavor = "multi_thread")]
async fn fifty_writers_share_a_file() {
    let w = Partners::start(Db::Sqlite).await;
    let installation = Installation::new(w.database().url(), "");
    let gateway = installation.serve("serve").await;
    let http = tests::client::http();
    let partner = account(&http, &installation.endpoint(), &w.acme_owner).await;
    let until = Instant::now() + Duration::from_secs(10);
    let mut writers = Vec::new();
    for writer in 0..50 {
        let (http, at, token, partner) = (http.clone(), installation.endpoint(), w.acme_owner.clone(), partner.clone());
        writers.push(tokio::spawn(async move {
            let (mut written, mut slowest) = (0, Duration::ZERO);
            while Instant::now() < until {
                let began = Instant::now();
                let variables = client(&partner, &format!("Client {writer}.{written}"));
                let (status, reply) = ask(&http, &at, &token, CREATE, &variables).await;
                assert!(
                    status == 200 && reply["data"]["createClient"]["client"]["id"].is_string(),
                    "{status} {reply:#}"
                );
                slowest = slowest.max(began.elapsed());
                written += 1;
            }
            (written, slowest)
        }));
    }
    let mut reads = 0;
    while Instant::now() < until {
        let (status, reply) =
            ask(&http, &installation.endpoint(), &w.acme_owner, CLIENTS, &json!({ "id": partner })).await;
        assert!(status == 200 && reply.get("errors").is_none(), "{reply:#}");
        reads += 1;
    }
    let (mut written, mut slowest) = (0, Duration::ZERO);
    for writer in writers {
        let (own, wait) = writer.await.unwrap();
        written += own;
        slowest = slowest.max(wait);
    }
    println!("{written} writes, the slowest took {slowest:?}; {reads} reads of lists");
    assert!(slowest < Duration::from_secs(8), "nobody waits for long");
    assert!(written >= 50, "each writer got a turn");
    assert!(!installation.log().contains("database is locked"), "{}", installation.log());
    gateway.terminate().await;
    assert!(gateway.end(Duration::from_secs(30)).await.success());

    let db = w.database().connect().await;
    assert_eq!(texts(&db, "SELECT integrity_check AS t FROM pragma_integrity_check").await, ["ok"]);
    assert_eq!(count(&db, "client").await, written);
    assert_eq!(count(&db, "activity WHERE kind = 'CLIENT_CREATED'").await, written);
}
