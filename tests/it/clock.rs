//! The test clock: many days at once are as many days one by one, to the row.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use domain::actor::{Actor, System};
use domain::clock::advance;
use domain::error::Code;
use domain::renewal::job::RenewDue;
use domain::store::Statements;
use entities::invitation::AccessLevel::Full;
use entities::membership::Role;
use entities::partnership::PayerKind::Client;
use entities::product::RenewalBilling::Account;
use rstest::rstest;
use sea_orm::{ConnectionTrait as _, Statement};
use tests::app::TestApp;
use tests::database::Db;
use tests::renewals::{Given, Renewals, day, instant};
use uuid::Uuid;
use worker::notification::{Post, Renderer, Seller, Transport};
use worker::webhook::Hooks;
use worker::{Context, Settings, Worker};

const FROM: &str = "2027-01-15T09:20:00Z";

/// Every table that a renewal, its failure and what is told of them write: a line a row, without ids and numbers, for who is first
/// within one hour is nobody's affair.
const ROWS: [&str; 11] = [
    "SELECT 'invoice ' || a.name || i.status || CAST(i.issued_at AS text) || coalesce(CAST(i.paid_at AS text), '-')
        || CAST(i.due_on AS text) || CAST(i.total_minor AS text) || ' ' || CAST(i.credited_minor AS text) || l.description
        || coalesce(CAST(l.period_start AS text), '-') || coalesce(CAST(l.period_end AS text), '-') || CAST(l.net_minor AS text)
        || ' ' || CAST(l.cashback_minor AS text)
    FROM invoice i JOIN account a ON a.id = i.billed_to_id JOIN invoice_line l ON l.invoice_id = i.id",
    "SELECT 'product ' || a.name || p.status || CAST(p.term_months AS text) || ' ' || CAST(p.anchor_months AS text)
        || CAST(p.renews_at AS text) FROM product p JOIN account a ON a.id = p.account_id",
    "SELECT 'period ' || a.name || CAST(d.period_start AS text) || CAST(d.period_end AS text) || coalesce(CAST(d.paid_at AS text), '-')
        || coalesce(CAST(d.credited_at AS text), '-') || CAST(d.created_at AS text)
    FROM product_period d JOIN product p ON p.id = d.product_id JOIN account a ON a.id = p.account_id",
    "SELECT 'payment ' || a.name || y.status || coalesce(y.failure_code, '-') || CAST(y.amount_minor AS text)
        || CAST(y.attempted_at AS text) || coalesce(CAST(y.settled_at AS text), '-') FROM payment y JOIN account a ON a.id = y.account_id",
    "SELECT 'dunning ' || a.name || CAST(g.steps_taken AS text) || coalesce(CAST(g.next_at AS text), '-')
    FROM dunning g JOIN account a ON a.id = g.account_id",
    "SELECT 'ledger ' || e.kind || CAST(e.occurred_at AS text) || l.ledger_account || coalesce(a.name, '-')
        || CAST(l.debit_minor AS text) || ' ' || CAST(l.credit_minor AS text)
    FROM ledger_line l JOIN journal_entry e ON e.id = l.entry_id LEFT JOIN account a ON a.id = l.owner_id",
    "SELECT 'wallet ' || kind || CAST(amount_minor AS text) || CAST(created_at AS text) || CAST(available_at AS text) FROM wallet_entry",
    "SELECT 'cashback ' || CAST(amount_minor AS text) || CAST(credited_at AS text) || coalesce(CAST(released_at AS text), '-') FROM cashback",
    "SELECT 'statement ' || CAST(month AS text) || CAST(opening_minor AS text) || ' ' || CAST(earned_minor AS text) || ' '
        || CAST(closing_minor AS text) || CAST(created_at AS text) FROM cashback_statement",
    "SELECT 'mail ' || n.kind || CAST(n.step AS text) || n.recipient || CAST(n.created_at AS text)
        || CASE WHEN n.sent_at IS NULL THEN '-' ELSE 'sent' END FROM notification n",
    "SELECT 'activity ' || x.kind || a.name || CAST(x.occurred_at AS text) FROM activity x JOIN account a ON a.id = x.account_id",
];

/// Accounts in several zones whose products renew each month, with a partner that earns on them: two that pay, one whose card is
/// declined for good, one whose card is declined once.
async fn world(db: Db) -> Renewals {
    let w = Renewals::start(db, FROM).await;
    let acme = w.partner("Acme").await;
    w.person("ann@acme.example", acme, Role::Owner).await;
    let plan = w.plan("S", &[(1, 1000), (2, 1900)]).await;
    for (name, zone, started, token) in [
        ("Berlin", "Europe/Berlin", "2026-12-31", "tok_visa"),
        ("Kolkata", "Asia/Kolkata", "2026-12-29", "tok_visa"),
        ("Pago Pago", "Pacific/Pago_Pago", "2026-12-20", "tok_declined"),
        ("Quito", "America/Guayaquil", "2026-12-31", "tok_declined_once"),
    ] {
        let account = w.account_in(name, "DE", zone).await;
        w.person(&format!("{}@example.com", name.to_lowercase().replace(' ', "-")), account, Role::Owner).await;
        w.card(account, token).await;
        let managed_by = Some(w.partnership(acme, account, (Full, Client)).await);
        for term_months in [1, 2] {
            w.product(account, Given { plan, term_months, started_on: day(started), billing: Account, managed_by })
                .await;
        }
    }
    w
}

async fn worker(w: &Renewals, folder: &Path) -> Worker {
    let seller = Seller {
        name: "Nordlicht".into(),
        address: "Hamburg".into(),
        mail_from: "billing@example.com".into(),
        portal_url: "https://example.com/".into(),
    };
    let post = Post::new(Renderer::new(seller).unwrap(), Transport::files(folder).unwrap());
    let context = Context { store: w.store.clone(), post: Arc::new(post), hooks: Hooks::new(false).unwrap() };
    Worker::start(context, worker::handler::all(), worker::schedule::all(), &Settings::default()).await.unwrap()
}

async fn told(w: &Renewals) -> Vec<String> {
    let db = w.store.pool();
    let mut told = Vec::new();
    for sql in ROWS {
        let rows = db.query_all_raw(Statement::from_string(db.get_database_backend(), sql)).await.unwrap();
        assert!(!rows.is_empty(), "nothing was written: {sql}");
        told.extend(rows.iter().map(|row| row.try_get_by_index::<String>(0).unwrap()));
    }
    told.sort();
    told
}

async fn is_the_same(db: Db, to: &str) {
    let (at_once, day_by_day) = (world(db).await, world(db).await);
    let folder = tempfile::tempdir().unwrap();
    let entries = worker::schedule::all();
    let workers = [worker(&at_once, folder.path()).await, worker(&day_by_day, folder.path()).await];

    let (to, began) = (instant(to), Instant::now());
    assert_eq!(advance(&at_once.store, &entries, to).await.unwrap(), to);
    let took = began.elapsed();
    let began = Instant::now();
    let mut now = instant(FROM);
    while now < to {
        now = (now + chrono::TimeDelta::days(1)).min(to);
        advance(&day_by_day.store, &entries, now).await.unwrap();
    }
    let expected = told(&at_once).await;
    println!("{db:?}: {} rows in {took:.1?} at once, in {:.1?} day by day", expected.len(), began.elapsed());
    let different: Vec<_> =
        told(&day_by_day).await.into_iter().filter(|row| expected.binary_search(row).is_err()).collect();
    assert_eq!(different, Vec::<String>::new());
    assert_eq!(told(&day_by_day).await.len(), expected.len());
    for sign in ["mail product_suspended", "product Pago PagoCANCELLED"] {
        assert!(expected.iter().any(|row| row.starts_with(sign)), "{sign}: {expected:#?}");
    }
    at_once.audit().await;
    day_by_day.audit().await;

    let back = advance(&at_once.store, &entries, instant(FROM)).await.unwrap_err();
    assert_eq!(back.code(), Some(Code::InvalidInput));
    for worker in workers {
        assert!(worker.stop().await);
    }
}

/// Seventy-seven days: two are declined, one of whom recovers; the other is suspended, and cancelled.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn one_advance_of_many_days_is_many_of_one(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    is_the_same(db, "2027-04-02T18:45:00Z").await;
}

/// Three years. `docs/promises.md` has the command.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
#[ignore = "full size"]
async fn three_years_at_once_are_three_years_of_days(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    is_the_same(db, "2030-01-15T09:20:00Z").await;
}

/// What is open is found by its indexes: a look that read all jobs there ever were would be slower with each year.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_look_at_what_is_open_does_not_read_what_is_done(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let app = TestApp::start_recorded(db).await;
    let write = app.store.write(Actor::System(System::Operator), Statements::default(), |work| {
        for number in 0..2_000 {
            work.enqueue(RenewDue { run_id: Uuid::from_u128(number).into(), lane: 0 });
        }
        Box::pin(async { Ok(()) })
    });
    write.await.unwrap();
    app.db().execute_unprepared("UPDATE job SET state = 'done'").await.unwrap();
    let entries = worker::schedule::all();
    let now = app.store.now().await.unwrap().now;
    let moving = advance(&app.store, &entries, now);
    let working = async {
        loop {
            app.run_jobs().await;
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    };
    let both = async {
        tokio::select! {
            moved = moving => moved.map(|_| ()).unwrap(),
            () = working => {}
        }
    };
    let ((), mut sent) = app.recorder.during(both).await;
    sent.retain(|statement| statement.sql.contains("leased_until"));
    let look = sent.pop().expect("a look");
    match db {
        Db::Postgres => app.assert_no_seq_scan(&[look], 1_000).await,
        Db::Sqlite => {
            let explain = Statement { sql: format!("EXPLAIN QUERY PLAN {}", look.sql), ..look };
            let rows = app.db().query_all_raw(explain).await.unwrap();
            let plan: Vec<String> = rows.iter().map(|row| row.try_get("", "detail").unwrap()).collect();
            let reads: Vec<_> = plan.iter().filter(|line| line.contains(" job")).collect();
            assert!(!reads.is_empty() && reads.iter().all(|line| line.contains("INDEX job_")), "{plan:#?}");
        }
    }
}
