//! Where a product stands in time.

#![warn(clippy::arithmetic_side_effects, clippy::as_conversions)]

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;

use crate::calendar::{CalendarError, Term, boundary, start_of_day};

/// The next boundary of a product: columns `anchor_on`, `anchor_months`, `renews_on` and `renews_at`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The day from which all boundaries are counted.
    pub anchor_on: NaiveDate,
    /// The months of all terms so far.
    pub anchor_months: u32,
    /// The next boundary: where the next term begins; a date of the holder's time zone.
    pub renews_on: NaiveDate,
    /// Its first instant there.
    pub renews_at: DateTime<Utc>,
}

impl Standing {
    /// Of a product whose first term begins on this day: it stands at the beginning of that term.
    pub fn beginning(on: NaiveDate, zone: Tz) -> Self {
        Self { anchor_on: on, anchor_months: 0, renews_on: on, renews_at: start_of_day(on, zone) }
    }

    /// So many months after the anchor.
    /// # Errors
    /// `DateOutOfRange` beyond what the calendar holds.
    pub fn at(anchor_on: NaiveDate, anchor_months: u32, zone: Tz) -> Result<Self, CalendarError> {
        let renews_on = boundary(anchor_on, anchor_months)?;
        Ok(Self { anchor_on, anchor_months, renews_on, renews_at: start_of_day(renews_on, zone) })
    }

    /// After one more term.
    /// # Errors
    /// `DateOutOfRange` beyond what the calendar holds.
    pub fn after(self, term: Term, zone: Tz) -> Result<Self, CalendarError> {
        let months = self.anchor_months.checked_add(term.months()).ok_or(CalendarError::DateOutOfRange)?;
        Self::at(self.anchor_on, months, zone)
    }
}

/// The zone of this name; UTC for a name that the table of zones has lost.
pub fn time_zone(name: &str) -> Tz {
    name.parse().unwrap_or(Tz::UTC)
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;
    use chrono_tz::Tz;

    use super::{Standing, time_zone};
    use crate::calendar::Term;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn a_month_end_comes_back_after_february() {
        let term = Term::from_months(1).unwrap();
        let mut standing = Standing::beginning(day("2027-01-31"), Tz::Europe__Berlin);
        let mut seen = vec![];
        for _ in 0..4 {
            standing = standing.after(term, Tz::Europe__Berlin).unwrap();
            seen.push(standing.renews_on.to_string());
        }
        assert_eq!(seen, ["2027-02-28", "2027-03-31", "2027-04-30", "2027-05-31"]);
    }

    #[test]
    fn a_term_begins_at_midnight_of_the_holder() {
        let cases = [
            ("Europe/Berlin", "2027-03-28", "2027-03-27T23:00:00Z"),
            ("Europe/Berlin", "2027-03-29", "2027-03-28T22:00:00Z"),
            ("America/New_York", "2027-11-08", "2027-11-08T05:00:00Z"),
            ("Pacific/Kiritimati", "2027-01-01", "2026-12-31T10:00:00Z"),
            ("Asia/Kolkata", "2027-01-01", "2026-12-31T18:30:00Z"),
            // midnight is skipped there on this day
            ("Africa/Cairo", "2027-04-30", "2027-04-29T22:00:00Z"),
        ];
        for (zone, on, at) in cases {
            assert_eq!(Standing::beginning(day(on), time_zone(zone)).renews_at.to_rfc3339(), at.replace('Z', "+00:00"));
        }
    }

    #[test]
    fn an_unknown_zone_is_utc() {
        assert_eq!(time_zone("Nowhere/Atlantis"), Tz::UTC);
    }
}
