//! When a delivery is tried again, when an endpoint is left alone for a while, and when for good.

use chrono::TimeDelta;

/// So long after the first try that failed, the second, the third …: three days in all. Times grow by up to a tenth, so that what
/// failed together does not come back together.
const STEPS: [TimeDelta; 9] = [
    TimeDelta::seconds(5),
    TimeDelta::minutes(5),
    TimeDelta::minutes(30),
    TimeDelta::hours(2),
    TimeDelta::hours(5),
    TimeDelta::hours(10),
    TimeDelta::hours(14),
    TimeDelta::hours(20),
    // what is left of three days
    TimeDelta::seconds(73_495),
];

/// After so many rounds that failed, the next is so late: an endpoint that is down gets a knock now and then, whatever waits for it.
const PAUSES: [TimeDelta; 4] =
    [TimeDelta::seconds(30), TimeDelta::minutes(2), TimeDelta::minutes(10), TimeDelta::minutes(30)];

/// An endpoint at which nothing has arrived for so long is not told anything any more.
pub const PATIENCE: TimeDelta = TimeDelta::days(3);

/// The old secret signs beside the new one for so long. Source: the contract.
pub const OVERLAP: TimeDelta = TimeDelta::days(1);

/// Tries of a delivery, from the first to the last.
pub const TRIES: usize = STEPS.len() + 1;

/// How long after its try number `attempts`, which failed, a delivery is tried again; none: that was the last. `spread` is drawn
/// anew for each.
pub fn next_try(attempts: i32, spread: u8) -> Option<TimeDelta> {
    let at = usize::try_from(attempts).ok()?.checked_sub(1)?;
    let step = STEPS.get(at)?;
    Some(*step + *step / 10 * i32::from(spread) / 255)
}

/// How long nothing is sent after so many rounds in a row of which nothing arrived. A single one may have been an accident.
pub fn pause(failures: i32) -> Option<TimeDelta> {
    let at = usize::try_from(failures).ok()?.checked_sub(2)?;
    PAUSES.get(at).or(PAUSES.last()).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Ten tries, the last at least three days after the first and not much later: 72 hours, and at most a tenth more.
    #[test]
    fn a_delivery_is_tried_for_three_days() {
        let total = |spread| (1..10).map(|attempts| next_try(attempts, spread).unwrap()).sum::<TimeDelta>();
        assert_eq!(total(0), TimeDelta::hours(72));
        assert!(total(255) > TimeDelta::hours(79) && total(255) <= TimeDelta::minutes(72 * 66), "{}", total(255));
        assert_eq!(next_try(1, 0), Some(TimeDelta::seconds(5)));
        assert_eq!(next_try(4, 0), Some(TimeDelta::hours(2)));
        assert_eq!((next_try(10, 0), next_try(0, 0), next_try(-1, 7)), (None, None, None));
        assert_eq!(TRIES, 10);
    }

    #[test]
    fn pauses_grow_and_stay_short() {
        assert_eq!((pause(0), pause(1)), (None, None));
        assert_eq!(pause(2), Some(TimeDelta::seconds(30)));
        assert_eq!((pause(5), pause(500)), (Some(TimeDelta::minutes(30)), Some(TimeDelta::minutes(30))));
    }
}
