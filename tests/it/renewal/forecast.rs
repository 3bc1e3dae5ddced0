//! The forecast is what is billed then, if nothing changes.

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike as _, NaiveDate, Utc};
use domain::calendar::hour_tick_at_or_after;
use domain::renewal::forecast::{ForecastOf, forecasts};
use entities::id::AccountId;
use entities::invitation::AccessLevel::Full;
use entities::membership::Role;
use entities::partnership::PayerKind;
use entities::product;
use entities::product::RenewalBilling::{Account, Partnership};
use rstest::rstest;
use sea_orm::EntityTrait as _;
use tests::database::Db;
use tests::renewals::{Given, Renewals, day, instant};

use super::harness::RENEWALS;

/// Month, renewals, total and cashback, in cents.
type Rows = Vec<(NaiveDate, i32, i64, i64)>;

async fn forecast(w: &Renewals, account_id: AccountId, months: u32) -> Rows {
    let of = ForecastOf { account_id, months };
    let reader = w.reader(&RENEWALS).await;
    let before = reader.statements().count();
    let rows = forecasts(&reader, &[of]).await.unwrap().remove(&of).unwrap();
    assert_eq!(reader.statements().count() - before, 2);
    rows.into_iter().map(|row| (row.month, row.renewals, row.total.minor(), row.cashback.minor())).collect()
}

/// What the invoices say: what was billed to the account, and what their lines earn it, by the month of issue.
async fn billed(w: &Renewals, account: AccountId) -> Rows {
    let mut months: BTreeMap<NaiveDate, (i32, i64, i64)> = BTreeMap::new();
    for (invoice, lines) in w.invoices().await {
        let month = invoice.issued_on.with_day(1).unwrap();
        let is_own = invoice.billed_to_id == account;
        let earns = |line: &&entities::invoice_line::Model| line.partner_id == Some(account) && line.cashback_minor > 0;
        let count = if is_own { lines.len() } else { lines.iter().filter(earns).count() };
        if count == 0 {
            continue;
        }
        let row = months.entry(month).or_default();
        row.0 += i32::try_from(count).unwrap();
        row.1 += if is_own { invoice.total_minor } else { 0 };
        row.2 += lines.iter().filter(earns).map(|line| line.cashback_minor).sum::<i64>();
    }
    months.into_iter().map(|(month, (renewals, total, cashback))| (month, renewals, total, cashback)).collect()
}

/// Runs at every hour at which something is due, until this instant.
async fn bill_until(w: &Renewals, end: DateTime<Utc>) {
    loop {
        let products = product::Entity::find().all(w.store.pool()).await.unwrap();
        let next = products.iter().filter(|it| it.auto_renew).map(|it| it.renews_at).min().unwrap();
        let tick = hour_tick_at_or_after(next);
        if tick >= end {
            return;
        }
        w.travel(&tick.to_rfc3339()).await;
        let run = w.run().await;
        assert_eq!((run.failed, run.declined), (0, 0));
    }
}

/// A partner that pays for one client and earns on another, with products of its own: twelve months are billed as they were
/// forecast, to the cent, to each of the three.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn what_is_forecast_is_what_is_billed(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let w = Renewals::start(db, "2027-01-15T09:20:00Z").await;
    let (acme, bolt) = (w.partner("Acme").await, w.account_in("Bolt", "AT", "Asia/Kolkata").await);
    let coil = w.account_in("Coil", "DE", "America/New_York").await;
    for account in [acme, bolt, coil] {
        w.card(account, "tok_visa").await;
    }
    let pays = w.partnership(acme, bolt, (Full, PayerKind::Partner)).await;
    let earns = w.partnership(acme, coil, (Full, PayerKind::Client)).await;
    let odd = w.plan("Odd", &[(1, 333), (2, 1234), (12, 9999)]).await;
    let free = w.plan("Free", &[(1, 0)]).await;
    for (holder, plan, term_months, started, billing, managed_by) in [
        (bolt, odd, 1, "2026-12-31", Partnership, Some(pays)),
        (bolt, odd, 1, "2026-12-31", Partnership, Some(pays)),
        (bolt, odd, 2, "2026-12-31", Partnership, Some(pays)),
        (bolt, odd, 1, "2027-01-01", Account, Some(pays)),
        (coil, odd, 1, "2027-01-01", Account, Some(earns)),
        (coil, odd, 12, "2026-06-30", Partnership, Some(earns)),
        (coil, odd, 2, "2026-11-29", Account, None),
        (acme, odd, 1, "2027-01-10", Account, None),
        (acme, odd, 12, "2026-02-28", Account, None),
        (acme, free, 1, "2027-01-05", Account, None),
    ] {
        w.product(holder, Given { plan, term_months, started_on: day(started), billing, managed_by }).await;
    }
    let mut expected = vec![];
    for account in [acme, bolt, coil] {
        expected.push(forecast(&w, account, 12).await);
    }
    assert!(expected.iter().all(|rows| rows.len() == 12), "{expected:#?}");

    bill_until(&w, instant("2027-12-31T23:00:00Z")).await;
    for (account, forecast) in [acme, bolt, coil].into_iter().zip(expected) {
        assert_eq!(billed(&w, account).await, forecast);
    }
    w.audit().await;
}

/// By hand: 10.00 a month at 19 % is 11.90, three times until the end of March; the partner earns 2.00 each time. Whoever may not see
/// invoices there is told nothing.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_forecast_says_what_is_paid_and_earned(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let w = Renewals::start(db, "2027-01-15T09:00:00Z").await;
    let (acme, bolt) = (w.partner("Acme").await, w.account("Bolt").await);
    let partnership = w.partnership(acme, bolt, (Full, PayerKind::Client)).await;
    let plan = w.plan("S", &[(1, 1000)]).await;
    let given =
        Given { plan, term_months: 1, started_on: day("2026-12-31"), billing: Account, managed_by: Some(partnership) };
    w.product(bolt, given).await;
    let months = ["2027-01-01", "2027-02-01", "2027-03-01"].map(day);
    assert_eq!(forecast(&w, bolt, 3).await, months.map(|month| (month, 1, 1190, 0)));
    assert_eq!(forecast(&w, acme, 3).await, months.map(|month| (month, 1, 0, 200)));
    assert_eq!(forecast(&w, bolt, 1).await.len(), 1);

    let ann = w.person("ann@acme.example", acme, Role::Owner).await;
    let tec = w.person("tec@bolt.example", bolt, Role::Technical).await;
    let of = ForecastOf { account_id: bolt, months: 3 };
    for who in [ann, tec] {
        assert!(forecasts(&w.reader(&who).await, &[of]).await.unwrap().is_empty());
    }
}
