//! What recurs, once however many look.

use std::time::Duration;

use chrono::{DateTime, Timelike, Utc};
use domain::job::Job;
use domain::job::schedule::{Clock, Entry, Sweep, set_up, tick};
use rstest::rstest;
use serde::{Deserialize, Serialize};
use tests::database::Db;
use worker::{Times, drain};

use super::harness::Scene;

const HOUR: Duration = Duration::from_secs(3600);

#[derive(Serialize, Deserialize)]
struct Beat {
    due_at: DateTime<Utc>,
}

impl Job for Beat {
    const KIND: &'static str = "beat";
}

impl Sweep for Beat {
    fn at(due_at: DateTime<Utc>) -> Self {
        Self { due_at }
    }
}

async fn beat(_: worker::Context, _: worker::Run<Beat>) -> worker::Answer {
    Ok(())
}

async fn tick_side_by_side(scene: &Scene, entries: &[Entry]) -> usize {
    let ticks = (0..6).map(|_| tick(&scene.store, entries));
    futures::future::try_join_all(ticks).await.unwrap().into_iter().sum()
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn each_tick_has_one_winner_and_missed_ones_are_made_up_for_by_one(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let scene = Scene::new(db).await;
    let entries = [Entry::every::<Beat>(HOUR, Clock::Real)];
    set_up(&scene.store, &entries).await.unwrap();
    set_up(&scene.store, &entries).await.unwrap();
    assert_eq!(tick_side_by_side(&scene, &entries).await, 1, "a new line is due at once");
    assert_eq!(tick_side_by_side(&scene, &entries).await, 0);

    scene.execute("UPDATE schedule SET next_at = next_at - 10 * every_ms").await;
    assert_eq!(tick_side_by_side(&scene, &entries).await, 0, "the job of the tick before is open");
    let handlers = scene.handlers().on(beat);
    assert_eq!(drain(&scene.context(), &handlers, Times::Twice).await.unwrap().ran, 1);
    assert_eq!(tick_side_by_side(&scene, &entries).await, 1, "nine missed ticks are one");
    assert_eq!(scene.count("schedule WHERE next_at % every_ms = 0").await, 1);
    assert_eq!(drain(&scene.context(), &handlers, Times::Once).await.unwrap().ran, 1);
    assert_eq!(tick_side_by_side(&scene, &[]).await, 0, "lines of another version are not ours");
}

/// What follows the product's time stands still with it.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn the_test_clock_decides_when_the_product_is_due(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let scene = Scene::new(db).await;
    scene.execute("INSERT INTO clock (id, now_at) VALUES (1, '2030-01-31T09:20:00.000000+00:00')").await;
    let entries = [Entry::every::<Beat>(HOUR, Clock::Product)];
    set_up(&scene.store, &entries).await.unwrap();
    let handlers = scene.handlers().on(|_: worker::Context, run: worker::Run<Beat>| async move {
        assert_eq!((run.job.due_at.minute(), run.job.due_at.second()), (0, 0));
        Ok(())
    });
    for (moved_to, ticks) in [("09:20", 1), ("09:59", 0), ("10:00", 1), ("23:59", 1)] {
        scene.execute(&format!("UPDATE clock SET now_at = '2030-01-31T{moved_to}:00.000000+00:00'")).await;
        assert_eq!(tick(&scene.store, &entries).await.unwrap(), ticks, "at {moved_to}");
        let due_at = format!("2030-01-31T{}:00:00Z", &moved_to[..2]);
        let drained = drain(&scene.context(), &handlers, Times::Once).await.unwrap();
        assert_eq!(drained.ran, ticks, "{:?}", drained.failed);
        let payload = scene.text("SELECT CAST(payload AS text) AS t FROM job ORDER BY id DESC LIMIT 1").await;
        assert!(payload.contains(&due_at) || ticks == 0, "{payload}");
    }
}
