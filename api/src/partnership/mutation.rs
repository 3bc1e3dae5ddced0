//! What both sides do with partnerships.

use async_graphql::{Context, ID, InputObject, Object, Result};
use domain::Error;
use domain::partnership::commands;

use super::object::{Partnership, PayerKind};
use super::{act, products};
use crate::answer::payloads;
use crate::id::{Kind, row_of};

/// `productIds`: products that the client ordered itself and that shall follow the partnership's payer from now on.
#[derive(InputObject)]
struct ChangePayerInput {
    partnership_id: ID,
    payer: PayerKind,
    product_ids: Option<Vec<ID>>,
    idempotency_key: String,
}

#[derive(InputObject)]
struct EndPartnershipInput {
    partnership_id: ID,
}

impl ChangePayerInput {
    fn into_command(self) -> Result<commands::ChangePayer, Error> {
        let Self { partnership_id, payer, product_ids, idempotency_key } = self;
        Ok(commands::ChangePayer {
            partnership_id: row_of(Kind::Partnership, &partnership_id)?,
            payer: payer.into(),
            product_ids: products(product_ids)?,
            idempotency_key,
        })
    }
}

impl EndPartnershipInput {
    fn into_command(self) -> Result<commands::EndPartnership, Error> {
        let Self { partnership_id } = self;
        Ok(commands::EndPartnership { partnership_id: row_of(Kind::Partnership, &partnership_id)? })
    }
}

payloads! {
    /// The partnership, as it is now.
    PartnershipPayload { partnership: Option<Partnership> }
}

/// The partnership that a use case ended with.
pub(super) fn partnered(row: entities::partnership::Model) -> PartnershipPayload {
    PartnershipPayload { partnership: Some(Partnership(row)), ..PartnershipPayload::default() }
}

/// What both sides do.
#[derive(Default)]
pub struct PartnershipMutation;

#[Object]
impl PartnershipMutation {
    /// By the client alone: who pays every order and renewal that is not invoiced yet.
    async fn change_payer(&self, ctx: &Context<'_>, input: ChangePayerInput) -> Result<PartnershipPayload> {
        act!(ctx, input, commands::change_payer, partnered)
    }

    /// By either side. What is not invoiced yet is the client's to pay.
    async fn end_partnership(&self, ctx: &Context<'_>, input: EndPartnershipInput) -> Result<PartnershipPayload> {
        act!(ctx, input, commands::end, partnered)
    }
}
