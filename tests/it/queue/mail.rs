//! The job that sends a mail, also through a worker that is killed.

use std::path::PathBuf;
use std::process::Stdio;
use std::sync::Arc;
use std::time::{Duration, Instant};

use domain::actor::{Actor, System};
use domain::notification::{MailKind, Notice, Recipient};
use domain::signal::Signals;
use domain::store::Statements;
use mail_parser::MessageParser;
use rstest::rstest;
use tests::database::Db;
use tests::smtp::{Plan, SmtpSink};
use uuid::Uuid;
use worker::notification::Transport;
use worker::webhook::Hooks;
use worker::{Context, Times, Worker, drain};

use super::harness::{Scene, open, post, settings};

async fn notify(scene: &Scene, email: &'static str) {
    let write = scene.store.write(Actor::System(System::Mail), Statements::default(), move |work| {
        work.notify(Notice {
            kind: MailKind::VerifyAddress,
            subject_id: Uuid::from_u128(1),
            step: 0,
            recipient: Recipient { email: email.to_owned(), locale: "en".to_owned(), user_id: None },
            member_of: None,
            written_by: None,
            data: serde_json::json!({ "name": "Ada" }),
        });
        Box::pin(async { Ok(()) })
    });
    write.await.unwrap();
}

fn context(scene: &Scene, sink: &SmtpSink) -> Context {
    let transport = Transport::smtp(&sink.url().into(), Some(sink.certificate.as_bytes())).unwrap();
    Context { store: scene.store.clone(), post: Arc::new(post(transport)), hooks: Hooks::new(false).unwrap() }
}

fn token(raw: &[u8]) -> String {
    let mail = MessageParser::default().parse(raw).unwrap();
    let text = mail.body_text(0).unwrap().into_owned();
    let (_, rest) = text.split_once("/verify?token=").expect("a link");
    rest.chars().take_while(|c| c.is_ascii_alphanumeric() || "-_".contains(*c)).collect()
}

/// One mail for one notification, however often it is asked for; its token is in the mail, its hash in the database.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_mail_goes_out_once(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let (scene, sink) = (Scene::new(db).await, SmtpSink::start().await);
    let context = context(&scene, &sink);
    notify(&scene, "ada@example.com").await;
    notify(&scene, "ada@example.com").await;
    let drained = drain(&context, &scene.handlers(), Times::Twice).await.unwrap();
    assert_eq!(drained.failed, []);
    let [mail] = sink.received().try_into().expect("one mail");
    let hash = domain::secret::hash(&token(&mail.raw));
    assert_eq!(scene.count(&format!("mailed_token WHERE token_hash = '{hash}' AND used_at IS NULL")).await, 1);
    assert_eq!(scene.count("notification WHERE sent_at IS NOT NULL").await, 1);
}

/// R5: what may go well later is tried later, as the same mail; what never will is told and not tried again.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_refused_mail_waits_or_fails(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let (scene, sink) = (Scene::new(db).await, SmtpSink::start().await);
    let context = context(&scene, &sink);
    sink.plan([Plan::RefuseRecipient("451 4.7.1 Greylisted"), Plan::Accept]);
    notify(&scene, "ada@example.com").await;
    assert_eq!(drain(&context, &scene.handlers(), Times::Once).await.unwrap().failed.len(), 1);
    assert_eq!(scene.count("notification WHERE sent_at IS NULL AND failed_at IS NULL").await, 1);
    scene.execute("UPDATE job SET run_at = 0").await;
    assert_eq!(drain(&context, &scene.handlers(), Times::Once).await.unwrap().ran, 1);
    assert_eq!(sink.received().len(), 1);

    sink.plan([Plan::RefuseRecipient("550 5.1.1 No such user")]);
    notify(&scene, "nobody@example.com").await;
    assert_eq!(drain(&context, &scene.handlers(), Times::Once).await.unwrap().failed.len(), 1);
    assert_eq!(scene.count("job WHERE state = 'dead'").await, 1);
    assert_eq!(scene.count("notification WHERE failed_at IS NOT NULL AND last_error LIKE '%550%'").await, 1);

    // the last try of one that would have gone well later
    sink.plan([Plan::RefuseRecipient("451 4.7.1 Greylisted")]);
    notify(&scene, "late@example.com").await;
    scene.execute("UPDATE job SET attempts = max_attempts - 1 WHERE state = 'due'").await;
    assert_eq!(drain(&context, &scene.handlers(), Times::Once).await.unwrap().failed.len(), 1);
    assert_eq!(scene.count("job WHERE state = 'dead'").await, 2);
    assert_eq!(scene.count("notification WHERE failed_at IS NOT NULL AND last_error LIKE '%451%'").await, 1);
}

/// The binary that Cargo has built beside this one.
fn binary() -> PathBuf {
    let here = std::env::current_exe().unwrap();
    here.parent().and_then(|deps| deps.parent()).unwrap().join("mandate")
}

fn start_binary(scene: &Scene, smtp_url: &str, folder: &std::path::Path) -> tokio::process::Child {
    tokio::process::Command::new(binary())
        .arg("work")
        .current_dir(folder)
        .env_clear()
        .envs([
            ("MANDATE_SELLER_NAME", "Fjord Hosting AB"),
            ("MANDATE_SELLER_COUNTRY", "SE"),
            ("MANDATE_SELLER_VAT_ID", "SE556677889901"),
            ("MANDATE_SELLER_ADDRESS", "Storgatan 1"),
            ("MANDATE_SELLER_IBAN", "SE4550000000058398257466"),
            ("MANDATE_SELLER_TIME_ZONE", "Europe/Stockholm"),
            ("MANDATE_MAIL_FROM", "billing@fjord.example"),
            ("MANDATE_METRICS_LISTEN", "127.0.0.1:0"),
            ("DATABASE_URL", scene.database.url()),
            ("SMTP_URL", smtp_url),
        ])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .unwrap()
}

/// R1: a worker killed in the middle of a job loses nothing: when its lease is over, another one does it.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_killed_worker_leaves_its_job_to_another(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let (scene, sink) = (Scene::new(db).await, SmtpSink::start().await);
    let folder = tempfile::TempDir::new().unwrap();
    sink.plan([Plan::Tarpit(Duration::from_secs(25))]);
    notify(&scene, "ada@example.com").await;
    let mut killed = start_binary(&scene, &format!("{}?tls=none", sink.url()), folder.path());
    scene.wait_for("job WHERE kind = 'send_mail' AND state = 'running'", 1).await;
    while sink.planned() > 0 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    killed.kill().await.unwrap();

    // Its lease of 30 seconds, over now.
    scene.execute("UPDATE job SET lease_until = 1 WHERE state = 'running'").await;
    let transport = Transport::smtp(&sink.url().into(), Some(sink.certificate.as_bytes())).unwrap();
    let store = open(&scene.database, Signals::local()).await;
    let context = Context { store, post: Arc::new(post(transport)), hooks: Hooks::new(false).unwrap() };
    let worker = Worker::start(context, scene.handlers(), vec![], &settings()).await.unwrap();
    scene.wait_for("notification WHERE sent_at IS NOT NULL", 1).await;
    scene.wait_for("job WHERE kind = 'send_mail' AND state = 'done' AND attempts = 2", 1).await;
    assert_eq!(sink.received().len(), 1);
    assert!(worker.stop().await);
}

/// R15: the binary ends by itself after a signal, and has given back what it had not begun.
#[tokio::test(flavor = "multi_thread")]
async fn the_worker_ends_when_it_is_told_to() {
    let (scene, sink) = (Scene::new(Db::Postgres).await, SmtpSink::start().await);
    let folder = tempfile::TempDir::new().unwrap();
    notify(&scene, "ada@example.com").await;
    let mut child = start_binary(&scene, &format!("{}?tls=none", sink.url()), folder.path());
    scene.wait_for("notification WHERE sent_at IS NOT NULL", 1).await;
    let told = Instant::now();
    let sent = tokio::process::Command::new("kill").args(["-s", "TERM", &child.id().unwrap().to_string()]).status();
    assert!(sent.await.unwrap().success());
    let end = tokio::time::timeout(Duration::from_secs(10), child.wait()).await.expect("an end").unwrap();
    assert!(end.success(), "{end}");
    assert!(told.elapsed() < Duration::from_secs(5), "ended after {:?}", told.elapsed());
    assert_eq!(scene.count("job WHERE state = 'running'").await, 0);
}
