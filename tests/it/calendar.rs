//! R14: month ends, leap days and zones, against a calendar that shares nothing with the product's: `calendar/boundaries.py`, by
//! python-dateutil. Where that is not installed, against the digest of what it says.

use std::fmt::Write as _;
use std::process::Command;

use chrono::{DateTime, Datelike as _, NaiveDate, Utc};
use chrono_tz::Tz;
use domain::calendar::{Term, hour_tick_at_or_after};
use domain::product::rules::Standing;
use entities::product;
use entities::product::RenewalBilling;
use rstest::rstest;
use sea_orm::EntityTrait as _;
use sha2::{Digest as _, Sha256};
use tests::database::Db;
use tests::renewals::{Given, Renewals, day, instant};

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/it/calendar/boundaries.py");
/// SHA-256 of what the script prints.
const DIGEST: &str = "04b0b97d9f082662cd9a61432e89c9b42a9c8a0bbb22dfbf59c69b45566d5832";
const ZONES: [Tz; 11] = [
    Tz::Etc__GMTPlus12,
    Tz::Pacific__Pago_Pago,
    Tz::America__New_York,
    Tz::America__St_Johns,
    Tz::America__Havana,
    Tz::Europe__Berlin,
    Tz::Asia__Kolkata,
    Tz::Asia__Kathmandu,
    Tz::Australia__Lord_Howe,
    Tz::Pacific__Chatham,
    Tz::Pacific__Kiritimati,
];

fn sha256(text: &str) -> String {
    Sha256::digest(text).iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

/// What the other calendar says; none where it is not installed.
fn by_python() -> Option<String> {
    let told = Command::new("python3").arg(SCRIPT).output().ok().filter(|told| told.status.success())?;
    String::from_utf8(told.stdout).ok()
}

/// The same by what moves products on.
fn by_the_product() -> String {
    let month = Term::from_months(1).unwrap();
    let anchors: Vec<NaiveDate> = day("2024-01-01").iter_days().take(4 * 366).collect();
    let mut text = String::new();
    for anchor in &anchors {
        let mut standing = Standing::beginning(*anchor, Tz::UTC);
        let _ = write!(text, "{anchor}");
        for _ in 0..48 {
            standing = standing.after(month, Tz::UTC).unwrap();
            let _ = write!(text, " {}", standing.renews_on);
        }
        text.push('\n');
    }
    for zone in ZONES {
        for anchor in &anchors {
            let at = Standing::beginning(*anchor, zone).renews_at;
            let _ = writeln!(text, "{zone} {anchor} {}", at.format("%Y-%m-%dT%H:%M:%SZ"));
        }
    }
    text
}

/// R14: 1,464 anchors over 48 months, and their midnights in eleven zones from −12 to +14 with four years of clock changes.
#[test]
fn every_boundary_is_the_other_calendars() {
    let ours = by_the_product();
    if let Some(theirs) = by_python() {
        for (line, (ours, theirs)) in ours.lines().zip(theirs.lines()).enumerate() {
            assert_eq!(ours, theirs, "line {}", line + 1);
        }
        assert_eq!(sha256(&theirs), DIGEST, "the digest is not of what {SCRIPT} says");
    }
    assert_eq!(sha256(&ours), DIGEST);
    assert_eq!(ours.lines().count(), 1464 + 11 * 1464);
}

/// Where a product of this anchor and term stands after so many terms: the day of the anchor, or the last of a shorter month.
fn boundary(anchor: NaiveDate, months: u32) -> NaiveDate {
    let all = anchor.year() * 12 + i32::try_from(anchor.month0() + months).unwrap();
    let first = NaiveDate::from_ymd_opt(all / 12, u32::try_from(all % 12).unwrap() + 1, 1).unwrap();
    let last = first.iter_days().take_while(|on| on.month() == first.month()).last().unwrap();
    first.with_day(anchor.day().min(last.day())).unwrap()
}

/// R14: four years of renewals of anchors at the ends of months, in zones from −12 to +14: by a worker that is there each hour, and by
/// one that is away for 3 days and for 40 days, each month is billed once, in order, and from the anchor.
#[rstest]
#[case::each_hour(0)]
#[case::away_for_3_days(3)]
#[case::away_for_40_days(40)]
#[tokio::test(flavor = "multi_thread")]
async fn no_month_is_missed_and_none_comes_twice(#[case] away_days: i64) {
    let w = Renewals::start(Db::Sqlite, "2027-12-01T00:00:00Z").await;
    let plan = w.plan("S", &[(1, 1000), (12, 9900)]).await;
    let mut products = vec![];
    for (zone, started, term_months) in [
        ("Etc/GMT+12", "2027-11-30", 1),
        ("Pacific/Kiritimati", "2027-12-31", 1),
        ("Europe/Berlin", "2028-01-29", 1),
        ("America/St_Johns", "2028-01-28", 1),
        ("Australia/Lord_Howe", "2027-12-30", 1),
        ("America/Havana", "2028-02-29", 12),
    ] {
        let account = w.account_in(zone, "DE", zone).await;
        w.card(account, "tok_visa").await;
        let given =
            Given { plan, term_months, started_on: day(started), billing: RenewalBilling::Account, managed_by: None };
        products.push((w.product(account, given).await, day(started), term_months));
    }
    let end = instant("2031-12-01T12:00:00Z");
    loop {
        let rows = product::Entity::find().all(w.store.pool()).await.unwrap();
        let next = rows.iter().map(|it| it.renews_at).min().unwrap();
        let tick: DateTime<Utc> = hour_tick_at_or_after(next) + chrono::TimeDelta::days(away_days);
        w.travel(&tick.min(end).to_rfc3339()).await;
        let run = w.run().await;
        assert_eq!((run.failed, run.declined), (0, 0));
        if tick >= end {
            break;
        }
    }
    for (product, anchor, term) in products {
        let periods = w.periods(product).await;
        let expected: Vec<_> = (0..u32::try_from(periods.len()).unwrap())
            .map(|k| (boundary(anchor, k * term).to_string(), boundary(anchor, (k + 1) * term).to_string()))
            .collect();
        assert_eq!(periods, expected);
        assert!(periods.last().unwrap().1.as_str() >= "2031-12-01", "{periods:?}");
    }
    assert_eq!(w.invoices().await.iter().map(|(_, lines)| lines.len()).sum::<usize>(), 48 + 47 + 46 + 46 + 47 + 3);
    w.audit().await;
}
