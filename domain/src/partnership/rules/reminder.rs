//! When both sides are told that access is about to end.

use chrono::{DateTime, TimeDelta, Utc};

/// So many days before. Source: rules §6.
const DAYS: [i64; 3] = [14, 3, 1];

/// When the next reminder of an end is due, after `now`: what lies behind, because access was given for less time, or nobody ran the
/// schedule, is not made up for.
pub fn next_reminder(expires_at: DateTime<Utc>, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    DAYS.iter().filter_map(|days| expires_at.checked_sub_signed(TimeDelta::days(*days))).find(|at| *at > now)
}

/// How many days are left, of which the last may have begun.
pub fn days_left(expires_at: DateTime<Utc>, now: DateTime<Utc>) -> i64 {
    let left = expires_at.signed_duration_since(now);
    let begun = i64::from(left.checked_sub(&TimeDelta::days(left.num_days())).is_some_and(|rest| !rest.is_zero()));
    left.num_days().saturating_add(begun)
}
