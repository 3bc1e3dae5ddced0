//! Our `job` table is the queue, apalis runs the workers.
//!
//! Tasks of our own do all the SQL, so nothing depends on when apalis polls: a [`Queue`] per class leases due jobs in batches;
//! the [`Keeper`] of the process writes outcomes in batches, renews leases, sweeps and ticks. apalis sees a channel of
//! [`Claim`]s. A claim that is dropped, for whatever reason, reports itself: not started is given back, started has failed.

mod claim;
mod keep;

use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};

use apalis::prelude::{TaskBuilder, WorkerContext};
use apalis_core::backend::{Backend, BackendConfig, finalize::Ephemeral};
use apalis_core::task::Task;
use apalis_core::task::task_id::TaskId;
use domain::job::Class;
use domain::job::lease;
use tokio::sync::{Notify, Semaphore, mpsc};
use tokio_util::sync::CancellationToken;

pub(crate) use claim::Claim;
pub(crate) use keep::Keeper;

/// How much of a class one process takes on.
#[derive(Debug, Clone, Copy)]
pub struct Lane {
    /// Jobs that run at once.
    pub concurrency: u32,
    /// Jobs leased ahead, on top of those. Few for slow jobs, or they wait here while other processes idle.
    pub prefetch: u32,
    /// A handler that takes longer has failed.
    pub limit: Duration,
}

impl Lane {
    fn slots(self) -> u32 {
        self.concurrency + self.prefetch
    }
}

/// The jobs of one class; a clone is the same queue.
#[derive(Clone)]
pub(crate) struct Queue(Arc<Inner>);

struct Inner {
    class: Class,
    lane: Lane,
    poll: Duration,
    keeper: Arc<Keeper>,
    /// A permit for each job that is leased and not yet reported.
    slots: Arc<Semaphore>,
    buffer: Mutex<mpsc::UnboundedReceiver<Claim>>,
    wake: Notify,
    stop: CancellationToken,
}

impl Queue {
    pub(crate) fn start(class: Class, lane: Lane, poll: Duration, keeper: Arc<Keeper>) -> Self {
        let (claims, buffer) = mpsc::unbounded_channel(); // the slots bound it
        let slots = Arc::new(Semaphore::new(lane.slots() as usize));
        let (wake, stop, buffer) = (Notify::new(), CancellationToken::new(), Mutex::new(buffer));
        let inner = Arc::new(Inner { class, lane, poll, keeper, slots, buffer, wake, stop });
        tokio::spawn(inner.clone().claim_loop(claims));
        Self(inner)
    }

    pub(crate) fn class(&self) -> Class {
        self.0.class
    }

    pub(crate) fn concurrency(&self) -> usize {
        self.0.lane.concurrency as usize
    }

    /// There may be something due.
    pub(crate) fn wake(&self) {
        self.0.wake.notify_one();
    }

    /// The first thing at the end: no more claims, and what no worker has started goes back at once.
    pub(crate) fn stop(&self) {
        self.0.stop.cancel();
    }

    /// The last thing: waits until every outcome is written. False: some are not in time, and their leases will run out.
    pub(crate) async fn finish(&self, limit: Duration) -> bool {
        self.stop();
        tokio::time::timeout(limit, self.0.slots.acquire_many(self.0.lane.slots())).await.is_ok()
    }
}

impl Inner {
    async fn claim_loop(self: Arc<Self>, claims: mpsc::UnboundedSender<Claim>) {
        let low = (self.lane.prefetch / 2).max(1); // less than half a buffer is not worth a round trip
        loop {
            let mut slots = tokio::select! {
                () = self.stop.cancelled() => break,
                slots = self.slots.clone().acquire_many_owned(low) => match slots {
                    Ok(slots) => slots,
                    Err(_) => break,
                },
            };
            let free = u32::try_from(self.slots.available_permits()).unwrap_or_default();
            if let Ok(more) = self.slots.clone().try_acquire_many_owned(free) {
                slots.merge(more);
            }
            let wanted = slots.num_permits();
            // Counted from before the claim is sent. And outside of any select!: a claim dropped half way would have leased
            // jobs that nobody holds.
            let asked_at = Instant::now();
            let jobs = self.claim(wanted).await;
            let is_full = jobs.len() == wanted;
            for job in jobs {
                if let Some(slot) = slots.split(1) {
                    let _ = claims.send(Claim::new(job, self.lane.limit, slot, self.keeper.clone(), asked_at));
                }
            }
            drop(slots);
            if !is_full {
                tokio::select! {
                    () = self.stop.cancelled() => {}
                    () = self.wake.notified() => {}
                    () = tokio::time::sleep(self.poll) => {}
                }
            }
        }
        let mut buffer = self.buffer.lock().unwrap_or_else(PoisonError::into_inner);
        while let Ok(claim) = buffer.try_recv() {
            drop(claim);
        }
    }

    async fn claim(&self, wanted: usize) -> Vec<lease::Claimed> {
        let limit = u32::try_from(wanted).unwrap_or(u32::MAX);
        let keeper = &self.keeper;
        let claimed = lease::claim(&keeper.store, self.class, keeper.lease, keeper.time, limit).await;
        claimed.unwrap_or_else(|error| {
            tracing::warn!(class = self.class.name(), error = ?error, "jobs cannot be claimed");
            Vec::new()
        })
    }
}

/// What apalis sees. It never fails: an error here would end the worker and drop what it runs; our own tasks try again instead.
impl Backend for Queue {
    type Task = Task<Claim>;
    type Error = Infallible;

    fn poll_ready(&mut self, _: &mut Context<'_>, _: &WorkerContext) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn poll_next(&mut self, cx: &mut Context<'_>, _: &WorkerContext) -> Poll<Option<Result<Task<Claim>, Infallible>>> {
        let claim = ready!(self.0.buffer.lock().unwrap_or_else(PoisonError::into_inner).poll_recv(cx));
        Poll::Ready(claim.map(|claim| {
            // An id for each delivery: apalis takes two running tasks of one id for a mistake.
            let id = TaskId::from_string(claim.name());
            Ok(TaskBuilder::new(claim).task_id(id).build())
        }))
    }

    fn poll_close(&mut self, _: &mut Context<'_>, _: &WorkerContext) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(())) // comes after the last running job, too late for giving back: `Queue::stop` does that
    }
}

impl BackendConfig for Queue {
    type Args = Claim;
    type Id = String;
    type Kind = Ephemeral;
    type Config = ();
    type Layer = tower_layer::Identity;

    fn config(&self) -> &() {
        &()
    }

    fn middleware(&mut self, _: &mut WorkerContext) -> Self::Layer {
        tower_layer::Identity::new()
    }
}
