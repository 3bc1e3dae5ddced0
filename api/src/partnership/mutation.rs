//! What both sides do with invitations and partnerships.

use async_graphql::{Context, ID, InputObject, Object, Result};
use domain::Error;
use domain::error::{Code, Refusal};
use domain::partnership::commands;
use entities::id::ProductId;

use super::object::{AccessLevel, Invitation, Partnership, PayerKind};
use crate::account::object::Permission;
use crate::answer::{answer, payloads};
use crate::client::object::Client;
use crate::context::ContextExt;
use crate::id::{Kind, decode, row_of};
use crate::scalar::DateTime;

/// `payer` must be given with FULL access, and cannot be PARTNER with PARTIAL. `accountId` is the offering client's.
#[derive(InputObject)]
struct SendInvitationInput {
    account_id: ID,
    partner_profile_slug: String,
    access_level: AccessLevel,
    permissions: Option<Vec<Permission>>,
    product_ids: Option<Vec<ID>>,
    payer: Option<PayerKind>,
    message: Option<String>,
    access_expires_at: Option<DateTime>,
}

/// Without `clientId`, a new client is made from the invitation's data.
#[derive(InputObject)]
struct ConnectClientInput {
    invitation_id: ID,
    client_id: Option<ID>,
}

#[derive(InputObject)]
struct RejectInvitationInput {
    invitation_id: ID,
    message: Option<String>,
}

#[derive(InputObject)]
struct WithdrawInvitationInput {
    invitation_id: ID,
}

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

/// The products that a list of ids names; one that is no id of a product is as good as none.
fn products(ids: Option<Vec<ID>>) -> Result<Option<Vec<ProductId>>, Error> {
    let row = |(at, id): (usize, ID)| {
        if let Some((Kind::Product, row)) = decode(&id) {
            Ok(ProductId(row))
        } else {
            let refusal = Refusal::new(Code::NotFound, "This account has no such product.");
            Err(refusal.at(["productIds".to_owned(), at.to_string()]).into())
        }
    };
    ids.map(|ids| ids.into_iter().enumerate().map(row).collect()).transpose()
}

impl SendInvitationInput {
    fn into_command(self) -> Result<commands::SendInvitation, Error> {
        let Self {
            account_id,
            partner_profile_slug,
            access_level,
            permissions,
            product_ids,
            payer,
            message,
            access_expires_at,
        } = self;
        Ok(commands::SendInvitation {
            account_id: row_of(Kind::Account, &account_id)?,
            partner_profile_slug,
            access_level: access_level.into(),
            permissions: permissions.map(|all| all.into_iter().map(domain::permission::Permission::from).collect()),
            product_ids: products(product_ids)?,
            payer: payer.map(Into::into),
            message,
            access_expires_at: access_expires_at.map(|at| at.0),
        })
    }
}

impl ConnectClientInput {
    fn into_command(self) -> Result<commands::ConnectClient, Error> {
        let Self { invitation_id, client_id } = self;
        Ok(commands::ConnectClient {
            invitation_id: row_of(Kind::Invitation, &invitation_id)?,
            client_id: client_id.map(|id| row_of(Kind::Client, &id)).transpose()?,
        })
    }
}

impl RejectInvitationInput {
    fn into_command(self) -> Result<commands::RejectInvitation, Error> {
        let Self { invitation_id, message } = self;
        Ok(commands::RejectInvitation { invitation_id: row_of(Kind::Invitation, &invitation_id)?, message })
    }
}

impl WithdrawInvitationInput {
    fn into_command(self) -> Result<commands::WithdrawInvitation, Error> {
        let Self { invitation_id } = self;
        Ok(commands::WithdrawInvitation { invitation_id: row_of(Kind::Invitation, &invitation_id)? })
    }
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
    /// The invitation, as it is now.
    InvitationPayload { invitation: Option<Invitation> }
    /// What an accepted offer led to.
    ConnectClientPayload { client: Option<Client>, partnership: Option<Partnership> }
    /// The partnership, as it is now.
    PartnershipPayload { partnership: Option<Partnership> }
}

/// Reads the input, runs the use case, and makes the payload of what came out.
macro_rules! act {
    ($ctx:ident, $input:ident, $use_case:path, $done:expr) => {{
        $ctx.signed_in()?;
        let end = match $input.into_command() {
            Ok(command) => $ctx.write(move |work| Box::pin($use_case(work, command.clone()))).await,
            Err(error) => Err(error),
        };
        answer(end, $done)
    }};
}

fn invited(row: entities::invitation::Model) -> InvitationPayload {
    InvitationPayload { invitation: Some(Invitation(row)), ..InvitationPayload::default() }
}

fn partnered(row: entities::partnership::Model) -> PartnershipPayload {
    PartnershipPayload { partnership: Some(Partnership(row)), ..PartnershipPayload::default() }
}

fn connected(commands::Connected { client, partnership }: commands::Connected) -> ConnectClientPayload {
    ConnectClientPayload {
        client: Some(Client(client)),
        partnership: Some(Partnership(partnership)),
        ..ConnectClientPayload::default()
    }
}

/// What both sides do.
#[derive(Default)]
pub struct PartnershipMutation;

#[Object]
impl PartnershipMutation {
    /// A client offers a partner access, from the partner's profile.
    async fn send_invitation(&self, ctx: &Context<'_>, input: SendInvitationInput) -> Result<InvitationPayload> {
        act!(ctx, input, commands::send, invited)
    }

    /// Accepts. For the partner: into a new client, or an existing one.
    async fn connect_client(&self, ctx: &Context<'_>, input: ConnectClientInput) -> Result<ConnectClientPayload> {
        act!(ctx, input, commands::connect, connected)
    }

    /// Declines, for good; the other side is mailed, with the message if there is one.
    async fn reject_invitation(&self, ctx: &Context<'_>, input: RejectInvitationInput) -> Result<InvitationPayload> {
        act!(ctx, input, commands::reject, invited)
    }

    /// Takes back what is not answered yet.
    async fn withdraw_invitation(
        &self,
        ctx: &Context<'_>,
        input: WithdrawInvitationInput,
    ) -> Result<InvitationPayload> {
        act!(ctx, input, commands::withdraw, invited)
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
