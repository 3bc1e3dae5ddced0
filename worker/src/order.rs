//! Jobs about carts.

use domain::actor::System;
use domain::order::commands::age_carts;
use domain::order::job::AgeCarts;

use crate::handler::{Answer, Context, Run};

/// See [`age_carts`]: in batches, until nothing is left to do.
pub async fn age(context: Context, _: Run<AgeCarts>) -> Answer {
    while context.write(System::Schedule, |work| Box::pin(age_carts(work))).await? > 0 {}
    Ok(())
}
