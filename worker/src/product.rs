//! Jobs about products.

use domain::actor::System;
use domain::product::{self, job::ExpireProducts};

use crate::handler::{Answer, Context, Run};

/// See [`product::expire`]: in batches, until nothing is due.
pub(crate) async fn expire(context: Context, _: Run<ExpireProducts>) -> Answer {
    while context.write(System::Renewals, |work| Box::pin(product::expire(work))).await? > 0 {}
    Ok(())
}
