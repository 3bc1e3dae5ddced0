//! Whose turn it is: how many mails are on their way at once, and how many of them to one domain.
//!
//! A mail that is quickly through holds one of a few places. One that is still on its way after [`PATIENCE`] gives its place up and
//! goes on beside them, so that what is slow stands in nobody's way. While a domain is slow, only [`SLOW_SHARE`] mails to it are on
//! their way; the others are put off, and come back when those before them should be through. Each process keeps its own account.

use std::collections::HashMap;
use std::pin::pin;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::Semaphore;
use tokio::time::timeout;

/// Mails that are on their way at once while all of them are quick.
pub const PLACES: usize = 16;
/// A mail that takes longer is slow, and its domain with it.
pub const PATIENCE: Duration = Duration::from_secs(1);
/// Mails on their way to a slow domain.
pub const SLOW_SHARE: usize = 4;
/// So long after its last slow mail a domain counts as slow, unless one is quickly through before.
const MEMORY: Duration = Duration::from_mins(2);
/// Nobody is put off for longer than this at once.
const LONGEST: Duration = Duration::from_mins(2);
/// Of so many domains something is remembered, before what is over is forgotten.
const DOMAINS: usize = 10_000;

/// The mails on their way from this process.
pub struct Pace {
    places: Semaphore,
    domains: Mutex<HashMap<String, Domain>>,
}

#[derive(Default)]
struct Domain {
    on_their_way: usize,
    /// Slow since a mail to it was not through in time.
    slow_until: Option<Instant>,
    /// How long the last slow one took.
    took: Duration,
    /// When the last of those that were put off should have its turn.
    line_ends: Option<Instant>,
}

impl Domain {
    /// When the next mail should come back, if it cannot go now.
    fn full(&mut self, now: Instant) -> Option<Duration> {
        let is_slow = self.slow_until.is_some_and(|until| now < until);
        if !is_slow || self.on_their_way < SLOW_SHARE {
            return None;
        }
        let each = self.took.max(PATIENCE) / u32::try_from(SLOW_SHARE).unwrap_or(1);
        let turn = self.line_ends.filter(|end| *end > now).unwrap_or(now) + each;
        self.line_ends = Some(turn.min(now + LONGEST));
        Some((turn - now).min(LONGEST))
    }

    fn is_over(&self, now: Instant) -> bool {
        self.on_their_way == 0 && self.slow_until.is_none_or(|until| until <= now)
    }
}

/// It is not this mail's turn yet; it should come back after this time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotYet(pub Duration);

impl Default for Pace {
    fn default() -> Self {
        Self::of(PLACES)
    }
}

impl Pace {
    /// With so many places.
    pub fn of(places: usize) -> Self {
        Self { places: Semaphore::new(places), domains: Mutex::default() }
    }

    /// Whether a mail to this domain could go now: asked before any work is put into it.
    /// # Errors
    /// Not yet.
    pub fn check(&self, domain: &str) -> Result<(), NotYet> {
        let delay = self.domains().get_mut(domain).and_then(|domain| domain.full(Instant::now()));
        delay.map_or(Ok(()), |delay| Err(NotYet(delay)))
    }

    /// Sends a mail to this domain when there is a place for it.
    /// # Errors
    /// Not yet.
    pub async fn send<T>(&self, domain: &str, send: impl Future<Output = T>) -> Result<T, NotYet> {
        let place = self.places.acquire().await;
        let mut turn = self.enter(domain)?;
        let mut send = pin!(send);
        if let Ok(end) = timeout(PATIENCE, &mut send).await {
            return Ok(end);
        }
        turn.be_slow();
        drop(place);
        Ok(send.await)
    }

    fn enter<'a>(&'a self, domain: &'a str) -> Result<Turn<'a>, NotYet> {
        let (now, mut domains) = (Instant::now(), self.domains());
        if domains.len() >= DOMAINS {
            domains.retain(|_, domain| !domain.is_over(now));
        }
        let entry = domains.entry(domain.to_owned()).or_default();
        if let Some(delay) = entry.full(now) {
            return Err(NotYet(delay));
        }
        entry.on_their_way += 1;
        Ok(Turn { pace: self, domain, began: now, is_slow: false })
    }

    fn domains(&self) -> MutexGuard<'_, HashMap<String, Domain>> {
        self.domains.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A mail on its way; when it is dropped, that is over, however it ended.
struct Turn<'a> {
    pace: &'a Pace,
    domain: &'a str,
    began: Instant,
    is_slow: bool,
}

impl Turn<'_> {
    fn be_slow(&mut self) {
        self.is_slow = true;
        if let Some(domain) = self.pace.domains().get_mut(self.domain) {
            let now = Instant::now();
            domain.slow_until = Some(now + MEMORY);
            domain.took = domain.took.max(now - self.began);
        }
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let now = Instant::now();
        let mut domains = self.pace.domains();
        let Some(domain) = domains.get_mut(self.domain) else { return };
        domain.on_their_way = domain.on_their_way.saturating_sub(1);
        if self.is_slow {
            domain.slow_until = Some(now + MEMORY);
            domain.took = now - self.began;
        } else {
            domain.slow_until = None;
        }
        if domain.is_over(now) {
            domains.remove(self.domain);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::{pending, ready};
    use std::sync::Arc;

    use super::*;

    /// One slow domain keeps no place, gets no more than its share, and its mails come back one after the other.
    #[tokio::test]
    async fn a_slow_domain_stands_in_nobodys_way() {
        let pace = Arc::new(Pace::of(2));
        let stuck: Vec<_> = (0..SLOW_SHARE)
            .map(|_| {
                let pace = Arc::clone(&pace);
                tokio::spawn(async move { pace.send("slow.example", pending::<()>()).await })
            })
            .collect();
        tokio::time::sleep(PATIENCE * 5 / 2).await; // two by two, since there are two places
        assert_eq!(pace.send("quick.example", ready(1)).await, Ok(1));

        let NotYet(first) = pace.send("slow.example", ready(2)).await.unwrap_err();
        let NotYet(second) = pace.check("slow.example").unwrap_err();
        assert!(Duration::ZERO < first && first < second && second <= LONGEST, "{first:?} {second:?}");
        assert_eq!(pace.check("quick.example"), Ok(()));

        stuck[0].abort();
        tokio::task::yield_now().await;
        assert_eq!(pace.send("slow.example", ready(3)).await, Ok(3), "one has left");
        assert_eq!(pace.check("slow.example"), Ok(()), "which was quick, so the domain is");
        assert_eq!(pace.places.available_permits(), 2);
    }

    /// What is through is forgotten; many quick mails to one domain are nobody's share.
    #[tokio::test]
    async fn a_quick_domain_has_no_share() {
        let pace = Pace::default();
        for number in 0..100 {
            assert_eq!(pace.send("quick.example", ready(number)).await, Ok(number));
        }
        assert!(pace.domains().is_empty());
    }
}
