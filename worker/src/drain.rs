//! Doing all that is due, here and now, one after the other: for tests, and for commands that end.

use std::time::Duration;

use domain::Error;
use domain::job::Class;
use domain::job::lease::{self, Lease, Outcome};
use domain::webhook::spread::start_due;
use tokio_util::sync::CancellationToken;

use crate::error::JobError;
use crate::handler::{Context, Handlers};

/// Longer than any test.
const LEASE: Duration = Duration::from_mins(10);

/// How often each handler runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Times {
    /// As it should be.
    Once,
    /// As it may be: delivered again after it was done, because its process died before it could say so.
    Twice,
}

/// What [`drain`] did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Drained {
    /// Jobs done.
    pub ran: usize,
    /// Kind and error of those that failed; they are due again after their back-off, or dead.
    pub failed: Vec<(String, String)>,
}

/// Does all due jobs, and those that they start, until nothing is due.
pub async fn drain(context: &Context, handlers: &Handlers, times: Times) -> Result<Drained, Error> {
    let (lease, stop) = (Lease::new(), CancellationToken::new());
    let mut drained = Drained::default();
    loop {
        start_due(&context.store).await?;
        let mut claimed = Vec::new();
        for class in Class::ALL {
            claimed.extend(lease::claim(&context.store, class, lease, LEASE, 100).await?);
        }
        if claimed.is_empty() {
            return Ok(drained);
        }
        claimed.sort_by_key(|job| (job.priority, job.id));
        for job in claimed {
            let mut end = handlers.run(context.clone(), job.clone(), stop.clone()).await;
            // Not if the first time has written `done` with its effect: then there is no second delivery.
            if end.is_ok() && times == Times::Twice && job.is_held(&context.store).await? {
                end = handlers.run(context.clone(), job.clone(), stop.clone()).await;
            }
            let outcome = match end {
                Ok(()) => {
                    drained.ran += 1;
                    Outcome::Done
                }
                Err(JobError::NotYet(delay)) => Outcome::PutOff(delay),
                Err(error) => {
                    drained.failed.push((job.kind.clone(), error.to_string()));
                    match error {
                        JobError::Retry(error) => Outcome::Failed(error),
                        JobError::GiveUp(error) => Outcome::Hopeless(error),
                        JobError::LeftOff => Outcome::Released,
                        JobError::NotYet(delay) => Outcome::PutOff(delay),
                    }
                }
            };
            lease::report(&context.store, lease, &[(job.delivery(), outcome)]).await?;
        }
    }
}
