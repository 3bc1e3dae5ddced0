//! Moving the test clock.

use async_graphql::{Context, InputObject, Object, Result};
use domain::clock::advance;
use domain::job::schedule::Entry;

use crate::answer::{answer, payloads};
use crate::context::ContextExt;
use crate::scalar::DateTime;

/// The lines of the schedule, whose ticks an advance starts on its way; in the data of the schema.
pub struct Schedule(pub Vec<Entry>);

#[derive(InputObject)]
struct AdvanceTestClockInput {
    to: DateTime,
}

payloads! {
    /// Where the clock stands.
    AdvanceTestClockPayload { now: Option<DateTime> }
}

/// What a test clock adds to the mutations.
#[derive(Default)]
pub struct ClockMutation;

#[Object]
impl ClockMutation {
    /// Only on a server started with a test clock, for anyone signed in; elsewhere it is not in the schema. Moves the clock
    /// forward, lets everything that falls due on the way happen in order of time, and answers when all of it, mails and
    /// webhooks included, is done.
    async fn advance_test_clock(
        &self,
        ctx: &Context<'_>,
        input: AdvanceTestClockInput,
    ) -> Result<AdvanceTestClockPayload> {
        ctx.signed_in()?;
        let Schedule(entries) = ctx.data_unchecked::<Schedule>();
        let end = advance(ctx.session().store(), entries, input.to.0).await;
        answer(end, |now| AdvanceTestClockPayload { now: Some(DateTime(now)), ..AdvanceTestClockPayload::default() })
    }
}
