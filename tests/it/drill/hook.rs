//! R16, R21: a worker that is killed between a program's answer and the row that says so.

use std::time::{Duration, Instant};

use domain::activity::{ActivityKind, Event};
use domain::actor::{Actor, System};
use domain::store::Statements;
use entities::id::AccountId;
use rstest::rstest;
use tests::app::TestApp;
use tests::database::Db;
use tests::hooks::{Receiver, Reply};
use tests::installation::Installation;

use super::rows::count;

/// The delivery is sent again by the next worker, with the same id, the same number and the same words.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_worker_killed_while_it_sends_sends_again(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let app = TestApp::start_calling(db).await;
    let ann = app.sign_up("ann@bolt.example", "bolt").await;
    let receiver = Receiver::start().await;
    let endpoint = app.endpoint(&ann, &receiver.url(), &["SUPPORT_REQUESTED"]).await;
    // the first answer comes after the kill
    receiver.answer_next([Reply { after: Duration::from_secs(15), ..204.into() }]);
    let account = AccountId(api::id::decode(&ann.account_id).unwrap().1);
    let telling = app.store.write(Actor::System(System::Operator), Statements::default(), move |work| {
        work.tell(Event::new(account, ActivityKind::SupportRequested));
        Box::pin(async { Ok(()) })
    });
    telling.await.unwrap();

    let installation =
        Installation::new(app.database_url(), "[webhooks]\nallow_private = true\n[worker]\nlease = '1s'");
    let first = installation.start("work");
    wait(&receiver, 1, &installation).await;
    assert_eq!(count(app.db(), "webhook_delivery WHERE status = 'PENDING' AND attempts = 0").await, 1);
    first.kill().await;
    let second = installation.start("work");
    wait(&receiver, 2, &installation).await;
    let began = Instant::now();
    while count(app.db(), "webhook_delivery WHERE status = 'DELIVERED'").await == 0 {
        assert!(began.elapsed() < Duration::from_secs(20), "{}", installation.log());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let [one, again] = &receiver.take()[..] else { panic!("two deliveries") };
    assert_eq!((&one.id, &one.body), (&again.id, &again.body));
    assert!(again.is_signed_by(&endpoint.secret));
    second.kill().await;
}

async fn wait(receiver: &Receiver, wanted: usize, installation: &Installation) {
    let began = Instant::now();
    while receiver.count() < wanted {
        assert!(began.elapsed() < Duration::from_secs(30), "{} arrived: {}", receiver.count(), installation.log());
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}
