//! R1 and R2: the worker is killed and Redis is emptied in the middle of a renewal run.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use sea_orm::DatabaseConnection;
use tests::crowd::DUE;
use tests::database::Db;
use tests::installation::Installation;
use tests::renewals::Renewals;
use tests::server::Redis;

use super::night::Night;
use super::rows::texts;

/// What a process holds when it is killed.
#[derive(Debug)]
struct Hit {
    /// Jobs under its lease.
    jobs: i64,
    /// Of those, charges that are with the gateway, or asked about there.
    charging: i64,
    /// Its own attempts to pay whose end nobody has written.
    payments: i64,
    /// Whether it was finding out about attempts of those before it, and charging what never arrived.
    is_reconciling: bool,
}

/// How much, and how slow: so that each kill finds work in flight.
struct Drill {
    payers: usize,
    kills: usize,
    flushes: usize,
    file: &'static str,
}

const SLOW: &str =
    "[test_gateway]\nlatency = '300ms'\n[worker]\nlease = '2s'\nrenewal_batch = 10\n[limits]\ngateway_timeout = '3s'";

/// 500 renewals of 500 payers: ten kills, five empty Redises, and everything happens once.
#[tokio::test(flavor = "multi_thread")]
async fn a_killed_worker_neither_loses_nor_doubles_a_renewal() {
    let redis = Redis::start().await;
    let drill = Drill { payers: 500, kills: 10, flushes: 5, file: SLOW };
    drill.run(Db::Postgres, Some(&redis)).await;
}

/// The same on a file, with the one process that holds it.
#[tokio::test(flavor = "multi_thread")]
async fn a_killed_worker_leaves_a_file_that_its_successor_ends() {
    let file = "[test_gateway]\nlatency = '300ms'\n[worker]\nlease = '2s'\nrenewal_batch = 3\n[limits]\ngateway_timeout = '3s'";
    Drill { payers: 100, kills: 5, flushes: 0, file }.run(Db::Sqlite, None).await;
}

/// R1 and R2 in full: 10,000 renewals, 200 kills, 20 empty Redises. `docs/promises.md` has the command.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "full size"]
async fn two_hundred_kills_neither_lose_nor_double_a_renewal() {
    let redis = Redis::start().await;
    let drill = Drill { payers: 10_000, kills: 200, flushes: 20, file: SLOW };
    drill.run(Db::Postgres, Some(&redis)).await;
}

impl Drill {
    async fn run(&self, db: Db, redis: Option<&Redis>) {
        let night = Night::falls(Renewals::start(db, DUE).await, self.payers).await;
        let mut installation = night.installation(self.file);
        if let Some(redis) = redis {
            installation = installation.with("REDIS_URL", &redis.url());
        }
        let db = night.w.store.pool();
        let began = Instant::now();
        let mut hits = Vec::new();
        for life in 0..self.kills {
            let seen = Seen::of(db).await;
            let running = installation.start("work");
            seen.wait_for_work(db, &installation, life % 2 == 0).await;
            if let Some(redis) =
                redis.filter(|_| life * self.flushes / self.kills != (life + 1) * self.flushes / self.kills)
            {
                redis.flush_all().await;
            }
            // Somewhere in the 300 ms that a charge takes, and not always in the same place.
            tokio::time::sleep(Duration::from_millis(u64::try_from(life * 37 % 150).unwrap())).await;
            running.kill().await;
            hits.push(seen.left_since(db).await);
        }
        println!("{} kills in {:?} hit {hits:?}", hits.len(), began.elapsed());
        let has_hit = |hit: &Hit| hit.jobs > 0 && hit.charging > 0 && (hit.payments > 0 || hit.is_reconciling);
        // it looks before and after, so what ends in between is missed now and then
        let missed = hits.iter().filter(|hit| !has_hit(hit)).count();
        assert!(missed <= 1 + self.kills / 50, "{missed} kills have hit nothing: {hits:?}");
        let charging = hits.iter().filter(|hit| hit.payments > 0).count();
        assert!(charging >= self.kills / 3, "too few kills have hit new charges: {hits:#?}");

        let last = installation.start("work");
        night.ends(Duration::from_secs(3) * u32::try_from(self.kills).unwrap()).await;
        println!("{} renewals done after {:?}", self.payers, began.elapsed());
        last.terminate().await;
        assert!(last.end(Duration::from_mins(1)).await.success(), "{}", installation.log());
        night.is_in_the_books().await;
    }
}

/// What was there before a process started.
struct Seen {
    payments: BTreeSet<String>,
    leases: BTreeSet<String>,
}

const PAYMENTS: &str = "SELECT /id/ AS t FROM payment WHERE status IN ('PENDING', 'UNKNOWN')";
const LEASES: &str = "SELECT DISTINCT /lease/ AS t FROM job WHERE state = 'running'";

/// Ids as text, in both databases.
fn as_text(db: &DatabaseConnection, sql: &str) -> String {
    let is_postgres = sea_orm::ConnectionTrait::get_database_backend(db) == sea_orm::DbBackend::Postgres;
    let column = |name: &str| if is_postgres { format!("CAST({name} AS text)") } else { format!("hex({name})") };
    sql.replace("/id/", &column("id")).replace("/lease/", &column("lease"))
}

impl Seen {
    async fn of(db: &DatabaseConnection) -> Self {
        let payments = texts(db, &as_text(db, PAYMENTS)).await.into_iter().collect();
        let leases = texts(db, &as_text(db, LEASES)).await.into_iter().collect();
        Self { payments, leases }
    }

    /// Until the process charges: a lane has new attempts, or, if that will do, a reconciliation is at work.
    async fn wait_for_work(&self, db: &DatabaseConnection, installation: &Installation, only_new: bool) {
        let began = Instant::now();
        loop {
            let Hit { charging, payments, is_reconciling, .. } = self.left_since(db).await;
            if charging > 0 && (payments > 0 || is_reconciling && !only_new) {
                return;
            }
            assert!(began.elapsed() < Duration::from_secs(60), "nothing to do: {}", installation.log());
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// What is open of a process that started since.
    async fn left_since(&self, db: &DatabaseConnection) -> Hit {
        let jobs = |class: &str| {
            let sql = format!("SELECT /lease/ AS t FROM job WHERE state = 'running'{class}");
            let sql = as_text(db, &sql);
            async move {
                let leases = texts(db, &sql).await;
                i64::try_from(leases.iter().filter(|lease| !self.leases.contains(*lease)).count()).unwrap()
            }
        };
        let payments = texts(db, &as_text(db, PAYMENTS)).await;
        let payments = payments.iter().filter(|id| !self.payments.contains(*id)).count();
        Hit {
            jobs: jobs("").await,
            charging: jobs(" AND class = 'charge'").await,
            payments: i64::try_from(payments).unwrap(),
            is_reconciling: jobs(" AND kind = 'reconcile'").await > 0,
        }
    }
}
