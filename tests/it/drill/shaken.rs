//! R2, R3 and R7: while workers renew, Redis and PostgreSQL are taken away from them, and their clocks are wrong.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use reqwest::Client;
use sea_orm::ConnectionTrait as _;
use serde_json::json;
use tests::crowd::DUE;
use tests::database::{Database, Db};
use tests::installation::{Installation, Running};
use tests::renewals::Renewals;
use tests::server::{Postgres, Redis};
use tokio::time::sleep;

use super::night::Night;
use super::rows::count;

/// Slow enough that what is done to the servers hits work in flight.
const FILE: &str =
    "[test_gateway]\nlatency = '300ms'\n[worker]\nlease = '5s'\nrenewal_batch = 10\n[limits]\ngateway_timeout = '3s'";

const MUTATION: &str = "mutation($input: SignUpInput!) { signUp(input: $input) { accessToken userErrors { code } } }";

/// A gateway, and somebody who signs up with it again and again.
struct Front {
    installation: Installation,
    gateway: Running,
    http: Client,
}

/// How a gateway answered somebody, and after how long.
struct Answer {
    status: u16,
    can_come_back: bool,
    is_done: bool,
    took: Duration,
}

impl Front {
    async fn open(installation: Installation) -> Self {
        let gateway = installation.serve("serve").await;
        let http = tests::client::http_builder().timeout(Duration::from_secs(30)).build().unwrap();
        Self { installation, gateway, http }
    }

    async fn sign_up(&self, name: &str) -> Answer {
        let input = json!({
            "email": format!("{name}@drill.example"), "password": "correct horse battery", "name": name, "locale": "en",
            "account": { "name": name, "country": "DE", "currencyCode": "EUR" },
        });
        let body = json!({ "query": MUTATION, "variables": { "input": input } });
        let began = Instant::now();
        let reply = self.http.post(self.installation.endpoint()).json(&body).send().await.expect("it stays up");
        let (status, can_come_back) = (reply.status().as_u16(), reply.headers().contains_key("retry-after"));
        let text = reply.text().await.expect("a whole answer");
        Answer { status, can_come_back, is_done: text.contains("accessToken\":\""), took: began.elapsed() }
    }

    async fn close(mut self) {
        assert!(self.gateway.is_alive(), "{}", self.installation.log());
        assert!(!self.installation.log().contains("panicked"), "{}", self.installation.log());
    }
}

/// R2: Redis is emptied, restarted without what it held, paused and away, while a worker renews and mails.
struct WithoutRedis {
    payers: usize,
    flushes: u32,
    restarts: u32,
    away: Duration,
    pause: Duration,
}

impl WithoutRedis {
    async fn run(&self) {
        let mut redis = Redis::start().await;
        let night = Night::falls(Renewals::start(Db::Postgres, DUE).await, self.payers).await;
        let installed = || night.installation(FILE).with("REDIS_URL", &redis.url());
        let (installation, front) = (installed(), Front::open(installed()).await);
        let (began, db) = (Instant::now(), night.w.store.pool());
        let worker = installation.start("work");
        let mut hit = 0;
        let mut signed_up = 0;
        let done = async |what: &str, name: String| {
            let answer = front.sign_up(&name).await;
            assert!(answer.is_done, "{what}: {}", answer.status);
            println!("{what}: signed up in {:?}", answer.took);
        };
        for number in 0..self.flushes {
            sleep(Duration::from_millis(400)).await;
            redis.flush_all().await;
            hit += u32::from(count(db, "payment WHERE status = 'PENDING'").await > 0);
            signed_up += 1;
            done("emptied", format!("flush-{number}")).await;
        }
        for number in 0..self.restarts {
            sleep(Duration::from_millis(400)).await;
            redis.stop("KILL").await;
            hit += u32::from(count(db, "payment WHERE status = 'PENDING'").await > 0);
            signed_up += 1;
            done("gone", format!("restart-{number}")).await;
            redis.start_again().await;
        }
        redis.command(&["CLIENT", "PAUSE", &self.pause.as_millis().to_string()]).await;
        done("paused", "paused".to_owned()).await;
        sleep(self.pause).await;
        redis.stop("KILL").await;
        let until = Instant::now() + self.away;
        while Instant::now() < until {
            signed_up += 1;
            done("away", format!("away-{signed_up}")).await;
            sleep(Duration::from_millis(500)).await;
        }
        redis.start_again().await;
        println!("{hit} of {} blows hit charges; {signed_up} signed up", self.flushes + self.restarts);
        assert!(hit > 0, "nothing was charged meanwhile");
        night.ends(Duration::from_secs(30)).await;
        println!("{} renewals done after {:?}", self.payers, began.elapsed());
        front.close().await;
        worker.terminate().await;
        assert!(worker.end(Duration::from_mins(1)).await.success(), "{}", installation.log());
        night.is_in_the_books().await;
    }
}

/// R2 at the size of a check.
#[tokio::test(flavor = "multi_thread")]
async fn redis_may_vanish() {
    let (away, pause) = (Duration::from_secs(2), Duration::from_secs(1));
    WithoutRedis { payers: 300, flushes: 3, restarts: 2, away, pause }.run().await;
}

/// R2 in full. `docs/promises.md` has the command.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "full size"]
async fn redis_may_vanish_again_and_again() {
    let (away, pause) = (Duration::from_mins(1), Duration::from_mins(2));
    WithoutRedis { payers: 10_000, flushes: 20, restarts: 5, away, pause }.run().await;
}

/// R3: PostgreSQL is restarted at once, its sessions are ended, and it is away.
struct WithoutPostgres {
    payers: usize,
    restarts: usize,
    ended_sessions: usize,
    away: Duration,
}

impl WithoutPostgres {
    async fn run(&self) {
        let mut postgres = Postgres::start().await;
        let night = Night::falls(Renewals::on(Database::on(&postgres).await, DUE).await, self.payers).await;
        let (installation, front) = (night.installation(FILE), Front::open(night.installation(FILE)).await);
        let began = Instant::now();
        let worker = installation.start("work");
        let mut acknowledged = Vec::new();
        for number in 0..self.restarts {
            sleep(Duration::from_millis(900)).await;
            postgres.stop("QUIT").await;
            let away = if number + 1 == self.restarts { self.away } else { Duration::from_millis(200) };
            self.without(&front, away, number).await;
            postgres.start_again().await;
            let (back, name) = (Instant::now(), format!("back-{number}"));
            while !front.sign_up(&name).await.is_done {
                assert!(back.elapsed() < Duration::from_secs(10), "not normal again: {}", front.installation.log());
                sleep(Duration::from_millis(50)).await;
            }
            acknowledged.push(name);
        }
        let db = night.w.store.pool();
        for _ in 0..self.ended_sessions {
            sleep(Duration::from_millis(40)).await;
            let end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE backend_type = 'client backend'
                AND pid <> pg_backend_pid() ORDER BY random() LIMIT 1";
            // it may be our own pool's next one
            drop(db.execute_unprepared(end).await);
        }
        // connections of our own that were ended are found out one by one
        while db.execute_unprepared("SELECT 1").await.is_err() {}
        night.ends(self.away + Duration::from_secs(5) * u32::try_from(self.restarts).unwrap()).await;
        println!("{} renewals done after {:?}", self.payers, began.elapsed());
        let signed_up = count(db, "\"user\" WHERE email LIKE 'back-%'").await;
        assert_eq!(usize::try_from(signed_up).unwrap(), acknowledged.len(), "what was acknowledged is there");
        front.close().await;
        worker.terminate().await;
        assert!(worker.end(Duration::from_mins(1)).await.success(), "{}", installation.log());
        night.is_in_the_books().await;
    }

    /// While it is away: 503, when to come back, and within five seconds.
    async fn without(&self, front: &Front, away: Duration, number: usize) {
        let until = Instant::now() + away;
        let mut slowest = Duration::ZERO;
        while Instant::now() < until {
            let answer = front.sign_up(&format!("during-{number}")).await;
            assert_eq!((answer.status, answer.can_come_back, answer.is_done), (503, true, false));
            slowest = slowest.max(answer.took);
        }
        println!("away for {away:?}: the slowest answer took {slowest:?}");
        assert!(slowest <= Duration::from_secs(5), "{slowest:?}");
    }
}

/// R3 at the size of a check.
#[tokio::test(flavor = "multi_thread")]
async fn postgres_may_restart() {
    WithoutPostgres { payers: 200, restarts: 2, ended_sessions: 10, away: Duration::from_secs(2) }.run().await;
}

/// R3 in full. `docs/promises.md` has the command.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "full size"]
async fn postgres_may_restart_again_and_again() {
    WithoutPostgres { payers: 10_000, restarts: 10, ended_sessions: 200, away: Duration::from_secs(30) }.run().await;
}

/// What makes a process believe in another time: the C library's clock, with seconds added.
const SKEW: &str = "
#define _GNU_SOURCE
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
int clock_gettime(clockid_t clock, struct timespec *at) {
    long failed = syscall(SYS_clock_gettime, clock, at);
    const char *skew = getenv(\"SKEW\");
    if (failed == 0 && clock == CLOCK_REALTIME && skew) at->tv_sec += atol(skew);
    return failed ? -1 : 0;
}
";

/// Compiles it into a folder.
fn skewed_clock(folder: &Path) -> PathBuf {
    let (source, library) = (folder.join("skew.c"), folder.join("skew.so"));
    std::fs::write(&source, SKEW).unwrap();
    let made = Command::new("cc").args(["-shared", "-fPIC", "-o"]).arg(&library).arg(&source).status();
    assert!(made.expect("a C compiler, which the build needs, too").success());
    library
}

/// The time of the first line of a log: shows that the clock was wrong.
fn believed(log: &str) -> DateTime<Utc> {
    let (_, rest) = log.split_once("\"timestamp\":\"").expect("a line");
    rest.split('"').next().expect("an instant").parse().expect("an instant")
}

async fn skewed(payers: usize, skews: &[i64]) {
    let redis = Redis::start().await;
    let folder = tempfile::tempdir().unwrap();
    let clock = skewed_clock(folder.path());
    let night = Night::falls(Renewals::start(Db::Postgres, DUE).await, payers).await;
    let (began, started) = (Instant::now(), Utc::now());
    let workers: Vec<_> = skews
        .iter()
        .map(|skew| {
            let installation = night
                .installation(FILE)
                .with("REDIS_URL", &redis.url())
                .with("LD_PRELOAD", clock.to_str().unwrap())
                .with("SKEW", &skew.to_string());
            let running = installation.start("work");
            (installation, running)
        })
        .collect();
    night.ends(Duration::from_secs(30)).await;
    for ((installation, _), skew) in workers.iter().zip(skews) {
        let said = believed(&installation.log());
        assert!((said - started).num_seconds().abs_diff(*skew) < 300, "{skew} seconds off, it believes in {said}");
    }
    println!("{payers} renewals by {} workers, {skews:?} seconds off, done after {:?}", skews.len(), began.elapsed());
    for (installation, running) in workers {
        running.terminate().await;
        assert!(running.end(Duration::from_mins(1)).await.success(), "{}", installation.log());
    }
    night.is_in_the_books().await;
}

/// R7 at the size of a check: three workers, one ten minutes ahead, one ten minutes behind.
#[tokio::test(flavor = "multi_thread")]
async fn workers_whose_clocks_are_wrong_renew_once() {
    skewed(200, &[0, 600, -600]).await;
}

/// R7 in full: four workers. `docs/promises.md` has the command.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "full size"]
async fn four_workers_whose_clocks_are_wrong_renew_once() {
    skewed(10_000, &[0, 600, -600, 3_600]).await;
}
