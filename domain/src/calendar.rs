//! Dates and instants: terms, anchored boundaries, the days of a time zone, and the whole hours on which sweeps run.
//!
//! Nothing here asks what time it is. Dates are local dates of some time zone, instants are UTC. A boundary is always
//! counted from the stored anchor, never from the boundary before it, so that a subscription of the 31st comes back to
//! the 31st after February (`docs/rules.md`, §4).

#![warn(clippy::arithmetic_side_effects, clippy::as_conversions)]

mod country;

use chrono::offset::LocalResult;
use chrono::{DateTime, Datelike, Days, DurationRound, Months, NaiveDate, NaiveTime, TimeDelta, TimeZone, Utc};
use chrono_tz::{GapInfo, Tz};
use serde::{Deserialize, Serialize};

pub use self::country::{Country, default_time_zone};

/// Why a date, term or country was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CalendarError {
    /// A term is 1 to 120 months.
    #[error("a term is 1 to 120 months")]
    TermOutOfRange,
    /// The result lies outside what the calendar can hold.
    #[error("the date is out of range")]
    DateOutOfRange,
    /// Not an alpha-2 code of ISO 3166-1.
    #[error("no such country")]
    UnknownCountry,
}

/// The length of a paid period: 1 to 120 whole months.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "u32", try_from = "i64")]
pub struct Term(u8);

impl Term {
    /// The longest term, in months.
    pub const MAX_MONTHS: u8 = 120;

    /// A term of so many months, as a column, an argument or a literal has it.
    pub fn from_months(months: impl Into<i64>) -> Result<Self, CalendarError> {
        u8::try_from(months.into())
            .ok()
            .filter(|months| (1..=Self::MAX_MONTHS).contains(months))
            .map(Self)
            .ok_or(CalendarError::TermOutOfRange)
    }

    /// Length in months.
    pub fn months(self) -> u32 {
        u32::from(self.0)
    }

    /// Length in months, for an integer column or a GraphQL `Int`.
    pub fn months_i32(self) -> i32 {
        i32::from(self.0)
    }
}

impl From<Term> for u32 {
    fn from(term: Term) -> Self {
        term.months()
    }
}

impl TryFrom<i64> for Term {
    type Error = CalendarError;

    fn try_from(months: i64) -> Result<Self, CalendarError> {
        Self::from_months(months)
    }
}

/// The boundary `months` after the anchor: the anchor's day of the month, or the month's last day where it has no such day.
///
/// 31 January → 28 February → 31 March; 29 February 2028 → 28 February 2029 … 29 February 2032.
pub fn boundary(anchor: NaiveDate, months: u32) -> Result<NaiveDate, CalendarError> {
    anchor.checked_add_months(Months::new(months)).ok_or(CalendarError::DateOutOfRange)
}

/// How many months after the anchor this boundary lies; `None` for a date that is no boundary of the anchor.
///
/// The end of the period that starts on the boundary `start` is `boundary(anchor, months_between(anchor, start) + term)`:
/// see [`period_end`].
pub fn months_between(anchor: NaiveDate, on: NaiveDate) -> Option<u32> {
    let years = i64::from(on.year()).checked_sub(i64::from(anchor.year()))?;
    let months = years
        .checked_mul(12)?
        .checked_add(i64::from(on.month()))?
        .checked_sub(i64::from(anchor.month()))
        .and_then(|months| u32::try_from(months).ok())?;
    (boundary(anchor, months) == Ok(on)).then_some(months)
}

/// The end, exclusive, of the period of one term that starts on `start`, a boundary of `anchor`.
///
/// Refuses a start that is no boundary: such a row would drift from its anchor.
pub fn period_end(anchor: NaiveDate, start: NaiveDate, term: Term) -> Result<NaiveDate, CalendarError> {
    let elapsed = months_between(anchor, start).ok_or(CalendarError::DateOutOfRange)?;
    boundary(anchor, elapsed.checked_add(term.months()).ok_or(CalendarError::DateOutOfRange)?)
}

/// The date `days` later.
pub fn days_after(date: NaiveDate, days: u32) -> Result<NaiveDate, CalendarError> {
    date.checked_add_days(Days::new(u64::from(days))).ok_or(CalendarError::DateOutOfRange)
}

/// The date `days` earlier.
pub fn days_before(date: NaiveDate, days: u32) -> Result<NaiveDate, CalendarError> {
    date.checked_sub_days(Days::new(u64::from(days))).ok_or(CalendarError::DateOutOfRange)
}

/// The first instant of a local date.
///
/// Where midnight is skipped, that is the first instant after the gap; where the whole date is skipped (Samoa,
/// 30 December 2011), the first instant of the next; where midnight comes twice, the first of the two.
pub fn start_of_day(date: NaiveDate, tz: Tz) -> DateTime<Utc> {
    at_local_time(date, NaiveTime::MIN, tz)
}

/// The instant at which the clocks of the zone first show this date and time, or the first after the gap that skips it.
pub fn at_local_time(date: NaiveDate, time: NaiveTime, tz: Tz) -> DateTime<Utc> {
    let local = date.and_time(time);
    match tz.from_local_datetime(&local) {
        LocalResult::Single(instant) | LocalResult::Ambiguous(instant, _) => instant.to_utc(),
        // Only a gap without an end, beyond the last known transition, leaves the date as it stands.
        LocalResult::None => {
            GapInfo::new(&local, &tz).and_then(|gap| gap.end).map_or(local.and_utc(), |instant| instant.to_utc())
        }
    }
}

/// The date that a calendar on the wall shows at this instant.
pub fn local_date(instant: DateTime<Utc>, tz: Tz) -> NaiveDate {
    instant.with_timezone(&tz).date_naive()
}

/// The first whole hour (UTC) at or after this instant: the tick on which a sweep finds what is due then.
pub fn hour_tick_at_or_after(instant: DateTime<Utc>) -> DateTime<Utc> {
    let tick = hour_tick_at_or_before(instant);
    if tick == instant { tick } else { next_hour_tick(instant) }
}

/// The last whole hour (UTC) at or before this instant.
pub fn hour_tick_at_or_before(instant: DateTime<Utc>) -> DateTime<Utc> {
    // Fails only outside the years 1677 to 2262, where nothing is due.
    instant.duration_trunc(TimeDelta::hours(1)).unwrap_or(instant)
}

/// The first whole hour (UTC) after this instant.
pub fn next_hour_tick(instant: DateTime<Utc>) -> DateTime<Utc> {
    hour_tick_at_or_before(instant).checked_add_signed(TimeDelta::hours(1)).unwrap_or(DateTime::<Utc>::MAX_UTC)
}

#[cfg(test)]
mod tests;
