//! Reminders before renewals.

use domain::renewal::remind;
use domain::store::Statements;
use entities::invitation::AccessLevel::Full;
use entities::membership::Role;
use entities::partnership::PayerKind;
use entities::product::RenewalBilling;
use entities::{activity, notification};
use rstest::rstest;
use sea_orm::EntityTrait as _;
use tests::database::Db;
use tests::renewals::{Renewals, instant};

use super::harness::{RENEWALS, monthly, yearly};

/// A sweep of this hour, delivered twice.
async fn sweep(w: &Renewals, at: &str) {
    w.travel(at).await;
    let until = instant(at);
    for _ in 0..2 {
        while w.store.write(RENEWALS, Statements::default(), move |work| Box::pin(remind(work, until))).await.unwrap() {
        }
    }
}

/// Who was reminded of how many products, how many days before.
async fn reminders(w: &Renewals) -> Vec<String> {
    let mut mails = notification::Entity::find().all(w.store.pool()).await.unwrap();
    mails.sort_by_key(|mail| mail.id);
    let told = mails.iter().map(|mail| {
        let data = &mail.data;
        assert_eq!(mail.kind, "renewal_upcoming");
        format!(
            "{} {} days {} lines {}",
            mail.recipient,
            data["days"],
            data["lines"].as_array().unwrap().len(),
            data["total"]["minor"]
        )
    });
    told.collect()
}

/// 30, 7 and 1 days before, and 3 days for terms of a month, each once, to whoever pays: one mail for what it pays on a day. The
/// holder finds it in its feed. Two products at P − D: 2 × 79.20 + 30.10 of tax; one at P for the client itself: 10.00 + 1.90.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn whoever_pays_is_reminded_once(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let w = Renewals::start(db, "2027-01-01T09:00:00Z").await;
    let (acme, bolt) = (w.partner("Acme").await, w.account("Bolt").await);
    w.person("ann@acme.example", acme, Role::Owner).await;
    w.person("jo@bolt.example", bolt, Role::Owner).await;
    w.person("tec@bolt.example", bolt, Role::Technical).await;
    let plan = w.plan("L", &[(12, 9900), (1, 1000)]).await;
    let partnership = w.partnership(acme, bolt, (Full, PayerKind::Partner)).await;
    for _ in 0..2 {
        w.product(bolt, yearly(plan, "2026-03-01", RenewalBilling::Partnership, Some(partnership))).await;
    }
    w.product(bolt, monthly(plan, "2027-02-01")).await;
    let stopped = w.product(bolt, yearly(plan, "2026-03-01", RenewalBilling::Account, None)).await;
    let id = if db == Db::Sqlite { format!("x'{}'", stopped.0.simple()) } else { format!("'{stopped}'") };
    w.sql(&format!("UPDATE product SET auto_renew = FALSE WHERE id = {id}")).await;

    sweep(&w, "2027-01-01T09:00:00Z").await;
    let mut expected: Vec<String> = vec![];
    // 1 March begins in Berlin at 23:00 of 28 February: six in the morning there is 05:00.
    for (before, on, told) in [
        ("2027-01-30T04:00:00Z", "2027-01-30T05:00:00Z", "ann@acme.example 30 days 2 lines 18850"),
        ("2027-02-22T04:00:00Z", "2027-02-22T05:00:00Z", "ann@acme.example 7 days 2 lines 18850"),
        ("2027-02-26T04:00:00Z", "2027-02-26T05:00:00Z", "jo@bolt.example 3 days 1 lines 1190"),
        ("2027-02-28T04:00:00Z", "2027-02-28T05:00:00Z", "ann@acme.example 1 days 2 lines 18850"),
    ] {
        sweep(&w, before).await;
        assert_eq!(reminders(&w).await, expected, "{before}");
        sweep(&w, on).await;
        expected.push(told.to_owned());
        assert_eq!(reminders(&w).await, expected, "{on}");
    }
    sweep(&w, "2027-03-01T09:00:00Z").await;
    assert_eq!(reminders(&w).await, expected);
    let feed = activity::Entity::find().all(w.store.pool()).await.unwrap();
    let upcoming = feed.iter().filter(|event| event.kind == "RENEWAL_UPCOMING" && event.account_id == bolt).count();
    assert_eq!(upcoming, 3 * 2 + 1);
}

/// R14: after forty days away, only the last reminder that was missed is told, and none of what has come already.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_late_worker_reminds_once_and_of_nothing_past(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let w = Renewals::start(db, "2027-01-15T09:00:00Z").await;
    let bolt = w.account("Bolt").await;
    w.person("jo@bolt.example", bolt, Role::Owner).await;
    let plan = w.plan("L", &[(12, 9900)]).await;
    for started in ["2026-03-01", "2026-02-20"] {
        w.product(bolt, yearly(plan, started, RenewalBilling::Account, None)).await;
    }
    sweep(&w, "2027-01-15T09:00:00Z").await;
    sweep(&w, "2027-02-24T09:00:00Z").await;
    assert_eq!(reminders(&w).await, ["jo@bolt.example 7 days 1 lines 11781"]);
}
