//! On which days whose products renew: three years back from today, the same days for the same sizes.

use chrono::{DateTime, Datelike, Months, NaiveDate, Utc};
use chrono_tz::Tz;
use serde::Serialize;

use super::Sizes;
use crate::calendar::{Term, boundary, start_of_day};
use crate::error::Error;

/// Boundaries fall on the 1st to the 28th, so that no month is too short for one.
const DAYS: u32 = 28;

/// How far back history reaches at most, in months.
const LENGTH: u32 = 36;

/// When a client's products began and renew. Clients have their days of the month in turn, and their months.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Class {
    pub(super) class: u32,
    pub(super) anchor_on: NaiveDate,
    pub(super) renews_on: NaiveDate,
    pub(super) renews_at: DateTime<Utc>,
}

/// A day on which the invoices of some clients are issued.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Day {
    pub(super) issued_on: NaiveDate,
    pub(super) issued_at: DateTime<Utc>,
    pub(super) ms: i64,
    pub(super) year: i32,
    pub(super) period_end: NaiveDate,
    /// The end of the period after that.
    pub(super) next_end: NaiveDate,
    pub(super) first_client: i64,
    pub(super) clients: i64,
    /// Invoices for each of the clients.
    pub(super) per_client: i64,
    pub(super) first_invoice: i64,
    pub(super) first_sequence: i64,
}

impl Day {
    pub(super) fn invoices(&self) -> i64 {
        self.clients * self.per_client
    }
}

/// How history is laid out.
#[derive(Clone, Debug)]
pub(super) struct History {
    sizes: Sizes,
    today: NaiveDate,
    zone: Tz,
    /// The term of every product.
    pub(super) term: Term,
    /// Paid periods of each product: two for each invoice, since each bills two.
    pub(super) periods: u32,
}

impl History {
    /// History up to today, a date of the seller's zone.
    pub(super) fn new(sizes: Sizes, today: NaiveDate, zone: Tz) -> Result<Self, Error> {
        let periods = sizes.invoices.saturating_mul(2);
        let fits = |months: &u32| months.saturating_mul(periods) <= LENGTH;
        let months = [12, 6, 3, 2, 1].into_iter().find(fits).unwrap_or(1);
        Ok(Self { sizes, today, zone, term: Term::from_months(months)?, periods })
    }

    /// How many classes of clients there are: client `n` is of class `n % classes`.
    pub(super) fn count(&self) -> u32 {
        DAYS * self.term.months()
    }

    /// Each class.
    pub(super) fn classes(&self, holders: Tz) -> Result<Vec<Class>, Error> {
        (0..self.count())
            .map(|class| {
                let renews_on = boundary(self.last_start(class)?, self.term.months())?;
                let anchor_on = months_before(renews_on, self.periods.max(1) * self.term.months())?;
                Ok(Class { class, anchor_on, renews_on, renews_at: start_of_day(renews_on, holders) })
            })
            .collect()
    }

    /// The day on which the current period of a class began: within a term up to today.
    fn last_start(&self, class: u32) -> Result<NaiveDate, Error> {
        let day = class % DAYS + 1;
        let this_month = self.today.with_day(day).ok_or_else(|| Error::fault("a month without a 28th"))?;
        let back = class / DAYS + u32::from(this_month > self.today);
        months_before(this_month, back)
    }

    /// The first day of history.
    pub(super) fn first_day(&self) -> Result<NaiveDate, Error> {
        months_before(self.today, (self.periods + 1) * self.term.months() + 1)
    }

    /// The days on which invoices are issued, in their order, numbered without a gap.
    pub(super) fn days(&self) -> Result<Vec<Day>, Error> {
        let mut begun = Vec::new();
        for class in 0..self.count() {
            let last = self.last_start(class)?;
            for period in 0..self.periods {
                begun.push((months_before(last, (self.periods - 1 - period) * self.term.months())?, class, period));
            }
        }
        begun.sort_unstable();
        let mut days: Vec<Day> = Vec::with_capacity(begun.len());
        for (on, class, period) in begun {
            let day = self.day(on, class, period, days.last())?;
            if day.invoices() > 0 {
                days.push(day);
            }
        }
        Ok(days)
    }

    fn day(&self, on: NaiveDate, class: u32, period: u32, before: Option<&Day>) -> Result<Day, Error> {
        let total = i64::from(self.sizes.partners) * i64::from(self.sizes.clients);
        let (first_client, stride) = (i64::from(class), i64::from(self.count()));
        let issued_at = start_of_day(on, self.zone);
        // Products are billed two by two; one that is left over, two periods at a time.
        let left_over = u32::from(!self.sizes.products.is_multiple_of(2) && period.is_multiple_of(2));
        let same_year = before.filter(|day| day.year == on.year());
        Ok(Day {
            issued_on: on,
            issued_at,
            ms: issued_at.timestamp_millis(),
            year: on.year(),
            period_end: boundary(on, self.term.months())?,
            next_end: boundary(on, self.term.months() * 2)?,
            first_client,
            clients: (total - first_client + stride - 1).max(0) / stride,
            per_client: i64::from(self.sizes.products / 2 + left_over),
            first_invoice: before.map_or(0, |day| day.first_invoice + day.invoices()),
            first_sequence: same_year.map_or(1, |day| day.first_sequence + day.invoices()),
        })
    }
}

fn months_before(date: NaiveDate, months: u32) -> Result<NaiveDate, Error> {
    date.checked_sub_months(Months::new(months)).ok_or_else(|| Error::fault("history reaches back too far"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn history(invoices: u32, today: &str) -> History {
        let sizes = Sizes { partners: 3, clients: 40, products: 3, invoices };
        History::new(sizes, today.parse().unwrap(), Tz::Europe__Berlin).unwrap()
    }

    #[test]
    fn everything_renews_after_today_and_nothing_is_issued_after_it() {
        for today in ["2026-11-22", "2024-02-29", "2027-03-31", "2027-01-01"] {
            for invoices in [0, 1, 2, 4, 8, 20] {
                let history = history(invoices, today);
                let today = today.parse().unwrap();
                for class in history.classes(Tz::Europe__Berlin).unwrap() {
                    assert!(class.renews_on > today, "{class:?}");
                    assert!(class.anchor_on < class.renews_on);
                }
                assert!(history.days().unwrap().iter().all(|day| day.issued_on <= today));
            }
        }
    }

    #[test]
    fn numbers_follow_each_other_within_a_year() {
        let days = history(4, "2026-11-22").days().unwrap();
        let total: i64 = days.iter().map(Day::invoices).sum();
        assert_eq!(total, 3 * 40 * 3 * 4);
        for pair in days.windows(2) {
            assert!(pair[0].issued_on <= pair[1].issued_on);
            let next = if pair[0].year == pair[1].year { pair[0].first_sequence + pair[0].invoices() } else { 1 };
            assert_eq!(pair[1].first_sequence, next);
        }
    }
}
