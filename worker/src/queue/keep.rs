//! What one process holds: writes outcomes in batches, renews leases, gives back those of others that ended, and ticks.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use domain::Error;
use domain::job::lease::{self, Delivery, Lease, Outcome};
use domain::job::schedule::{self, Entry};
use domain::store::Store;
use tokio::sync::{OwnedSemaphorePermit, mpsc};
use tokio_util::sync::CancellationToken;

/// Outcomes written by one statement.
const BATCH: usize = 512;

/// What became of a delivery. Its slot is free again when that is written.
pub(super) struct Report {
    pub(super) delivery: Delivery,
    pub(super) outcome: Outcome,
    pub(super) slot: OwnedSemaphorePermit,
}

/// The leases of one process.
pub(crate) struct Keeper {
    pub(super) store: Store,
    pub(super) lease: Lease,
    /// How long a lease lasts.
    pub(super) time: Duration,
    /// Until when this process surely holds what, by its own clock: counted from before the database was asked.
    held: Mutex<HashMap<Delivery, Instant>>,
    reports: mpsc::UnboundedSender<Report>,
    /// No more ticks; what runs long leaves off where it can.
    pub(super) stop: CancellationToken,
    /// All outcomes are written.
    end: CancellationToken,
}

impl Keeper {
    pub(crate) fn start(store: Store, time: Duration, schedule: Vec<Entry>) -> Arc<Self> {
        let (sender, reports) = mpsc::unbounded_channel();
        let (stop, end) = (CancellationToken::new(), CancellationToken::new());
        let held = Mutex::default();
        let keeper = Arc::new(Self { store, lease: Lease::new(), time, held, reports: sender, stop, end });
        tokio::spawn(keeper.clone().report_loop(reports));
        tokio::spawn(keeper.clone().keep_loop(schedule));
        keeper
    }

    pub(crate) fn stop(&self) {
        self.stop.cancel();
    }

    /// Ends its tasks; what is still held is left to the sweep of another process.
    pub(crate) fn end(&self) {
        self.end.cancel();
    }

    pub(super) fn hold(&self, delivery: Delivery, asked_at: Instant) {
        self.held().insert(delivery, asked_at + self.time);
    }

    pub(super) fn holds(&self, delivery: Delivery) -> bool {
        self.held().get(&delivery).is_some_and(|until| *until > Instant::now())
    }

    pub(super) fn report(&self, report: Report) {
        let _ = self.reports.send(report); // fails only after the end
    }

    fn held(&self) -> MutexGuard<'_, HashMap<Delivery, Instant>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn report_loop(self: Arc<Self>, mut reports: mpsc::UnboundedReceiver<Report>) {
        let mut batch = Vec::with_capacity(BATCH);
        loop {
            tokio::select! {
                () = self.end.cancelled() => return,
                _ = reports.recv_many(&mut batch, BATCH) => {}
            }
            let mut slots = Vec::with_capacity(batch.len());
            let outcomes: Vec<_> = batch
                .drain(..)
                .map(|report| {
                    slots.push(report.slot);
                    (report.delivery, report.outcome)
                })
                .collect();
            while let Err(error) = lease::report(&self.store, self.lease, &outcomes).await {
                tracing::warn!(error = ?error, count = outcomes.len(), "outcomes cannot be written; again in a second");
                // The slots stay taken, so nothing is claimed meanwhile.
                tokio::select! {
                    () = self.end.cancelled() => return,
                    () = tokio::time::sleep(Duration::from_secs(1)) => {}
                }
            }
            let mut held = self.held();
            for (delivery, _) in &outcomes {
                held.remove(delivery);
            }
        }
    }

    async fn keep_loop(self: Arc<Self>, schedule: Vec<Entry>) {
        let pace = (self.time / 10).clamp(Duration::from_millis(100), Duration::from_secs(1));
        let mut every = tokio::time::interval(pace);
        every.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = self.end.cancelled() => return,
                _ = every.tick() => {}
            }
            if let Err(error) = self.look_after(&schedule).await {
                tracing::warn!(error = ?error, "leases and schedule cannot be looked after");
            }
        }
    }

    async fn look_after(&self, schedule: &[Entry]) -> Result<(), Error> {
        self.keep().await?;
        let swept = lease::sweep(&self.store).await?;
        if swept > 0 {
            tracing::warn!(swept, "gave back expired leases");
            metrics::counter!("mandate_leases_expired_total").increment(swept);
        }
        if !self.stop.is_cancelled() {
            schedule::tick(&self.store, schedule).await?;
        }
        Ok(())
    }

    /// Renews what is past a third of its lease.
    async fn keep(&self) -> Result<(), Error> {
        let until = Instant::now() + self.time;
        let old: Vec<_> = self
            .held()
            .iter()
            .filter(|(_, end)| **end + self.time / 3 < until)
            .map(|(delivery, _)| *delivery)
            .collect();
        for delivery in lease::keep(&self.store, self.lease, self.time, &old).await? {
            self.held().entry(delivery).and_modify(|end| *end = until);
        }
        Ok(())
    }
}
