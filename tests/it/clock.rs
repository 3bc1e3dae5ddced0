//! The test clock: many days at once are as many days one by one.

use std::sync::Arc;

use domain::clock::advance;
use domain::error::Code;
use entities::id::AccountId;
use entities::product::RenewalBilling;
use rstest::rstest;
use tests::database::Db;
use tests::renewals::{Given, Renewals, day, instant};
use worker::notification::{Post, Renderer, Seller, Transport};
use worker::{Context, Settings, Worker};

const FROM: &str = "2027-01-15T09:20:00Z";

/// Accounts in several zones whose products renew each month, with a partner that earns on one of them.
async fn world(db: Db) -> (Renewals, AccountId) {
    let w = Renewals::start(db, FROM).await;
    let acme = w.partner("Acme").await;
    let plan = w.plan("S", &[(1, 1000), (2, 1900)]).await;
    for (name, zone, started) in [
        ("Berlin", "Europe/Berlin", "2026-12-31"),
        ("Kolkata", "Asia/Kolkata", "2026-12-29"),
        ("Pago Pago", "Pacific/Pago_Pago", "2026-12-20"),
    ] {
        let account = w.account_in(name, "DE", zone).await;
        w.card(account, "tok_visa").await;
        let access = (entities::invitation::AccessLevel::Full, entities::partnership::PayerKind::Client);
        let managed_by = Some(w.partnership(acme, account, access).await);
        for term_months in [1, 2] {
            let billing = RenewalBilling::Account;
            w.product(account, Given { plan, term_months, started_on: day(started), billing, managed_by }).await;
        }
    }
    (w, acme)
}

async fn worker(w: &Renewals, folder: &std::path::Path) -> Worker {
    let seller = Seller {
        name: "Nordlicht".into(),
        address: "Hamburg".into(),
        mail_from: "billing@example.com".into(),
        portal_url: "https://example.com/".into(),
    };
    let post = Post { renderer: Renderer::new(seller).unwrap(), transport: Transport::files(folder).unwrap() };
    let context = Context { store: w.store.clone(), post: Arc::new(post) };
    Worker::start(context, worker::handler::all(), worker::schedule::all(), &Settings::default()).await.unwrap()
}

/// What is to be the same: every invoice with its time, payer, lines and periods, and every wallet.
async fn told(w: &Renewals, partner: AccountId) -> Vec<String> {
    let mut told = vec![];
    for (invoice, lines) in w.invoices().await {
        for line in lines {
            told.push(format!(
                "{} {} {} {:?}-{:?} {} {} {}",
                invoice.number,
                invoice.issued_at,
                invoice.paid_at.unwrap(),
                line.period_start,
                line.period_end,
                line.net_minor,
                line.tax_minor,
                line.cashback_minor
            ));
        }
    }
    // who is first within one hour is nobody's affair
    for line in &mut told {
        *line = line.split_once(' ').unwrap().1.to_owned();
    }
    told.sort();
    told.push(format!("{:?}", w.wallet(partner).await));
    told
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn one_advance_of_many_days_is_many_of_one(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let (at_once, day_by_day) = (world(db).await, world(db).await);
    let folder = tempfile::tempdir().unwrap();
    let entries = worker::schedule::all();
    let workers = [worker(&at_once.0, folder.path()).await, worker(&day_by_day.0, folder.path()).await];

    let to = instant("2027-04-02T18:45:00Z");
    assert_eq!(advance(&at_once.0.store, &entries, to).await.unwrap(), to);
    let mut now = instant(FROM);
    while now < to {
        now = (now + chrono::TimeDelta::days(1)).min(to);
        advance(&day_by_day.0.store, &entries, now).await.unwrap();
    }
    let expected = told(&at_once.0, at_once.1).await;
    assert_eq!(told(&day_by_day.0, day_by_day.1).await, expected);
    assert!(expected.len() > 10, "{expected:#?}");
    assert!(expected.last().unwrap().contains(", "), "some is released by now: {expected:#?}");
    at_once.0.audit().await;
    day_by_day.0.audit().await;

    let back = advance(&at_once.0.store, &entries, instant(FROM)).await.unwrap_err();
    assert_eq!(back.code(), Some(Code::InvalidInput));
    for worker in workers {
        assert!(worker.stop().await);
    }
}
