//! How much one caller may ask for: a bucket of nodes per caller, charged with each operation's cost before it runs.
//!
//! Buckets run on real time, whatever the test clock says. With Redis they are shared by all gateways; while Redis is away,
//! or without one, each gateway keeps its own.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use redis::{Script, aio::ConnectionManager};

use crate::error::EdgeError;

/// The size of every bucket, in nodes, and how fast it fills.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// What a caller who has been quiet may ask for at once; at least as much as one operation may cost.
    pub capacity: u64,
    pub per_second: u64,
}

impl Default for Rate {
    fn default() -> Self {
        Self { capacity: 50_000, per_second: 5_000 }
    }
}

/// Buckets in memory before the full ones are swept out.
const MAX_BUCKETS: usize = 100_000;
/// Longer than this, and the bucket of this process decides.
const REDIS_PATIENCE: Duration = Duration::from_millis(100);

/// Takes tokens from the bucket of a caller, or refuses.
#[derive(Clone)]
pub enum Limiter {
    /// For tests.
    Off,
    Memory(Arc<Buckets>),
    Redis {
        connection: ConnectionManager,
        script: Arc<Script>,
        fallback: Arc<Buckets>,
    },
}

impl Limiter {
    pub fn memory(rate: Rate) -> Self {
        Self::Memory(Arc::new(Buckets::new(rate)))
    }

    pub fn redis(connection: ConnectionManager, rate: Rate) -> Self {
        Self::Redis { connection, script: Arc::new(Script::new(TAKE)), fallback: Arc::new(Buckets::new(rate)) }
    }

    /// Takes `amount` nodes from the bucket of `caller`: `RATE_LIMITED` when there are fewer, with the time until there are.
    pub async fn take(&self, caller: &str, amount: u64) -> Result<(), EdgeError> {
        let wait = match self {
            Self::Off => None,
            Self::Memory(buckets) => buckets.take(caller, amount, Instant::now()),
            Self::Redis { connection, script, fallback } => {
                match take_from_redis(connection.clone(), script, fallback.rate, caller, amount).await {
                    Some(wait) => wait,
                    None => fallback.take(caller, amount, Instant::now()),
                }
            }
        };
        match wait {
            None => Ok(()),
            Some(wait) => {
                metrics::counter!("mandate_rate_limited_total").increment(1);
                Err(EdgeError::rate_limited(wait))
            }
        }
    }
}

/// Buckets of this process.
pub struct Buckets {
    rate: Rate,
    levels: Mutex<HashMap<String, (u64, Instant)>>,
}

impl Buckets {
    pub fn new(rate: Rate) -> Self {
        Self { rate, levels: Mutex::default() }
    }

    /// How long to wait, if there is not enough.
    fn take(&self, caller: &str, amount: u64, now: Instant) -> Option<Duration> {
        let mut levels = self.lock();
        if levels.len() >= MAX_BUCKETS && !levels.contains_key(caller) {
            levels.retain(|_, (level, at)| self.level(*level, *at, now) < self.rate.capacity);
            if levels.len() >= MAX_BUCKETS {
                levels.clear(); // Everybody is given a full bucket: better than memory without bound.
            }
        }
        let full = (self.rate.capacity, now);
        let (level, at) = levels.get(caller).copied().unwrap_or(full);
        let level = self.level(level, at, now);
        match level.checked_sub(amount) {
            Some(left) => {
                levels.insert(caller.to_owned(), (left, now));
                None
            }
            None => Some(wait(amount.saturating_sub(level), self.rate)),
        }
    }

    fn level(&self, level: u64, at: Instant, now: Instant) -> u64 {
        let ms = u64::try_from(now.saturating_duration_since(at).as_millis()).unwrap_or(u64::MAX);
        level.saturating_add(ms.saturating_mul(self.rate.per_second) / 1_000).min(self.rate.capacity)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, (u64, Instant)>> {
        self.levels.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn wait(missing: u64, rate: Rate) -> Duration {
    Duration::from_millis(missing.saturating_mul(1_000).div_ceil(rate.per_second.max(1)))
}

/// One bucket: level and the time it was so, by the clock of Redis. Answers -1, or the milliseconds to wait.
const TAKE: &str = r"
local capacity, per_second, amount = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local stored = redis.call('HMGET', KEYS[1], 'level', 'at')
local level = math.min(capacity, (tonumber(stored[1]) or capacity) + math.max(0, now - (tonumber(stored[2]) or now)) * per_second / 1000)
if level < amount then
  return math.ceil((amount - level) * 1000 / per_second)
end
redis.call('HSET', KEYS[1], 'level', level - amount, 'at', now)
redis.call('PEXPIRE', KEYS[1], math.ceil(capacity * 1000 / per_second) + 1000)
return -1
";

/// None when Redis did not answer in time.
async fn take_from_redis(
    mut connection: ConnectionManager,
    script: &Script,
    rate: Rate,
    caller: &str,
    amount: u64,
) -> Option<Option<Duration>> {
    let mut call = script.key(format!("mandate:bucket:{caller}"));
    call.arg(rate.capacity).arg(rate.per_second.max(1)).arg(amount);
    match tokio::time::timeout(REDIS_PATIENCE, call.invoke_async::<i64>(&mut connection)).await {
        Ok(Ok(ms)) => Some(u64::try_from(ms).ok().map(Duration::from_millis)),
        Ok(Err(error)) => {
            tracing::warn!(%error, "rate limits are this process' own: Redis refused");
            None
        }
        Err(_) => {
            tracing::warn!("rate limits are this process' own: Redis did not answer");
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: Rate = Rate { capacity: 100, per_second: 10 };

    #[test]
    fn a_bucket_empties_fills_and_is_the_callers_own() {
        let buckets = Buckets::new(RATE);
        let start = Instant::now();
        let at = |ms| start + Duration::from_millis(ms);
        assert_eq!(buckets.take("ann", 100, at(0)), None);
        assert_eq!(buckets.take("ann", 5, at(0)), Some(Duration::from_millis(500)));
        assert_eq!(buckets.take("bob", 100, at(0)), None, "another caller is not affected");
        assert_eq!(buckets.take("ann", 5, at(499)), Some(Duration::from_millis(100)));
        assert_eq!(buckets.take("ann", 5, at(500)), None);
        assert_eq!(buckets.take("ann", 101, at(1_000_000)), Some(Duration::from_millis(100)), "never more than full");
    }

    #[test]
    fn many_callers_do_not_fill_the_memory() {
        let buckets = Buckets::new(RATE);
        let now = Instant::now();
        for caller in 0..MAX_BUCKETS + 10 {
            buckets.take(&caller.to_string(), 1, now);
        }
        assert!(buckets.lock().len() <= MAX_BUCKETS);
    }

    /// A real server, since the script runs there; `redis-server` is one of the installed things that the tests need.
    #[tokio::test]
    async fn redis_shares_the_bucket_and_its_absence_is_bridged() {
        let directory = std::env::temp_dir().join(format!("mandate-limits-{}", std::process::id()));
        std::fs::create_dir_all(&directory).unwrap();
        let socket = directory.join("redis.sock");
        let mut server = std::process::Command::new("redis-server")
            .args(["--port", "0", "--save", "", "--unixsocket"])
            .arg(&socket)
            .arg("--dir")
            .arg(&directory)
            .stdout(std::process::Stdio::null())
            .spawn()
            .expect("redis-server is installed");
        let deadline = Instant::now() + Duration::from_secs(10);
        while !socket.exists() && Instant::now() < deadline {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let client = redis::Client::open(format!("redis+unix://{}", socket.display())).unwrap();
        let rate = Rate { capacity: 100, per_second: 1 };
        let gateway = || async { Limiter::redis(ConnectionManager::new(client.clone()).await.unwrap(), rate) };
        let (one, two) = (gateway().await, gateway().await);
        assert!(one.take("ann", 60).await.is_ok());
        let refusal = two.take("ann", 60).await.unwrap_err();
        let wait = refusal.retry_after.unwrap();
        assert!(wait > Duration::from_secs(15) && wait <= Duration::from_secs(20), "{wait:?}");
        assert!(two.take("bob", 60).await.is_ok());

        server.kill().unwrap();
        server.wait().unwrap();
        std::fs::remove_dir_all(&directory).unwrap();
        assert!(two.take("ann", 100).await.is_ok(), "its own bucket is full");
        assert!(two.take("ann", 100).await.is_err());
    }
}
