//! How often one may try to prove who one is: ten times in any minute from one address, and ten times for one user; and how often
//! strangers may do what anybody can.
//!
//! A try is counted before it is looked at, so that many at once count, too; one that succeeds is given back. Real time. With
//! Redis all gateways count together; while it is away, or without it, each counts its own.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use domain::{secret, text};
use redis::{Script, aio::ConnectionManager};

use crate::auth::CallerIp;
use crate::error::EdgeError;

/// Tries in a window.
const MAX: usize = 10;
const WINDOW: Duration = Duration::from_mins(1);
/// Keys in memory before those are swept out that have had no try for a window.
const MAX_KEYS: usize = 100_000;
/// Longer than this, and the memory of this process decides.
const REDIS_PATIENCE: Duration = Duration::from_millis(100);

/// Counts tries, or does not.
pub enum Tries {
    /// For tests.
    Off,
    /// In this process.
    Memory(Counts),
    /// In Redis, as long as it answers.
    Redis {
        /// To it.
        connection: ConnectionManager,
        /// Counts one try.
        script: Box<Script>,
        /// While it does not answer.
        fallback: Counts,
    },
}

impl Tries {
    /// In this process.
    pub fn memory() -> Arc<Self> {
        Arc::new(Self::Memory(Counts::default()))
    }

    /// In Redis.
    pub fn redis(connection: ConnectionManager) -> Arc<Self> {
        Arc::new(Self::Redis { connection, script: Box::new(Script::new(TRY)), fallback: Counts::default() })
    }

    /// Counts one try for each key: `RATE_LIMITED` when one of them has had too many, with the time until there is room again.
    pub async fn count(&self, keys: &[String]) -> Result<(), EdgeError> {
        self.count_up_to(MAX, keys).await
    }

    /// The same with another number of tries in a window; a key is always counted with the same.
    pub async fn count_up_to(&self, max: usize, keys: &[String]) -> Result<(), EdgeError> {
        for key in keys {
            let wait = match self {
                Self::Off => None,
                Self::Memory(counts) => counts.count(key, max, Instant::now()),
                Self::Redis { connection, script, fallback } => match ask(connection, script, key, max).await {
                    Some(wait) => wait,
                    None => fallback.count(key, max, Instant::now()),
                },
            };
            if let Some(wait) = wait {
                metrics::counter!("mandate_rate_limited_total").increment(1);
                return Err(EdgeError::rate_limited(wait));
            }
        }
        Ok(())
    }

    /// Gives a try back that succeeded.
    pub async fn give_back(&self, keys: &[String]) {
        match self {
            Self::Off => {}
            Self::Memory(counts) => counts.give_back(keys),
            Self::Redis { connection, fallback, .. } => {
                fallback.give_back(keys);
                let mut pipe = redis::pipe();
                for key in keys {
                    pipe.cmd("LPOP").arg(name(key)).ignore();
                }
                let mut connection = connection.clone();
                let done = tokio::time::timeout(REDIS_PATIENCE, pipe.query_async::<()>(&mut connection)).await;
                if !matches!(done, Ok(Ok(()))) {
                    tracing::debug!("a try was not given back: Redis did not answer");
                }
            }
        }
    }
}

/// The keys under which a try is counted: where it comes from, and for whom or what.
pub fn keys(what: &str, from: CallerIp, subject: &str) -> [String; 2] {
    [format!("{what}:from:{}", from.network()), format!("{what}:for:{}", secret::hash(subject))]
}

/// The keys of a try to prove that one is this user, however the address is written and wherever it is tried: a user has ten a minute,
/// not ten at each door.
pub fn keys_of_sign_in(from: CallerIp, email: &str) -> [String; 2] {
    keys("sign-in", from, &normalised(email))
}

/// An address as it is stored, so that no way to write it is another one.
pub fn normalised(email: &str) -> String {
    text::email("email", email).unwrap_or_else(|_| email.trim().to_lowercase())
}

/// The tries of the last minute, of each key.
#[derive(Default)]
pub struct Counts(Mutex<HashMap<String, VecDeque<Instant>>>);

impl Counts {
    fn count(&self, key: &str, max: usize, now: Instant) -> Option<Duration> {
        let mut all = self.lock();
        if all.len() >= MAX_KEYS && !all.contains_key(key) {
            all.retain(|_, tries| tries.back().is_some_and(|last| now.saturating_duration_since(*last) < WINDOW));
            if all.len() >= MAX_KEYS {
                all.clear(); // better than memory without bound
            }
        }
        let tries = all.entry(key.to_owned()).or_default();
        while tries.front().is_some_and(|first| now.saturating_duration_since(*first) >= WINDOW) {
            tries.pop_front();
        }
        match tries.front() {
            Some(first) if tries.len() >= max => Some(WINDOW.saturating_sub(now.saturating_duration_since(*first))),
            _ => {
                tries.push_back(now);
                None
            }
        }
    }

    fn give_back(&self, keys: &[String]) {
        let mut all = self.lock();
        for key in keys {
            all.get_mut(key).map(VecDeque::pop_back);
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, VecDeque<Instant>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The times of the last tries, newest first, by the clock of Redis. Answers -1, or the milliseconds to wait.
const TRY: &str = r"
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local max, window = tonumber(ARGV[1]), tonumber(ARGV[2])
local first = tonumber(redis.call('LINDEX', KEYS[1], max - 1) or 0)
if first + window > now then
  return first + window - now
end
redis.call('LPUSH', KEYS[1], now)
redis.call('LTRIM', KEYS[1], 0, max - 1)
redis.call('PEXPIRE', KEYS[1], window)
return -1
";

fn name(key: &str) -> String {
    format!("mandate:try:{key}")
}

/// None when Redis did not answer in time.
async fn ask(connection: &ConnectionManager, script: &Script, key: &str, max: usize) -> Option<Option<Duration>> {
    let mut connection = connection.clone();
    let mut call = script.key(name(key));
    call.arg(max).arg(u64::try_from(WINDOW.as_millis()).unwrap_or(u64::MAX));
    let answer = tokio::time::timeout(REDIS_PATIENCE, call.invoke_async::<i64>(&mut connection)).await;
    if let Ok(Ok(ms)) = answer {
        Some(u64::try_from(ms).ok().map(Duration::from_millis))
    } else {
        tracing::warn!("tries are counted by this process alone: Redis did not answer");
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn eleven_in_a_minute_are_too_many() {
        let counts = Counts::default();
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        for second in 0..10 {
            assert_eq!(counts.count("ann", MAX, at(second)), None);
        }
        assert_eq!(counts.count("ann", MAX, at(20)), Some(Duration::from_secs(40)));
        assert_eq!(counts.count("bob", MAX, at(20)), None, "another one is not affected");
        assert_eq!(counts.count("ann", MAX, at(60)), None, "the first is a minute ago");
        assert_eq!(counts.count("ann", MAX, at(60)), Some(Duration::from_secs(1)));
        counts.give_back(&["ann".to_owned(), "nobody".to_owned()]);
        assert_eq!(counts.count("ann", MAX, at(60)), None);
        assert_eq!(counts.count("zoe", 1, at(60)), None);
        assert_eq!(counts.count("zoe", 1, at(61)), Some(Duration::from_secs(59)));
    }

    #[test]
    fn many_keys_do_not_fill_the_memory() {
        let counts = Counts::default();
        let now = Instant::now();
        for key in 0..MAX_KEYS + 10 {
            counts.count(&key.to_string(), MAX, now);
        }
        assert!(counts.lock().len() <= MAX_KEYS);
    }
}
