//! 1,000 mails to a local server that takes 20 ms for each, by a worker with its default pool: to one domain, and to fifty.
//! `TEST_DATABASE_URL` is a PostgreSQL server that may create databases. `docs/running.md` has the command.

use std::sync::Arc;
use std::time::{Duration, Instant};

use domain::actor::{Actor, System};
use domain::notification::{MailKind, Notice, Recipient};
use domain::store::Statements;
use serde_json::json;
use tests::crowd::DUE;
use tests::database::Db;
use tests::renewals::Renewals;
use tests::smtp::{Plan, SmtpSink};
use worker::notification::{Post, Renderer, Seller, Transport};
use worker::webhook::Hooks;
use worker::{Context, Settings, Worker};

const MAILS: usize = 1_000;
const SERVER: Duration = Duration::from_millis(20);

#[tokio::main]
async fn main() {
    for domains in [1, 50] {
        let took = send(domains).await;
        let rate = MAILS as f64 / took.as_secs_f64();
        println!(
            "{MAILS} mails to {domains} domains, the server takes {SERVER:?}: {took:.2?}, {rate:.0} a second (300 are wanted)"
        );
    }
}

async fn send(domains: usize) -> Duration {
    let (w, sink) = (Renewals::start(Db::Postgres, DUE).await, SmtpSink::start().await);
    sink.decide(|_, _| Plan::TarpitAfterData(SERVER));
    let write = w.store.write(Actor::System(System::Mail), Statements::default(), move |work| {
        for number in 0..MAILS {
            let email = format!("reader{number}@d{}.example", number % domains);
            work.notify(Notice {
                kind: MailKind::InvitationWithdrawn,
                subject_id: work.new_id(),
                step: 0,
                recipient: Recipient { email, locale: "en".to_owned(), user_id: None },
                member_of: None,
                written_by: None,
                data: json!({ "by": "Acme", "direction": "CLIENT_TO_PARTNER" }),
            });
        }
        Box::pin(async { Ok(()) })
    });
    write.await.expect("the mails");
    let seller = Seller {
        name: "Nordlicht".into(),
        address: "Hamburg".into(),
        mail_from: "billing@example.com".into(),
        portal_url: "https://example.com/".into(),
    };
    let transport = Transport::smtp(&sink.url().into(), Some(sink.certificate.as_bytes())).expect("a transport");
    let post = Post::new(Renderer::new(seller).expect("templates"), transport);
    let context = Context { store: w.store.clone(), post: Arc::new(post), hooks: Hooks::new(false).expect("a client") };
    let began = Instant::now();
    let worker =
        Worker::start(context, worker::handler::all(), Vec::new(), &Settings::default()).await.expect("a worker");
    while w.count("notification WHERE sent_at IS NULL").await > 0 {
        assert!(began.elapsed() < Duration::from_mins(2), "mails still wait");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let took = began.elapsed();
    assert!(worker.stop().await);
    assert_eq!(sink.received().len(), MAILS);
    took
}
