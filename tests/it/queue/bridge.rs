//! Wake-ups and feeds between processes: hints that may be lost at any time.

use std::time::{Duration, Instant};

use domain::signal::{Signals, look, redis};
use entities::id::AccountId;
use rstest::rstest;
use tests::database::Db;
use tests::server::{Redis, free_port, redis_url};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;
use worker::Settings;

use super::harness::{Act, How, Scene, enqueue, open, settings, sleepy};

fn bridged(url: &str, name: &str, stop: &CancellationToken) -> Signals {
    let signals = Signals::bridged();
    redis::bridge(&url.into(), name, signals.clone(), stop).unwrap();
    signals
}

fn unique_name() -> String {
    format!("test-{}-{}", std::process::id(), free_port())
}

/// A commit of one process wakes the worker of another.
#[tokio::test(flavor = "multi_thread")]
async fn redis_wakes_the_worker_of_another_process() {
    let (name, stop) = (unique_name(), CancellationToken::new());
    let scene = Scene::with(Db::Postgres, bridged(&redis_url(), &name, &stop)).await;
    let worker = scene.worker(bridged(&redis_url(), &name, &stop), &sleepy()).await;
    tokio::time::sleep(Duration::from_millis(500)).await;
    for number in 1..=5 {
        let committed = Instant::now();
        scene.enqueue([Act::<1>::new(number, How::Leave)]).await;
        scene.wait_for("job WHERE state = 'done'", i64::try_from(number).unwrap()).await;
        assert!(committed.elapsed() < Duration::from_secs(2), "started after {:?}", committed.elapsed());
    }
    assert!(worker.stop().await);
    stop.cancel();
}

/// R2, F5: Redis down at the start, emptied, paused, gone in the middle: jobs go on, and its wake-ups come back with it.
#[tokio::test(flavor = "multi_thread")]
async fn redis_may_go_and_come_back() {
    let mut server = Redis::start().await;
    server.stop("KILL").await;
    let (name, stop) = (unique_name(), CancellationToken::new());
    let scene = Scene::with(Db::Postgres, bridged(&server.url(), &name, &stop)).await;
    let worker = scene.worker(bridged(&server.url(), &name, &stop), &settings()).await;
    let mut done = 0;
    let mut works = async |what: &str| {
        done += 1;
        let committed = Instant::now();
        scene.enqueue([Act::<1>::new(done, How::Leave)]).await;
        assert!(committed.elapsed() < Duration::from_secs(1), "{what}: the commit waited for Redis");
        scene.wait_for("job WHERE state = 'done'", i64::try_from(done).unwrap()).await;
    };
    works("down at the start").await;
    server.start_again().await;
    works("up").await;
    server.flush_all().await;
    works("emptied").await;
    server.command(&["CLIENT", "PAUSE", "1500"]).await;
    works("paused").await;
    server.stop("TERM").await;
    works("away").await;
    server.start_again().await;
    works("back").await;
    assert!(worker.stop().await);

    // With nothing but wake-ups to go by, it has to have subscribed again.
    let worker = scene.worker(bridged(&server.url(), &name, &stop), &Settings { ..sleepy() }).await;
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    server.command(&["CLIENT", "KILL", "TYPE", "pubsub"]).await;
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    works("subscribed again").await;
    assert!(worker.stop().await);
    stop.cancel();
}

/// Feeds reach other processes folded, ourselves at once, and nobody twice.
#[tokio::test(flavor = "multi_thread")]
async fn feeds_cross_the_bridge() {
    let (name, stop) = (unique_name(), CancellationToken::new());
    let (here, there) = (bridged(&redis_url(), &name, &stop), bridged(&redis_url(), &name, &stop));
    let (mut own, mut other) = (here.feeds_in.subscribe(), there.feeds_in.subscribe());
    tokio::time::sleep(Duration::from_millis(500)).await;
    let account = AccountId(Uuid::from_u128(7));
    here.feeds_out.send([account].into()).unwrap();
    let second = Duration::from_secs(2);
    assert_eq!(*tokio::time::timeout(second, own.recv()).await.unwrap().unwrap(), [account]);
    assert_eq!(*tokio::time::timeout(second, other.recv()).await.unwrap().unwrap(), [account]);
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert!(own.try_recv().is_err() && other.try_recv().is_err(), "told twice");
    stop.cancel();
}

/// Without Redis, a look at the database each second finds what another process has told.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_look_finds_what_no_hint_told(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let scene = Scene::new(db).await;
    let here = open(&scene.database, Signals::local()).await;
    let (mut feeds, stop) = (here.signals().feeds_in.subscribe(), CancellationToken::new());
    let looking = tokio::spawn(look::feeds(here, stop.clone()));
    tokio::time::sleep(Duration::from_millis(1_300)).await;
    let account = AccountId(Uuid::from_u128(7));
    scene
        .execute(&format!(
            "INSERT INTO account (id, name, country, currency, time_zone, locale, search, created_at) VALUES ({}, 'A', 'DE', 'EUR', 'Europe/Berlin', 'de', 'a', '2030-01-01T00:00:00+00:00')",
            if db == Db::Postgres { "'00000000-0000-0000-0000-000000000007'::uuid".to_owned() } else { "unhex('00000000000000000000000000000007')".to_owned() }
        ))
        .await;
    let tell = scene.store.write(
        domain::Actor::System(domain::actor::System::Operator),
        domain::store::Statements::default(),
        move |work| {
            work.tell(domain::activity::Event::new(account, domain::activity::ActivityKind::AccountCreated));
            Box::pin(async { Ok(()) })
        },
    );
    tell.await.unwrap();
    let found = tokio::time::timeout(Duration::from_secs(3), feeds.recv()).await.unwrap().unwrap();
    assert_eq!(*found, [account]);
    stop.cancel();
    looking.await.unwrap();
    enqueue(&scene.store, [Act::<1>::new(1, How::Leave)]).await;
}
