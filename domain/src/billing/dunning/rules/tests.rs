use super::*;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn term(months: i32) -> Term {
    Term::from_months(months).unwrap()
}

/// Charge again on days 1, 3, 5 and 7 after the first decline, suspend on day 14, cancel on day 44.
#[test]
fn a_declined_payment_is_tried_four_times_then_the_product_stops() {
    use DunningStep::{Cancel, Charge, Suspend, WarnHolder};
    let schedule = DunningRules::default().schedule(day("2027-02-20")).unwrap();
    assert_eq!(
        schedule,
        [
            (day("2027-02-21"), Charge(1)),
            (day("2027-02-23"), Charge(2)),
            (day("2027-02-23"), WarnHolder),
            (day("2027-02-25"), Charge(3)),
            (day("2027-02-27"), Charge(4)),
            (day("2027-03-06"), Suspend),
            (day("2027-04-05"), Cancel),
        ]
    );
    assert!(DunningRules::default().schedule(NaiveDate::MAX).is_err());
}

#[test]
fn settings_change_the_days() {
    let rules: DunningRules = serde_json::from_str(r#"{ "charge_days": [2], "cancel_day": 30 }"#).unwrap();
    let days: Vec<_> = rules.schedule(day("2027-01-01")).unwrap().into_iter().map(|(on, _)| on).collect();
    assert_eq!(days, ["2027-01-03", "2027-01-04", "2027-01-15", "2027-01-31"].map(day));
    assert!(serde_json::from_str::<DunningRules>(r#"{ "cancel_days": 30 }"#).is_err(), "an unknown key");
}

#[test]
fn a_step_is_taken_in_the_first_run_from_six_in_the_payers_morning() {
    for (on, zone, run) in [
        ("2027-01-15", "Europe/Zurich", "2027-01-15T05:00:00Z"),
        ("2027-07-15", "Europe/Zurich", "2027-07-15T04:00:00Z"),
        // On the day on which the clocks go forward at two, six o'clock is summer time already.
        ("2027-03-28", "Europe/Zurich", "2027-03-28T04:00:00Z"),
        // 06:00 is 00:15 UTC, 20:30 UTC: the next whole hour.
        ("2027-01-15", "Asia/Kathmandu", "2027-01-15T01:00:00Z"),
        ("2027-01-15", "Australia/Adelaide", "2027-01-14T20:00:00Z"),
        ("2027-01-15", "Pacific/Kiritimati", "2027-01-14T16:00:00Z"),
    ] {
        assert_eq!(dunning_run(day(on), zone.parse().unwrap()), run.parse::<DateTime<Utc>>().unwrap(), "{on} {zone}");
    }
}

/// 30, 7 and 1 days before; for terms of a month, 3 days before.
#[test]
fn reminders_come_before_the_renewal() {
    let on = day("2027-03-01");
    let yearly = [("2027-01-30", 30), ("2027-02-22", 7), ("2027-02-28", 1)].map(|(on, days)| (day(on), days));
    assert_eq!(reminders(on, term(12)), Ok(yearly.to_vec()));
    assert_eq!(reminders(on, term(2)), Ok(yearly.to_vec()));
    assert_eq!(reminders(on, term(1)), Ok(vec![(day("2027-02-26"), 3)]));
}
