//! Running workers.

use std::time::{Duration, Instant};

use domain::signal::Signals;
use rstest::rstest;
use tests::database::Db;
use worker::Settings;
use worker::queue::Lane;

use super::harness::{Act, How, Scene, settings, sleepy};

/// R7: two workers, and each effect once.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn two_workers_do_each_job_once(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let scene = Scene::new(db).await;
    let first = scene.worker(Signals::local(), &settings()).await;
    let second = scene.worker(Signals::local(), &settings()).await;
    scene.enqueue((1..=200).map(|n| Act::<1>::new(n, How::Leave))).await;
    scene.wait_for("job WHERE state = 'done'", 200).await;
    assert_eq!(scene.number("SELECT count(DISTINCT subject_id) AS n FROM audit_entry").await, 200);
    assert_eq!(scene.count("audit_entry").await, 200);
    assert!(first.stop().await && second.stop().await);
}

/// A job that runs for several leases is kept, and runs once.
#[tokio::test(flavor = "multi_thread")]
async fn a_long_job_keeps_its_lease() {
    let scene = Scene::new(Db::Postgres).await;
    let settings = Settings { lease: Duration::from_millis(600), ..settings() };
    let worker = scene.worker(Signals::local(), &settings).await;
    scene.enqueue([Act::<1>::new(1, How::Sleep(2_000))]).await;
    scene.wait_for("job WHERE state = 'done' AND attempts = 1", 1).await;
    assert_eq!(scene.ran(), [1]);
    assert!(worker.stop().await);
}

/// A panic or a handler that hangs fails the job, and nothing else.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn panics_and_hanging_handlers_are_failures(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let scene = Scene::new(db).await;
    let settings =
        Settings { fast: Lane { concurrency: 4, prefetch: 16, limit: Duration::from_secs(1) }, ..settings() };
    let worker = scene.worker(Signals::local(), &settings).await;
    scene.enqueue([Act::<1>::new(1, How::Panic)]).await;
    scene.wait_for("job WHERE last_error = 'panic: on purpose'", 1).await;
    scene.enqueue([Act::<1>::new(2, How::Sleep(60_000)), Act::new(3, How::Leave)]).await;
    scene.wait_for("job WHERE state = 'done'", 1).await;
    scene.wait_for("job WHERE last_error = 'not done within 1 s'", 1).await;
    assert!(worker.stop().await);
}

/// R15: what is not started is due again at once, its try not counted; what runs ends.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_stop_gives_back_and_lets_end(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let scene = Scene::new(db).await;
    let settings = Settings { fast: Lane { concurrency: 1, prefetch: 20, limit: Duration::from_secs(60) }, ..sleepy() };
    scene.enqueue((1..=10).map(|n| Act::<1>::new(n, How::Sleep(1_500)))).await;
    let worker = scene.worker(Signals::local(), &settings).await;
    scene.wait_for("job WHERE state = 'running'", 10).await;
    while scene.ran().is_empty() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }

    let stopped = Instant::now();
    let stop = tokio::spawn(worker.stop());
    scene.wait_for("job WHERE state = 'due' AND attempts = 0", 9).await;
    assert!(stopped.elapsed() < Duration::from_secs(1), "given back after {:?}", stopped.elapsed());
    assert!(stop.await.unwrap(), "all outcomes are written");
    assert_eq!(scene.count("job WHERE state = 'done'").await, 1);
    assert!(stopped.elapsed() < Duration::from_secs(5));
}

/// R15: what goes on for long leaves off at the stop; it is due again at once, its try not counted.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn what_leaves_off_is_given_back(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let scene = Scene::new(db).await;
    let worker = scene.worker(Signals::local(), &settings()).await;
    scene.enqueue([Act::<1>::new(1, How::UntilStop)]).await;
    while scene.ran().is_empty() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let stopped = Instant::now();
    assert!(worker.stop().await);
    assert!(stopped.elapsed() < Duration::from_secs(5), "left off after {:?}", stopped.elapsed());
    let job = "SELECT state || ' ' || attempts || ' ' || coalesce(last_error, 'no error') AS t FROM job";
    assert_eq!(scene.text(job).await, "due 0 no error");
}

/// What does not end in time is cut off and comes back; nothing waits for a lease.
#[tokio::test(flavor = "multi_thread")]
async fn what_outlasts_the_drain_comes_back() {
    let scene = Scene::new(Db::Postgres).await;
    let settings = Settings { drain: Duration::from_millis(300), ..settings() };
    let worker = scene.worker(Signals::local(), &settings).await;
    scene.enqueue([Act::<1>::new(1, How::Sleep(60_000))]).await;
    while scene.ran().is_empty() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert!(worker.stop().await);
    assert_eq!(scene.text("SELECT state || ' ' || last_error AS t FROM job").await, "due dropped while running");
}

/// A commit wakes the worker of its own process.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_commit_wakes_the_worker(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let signals = Signals::local();
    let scene = Scene::with(db, signals.clone()).await;
    let worker = scene.worker(signals, &sleepy()).await;
    tokio::time::sleep(Duration::from_millis(200)).await;
    for number in 1..=5 {
        let committed = Instant::now();
        scene.enqueue([Act::<1>::new(number, How::Leave)]).await;
        scene.wait_for("job WHERE state = 'done'", i64::try_from(number).unwrap()).await;
        assert!(committed.elapsed() < Duration::from_secs(2), "started after {:?}", committed.elapsed());
    }
    assert!(worker.stop().await);
}
