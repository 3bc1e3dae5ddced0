//! What both sides do with partnerships.

use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object, Result};
use domain::Error;
use domain::error::Refusal;
use domain::partnership::commands;
use domain::patch::Patch;

use super::object::{AccessLevel, Partnership, PayerKind};
use super::{act, products};
use crate::account::mutation::patch;
use crate::account::object::Permission;
use crate::answer::payloads;
use crate::id::{Kind, row_of};
use crate::product::mutation::ProductPayload;
use crate::product::object::Product;
use crate::scalar::DateTime;

/// `productIds`: products that the client ordered itself and that shall follow the partnership's payer from now on.
#[derive(InputObject)]
struct ChangePayerInput {
    partnership_id: ID,
    payer: PayerKind,
    product_ids: Option<Vec<ID>>,
    idempotency_key: String,
}

/// `payer` must be given when PARTIAL becomes FULL.
#[derive(InputObject)]
struct UpdatePartnershipAccessInput {
    partnership_id: ID,
    access_level: AccessLevel,
    permissions: MaybeUndefined<Vec<Permission>>,
    product_ids: MaybeUndefined<Vec<ID>>,
    payer: MaybeUndefined<PayerKind>,
    expires_at: MaybeUndefined<DateTime>,
}

#[derive(InputObject)]
struct SetManagingPartnershipInput {
    product_id: ID,
    partnership_id: Option<ID>,
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

impl UpdatePartnershipAccessInput {
    fn into_command(self) -> Result<commands::UpdateAccess, Error> {
        let Self { partnership_id, access_level, permissions, product_ids, payer, expires_at } = self;
        let product_ids = match product_ids {
            MaybeUndefined::Undefined => Patch::Keep,
            MaybeUndefined::Null => Patch::Clear,
            MaybeUndefined::Value(ids) => products(Some(ids))?.map_or(Patch::Clear, Patch::Set),
        };
        Ok(commands::UpdateAccess {
            partnership_id: row_of(Kind::Partnership, &partnership_id)?,
            access_level: access_level.into(),
            permissions: patch(
                permissions.map_value(|all| all.into_iter().map(domain::permission::Permission::from).collect()),
            ),
            product_ids,
            payer: patch(payer.map_value(Into::into)),
            expires_at: patch(expires_at.map_value(|at| at.0)),
        })
    }
}

impl SetManagingPartnershipInput {
    fn into_command(self) -> Result<commands::SetManagingPartnership, Error> {
        let Self { product_id, partnership_id } = self;
        let partnership_id = match partnership_id {
            Some(id) => Some(row_of(Kind::Partnership, &id).map_err(|_| Refusal::absent(["partnershipId"]))?),
            None => None,
        };
        Ok(commands::SetManagingPartnership { product_id: row_of(Kind::Product, &product_id)?, partnership_id })
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
    /// By the client, within what they hold themselves; by the partner, to give something up. What is left out stays, null clears.
    /// Lowered to PARTIAL, the client pays.
    async fn update_partnership_access(
        &self,
        ctx: &Context<'_>,
        input: UpdatePartnershipAccessInput,
    ) -> Result<PartnershipPayload> {
        act!(ctx, input, commands::update_access, partnered)
    }

    /// By the client: which partnership looks after a product; null for none.
    async fn set_managing_partnership(
        &self,
        ctx: &Context<'_>,
        input: SetManagingPartnershipInput,
    ) -> Result<ProductPayload> {
        act!(ctx, input, commands::set_managing, |row| ProductPayload {
            product: Some(Product(row)),
            ..ProductPayload::default()
        })
    }

    /// By the client alone: who pays every order and renewal that is not invoiced yet.
    async fn change_payer(&self, ctx: &Context<'_>, input: ChangePayerInput) -> Result<PartnershipPayload> {
        act!(ctx, input, commands::change_payer, partnered)
    }

    /// By either side. What is not invoiced yet is the client's to pay.
    async fn end_partnership(&self, ctx: &Context<'_>, input: EndPartnershipInput) -> Result<PartnershipPayload> {
        act!(ctx, input, commands::end, partnered)
    }
}
