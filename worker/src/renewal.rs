//! The jobs of the renewal run.

use std::ops::ControlFlow;

use domain::actor::System;
use domain::partnership::commands::lapse_all;
use domain::renewal::job::{RemindOfRenewals, RenewDue, RunRenewals};
use domain::renewal::{begin_run, lane, remind};

use crate::error::JobError;
use crate::handler::{Answer, Context, Run};

/// See [`begin_run`]. A run begins once for each tick: it commits with the end of the job. Access that has run out by then is ended
/// first: who looks after a product, and earns on it, is as of the tick, whichever job comes first.
pub async fn run_renewals(context: Context, run: Run<RunRenewals>) -> Answer {
    lapse_all(&context.store).await?;
    let write = context.write(System::Renewals, move |work| {
        let (claimed, as_of) = (run.claimed.clone(), run.job.as_of);
        Box::pin(async move {
            begin_run(work, as_of).await?;
            claimed.done_in(work).await
        })
    });
    write.await
}

/// See [`remind`]: in batches, until nothing is left to tell.
pub async fn remind_of_renewals(context: Context, run: Run<RemindOfRenewals>) -> Answer {
    let until = run.job.until;
    while context.write(System::Renewals, move |work| Box::pin(remind(work, until))).await? {}
    Ok(())
}

/// See [`lane`]. It may go on for long, so it leaves off between two batches when the process stops.
pub async fn renew_due(context: Context, run: Run<RenewDue>) -> Answer {
    let RenewDue { run_id, lane: number } = run.job;
    let goes_on = || if run.stop.is_cancelled() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) };
    match lane(&context.store, run_id, number, &goes_on).await? {
        ControlFlow::Continue(()) => Ok(()),
        ControlFlow::Break(()) => Err(JobError::LeftOff),
    }
}
