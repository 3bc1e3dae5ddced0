//! Somebody is offered a membership.

use entities::id::{AccountId, ApiKeyId};
use entities::member_invitation::{self, MemberInvitationStatus};
use entities::membership::Role;
use sea_orm::ActiveEnum;
use serde_json::json;

use super::super::actions::InviteMembers;
use super::super::{rules, store};
use super::manage::may_give;
use crate::error::{Code, Error, Refusal, refuse};
use crate::notification::{MailKind, Notice, Recipient};
use crate::permission::{Grant, Permission, Permissions, permit};
use crate::text;
use crate::work::Work;

/// An offer of membership.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the names are the contract's")]
pub struct InviteMember {
    pub account_id: AccountId,
    pub email: String,
    pub role: Role,
    pub permissions: Option<Permissions>,
}

/// Offers a membership to an address, whether or not somebody has signed up with it; the answer does not tell. Source: S5.4.
/// # Errors
/// `PERMISSION_DENIED` for what the sender does not hold; `ALREADY_EXISTS` for a member; `INVALID_INPUT`; `CONFLICT` where too many wait.
pub async fn invite(work: &mut Work, command: InviteMember) -> Result<String, Error> {
    let InviteMember { account_id, email, role, permissions } = command;
    let permit = permit::<InviteMembers>(work, account_id).await?;
    let email = text::email("email", &email)?;
    let permissions = rules::bundle(role, permissions)?;
    may_give(work, account_id, role, (permissions, permit.carried)).await?;
    if work.actor().person().is_some_and(|person| person.email == email) {
        return Err(Refusal::invalid("email", "is your own address").into());
    }
    let known = store::person_at(work, &email).await?;
    if let Some(person) = &known
        && store::member(work, account_id, person.id).await?.is_some()
    {
        return Err(Refusal::new(Code::AlreadyExists, "This person is a member.").at(["email"]).into());
    }
    if store::count_pending(work, account_id).await? >= rules::MAX_PENDING {
        return refuse(Code::Conflict, format!("At most {} offers wait at a time.", rules::MAX_PENDING));
    }
    let row = offer(work, permit.grant, &email, (role, permissions))?;
    store::add_invitation(work, &row).await?;
    mail(work, &row, known).await?;
    work.record("inviteMember", Some(permit.grant), Some(row.id.into()));
    Ok(email)
}

fn offer(
    work: &Work,
    grant: Grant,
    email: &str,
    (role, permissions): (Role, Permissions),
) -> Result<member_invitation::Model, Error> {
    Ok(member_invitation::Model {
        id: work.new_id(),
        account_id: grant.account_id,
        email: email.to_owned(),
        role,
        permissions: permissions.bits(),
        status: MemberInvitationStatus::Pending,
        invited_by_id: work.user_id()?,
        api_key_id: work.actor().key().map(|key| key.id),
        granted_through_id: grant.within(),
        created_at: work.now(),
        expires_at: work.now() + rules::LAPSE,
        answered_at: None,
    })
}

async fn mail(work: &mut Work, row: &member_invitation::Model, known: Option<store::Person>) -> Result<(), Error> {
    let account = store::account(work, row.account_id).await?;
    let sender = store::person(work, row.invited_by_id).await?;
    let data = json!({
        "account": account.name,
        "invited_by": sender.name,
        "role": row.role.to_value(),
        "permissions": names(Permissions::from_bits(row.permissions)),
        "has_sign_in": known.is_some(),
    });
    let (locale, user_id) = known.map_or((account.locale, None), |person| (person.locale, Some(person.id)));
    work.notify(Notice {
        kind: MailKind::MemberInvited,
        subject_id: row.id.into(),
        step: 0,
        recipient: Recipient { email: row.email.clone(), locale, user_id },
        member_of: None,
        written_by: Some(row.account_id),
        data,
    });
    Ok(())
}

/// As mails list them.
pub(super) fn names(permissions: Permissions) -> Vec<&'static str> {
    permissions.iter().map(Permission::name).collect()
}

/// Takes back what was offered with a key that is revoked.
pub(crate) async fn withdraw_sent_by_key(work: &Work, id: ApiKeyId) -> Result<(), Error> {
    Ok(store::withdraw_of_key(work, id).await?)
}
