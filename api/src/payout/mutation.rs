//! Saying where payouts go, asking for one, and staff's answer.

use async_graphql::{Context, ID, InputObject, Object, Result};
use domain::Error;
use domain::error::Refusal;
use domain::payout::commands::{self, AnswerTo, RequestPayout, SavePayoutMethod};
use entities::payout;

use super::object::{Payout, PayoutMethod, PayoutStatus};
use crate::answer::{answer, loaded, payloads};
use crate::context::ContextExt;
use crate::id::{Kind, row_of};
use crate::loader::Seen;
use crate::scalar::MoneyInput;

payloads! {
    /// Where payouts go from now on.
    PayoutMethodPayload { payout_method: Option<PayoutMethod> }
    /// A payout, as it is now.
    PayoutPayload { payout: Option<Payout> }
}

#[derive(InputObject)]
struct SavePayoutMethodInput {
    account_id: ID,
    holder: String,
    #[graphql(secret)]
    iban: String,
}

#[derive(InputObject)]
struct RequestPayoutInput {
    account_id: ID,
    amount: MoneyInput,
    idempotency_key: String,
}

#[derive(InputObject)]
struct AnswerPayoutInput {
    payout_id: ID,
    status: PayoutStatus,
}

impl RequestPayoutInput {
    fn into_command(self) -> Result<RequestPayout, Error> {
        let Self { account_id, amount, idempotency_key } = self;
        let amount = amount.into_money().map_err(|error| Refusal::invalid("amount", error.to_string()))?;
        Ok(RequestPayout { account_id: row_of(Kind::Account, &account_id)?, amount, idempotency_key })
    }
}

/// What this area adds to the mutations.
#[derive(Default)]
pub struct PayoutMutation;

#[Object]
impl PayoutMutation {
    /// What was asked for already goes to the former one.
    async fn save_payout_method(&self, ctx: &Context<'_>, input: SavePayoutMethodInput) -> Result<PayoutMethodPayload> {
        ctx.signed_in()?;
        let SavePayoutMethodInput { account_id, holder, iban } = input;
        let end = match row_of(Kind::Account, &account_id) {
            Ok(account_id) => {
                let command = SavePayoutMethod { account_id, holder, iban };
                ctx.write(move |work| Box::pin(commands::save_payout_method(work, command.clone()))).await
            }
            Err(error) => Err(error),
        };
        answer(end, |row| PayoutMethodPayload { payout_method: Some(PayoutMethod(row)), ..Default::default() })
    }

    /// The amount leaves the wallet at once; a rejection brings it back.
    async fn request_payout(&self, ctx: &Context<'_>, input: RequestPayoutInput) -> Result<PayoutPayload> {
        ctx.signed_in()?;
        let end = match input.into_command() {
            Ok(command) => ctx.write(move |work| Box::pin(commands::request_payout(work, command.clone()))).await,
            Err(error) => Err(error),
        };
        match end {
            Ok(id) => {
                let found = loaded(ctx.loads().load_one(Seen::<payout::Model>::by(id)).await)?;
                Ok(PayoutPayload { payout: found.map(Payout), ..Default::default() })
            }
            Err(error) => answer(Err::<PayoutPayload, _>(error), |done| done),
        }
    }

    /// By staff: approved, then paid; or rejected, which gives it back.
    async fn answer_payout(&self, ctx: &Context<'_>, input: AnswerPayoutInput) -> Result<PayoutPayload> {
        ctx.signed_in()?;
        let status = input.status.into();
        let end = match row_of(Kind::Payout, &input.payout_id) {
            Ok(payout_id) => {
                let command = AnswerTo { payout_id, status };
                ctx.write(move |work| Box::pin(commands::answer_payout(work, command))).await
            }
            Err(error) => Err(error),
        };
        answer(end, |row| PayoutPayload { payout: Some(Payout(row)), ..Default::default() })
    }
}
