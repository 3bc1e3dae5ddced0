//! Jobs about invitations and partnerships.

use domain::actor::System;
use domain::partnership::commands::{lapse_all, remind};
use domain::partnership::job::{AnnounceEnds, LapseAccess};

use crate::handler::{Answer, Context, Run};

/// See [`lapse_all`].
pub async fn lapse_access(context: Context, _: Run<LapseAccess>) -> Answer {
    Ok(lapse_all(&context.store).await?)
}

/// See [`remind`]: in batches, until nothing is left to announce.
pub async fn announce_ends(context: Context, _: Run<AnnounceEnds>) -> Answer {
    while context.write(System::Schedule, |work| Box::pin(remind(work))).await? > 0 {}
    Ok(())
}
