//! What is done about members.

use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object, Result};
use domain::Error;
use domain::membership::commands::{self, AcceptMembership, InviteMember, TransferOwnership, UpdateMember};
use domain::permission::Permissions;

use super::words::in_words;
use crate::account::mutation::{AccountPayload, count_try, give_back, ip, patch};
use crate::account::object::{Account, Membership, Permission, Role};
use crate::answer::{answer, payloads};
use crate::context::ContextExt;
use crate::id::{Kind, encode, row_of};

#[derive(InputObject)]
struct TransferOwnershipInput {
    account_id: ID,
    membership_id: ID,
}

/// Without `permissions`, the role's bundle.
#[derive(InputObject)]
struct InviteMemberInput {
    account_id: ID,
    email: String,
    role: Role,
    permissions: Option<Vec<Permission>>,
}

/// Whoever is signed in gives the token alone; a user who is not, their password, too; somebody new, a name and a new password.
#[derive(InputObject)]
struct AcceptMembershipInput {
    #[graphql(secret)]
    token: String,
    name: Option<String>,
    #[graphql(secret)]
    password: Option<String>,
}

/// A new role comes with its bundle, unless `permissions` are given, too; null permissions are the bundle.
#[derive(InputObject)]
struct UpdateMemberInput {
    membership_id: ID,
    role: MaybeUndefined<Role>,
    permissions: MaybeUndefined<Vec<Permission>>,
}

#[derive(InputObject)]
struct RemoveMemberInput {
    membership_id: ID,
}

payloads! {
    /// To whom it was sent.
    InviteMemberPayload { email: Option<String> }
    /// A new member; the token where they were not signed in.
    AcceptMembershipPayload { membership: Option<Membership>, access_token: Option<String> }
    /// The membership, as it is now.
    UpdateMemberPayload { membership: Option<Membership> }
    /// `ended`: what the member held through it, in words.
    RemoveMemberPayload { removed_membership_id: Option<ID>, ended: Vec<String> }
}

fn set(permissions: Vec<Permission>) -> Permissions {
    permissions.into_iter().map(domain::permission::Permission::from).collect()
}

impl TransferOwnershipInput {
    fn into_command(self) -> Result<TransferOwnership, Error> {
        let Self { account_id, membership_id } = self;
        Ok(TransferOwnership {
            account_id: row_of(Kind::Account, &account_id)?,
            membership_id: row_of(Kind::Membership, &membership_id)?,
        })
    }
}

impl InviteMemberInput {
    fn into_command(self) -> Result<InviteMember, Error> {
        let Self { account_id, email, role, permissions } = self;
        let permissions = permissions.map(set);
        Ok(InviteMember { account_id: row_of(Kind::Account, &account_id)?, email, role: role.into(), permissions })
    }
}

impl UpdateMemberInput {
    fn into_command(self) -> Result<UpdateMember, Error> {
        let Self { membership_id, role, permissions } = self;
        Ok(UpdateMember {
            membership_id: row_of(Kind::Membership, &membership_id)?,
            role: patch(role.map_value(Into::into)),
            permissions: patch(permissions.map_value(set)),
        })
    }
}

/// What is done about members.
#[derive(Default)]
pub struct MembershipMutation;

#[Object]
impl MembershipMutation {
    /// By the owner, to another member.
    async fn transfer_ownership(&self, ctx: &Context<'_>, input: TransferOwnershipInput) -> Result<AccountPayload> {
        ctx.signed_in()?;
        let end = async {
            let command = input.into_command()?;
            ctx.write(move |work| Box::pin(commands::transfer_ownership(work, command))).await
        };
        answer(end.await, |row| AccountPayload { account: Some(Account(row)), user_errors: Vec::new() })
    }

    /// By mail, whether or not somebody has signed up with the address. With MANAGE_MEMBERS, and no more than one holds oneself. A
    /// second offer takes the place of the first.
    async fn invite_member(&self, ctx: &Context<'_>, input: InviteMemberInput) -> Result<InviteMemberPayload> {
        ctx.signed_in()?;
        count_try(ctx, "invite", &input.email).await?;
        let end = async {
            let command = input.into_command()?;
            ctx.write(move |work| Box::pin(commands::invite(work, command.clone()))).await
        };
        answer(end.await, |email| InviteMemberPayload { email: Some(email), user_errors: Vec::new() })
    }

    /// Once, by the user whose address the token was mailed to.
    async fn accept_membership(
        &self,
        ctx: &Context<'_>,
        input: AcceptMembershipInput,
    ) -> Result<AcceptMembershipPayload> {
        let AcceptMembershipInput { token, name, password } = input;
        let keys = count_try(ctx, "join", &token).await?;
        let ip = ip(ctx);
        let end = async {
            let password = password.map(Into::into);
            let command = AcceptMembership::prepare(&ctx.reader(), token, name.as_deref(), password).await?;
            ctx.write(move |work| Box::pin(commands::accept(work, command.clone(), ip.clone()))).await
        };
        let end = end.await;
        if end.is_ok() {
            give_back(ctx, &keys).await;
        }
        answer(end, |joined| {
            ctx.become_person(joined.actor);
            AcceptMembershipPayload {
                membership: Some(Membership(joined.membership)),
                access_token: joined.access_token,
                user_errors: Vec::new(),
            }
        })
    }

    /// Narrows or widens what a member holds, at once.
    async fn update_member(&self, ctx: &Context<'_>, input: UpdateMemberInput) -> Result<UpdateMemberPayload> {
        ctx.signed_in()?;
        let end = async {
            let command = input.into_command()?;
            ctx.write(move |work| Box::pin(commands::update(work, command.clone()))).await
        };
        answer(end.await, |row| UpdateMemberPayload { membership: Some(Membership(row)), user_errors: Vec::new() })
    }

    /// Ends a membership with all that was held through it, at once; everybody but the owner may leave by themselves.
    async fn remove_member(&self, ctx: &Context<'_>, input: RemoveMemberInput) -> Result<RemoveMemberPayload> {
        ctx.signed_in()?;
        let end = async {
            let id = row_of(Kind::Membership, &input.membership_id)?;
            ctx.write(move |work| Box::pin(commands::remove(work, id))).await
        };
        answer(end.await, |removed| RemoveMemberPayload {
            removed_membership_id: Some(encode(Kind::Membership, removed.membership_id.0)),
            ended: in_words(&removed.ended, ctx.reader().actor().person().map_or("en", |person| &person.locale)),
            user_errors: Vec::new(),
        })
    }
}
