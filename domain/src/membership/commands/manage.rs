//! Members are changed and removed.

use entities::id::{AccountId, MembershipId};
use entities::membership::{self, Role};
use sea_orm::ActiveEnum;
use serde_json::json;

use super::super::actions::{ManageAdmins, ManageMember};
use super::super::ended::{Ended, end_all};
use super::super::rules::{self, Held};
use super::super::store;
use super::invite::names;
use crate::activity::{ActivityKind, Event};
use crate::error::{Code, Error, refuse};
use crate::notification::{MailKind, MemberOf, Notice, Recipient};
use crate::patch::Patch;
use crate::permission::{Grant, Permissions, Permit, permit};
use crate::work::Work;

/// Nobody gives what they do not hold, and ADMIN, which goes with acts that no permission stands for, is given by those who have it.
pub(super) async fn may_give(
    work: &mut Work,
    account_id: AccountId,
    role: Role,
    (given, held): (Permissions, Permissions),
) -> Result<(), Error> {
    rules::only_what_is_held(given, held)?;
    if role == Role::Admin {
        permit::<ManageAdmins>(work, account_id).await?;
    }
    Ok(())
}

/// Leave to change or end a membership: through a partnership only one that was granted through it; ADMIN only by OWNER, ADMIN and
/// staff; OWNER by nobody.
async fn permit_member(work: &mut Work, id: MembershipId) -> Result<Permit<ManageMember>, Error> {
    let permitted = permit::<ManageMember>(work, id).await?;
    let row = &permitted.row;
    if store::member(work, row.account_id, row.user_id).await?.is_none() {
        return Err(Error::NotFound); // its partnership has ended
    }
    if permitted.grant.within().is_some_and(|through| row.granted_through_id != Some(through)) {
        return Err(Error::Denied);
    }
    match row.role {
        Role::Owner => return refuse(Code::Conflict, "The owner holds everything, and hands over first."),
        Role::Admin => drop(permit::<ManageAdmins>(work, row.account_id).await?),
        Role::Billing | Role::Technical | Role::Viewer => {}
    }
    Ok(permitted)
}

/// A change of a membership.
#[derive(Debug, Clone)]
pub struct UpdateMember {
    /// Which.
    pub membership_id: MembershipId,
    /// The new role.
    pub role: Patch<Role>,
    /// What its bundle is narrowed or widened to; cleared, nothing.
    pub permissions: Patch<Permissions>,
}

/// Narrows or widens what a member holds. It counts at once, also for their keys and what they have offered. Source: S5.8.
/// # Errors
/// `PERMISSION_DENIED` for what is given and not held; `CONFLICT` for the owner; `INVALID_INPUT`.
pub async fn update(work: &mut Work, command: UpdateMember) -> Result<membership::Model, Error> {
    let UpdateMember { membership_id, role, permissions } = command;
    let Permit { row, grant, carried, .. } = permit_member(work, membership_id).await?;
    let before = Held { role: row.role, permissions: Permissions::from_bits(row.permissions) };
    let after = rules::changed(before, role, permissions)?;
    if after == before {
        return Ok(row);
    }
    let granted_through_id = grant.within();
    // what changes hands is given anew
    let kept = if granted_through_id == row.granted_through_id { before.permissions } else { Permissions::NONE };
    let role_given = if after.role == before.role { Role::Viewer } else { after.role };
    may_give(work, row.account_id, role_given, (after.permissions.without(kept), carried)).await?;
    let row = membership::Model { role: after.role, permissions: after.permissions.bits(), granted_through_id, ..row };
    store::change_member(work, &row).await?;

    work.tell(told(&row, grant, ActivityKind::MemberChanged));
    tell_member(work, &row).await?;
    work.record("updateMember", Some(grant), Some(row.id.into()));
    Ok(row)
}

/// An event about a membership; one that was done through a partnership says for whom.
fn told(row: &membership::Model, grant: Grant, kind: ActivityKind) -> Event {
    let event = Event::new(row.account_id, kind).about("Membership", row.id);
    if grant.partnership_id.is_some() { event.done_for(row.account_id) } else { event }
}

/// Mails a member what they hold now, unless they have changed it themselves.
async fn tell_member(work: &mut Work, row: &membership::Model) -> Result<(), Error> {
    if work.actor().user_id() == Some(row.user_id) {
        return Ok(());
    }
    let data = json!({
        "account": store::account(work, row.account_id).await?.name,
        "changed_by": store::person(work, work.user_id()?).await?.name,
        "role": row.role.to_value(),
        "permissions": names(Permissions::from_bits(row.permissions)),
    });
    let member = store::person(work, row.user_id).await?;
    work.notify(Notice {
        kind: MailKind::MembershipChanged,
        subject_id: work.new_id(),
        step: 0,
        recipient: Recipient { email: member.email, locale: member.locale, user_id: Some(member.id) },
        member_of: Some(MemberOf { account_id: row.account_id, any_of: Permissions::NONE }),
        written_by: None,
        data,
    });
    Ok(())
}

/// A membership that has ended, with all that was held through it.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the names are the contract's")]
pub struct Removed {
    pub membership_id: MembershipId,
    pub ended: Ended,
}

/// Ends a membership, and at once all that was held through it; everybody but the owner may also leave by themselves.
/// # Errors
/// `CONFLICT` for the owner; `NOT_FOUND` for one that has ended.
pub async fn remove(work: &mut Work, id: MembershipId) -> Result<Removed, Error> {
    let (row, grant) = if let Some(row) = own(work, id).await? {
        let grant = Grant { granted_through: row.granted_through_id, ..Grant::own(row.account_id) };
        (row, grant)
    } else {
        let Permit { row, grant, .. } = permit_member(work, id).await?;
        (row, grant)
    };
    let ended = end_all(work, &row).await?;
    work.tell(told(&row, grant, ActivityKind::MemberRemoved));
    if work.actor().user_id() != Some(row.user_id) {
        mail_ended(work, &row, &ended).await?;
    }
    work.record("removeMember", Some(grant), Some(row.id.into()));
    Ok(Removed { membership_id: row.id, ended })
}

/// One's own membership, locked: who leaves needs no permission.
async fn own(work: &Work, id: MembershipId) -> Result<Option<membership::Model>, Error> {
    let Some(person) = work.actor().in_person() else { return Ok(None) };
    let user_id = person.user_id;
    let Some(member) = person.memberships.iter().find(|member| member.membership_id == id) else { return Ok(None) };
    let row = store::lock_member(work, id, member.account_id).await?.filter(|row| row.user_id == user_id);
    let row = row.ok_or(Error::NotFound)?;
    if row.role == Role::Owner {
        return refuse(Code::Conflict, "The owner hands over first: every account has one.");
    }
    Ok(Some(row))
}

async fn mail_ended(work: &mut Work, row: &membership::Model, ended: &Ended) -> Result<(), Error> {
    let member = store::person(work, row.user_id).await?;
    let data = json!({
        "account": ended.account,
        "ended_by": store::person(work, work.user_id()?).await?.name,
        "partner": null,
        "keys": ended.keys,
        "invitations": ended.invitations,
        "memberships": ended.memberships,
        "clients": ended.clients.count,
    });
    work.notify(Notice {
        kind: MailKind::MembershipEnded,
        subject_id: row.id.into(),
        step: 0,
        recipient: Recipient { email: member.email, locale: member.locale, user_id: Some(member.id) },
        member_of: None, // they are none of its members any more
        written_by: None,
        data,
    });
    Ok(())
}
