//! The dates around a renewal: reminders before it, and what follows a declined payment.

#![warn(clippy::arithmetic_side_effects, clippy::as_conversions)]

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use crate::calendar::{CalendarError, Term, at_local_time, days_after, days_before, hour_tick_at_or_after, local_date};

/// The hour of the payer's day from which its steps are taken: nobody is charged in the night.
const DUNNING_TIME: NaiveTime = NaiveTime::from_hms_opt(6, 0, 0).expect("a time of day");

/// What follows a payment that was declined, in days after the first decline. The product is past due from that day on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DunningRules {
    /// When the payment is tried again.
    pub charge_days: Vec<u32>,
    /// When the holder is warned, where the payer is another.
    pub warn_holder_day: u32,
    /// When the product is suspended.
    pub suspend_day: u32,
    /// When it is cancelled.
    pub cancel_day: u32,
}

impl Default for DunningRules {
    fn default() -> Self {
        Self { charge_days: vec![1, 3, 5, 7], warn_holder_day: 3, suspend_day: 14, cancel_day: 44 }
    }
}

/// What is done on a day after the first decline; on the same day in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DunningStep {
    /// The payment is tried again, for the so-many-eth time, counted from 1.
    Charge(u32),
    /// The holder is warned that its payer does not pay.
    WarnHolder,
    /// The product is suspended, unless a payment is in flight.
    Suspend,
    /// The product is cancelled, unless a payment is in flight.
    Cancel,
}

/// The steps of one invoice that are taken together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Due {
    /// What is done, in order.
    pub steps: Vec<DunningStep>,
    /// How many steps of the schedule are taken then.
    pub steps_taken: usize,
    /// The run in which the next step is taken, if there is one.
    pub next_at: Option<DateTime<Utc>>,
}

impl Due {
    /// Whether the payment is tried again.
    pub fn charges(&self) -> bool {
        self.steps.iter().any(|step| matches!(step, DunningStep::Charge(_)))
    }
}

/// Where the dunning of an invoice stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dunned {
    /// When its payment was declined first.
    pub first_declined_at: DateTime<Utc>,
    /// Where its payer's day is.
    pub payer_zone: Tz,
    /// How many steps of the schedule are taken.
    pub steps_taken: usize,
}

impl DunningRules {
    /// What is to be done now, after so many steps. Charges that were missed, because no worker ran, are made up for by one; what
    /// comes after a charge is not taken with it.
    pub fn due(&self, dunned: &Dunned, now: DateTime<Utc>) -> Result<Due, CalendarError> {
        let schedule = self.schedule(local_date(dunned.first_declined_at, dunned.payer_zone))?;
        let run_of = |on: NaiveDate| dunning_run(on, dunned.payer_zone);
        let due: Vec<DunningStep> = schedule
            .iter()
            .skip(dunned.steps_taken)
            .take_while(|(on, _)| run_of(*on) <= now)
            .map(|(_, step)| *step)
            .collect();
        let is_charge = |step: &DunningStep| matches!(step, DunningStep::Charge(_));
        let count = due.iter().rposition(is_charge).map_or(due.len(), |at| at.saturating_add(1));
        let steps_taken = dunned.steps_taken.saturating_add(count);
        Ok(Due {
            steps: due.into_iter().take(count).collect(),
            steps_taken,
            next_at: schedule.get(steps_taken).map(|(on, _)| run_of(*on)),
        })
    }

    /// Every step with its date, in order. `first_declined_on` is a date of the payer's time zone, and so are these.
    pub fn schedule(&self, first_declined_on: NaiveDate) -> Result<Vec<(NaiveDate, DunningStep)>, CalendarError> {
        let charges = (1..).zip(&self.charge_days).map(|(attempt, &day)| (day, DunningStep::Charge(attempt)));
        let others = [
            (self.warn_holder_day, DunningStep::WarnHolder),
            (self.suspend_day, DunningStep::Suspend),
            (self.cancel_day, DunningStep::Cancel),
        ];
        let mut steps = charges
            .chain(others)
            .map(|(day, step)| Ok((days_after(first_declined_on, day)?, step)))
            .collect::<Result<Vec<_>, _>>()?;
        steps.sort_unstable();
        Ok(steps)
    }
}

/// The run in which a step of that date is taken: the first on or after 06:00 in the payer's time zone.
pub fn dunning_run(on: NaiveDate, payer_zone: Tz) -> DateTime<Utc> {
    hour_tick_at_or_after(at_local_time(on, DUNNING_TIME, payer_zone))
}

/// How many days before a renewal its payer is reminded: 30, 7 and 1, and 3 for a term of one month.
pub fn reminder_days(term: Term) -> &'static [u32] {
    if term.months() == 1 { &[3] } else { &[30, 7, 1] }
}

/// The dates of the reminders of a renewal with the days before it, the earliest first; in the zone of `renews_on`.
pub fn reminders(renews_on: NaiveDate, term: Term) -> Result<Vec<(NaiveDate, u32)>, CalendarError> {
    reminder_days(term).iter().map(|&days| Ok((days_before(renews_on, days)?, days))).collect()
}

#[cfg(test)]
mod tests;
