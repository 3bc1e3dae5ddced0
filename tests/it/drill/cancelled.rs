//! R4: clients that hang up in the middle harm nobody.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use serde_json::json;
use tests::database::Db;
use tests::installation::Installation;
use tests::partners::Partners;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use super::rows::{count, wait_for};
use super::writers::{CREATE, account, ask, client};

/// So long each answer of the database takes through [`slow_database`].
const DELAY: Duration = Duration::from_millis(5);

/// The same server behind a proxy that makes it slow, so that a client hangs up while something is under way.
pub(super) async fn slow_database(url: &str, delay: Duration) -> String {
    let (scheme, rest) = url.split_once("://").unwrap();
    let (authority, path) = rest.split_once('/').unwrap();
    let (user, server) = authority.rsplit_once('@').map_or(("", authority), |(user, server)| (user, server));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let slow = listener.local_addr().unwrap();
    let server = server.to_owned();
    tokio::spawn(async move {
        while let Ok((near, _)) = listener.accept().await {
            let server = server.clone();
            tokio::spawn(async move {
                let far = TcpStream::connect(server).await?;
                let (near, far) = (near.set_nodelay(true).map(|()| near)?, far.set_nodelay(true).map(|()| far)?);
                let ((mut from_near, mut to_near), (mut from_far, mut to_far)) = (near.into_split(), far.into_split());
                tokio::spawn(async move { tokio::io::copy(&mut from_near, &mut to_far).await });
                let mut chunk = vec![0; 64 * 1024];
                loop {
                    let length = from_far.read(&mut chunk).await?;
                    if length == 0 {
                        return to_near.shutdown().await;
                    }
                    tokio::time::sleep(delay).await;
                    to_near.write_all(&chunk[..length]).await?;
                }
            });
        }
    });
    format!("{scheme}://{user}@{slow}/{path}")
}

/// 300 mutations through five connections, whose clients hang up after any part of the time that they take: at 0 to 20 ms, or
/// later where the machine is busy, so that each part is hit.
#[tokio::test(flavor = "multi_thread")]
async fn clients_that_hang_up_leave_nothing_half_done() {
    let w = Partners::start(Db::Postgres).await;
    let database = slow_database(w.database().url(), DELAY).await;
    let installation = Installation::new(&database, "[limits]\ndatabase_connections = 5");
    let mut gateway = installation.serve("serve").await;
    let http = tests::client::http();
    let partner = account(&http, &installation.endpoint(), &w.acme_owner).await;

    let began = Instant::now();
    for number in 0..5 {
        ask(&http, &installation.endpoint(), &w.acme_owner, CREATE, &client(&partner, &format!("Usual {number}")))
            .await;
    }
    let patience = (began.elapsed() / 5 * 4).max(Duration::from_millis(20));

    let answered = Arc::new(AtomicUsize::new(0));
    for round in 0..30 {
        let ten = (0..10).map(|n| {
            let number = round * 10 + n;
            let body = json!({ "query": CREATE, "variables": client(&partner, &format!("Gone {number}")) }).to_string();
            let request = format!(
                "POST /graphql HTTP/1.1\r\nHost: drill\r\nContent-Type: application/json\r\nAuthorization: Bearer {}\r\nContent-Length: {}\r\n\r\n{body}",
                w.acme_owner,
                body.len()
            );
            let (address, answered) = (installation.address(), Arc::clone(&answered));
            async move {
                let mut connection = TcpStream::connect(address).await.unwrap();
                connection.write_all(request.as_bytes()).await.unwrap();
                let patience = patience * (number * 7 % 21) / 20;
                if tokio::time::timeout(patience, connection.read_u8()).await.is_ok() {
                    answered.fetch_add(1, Ordering::Relaxed);
                }
            }
        });
        futures::future::join_all(ten).await;
    }
    let hung_up = 300 - answered.load(Ordering::Relaxed);
    assert!(hung_up >= 100, "{hung_up} clients hung up before their answer");

    // What is under way when its client goes may end; then nothing is open.
    let db = w.store.pool();
    let began = Instant::now();
    let open = "pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in transaction%'";
    tokio::time::sleep(Duration::from_secs(1)).await;
    wait_for(db, open, 0, Duration::from_secs(10)).await;
    let waited = began.elapsed();
    for number in 0..100 {
        let variables = client(&partner, &format!("Next {number}"));
        let (status, reply) = ask(&http, &installation.endpoint(), &w.acme_owner, CREATE, &variables).await;
        assert!(status == 200 && reply["data"]["createClient"]["client"]["id"].is_string(), "{status} {reply:#}");
    }
    assert!(gateway.is_alive());
    let log = installation.log();
    assert!(!log.contains("25P02") && !log.contains("aborted"), "{log}");

    let done = count(db, "client WHERE name LIKE 'Gone %'").await;
    println!("{hung_up} of 300 hung up within {patience:?}, {done} mutations were done; nothing open after {waited:?}");
    let told =
        "activity a JOIN client c ON c.id = a.subject_id WHERE a.kind = 'CLIENT_CREATED' AND c.name LIKE 'Gone %'";
    let kept = "audit_entry a JOIN client c ON c.id = a.subject_id WHERE a.operation = 'createClient' AND c.name LIKE 'Gone %'";
    assert_eq!((count(db, told).await, count(db, kept).await), (done, done), "each wholly done or wholly not");
    assert!(done > 0, "every client hung up too early to hit a write");
    assert_eq!(count(db, "activity WHERE kind = 'CLIENT_CREATED'").await, done + 105);
    assert_eq!(count(db, "client WHERE name LIKE 'Next %'").await, 100);
}
