//! Taking away what nobody needs any more.

use domain::upkeep::{self, CleanUp};

use crate::handler::{Answer, Context, Run};

/// See [`upkeep::clean_up`].
pub async fn clean_up(context: Context, _: Run<CleanUp>) -> Answer {
    let removed = upkeep::clean_up(&context.store).await?;
    tracing::debug!(removed, "cleaned up");
    Ok(())
}
