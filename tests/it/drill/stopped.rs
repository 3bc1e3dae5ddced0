//! R15: a signal to stop, in the middle of requests and of a renewal run.

use std::time::{Duration, Instant};

use serde_json::json;
use tests::crowd::DUE;
use tests::database::Db;
use tests::installation::Installation;
use tests::renewals::Renewals;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::cancelled::slow_database;
use super::rows::{count, wait_for};

const DRAIN: Duration = Duration::from_secs(20);

/// `mandate up`: every request that it took is answered, its jobs end or are given back, and it ends by itself in time.
#[tokio::test(flavor = "multi_thread")]
async fn a_stop_answers_what_was_taken() {
    let w = Renewals::start(Db::Postgres, DUE).await;
    w.crowd(40).await;
    let database = slow_database(w.database_url(), Duration::from_millis(5)).await;
    let file = "[limits]\ndrain = '20s'\n[test_gateway]\nlatency = '300ms'\n[worker]\nrenewal_batch = 2";
    let installation = Installation::new(&database, file);
    let process = installation.serve("up").await;
    let db = w.store.pool();
    wait_for(db, "renewal_run", 1, Duration::from_secs(30)).await;

    // Sign-ins of nobody take several turns with the slow database, and the work of a password.
    let mutation = "mutation($input: SignInInput!) { signIn(input: $input) { userErrors { code } } }";
    let mut taken = Vec::new();
    for number in 0..40 {
        let input = json!({ "email": format!("nobody{number}@drill.example"), "password": "wrong horse battery" });
        let body = json!({ "query": mutation, "variables": { "input": input } }).to_string();
        let mut connection = TcpStream::connect(installation.address()).await.unwrap();
        let request = format!(
            "POST /graphql HTTP/1.1\r\nHost: drill\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        connection.write_all(request.as_bytes()).await.unwrap();
        taken.push(tokio::spawn(async move {
            let mut answer = String::new();
            connection.read_to_string(&mut answer).await.map(|_| (answer, Instant::now()))
        }));
    }
    tokio::time::sleep(Duration::from_millis(50)).await;
    let jobs = count(db, "job WHERE state = 'running'").await;
    let told = Instant::now();
    process.terminate().await;

    let mut after = 0;
    for reply in taken {
        let (answer, at) = reply.await.unwrap().expect("an answer, not a cut");
        assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("userErrors"), "{answer}");
        after += u32::from(at > told);
    }
    let end = process.end(DRAIN).await;
    let took = told.elapsed();
    println!("{after} of 40 requests were answered after the signal, {jobs} jobs ran; it ended after {took:?}");
    assert!(end.success(), "{end}: {}", installation.log());
    assert!(after > 0, "the signal has hit nothing");
    assert!(TcpStream::connect(installation.address()).await.is_err(), "it still listens");
    assert_eq!(count(db, "job WHERE state = 'running'").await, 0, "{}", installation.log());
    assert_eq!(count(db, "payment WHERE status = 'PENDING'").await, 0, "what was asked of the gateway is written");
    w.audit().await;
}
