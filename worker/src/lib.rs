//! The worker: does the jobs of the database's `job` table, with as many processes as there are.
//!
//! A handler is one function and one line in [`handler::all`]; what recurs is one line in [`schedule::all`].

pub mod account;
pub mod billing;
mod drain;
pub mod error;
pub mod handler;
pub mod notification;
pub mod order;
pub mod partnership;
mod product;
pub mod queue;
pub mod renewal;
pub mod schedule;
pub mod transfer;
pub mod upkeep;
pub mod webhook;

use std::sync::Arc;
use std::time::Duration;

use apalis::layers::WorkerBuilderExt as _;
use apalis::prelude::{BoxDynError, Data, Monitor, ParallelizeExt as _, WorkerBuilder};
use domain::Error;
use domain::job::Class;
use domain::job::schedule::Entry;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;

pub use drain::{Drained, Times, drain};
pub use error::JobError;
pub use handler::{Answer, Context, Handlers, Run};
use queue::{Claim, Keeper, Lane, Queue};

/// How long outcomes may take to be written at the end.
const LAST_REPORT: Duration = Duration::from_secs(5);

/// How much one process takes on, and how long it waits.
#[derive(Debug, Clone)]
pub struct Settings {
    /// How long a job belongs to a process that is not heard of.
    pub lease: Duration,
    /// How often to look for due jobs without being woken.
    pub poll: Duration,
    /// How long running jobs may take to end at a stop.
    pub drain: Duration,
    /// Mails.
    pub mail: Lane,
    /// Webhook endpoints: each is one job, which sends several deliveries side by side.
    pub webhook: Lane,
    /// Charges.
    pub charge: Lane,
    /// All else.
    pub fast: Lane,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            lease: Duration::from_secs(30),
            poll: Duration::from_secs(1),
            drain: Duration::from_secs(30),
            mail: mail_lane(notification::pace::PLACES),
            webhook: Lane { concurrency: 64, prefetch: 0, limit: Duration::from_mins(2) },
            // a lane of a renewal run goes on until nothing of it is due
            charge: Lane { concurrency: 8, prefetch: 4, limit: Duration::from_hours(1) },
            fast: Lane { concurrency: 8, prefetch: 256, limit: Duration::from_mins(5) },
        }
    }
}

/// Four times as many as have a place: those that are slow go on beside the places.
fn mail_lane(places: usize) -> Lane {
    let places = u32::try_from(places).unwrap_or(u32::MAX / 8);
    Lane { concurrency: places * 4, prefetch: places * 2, limit: Duration::from_mins(2) }
}

impl Settings {
    /// With so many mails on their way at once while all of them are quick.
    #[must_use]
    pub fn with_mail_connections(self, places: usize) -> Self {
        Self { mail: mail_lane(places), ..self }
    }

    fn lane(&self, class: Class) -> Lane {
        match class {
            Class::Mail => self.mail,
            Class::Webhook => self.webhook,
            Class::Charge => self.charge,
            Class::Fast => self.fast,
        }
    }
}

#[derive(Clone)]
struct Shared {
    context: Context,
    handlers: Handlers,
}

/// apalis hears of success alone: failures are columns of the job.
async fn handle(claim: Claim, shared: Data<Shared>) -> Result<(), BoxDynError> {
    let Shared { context, handlers } = (*shared).clone();
    claim.run(|claimed, stop| async move { handlers.run(context, claimed, stop).await }).await;
    Ok(())
}

/// A running worker. Dropped without [`Worker::stop`] it goes on running.
pub struct Worker {
    queues: Vec<Queue>,
    keeper: Arc<Keeper>,
    monitor: JoinHandle<()>,
    stop: CancellationToken,
}

impl Worker {
    /// Writes the schedule's rows and starts to work.
    /// # Errors
    /// When the database cannot be written to.
    pub async fn start(
        context: Context,
        handlers: Handlers,
        schedule: Vec<Entry>,
        settings: &Settings,
    ) -> Result<Self, Error> {
        domain::job::schedule::set_up(&context.store, &schedule).await?;
        let keeper = Keeper::start(context.store.clone(), settings.lease, schedule);
        let start = |class| Queue::start(class, settings.lane(class), settings.poll, keeper.clone());
        let queues: Vec<_> = Class::ALL.into_iter().map(start).collect();
        let stop = CancellationToken::new();
        tokio::spawn(pass_wakes_on(context.store.clone(), queues.clone(), stop.clone()));
        tokio::spawn(webhook::watch(context.store.clone(), stop.clone()));
        let shared = Shared { context, handlers };
        let monitor = tokio::spawn(monitor(&queues, &shared, settings.drain).run_until(stop.clone()));
        Ok(Self { queues, keeper, monitor, stop })
    }

    /// Gives back what is not started, lets what runs end within the time of the settings, and writes what became of it.
    /// False: some is not written, and comes back when its lease has run out.
    pub async fn stop(self) -> bool {
        for queue in &self.queues {
            queue.stop();
        }
        self.keeper.stop();
        self.stop.cancel();
        if let Err(error) = self.monitor.await {
            tracing::error!(%error, "the monitor of the workers failed");
        }
        let ends = self.queues.iter().map(|queue| queue.finish(LAST_REPORT));
        let is_all_written = futures::future::join_all(ends).await.into_iter().all(|is_written| is_written);
        self.keeper.end();
        is_all_written
    }
}

struct Workers(Monitor);

/// An apalis worker for each queue. Its name is new with each start.
fn monitor(queues: &[Queue], shared: &Shared, drain: Duration) -> Workers {
    let mut monitor = Monitor::new().shutdown_timeout(drain).should_restart(|_, error| {
        tracing::error!(%error, "a worker ended and starts again");
        true
    });
    for queue in queues {
        let (queue, shared) = (queue.clone(), shared.clone());
        monitor = monitor.register(move |restarts| {
            let name = format!("{}-{}-{restarts}", queue.class().name(), std::process::id());
            let worker = WorkerBuilder::new(name).backend(queue.clone()).concurrency(queue.concurrency());
            // Each on its own task, so that all cores are used; aborted on drop, they still report when the drain is over.
            worker.parallelize(|job| AbortOnDropHandle::new(tokio::spawn(job))).data(shared.clone()).build(handle)
        });
    }
    Workers(monitor)
}

impl Workers {
    async fn run_until(self, stop: CancellationToken) {
        let signal = async move {
            stop.cancelled().await;
            Ok(())
        };
        if let Err(error) = self.0.run_with_signal(signal).await {
            tracing::error!(%error, "the workers ended");
        }
    }
}

/// A wake-up is for one waiter, and there is a queue for each class.
async fn pass_wakes_on(store: domain::Store, queues: Vec<Queue>, stop: CancellationToken) {
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            () = store.signals().jobs_in.notified() => queues.iter().for_each(Queue::wake),
        }
    }
}
