//! The statements of the queue, one by one.

use std::time::Duration;

use domain::actor::{Actor, System};
use domain::error::{Code, Error};
use domain::job::dead;
use domain::job::lease::{self, Outcome};
use domain::page::{Page, PageRequest};
use domain::store::Statements;
use rstest::rstest;
use tests::database::Db;
use worker::{Times, drain};

use super::harness::{Act, How, Scene};

const MINUTE: Duration = Duration::from_secs(60);

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn the_urgent_and_the_longest_due_come_first(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let scene = Scene::new(db).await;
    scene.enqueue([1, 2].map(|n| Act::<2>::new(n, How::Leave))).await;
    scene.enqueue([3, 4].map(|n| Act::<1>::new(n, How::Leave))).await;
    scene.enqueue([5].map(|n| Act::<0>::new(n, How::Leave))).await;
    scene.enqueue([6].map(|n| Act::<0>::new(n, How::Leave))).await;
    scene
        .execute("UPDATE job SET run_at = run_at + 100000 WHERE priority = 0 AND CAST(payload AS text) LIKE '%0006%'")
        .await;
    let ids = |jobs: Vec<lease::Claimed>| jobs.into_iter().map(|job| job.priority).collect::<Vec<_>>();

    let other = lease::claim(&scene.store, domain::job::Class::Mail, lease::Lease::new(), MINUTE, 10).await.unwrap();
    assert!(other.is_empty(), "another class");
    assert_eq!(ids(scene.claim(MINUTE, 2).await.1), [0, 1]);
    assert_eq!(ids(scene.claim(MINUTE, 10).await.1), [1, 2, 2], "what is due later is not claimed");
    assert_eq!(scene.claim(MINUTE, 10).await.1.len(), 0);
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn an_open_job_has_its_key_alone(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let scene = Scene::new(db).await;
    let keyed = |number| Act::<1> { key: Some("k".to_owned()), ..Act::new(number, How::Leave) };
    scene.enqueue([keyed(1), keyed(2)]).await;
    scene.enqueue([keyed(3)]).await;
    assert_eq!(scene.count("job").await, 1);
    let drained = drain(&scene.context(), &scene.handlers(), Times::Twice).await.unwrap();
    assert_eq!((drained.ran, drained.failed.len()), (1, 0));
    scene.enqueue([keyed(4)]).await;
    assert_eq!(scene.count("job WHERE state = 'due'").await, 1, "the key is free again");
}

/// The fence: whoever comes too late changes nothing.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_lease_that_ended_is_given_back_and_its_holder_is_shut_out(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let scene = Scene::new(db).await;
    scene.enqueue([Act::<1>::new(1, How::Leave)]).await;
    let (lease, jobs) = scene.claim(Duration::ZERO, 1).await;
    tokio::time::sleep(Duration::from_millis(5)).await;
    let kept = lease::keep(&scene.store, lease, Duration::ZERO, &[jobs[0].delivery()]).await.unwrap();
    assert_eq!(kept.len(), 1, "as long as nobody swept, it can be renewed");
    tokio::time::sleep(Duration::from_millis(5)).await;

    assert_eq!(lease::sweep(&scene.store).await.unwrap(), 1);
    assert_eq!(scene.text("SELECT state || ' ' || last_error AS t FROM job").await, "due lease expired");
    assert!(lease::keep(&scene.store, lease, MINUTE, &[jobs[0].delivery()]).await.unwrap().is_empty());
    lease::report(&scene.store, lease, &[(jobs[0].delivery(), Outcome::Done)]).await.unwrap();
    assert!(!jobs[0].is_held(&scene.store).await.unwrap());
    let late = jobs[0].clone();
    let write = scene.store.write(Actor::System(System::Operator), Statements::default(), move |work| {
        let late = late.clone();
        Box::pin(async move {
            work.record("act", None, None);
            late.done_in(work).await
        })
    });
    assert!(matches!(write.await, Err(Error::Fault(_))));
    assert_eq!(scene.count("audit_entry").await, 0);
    assert_eq!(scene.count("job WHERE state = 'due' AND attempts = 1").await, 1);
}

/// Back-off with spread, dead letters after the last try or at once, and round again.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn what_fails_comes_back_later_and_in_the_end_not_at_all(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let scene = Scene::new(db).await;
    scene.enqueue([Act::<1>::new(1, How::Fail), Act::new(2, How::Hopeless)]).await;
    let now = "SELECT run_at - changed_at AS n FROM job WHERE attempts = ";
    for attempt in 1..=3_i64 {
        let drained = drain(&scene.context(), &scene.handlers(), Times::Once).await.unwrap();
        assert_eq!(drained.failed.len(), if attempt == 1 { 2 } else { 1 });
        if attempt < 3 {
            let delay = scene.number(&format!("{now}{attempt} AND state = 'due'")).await;
            let step = 1000 << (attempt - 1);
            assert!((step / 2..=step * 3 / 2).contains(&delay), "{delay} ms after try {attempt}");
            scene.execute("UPDATE job SET run_at = 0").await;
        }
    }
    assert_eq!(scene.count("job WHERE state = 'dead'").await, 2);
    assert_eq!(scene.text("SELECT last_error AS t FROM job WHERE attempts = 3").await, "not today", "without the NUL");

    let now = scene.store.now().await.unwrap().now;
    let reader = |actor| scene.store.reader(actor, now, Statements::default());
    assert_eq!(dead::page(&reader(Actor::Anonymous), &PageRequest::first(10)).await.unwrap(), Page::empty());
    let operator = Actor::System(System::Operator);
    let page = dead::page(&reader(operator.clone()), &PageRequest::first(1)).await.unwrap();
    let id = page.rows[0].id;
    let after = PageRequest { after: Some(id.0), ..PageRequest::first(10) };
    let rest = dead::page(&reader(operator.clone()), &after).await.unwrap();
    assert_eq!((page.rows.len(), page.has_next, rest.rows.len()), (1, true, 1));
    assert!(rest.rows[0].id < id, "the youngest job first");
    assert_eq!(dead::count(&reader(operator.clone())).await.unwrap(), 2);

    for code in [None, Some(Code::Conflict)] {
        let write = scene.store.write(operator.clone(), Statements::default(), move |work| {
            Box::pin(async move { dead::retry(work, id).await })
        });
        assert_eq!(write.await.err().and_then(|error| error.code()), code);
    }
    assert_eq!(scene.count("job WHERE state = 'due' AND attempts = 0").await, 1);
}

/// Processes that die are not held against their jobs, up to a limit: a job may be what ends them.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_job_outlives_the_processes_that_had_it(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let scene = Scene::new(db).await;
    scene.enqueue([Act::<1>::new(1, How::Leave)]).await;
    for death in 1..=6 {
        assert_eq!(scene.claim(Duration::ZERO, 1).await.1.len(), 1, "due again at once after {} deaths", death - 1);
        tokio::time::sleep(Duration::from_millis(5)).await;
        assert_eq!(lease::sweep(&scene.store).await.unwrap(), 1);
    }
    scene.execute("UPDATE job SET attempts = 299").await;
    scene.claim(Duration::ZERO, 1).await;
    tokio::time::sleep(Duration::from_millis(5)).await;
    lease::sweep(&scene.store).await.unwrap();
    assert_eq!(scene.text("SELECT state AS t FROM job").await, "dead");
}

/// Finished jobs go after a week; what is open or dead stays.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn what_is_done_is_cleaned_up(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let scene = Scene::new(db).await;
    scene.enqueue((1..=4).map(|n| Act::<1>::new(n, if n == 4 { How::Hopeless } else { How::Leave }))).await;
    drain(&scene.context(), &scene.handlers(), Times::Once).await.unwrap();
    scene.execute("UPDATE job SET changed_at = 0 WHERE state = 'dead' OR CAST(payload AS text) LIKE '%00001%'").await;
    assert_eq!(domain::upkeep::clean_up(&scene.store).await.unwrap(), 1);
    assert_eq!((scene.count("job WHERE state = 'done'").await, scene.count("job").await), (2, 3));
}
