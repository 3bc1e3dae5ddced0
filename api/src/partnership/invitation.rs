//! What both sides do with invitations.

use async_graphql::{Context, ID, InputObject, Object, Result};
use domain::Error;
use domain::partnership::commands;
use domain::permission::Permissions;

use super::mutation::{PartnershipPayload, partnered};
use super::object::{AccessLevel, Invitation, Partnership, PayerKind};
use super::{act, products};
use crate::account::object::Permission;
use crate::answer::payloads;
use crate::client::object::Client;
use crate::id::{Kind, row_of};
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

#[derive(InputObject)]
struct RequestAccessInput {
    client_id: ID,
    access_level: AccessLevel,
    permissions: Option<Vec<Permission>>,
    payer: Option<PayerKind>,
    message: Option<String>,
}

/// What is left out is as it was asked for.
#[derive(InputObject)]
struct GrantAccessInput {
    invitation_id: ID,
    account_id: ID,
    access_level: Option<AccessLevel>,
    permissions: Option<Vec<Permission>>,
    product_ids: Option<Vec<ID>>,
    payer: Option<PayerKind>,
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

/// A set, of the list that the contract has.
pub(super) fn set_of(permissions: Option<Vec<Permission>>) -> Option<Permissions> {
    permissions.map(|all| all.into_iter().map(domain::permission::Permission::from).collect())
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
            permissions: set_of(permissions),
            product_ids: products(product_ids)?,
            payer: payer.map(Into::into),
            message,
            access_expires_at: access_expires_at.map(|at| at.0),
        })
    }
}

impl RequestAccessInput {
    fn into_command(self) -> Result<commands::RequestAccess, Error> {
        let Self { client_id, access_level, permissions, payer, message } = self;
        Ok(commands::RequestAccess {
            client_id: row_of(Kind::Client, &client_id)?,
            access_level: access_level.into(),
            permissions: set_of(permissions),
            payer: payer.map(Into::into),
            message,
        })
    }
}

impl GrantAccessInput {
    fn into_command(self) -> Result<commands::GrantAccess, Error> {
        let Self { invitation_id, account_id, access_level, permissions, product_ids, payer } = self;
        Ok(commands::GrantAccess {
            invitation_id: row_of(Kind::Invitation, &invitation_id)?,
            account_id: row_of(Kind::Account, &account_id)?,
            access_level: access_level.map(Into::into),
            permissions: set_of(permissions),
            product_ids: products(product_ids)?,
            payer: payer.map(Into::into),
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

payloads! {
    /// The invitation, as it is now.
    InvitationPayload { invitation: Option<Invitation> }
    /// What an accepted offer led to.
    ConnectClientPayload { client: Option<Client>, partnership: Option<Partnership> }
}

fn invited(row: entities::invitation::Model) -> InvitationPayload {
    InvitationPayload { invitation: Some(Invitation(row)), ..InvitationPayload::default() }
}

fn connected(commands::Connected { client, partnership }: commands::Connected) -> ConnectClientPayload {
    ConnectClientPayload {
        client: Some(Client(client)),
        partnership: Some(Partnership(partnership)),
        ..ConnectClientPayload::default()
    }
}

/// What both sides do with invitations.
#[derive(Default)]
pub struct InvitationMutation;

#[Object]
impl InvitationMutation {
    /// A client offers a partner access, from the partner's profile.
    async fn send_invitation(&self, ctx: &Context<'_>, input: SendInvitationInput) -> Result<InvitationPayload> {
        act!(ctx, input, commands::send, invited)
    }

    /// A partner asks a client for access: the account that its record is connected to, else whoever has the record's address.
    async fn request_access(&self, ctx: &Context<'_>, input: RequestAccessInput) -> Result<InvitationPayload> {
        act!(ctx, input, commands::request, invited)
    }

    /// A client grants what it was asked for, from one of its accounts: as much or less, never more.
    async fn grant_access(&self, ctx: &Context<'_>, input: GrantAccessInput) -> Result<PartnershipPayload> {
        act!(ctx, input, commands::grant_access, partnered)
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
}
