//! Handing a product over, and taking it.

use async_graphql::{Context, ID, InputObject, Object, Result};
use domain::Error;
use domain::transfer::commands::{self, AcceptTransfer, OfferTransfer, Warned};

use super::object::{Transfer, TransferWarning};
use crate::answer::{answer, payloads};
use crate::context::ContextExt;
use crate::id::{Kind, row_at, row_of};

#[derive(InputObject)]
struct OfferTransferInput {
    product_id: ID,
    to_email: String,
    #[graphql(default_with = "Some(false)")]
    stay_as_contributor: Option<bool>,
}

#[derive(InputObject)]
struct AcceptTransferInput {
    transfer_id: ID,
    account_id: ID,
}

#[derive(InputObject)]
struct DeclineTransferInput {
    transfer_id: ID,
}

#[derive(InputObject)]
struct CancelTransferInput {
    transfer_id: ID,
}

impl OfferTransferInput {
    fn into_command(self) -> Result<OfferTransfer, Error> {
        let Self { product_id, to_email, stay_as_contributor } = self;
        let product_id = row_of(Kind::Product, &product_id)?;
        Ok(OfferTransfer { product_id, to_email, stay_as_contributor: stay_as_contributor.unwrap_or_default() })
    }
}

impl AcceptTransferInput {
    fn into_command(self) -> Result<AcceptTransfer, Error> {
        let Self { transfer_id, account_id } = self;
        Ok(AcceptTransfer {
            transfer_id: row_of(Kind::Transfer, &transfer_id)?,
            account_id: row_at(Kind::Account, &account_id, "accountId")?,
        })
    }
}

payloads! {
    /// The transfer, as it is now. `warnings`: e.g. PAID_TERM_MOVES when the product is on a paid plan: paid invoices stay where they are.
    TransferPayload { transfer: Option<Transfer>, warnings: Vec<TransferWarning> }
}

fn payload(Warned { row, warnings }: Warned) -> TransferPayload {
    TransferPayload {
        transfer: Some(Transfer(row)),
        warnings: warnings.into_iter().map(Into::into).collect(),
        ..TransferPayload::default()
    }
}

/// Products that change hands.
#[derive(Default)]
pub struct TransferMutation;

#[Object]
impl TransferMutation {
    /// Nothing changes before it is accepted. Needs MANAGE_PRODUCTS as a member of the holder.
    async fn offer_transfer(&self, ctx: &Context<'_>, input: OfferTransferInput) -> Result<TransferPayload> {
        ctx.signed_in()?;
        let end = match input.into_command() {
            Ok(command) => ctx.write(move |work| Box::pin(commands::offer(work, command.clone()))).await,
            Err(error) => Err(error),
        };
        answer(end, payload)
    }

    /// By the user whose verified address it is offered to, into an account in which they have PURCHASE: it holds the product and pays
    /// for it from this instant.
    async fn accept_transfer(&self, ctx: &Context<'_>, input: AcceptTransferInput) -> Result<TransferPayload> {
        ctx.signed_in()?;
        let end = match input.into_command() {
            Ok(command) => ctx.write(move |work| Box::pin(commands::accept(work, command))).await,
            Err(error) => Err(error),
        };
        answer(end, payload)
    }

    /// By the same user: the product stays where it is.
    async fn decline_transfer(&self, ctx: &Context<'_>, input: DeclineTransferInput) -> Result<TransferPayload> {
        ctx.signed_in()?;
        let end = match row_of(Kind::Transfer, &input.transfer_id) {
            Ok(id) => ctx.write(move |work| Box::pin(commands::decline(work, id))).await,
            Err(error) => Err(error),
        };
        answer(end, |row| payload(Warned { row, warnings: Vec::new() }))
    }

    /// By the holder, while it is not answered.
    async fn cancel_transfer(&self, ctx: &Context<'_>, input: CancelTransferInput) -> Result<TransferPayload> {
        ctx.signed_in()?;
        let end = match row_of(Kind::Transfer, &input.transfer_id) {
            Ok(id) => ctx.write(move |work| Box::pin(commands::cancel(work, id))).await,
            Err(error) => Err(error),
        };
        answer(end, |row| payload(Warned { row, warnings: Vec::new() }))
    }
}
