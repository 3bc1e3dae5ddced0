//! Ownership is handed over.

use entities::account;
use entities::id::{AccountId, MembershipId, UserId};
use entities::membership::{self, Role};
use serde_json::{Value, json};

use super::super::actions::HandOver;
use super::super::store;
use crate::activity::{ActivityKind, Event};
use crate::error::{Error, Refusal};
use crate::notification::{MailKind, Notice, Recipient};
use crate::permission::{Permissions, Permit, permit};
use crate::work::Work;

/// An account gets another owner.
#[derive(Debug, Clone, Copy)]
#[expect(missing_docs, reason = "the names are the contract's")]
pub struct TransferOwnership {
    pub account_id: AccountId,
    pub membership_id: MembershipId,
}

/// Hands ownership over to another member, at once: they have joined, which is consent enough. Who owned the account stays, as ADMIN.
/// # Errors
/// `PERMISSION_DENIED` to all but the owner in person; `NOT_FOUND` for one who is no member.
pub async fn transfer_ownership(work: &mut Work, command: TransferOwnership) -> Result<account::Model, Error> {
    let TransferOwnership { account_id, membership_id } = command;
    let Permit { row: account, grant, .. } = permit::<HandOver>(work, account_id).await?;
    let to = store::lock_member(work, membership_id, account_id).await?.ok_or(Error::NotFound)?;
    let former_id = work.in_person()?.user_id;
    if to.user_id == former_id {
        return Err(Refusal::invalid("membershipId", "owns the account already").into());
    }
    if store::member(work, account_id, to.user_id).await?.is_none() {
        return Err(Error::NotFound); // its partnership has ended
    }
    let former = store::member(work, account_id, former_id).await?.ok_or(Error::Denied)?;
    // never two of them, not even inside
    store::change_member(work, &membership::Model { role: Role::Admin, ..former }).await?;
    let owner =
        membership::Model { role: Role::Owner, permissions: Permissions::ALL.bits(), granted_through_id: None, ..to };
    store::change_member(work, &owner).await?;

    work.tell(Event::new(account_id, ActivityKind::OwnershipTransferred).about("Membership", owner.id));
    mail(work, &account, [former_id, owner.user_id]).await?;
    work.record("transferOwnership", Some(grant), Some(owner.id.into()));
    Ok(account)
}

/// Both are told.
async fn mail(work: &mut Work, account: &account::Model, [former_id, new_id]: [UserId; 2]) -> Result<(), Error> {
    let (former, new) = (store::person(work, former_id).await?, store::person(work, new_id).await?);
    let subject_id = work.new_id();
    let data =
        |to: &str| -> Value { json!({ "to": to, "account": account.name, "former": former.name, "new": new.name }) };
    let notices = [("NEW", &new), ("FORMER", &former)].map(|(to, person)| Notice {
        kind: MailKind::OwnershipTransferred,
        subject_id,
        step: 0,
        recipient: Recipient { email: person.email.clone(), locale: person.locale.clone(), user_id: Some(person.id) },
        member_of: None, // each is told, whatever becomes of their membership
        written_by: None,
        data: data(to),
    });
    for notice in notices {
        work.notify(notice);
    }
    Ok(())
}
