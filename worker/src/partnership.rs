//! Jobs about invitations and partnerships.

use domain::actor::System;
use domain::partnership::commands::lapse;
use domain::partnership::job::LapseAccess;

use crate::handler::{Answer, Context, Run};

/// See [`lapse`]: in batches, until nothing has lapsed.
pub async fn lapse_access(context: Context, _: Run<LapseAccess>) -> Answer {
    while context.write(System::Schedule, |work| Box::pin(lapse(work))).await? > 0 {}
    Ok(())
}
