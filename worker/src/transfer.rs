//! Jobs about transfers.

use domain::actor::System;
use domain::transfer::commands::lapse;
use domain::transfer::job::LapseTransfers;

use crate::handler::{Answer, Context, Run};

/// See [`lapse`]: in batches, until nothing is left to write down.
pub async fn lapse_transfers(context: Context, _: Run<LapseTransfers>) -> Answer {
    while context.write(System::Schedule, |work| Box::pin(lapse(work))).await? > 0 {}
    Ok(())
}
