//! Letting others contribute to a product, and no longer.

use async_graphql::{Context, ID, InputObject, Object, Result};
use domain::Error;
use domain::contributor::commands::{self, InviteContributor};

use super::object::{Contributor, ContributorRole};
use crate::answer::{answer, payloads};
use crate::context::ContextExt;
use crate::id::{Kind, row_of};
use crate::product::mutation::ProductPayload;
use crate::product::object::Product;

#[derive(InputObject)]
struct InviteContributorInput {
    product_id: ID,
    email: String,
    role: ContributorRole,
}

#[derive(InputObject)]
struct RemoveContributorInput {
    contributor_id: ID,
}

impl InviteContributorInput {
    fn into_command(self) -> Result<InviteContributor, Error> {
        let Self { product_id, email, role } = self;
        Ok(InviteContributor { product_id: row_of(Kind::Product, &product_id)?, email, role: role.into() })
    }
}

payloads! {
    /// The contributor, as it is now.
    ContributorPayload { contributor: Option<Contributor> }
}

/// Who contributes to a product.
#[derive(Default)]
pub struct ContributorMutation;

#[Object]
impl ContributorMutation {
    /// Gives the user with this verified address access at once, anyone else as soon as there is one. Needs MANAGE_PRODUCTS; what is
    /// granted through a partnership ends with it.
    async fn invite_contributor(&self, ctx: &Context<'_>, input: InviteContributorInput) -> Result<ContributorPayload> {
        ctx.signed_in()?;
        let end = match input.into_command() {
            Ok(command) => ctx.write(move |work| Box::pin(commands::invite(work, command.clone()))).await,
            Err(error) => Err(error),
        };
        answer(end, |row| ContributorPayload { contributor: Some(row.into()), ..ContributorPayload::default() })
    }

    /// Ends their access with this instant, on open event streams too.
    async fn remove_contributor(&self, ctx: &Context<'_>, input: RemoveContributorInput) -> Result<ProductPayload> {
        ctx.signed_in()?;
        let end = match row_of(Kind::Contributor, &input.contributor_id) {
            Ok(id) => ctx.write(move |work| Box::pin(commands::remove(work, id))).await,
            Err(error) => Err(error),
        };
        answer(end, |row| ProductPayload { product: Some(Product(row)), ..ProductPayload::default() })
    }
}
