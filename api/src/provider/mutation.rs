//! What staff does about work that was given up.

use async_graphql::{Context, ID, InputObject, Object, Result};
use domain::job::dead;
use entities::id::JobId;

use crate::answer::{answer, payloads};
use crate::context::ContextExt;
use crate::id::{Kind, row_of};

#[derive(InputObject)]
struct RetryDeadJobInput {
    dead_job_id: ID,
}

payloads! {
    /// Whether the job is due again.
    RetryDeadJobPayload { retried: bool }
}

/// Work that was given up.
#[derive(Default)]
pub struct ProviderMutation;

#[Object]
impl ProviderMutation {
    /// By the provider's staff: the job is due again, with all its tries; a mail that was given up is sent after all.
    async fn retry_dead_job(&self, ctx: &Context<'_>, input: RetryDeadJobInput) -> Result<RetryDeadJobPayload> {
        ctx.signed_in()?;
        let end = async {
            let id: JobId = row_of(Kind::DeadJob, &input.dead_job_id)?;
            ctx.write(move |work| Box::pin(dead::retry(work, id))).await
        };
        answer(end.await, |()| RetryDeadJobPayload { retried: true, ..RetryDeadJobPayload::default() })
    }
}
