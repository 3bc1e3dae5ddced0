//! A leased job that cannot be forgotten.

use std::any::Any;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::{Duration, Instant};

use domain::job::lease::{Claimed, Outcome};
use futures::FutureExt as _;
use tokio::sync::OwnedSemaphorePermit;
use tokio_util::sync::CancellationToken;
use tracing::Instrument as _;

use super::Keeper;
use super::keep::Report;
use crate::error::JobError;
use crate::handler::Answer;

/// A leased job; when it is dropped, its outcome is reported.
pub(crate) struct Claim {
    job: Claimed,
    /// A handler that takes longer has failed.
    limit: Duration,
    /// What is reported if it is dropped now.
    outcome: Outcome,
    slot: Option<OwnedSemaphorePermit>,
    keeper: Arc<Keeper>,
}

impl Claim {
    pub(super) fn new(
        job: Claimed,
        limit: Duration,
        slot: OwnedSemaphorePermit,
        keeper: Arc<Keeper>,
        asked_at: Instant,
    ) -> Self {
        keeper.hold(job.delivery(), asked_at);
        Self { job, limit, outcome: Outcome::Released, slot: Some(slot), keeper }
    }

    /// A name for this delivery.
    pub(super) fn name(&self) -> String {
        format!("{}.{}", self.job.id, self.job.attempts)
    }

    /// Does the job and records the outcome. Panics and timeouts are caught here, where the outcome can still be written:
    /// apalis's own layers would drop the handler outside of our code.
    pub(crate) async fn run<W: Future<Output = Answer>>(mut self, work: impl FnOnce(Claimed, CancellationToken) -> W) {
        if !self.keeper.holds(self.job.delivery()) {
            return; // it waited too long (the process stood still, no database): another has it by now
        }
        let started = Instant::now();
        self.outcome = Outcome::Failed("dropped while running".to_owned());
        let span = tracing::info_span!("job", kind = self.job.kind, id = %self.job.id, attempt = self.job.attempts);
        let work = async { tokio::time::timeout(self.limit, work(self.job.clone(), self.keeper.stop.clone())).await };
        let end = AssertUnwindSafe(work).catch_unwind().instrument(span.clone()).await;
        self.outcome = match end {
            Ok(Ok(Ok(()))) => Outcome::Done,
            Ok(Ok(Err(JobError::Retry(error)))) => Outcome::Failed(error),
            Ok(Ok(Err(JobError::GiveUp(error)))) => Outcome::Hopeless(error),
            Ok(Ok(Err(JobError::LeftOff))) => Outcome::Released,
            Ok(Ok(Err(JobError::NotYet(delay)))) => Outcome::PutOff(delay),
            Ok(Err(_)) => Outcome::Failed(format!("not done within {} s", self.limit.as_secs())),
            Err(panic) => Outcome::Failed(format!("panic: {}", words_of(&*panic))),
        };
        self.tell(&span, started.elapsed());
    }

    fn tell(&self, span: &tracing::Span, took: Duration) {
        let _in_span = span.enter();
        let outcome = match &self.outcome {
            Outcome::Done => "done",
            Outcome::Released => "released",
            Outcome::PutOff(_) => "put_off",
            Outcome::Failed(error) if self.job.attempts < self.job.max_attempts => {
                tracing::info!(error, "failed, comes back");
                "retried"
            }
            Outcome::Failed(error) | Outcome::Hopeless(error) => {
                tracing::error!(error, "a dead letter");
                "dead"
            }
        };
        let kind = self.job.kind.clone();
        metrics::counter!("mandate_jobs_total", "kind" => kind.clone(), "outcome" => outcome).increment(1);
        metrics::histogram!("mandate_job_seconds", "kind" => kind).record(took);
    }
}

fn words_of(panic: &(dyn Any + Send)) -> String {
    let words = panic.downcast_ref::<&str>().map(|words| (*words).to_owned());
    words.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "without words".to_owned())
}

impl Drop for Claim {
    fn drop(&mut self) {
        if let Some(slot) = self.slot.take() {
            let outcome = std::mem::replace(&mut self.outcome, Outcome::Released);
            self.keeper.report(Report { delivery: self.job.delivery(), outcome, slot });
        }
    }
}
