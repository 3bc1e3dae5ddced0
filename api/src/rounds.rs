//! The loads of one request, in rounds: while the operation can go on by itself it does, then all that it waits for is loaded
//! side by side (as far as the reader has connections for that), then it goes on with all of that.
//!
//! So how many statements a request takes depends on its levels, not on its width or on how fast anything is: a loader that
//! began as soon as it was asked, in a task of its own, would leave behind the keys that come right after.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Wake, Waker};

use futures::StreamExt as _;
use futures::future::BoxFuture;
use futures::stream::FuturesUnordered;
use futures::task::AtomicWaker;

/// Where batches wait for their round.
#[derive(Clone, Default)]
pub struct Queue(Arc<Mutex<Vec<BoxFuture<'static, ()>>>>);

impl Queue {
    /// For the next round.
    pub fn add(&self, load: BoxFuture<'static, ()>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(load);
    }

    fn take(&self) -> Vec<BoxFuture<'static, ()>> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Runs what the batches of one request put there.
#[derive(Default)]
pub struct Rounds {
    queue: Queue,
    running: FuturesUnordered<BoxFuture<'static, ()>>,
}

impl Rounds {
    /// Where to put it.
    pub fn queue(&self) -> Queue {
        self.queue.clone()
    }

    /// Runs an operation to its end, and beside it what it loads. The operation itself is never held back: it may hold the
    /// connection that a load waits for.
    pub async fn beside<F: Future>(&mut self, operation: F) -> F::Output {
        let Self { queue, running } = self;
        let mut operation = pin!(operation);
        let woken = Arc::new(Woken::default());
        let waker = Waker::from(Arc::clone(&woken));
        poll_fn(|context| {
            woken.task.register(context.waker());
            loop {
                woken.again.store(false, Ordering::Relaxed);
                if let Poll::Ready(end) = operation.as_mut().poll(&mut Context::from_waker(&waker)) {
                    return Poll::Ready(end);
                }
                if running.is_empty() {
                    // it made room for others in the middle of a level, and will be polled again
                    if woken.again.load(Ordering::Relaxed) {
                        return Poll::Pending;
                    }
                    running.extend(queue.take());
                    if running.is_empty() {
                        return Poll::Pending;
                    }
                }
                while let Poll::Ready(Some(())) = running.poll_next_unpin(context) {}
                if !running.is_empty() {
                    return Poll::Pending;
                }
            }
        })
        .await
    }
}

/// Tells an operation that waits from one that only gave way, as wide joins and the runtime make it do: that one wakes itself.
#[derive(Default)]
struct Woken {
    again: AtomicBool,
    task: AtomicWaker,
}

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.again.store(true, Ordering::Relaxed);
        self.task.wake();
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use futures::future::join_all;
    use tokio::sync::oneshot;

    use super::*;

    /// Slow and quick ones of a round end before the next one begins, so that what both lead to is loaded together.
    #[tokio::test]
    async fn a_round_begins_when_the_one_before_is_over() {
        let mut rounds = Rounds::default();
        let queue = rounds.queue();
        let log = Arc::new(Mutex::new(Vec::new()));
        let load = |name: String, ms: u64| {
            let (done, answer) = oneshot::channel();
            let log = Arc::clone(&log);
            queue.add(Box::pin(async move {
                log.lock().unwrap().push(format!("{name} begins"));
                tokio::time::sleep(Duration::from_millis(ms)).await;
                log.lock().unwrap().push(format!("{name} ends"));
                let _ = done.send(());
            }));
            answer
        };
        let resolver = async |name: &str, ms: u64| {
            load(format!("{name}1"), ms).await.unwrap();
            load(format!("{name}2"), 0).await.unwrap();
        };
        rounds.beside(join_all([resolver("slow", 30), resolver("fast", 1)])).await;
        let log = log.lock().unwrap().clone();
        assert_eq!(log[..4], ["slow1 begins", "fast1 begins", "fast1 ends", "slow1 ends"]);
        assert!(log[4..6].iter().all(|line| line.ends_with("2 begins")), "{log:?}");
    }
}
