use proptest::prelude::*;

use super::*;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn instant(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn zone(name: &str) -> Tz {
    name.parse().unwrap()
}

fn country(code: &str) -> Country {
    Country::parse(code).unwrap()
}

#[test]
fn a_term_is_one_to_a_hundred_and_twenty_months() {
    for months in [1, 12, 36, 120] {
        assert_eq!(Term::from_months(months).map(Term::months_i32), Ok(months));
    }
    for months in [-1, 0, 121, i32::MAX] {
        assert_eq!(Term::from_months(months), Err(CalendarError::TermOutOfRange));
    }
}

#[test]
fn boundaries_are_counted_from_the_anchor_and_clamped_to_the_months_end() {
    for (anchor, months, expected) in [
        ("2027-01-31", 0, "2027-01-31"),
        ("2027-01-31", 1, "2027-02-28"),
        ("2027-01-31", 2, "2027-03-31"),
        ("2027-01-31", 3, "2027-04-30"),
        ("2027-01-31", 13, "2028-02-29"),
        ("2028-02-29", 12, "2029-02-28"),
        ("2028-02-29", 36, "2031-02-28"),
        ("2028-02-29", 48, "2032-02-29"),
        ("2027-12-30", 2, "2028-02-29"),
        ("2026-11-21", 1, "2026-12-21"),
    ] {
        assert_eq!(boundary(day(anchor), months), Ok(day(expected)), "{anchor} + {months}");
    }
    assert_eq!(boundary(NaiveDate::MAX, 1), Err(CalendarError::DateOutOfRange));
}

/// R14: every day of four years as anchor, 48 months on, against a count of days that knows nothing of this calendar.
#[test]
fn every_anchor_of_four_years_agrees_with_a_count_of_days() {
    let is_leap = |year: i32| year.rem_euclid(4) == 0;
    let mut anchors = 0;
    for anchor in day("2027-01-01").iter_days().take_while(|on| on.year() <= 2030) {
        anchors += 1;
        let (mut year, mut month) = (anchor.year(), anchor.month());
        for months in 0..=48 {
            let length = match month {
                2 => 28 + u32::from(is_leap(year)),
                4 | 6 | 9 | 11 => 30,
                _ => 31,
            };
            let on = boundary(anchor, months).unwrap();
            assert_eq!(
                (on.year(), on.month(), on.day()),
                (year, month, anchor.day().min(length)),
                "{anchor} + {months}"
            );
            (year, month) = if month == 12 { (year + 1, 1) } else { (year, month + 1) };
        }
    }
    assert_eq!(anchors, 1461);
}

#[test]
fn a_period_ends_where_the_anchor_says() {
    let (anchor, month) = (day("2027-01-31"), Term::from_months(1).unwrap());
    assert_eq!(period_end(anchor, day("2027-02-28"), month), Ok(day("2027-03-31")));
    assert_eq!(period_end(anchor, day("2027-03-28"), month), Err(CalendarError::DateOutOfRange), "drifted");
    assert_eq!(period_end(anchor, day("2026-12-31"), month), Err(CalendarError::DateOutOfRange), "before the anchor");
}

#[test]
fn a_day_starts_with_its_first_instant_in_the_zone() {
    for (date, name, expected) in [
        ("2027-01-31", "UTC", "2027-01-31T00:00:00Z"),
        ("2027-01-31", "Europe/Zurich", "2027-01-30T23:00:00Z"),
        ("2027-07-31", "Europe/Zurich", "2027-07-30T22:00:00Z"),
        // Clocks go from 02:00 to 03:00, and back, on days that start as usual.
        ("2027-03-28", "Europe/Zurich", "2027-03-27T23:00:00Z"),
        ("2027-03-29", "Europe/Zurich", "2027-03-28T22:00:00Z"),
        ("2027-10-31", "Europe/Zurich", "2027-10-30T22:00:00Z"),
        ("2027-11-01", "Europe/Zurich", "2027-10-31T23:00:00Z"),
        ("2027-01-31", "Asia/Kathmandu", "2027-01-30T18:15:00Z"),
        ("2027-01-31", "Pacific/Kiritimati", "2027-01-30T10:00:00Z"),
        ("2027-01-31", "Etc/GMT+12", "2027-01-31T12:00:00Z"),
        // Midnight does not exist: 00:00 to 01:00 is skipped.
        ("2018-11-04", "America/Sao_Paulo", "2018-11-04T03:00:00Z"),
        ("2026-09-06", "America/Santiago", "2026-09-06T04:00:00Z"),
        // Midnight comes twice: at 01:00 the clocks go back to 00:00.
        ("2026-11-01", "America/Havana", "2026-11-01T04:00:00Z"),
        // 30 December 2011 does not exist in Samoa.
        ("2011-12-30", "Pacific/Apia", "2011-12-30T10:00:00Z"),
        ("2011-12-31", "Pacific/Apia", "2011-12-30T10:00:00Z"),
    ] {
        assert_eq!(start_of_day(day(date), zone(name)), instant(expected), "{date} {name}");
    }
}

#[test]
fn sweeps_run_on_whole_hours() {
    for (at, at_or_after, next) in [
        ("2027-01-31T06:00:00Z", "2027-01-31T06:00:00Z", "2027-01-31T07:00:00Z"),
        ("2027-01-31T06:00:00.000001Z", "2027-01-31T07:00:00Z", "2027-01-31T07:00:00Z"),
        ("2027-12-31T23:59:59Z", "2028-01-01T00:00:00Z", "2028-01-01T00:00:00Z"),
        ("1969-12-31T22:30:00Z", "1969-12-31T23:00:00Z", "1969-12-31T23:00:00Z"),
    ] {
        assert_eq!(hour_tick_at_or_after(instant(at)), instant(at_or_after), "{at}");
        assert_eq!(next_hour_tick(instant(at)), instant(next), "{at}");
    }
}

#[test]
fn countries_are_those_of_iso_3166() {
    assert_eq!(Country::all().count(), 249);
    assert!(Country::all().is_sorted());
    for country in Country::all() {
        assert_eq!(Country::parse(country.code()), Ok(country));
    }
    for code in ["", "ch", "EL", "UK", "XI", "EU", "ZZ", "CHE"] {
        assert_eq!(Country::parse(code), Err(CalendarError::UnknownCountry), "{code}");
    }
}

#[test]
fn a_country_has_the_zone_of_its_capital() {
    for (code, name) in [
        ("CH", "Europe/Zurich"),
        ("DE", "Europe/Berlin"),
        ("ES", "Europe/Madrid"),
        ("PT", "Europe/Lisbon"),
        ("US", "America/New_York"),
        ("AU", "Australia/Sydney"),
        ("RU", "Europe/Moscow"),
        ("NZ", "Pacific/Auckland"),
        ("HT", "America/Port-au-Prince"),
    ] {
        assert_eq!(default_time_zone(country(code)), zone(name), "{code}");
    }
    assert!(Country::all().all(|country| default_time_zone(country) != Tz::UTC), "a country without a zone");
}

#[test]
fn membership_in_the_union_has_dates() {
    let on = day("2026-11-21");
    assert_eq!(Country::all().filter(|country| country.is_eu(on)).count(), 27);
    for (code, on, is_eu) in [
        ("DE", "2026-01-01", true),
        ("GR", "2026-01-01", true),
        ("CH", "2026-01-01", false),
        ("NO", "2026-01-01", false),
        ("AX", "2026-01-01", false),
        ("GB", "2020-12-31", true),
        ("GB", "2021-01-01", false),
        ("HR", "2013-06-30", false),
        ("HR", "2013-07-01", true),
    ] {
        assert_eq!(country(code).is_eu(day(on)), is_eu, "{code} {on}");
    }
}

fn dates() -> impl Strategy<Value = NaiveDate> {
    (2000..2100_i32, 1..=366_u32)
        .prop_filter_map("no such day", |(year, ordinal)| NaiveDate::from_yo_opt(year, ordinal))
}

fn zones() -> impl Strategy<Value = Tz> {
    prop::sample::select(chrono_tz::TZ_VARIANTS.to_vec())
}

proptest! {
    /// R14: the day of the month is the anchor's, or the last day of a month that is too short for it.
    #[test]
    fn a_boundary_keeps_the_anchors_day(anchor in dates(), months in 0..240_u32) {
        let on = boundary(anchor, months).unwrap();
        let is_last_day = days_after(on, 1).unwrap().day() == 1;
        prop_assert!(on.day() == anchor.day() || (on.day() < anchor.day() && is_last_day));
        prop_assert_eq!(months_between(anchor, on), Some(months));
    }

    /// R14: periods follow each other without a gap and without an overlap, however they are counted.
    #[test]
    fn periods_are_seamless(anchor in dates(), months in 1..=120_u32, steps in 1..12_u32) {
        let term = Term::from_months(months).unwrap();
        let mut start = anchor;
        for step in 1..=steps {
            let end = period_end(anchor, start, term).unwrap();
            prop_assert!(end > start);
            prop_assert_eq!(end, boundary(anchor, term.months().checked_mul(step).unwrap()).unwrap());
            start = end;
        }
    }

    /// R14: in every zone and on every day, the instant before the first one still shows an earlier date.
    #[test]
    fn no_instant_of_a_day_comes_before_its_start(date in dates(), tz in zones()) {
        let start = start_of_day(date, tz);
        let before = start.checked_sub_signed(TimeDelta::microseconds(1)).unwrap();
        prop_assert!(local_date(start, tz) >= date);
        prop_assert!(local_date(before, tz) < date);
        if local_date(start, tz) != date {
            // Only a day that the zone skips starts on another.
            prop_assert_eq!(start, start_of_day(days_after(date, 1).unwrap(), tz));
        }
    }

    #[test]
    fn a_tick_is_a_whole_hour_and_less_than_an_hour_away(seconds in -5_000_000_000..5_000_000_000_i64, micros in 0..1_000_000_u32) {
        let at = DateTime::from_timestamp(seconds, micros.checked_mul(1000).unwrap()).unwrap();
        let tick = hour_tick_at_or_after(at);
        prop_assert_eq!(tick.timestamp().rem_euclid(3600), 0);
        prop_assert_eq!(tick.timestamp_subsec_nanos(), 0);
        prop_assert!(tick >= at && tick.signed_duration_since(at) < TimeDelta::hours(1));
        prop_assert_eq!(next_hour_tick(at) == tick, at != tick);
    }
}
