//! An invitation is rejected or withdrawn; and whose it is to answer. Each is answered once.

use entities::id::InvitationId;
use entities::invitation::{self, InvitationDirection, InvitationStatus};
use sea_orm::ActiveEnum;
use serde_json::json;

use super::super::actions::{DecideAsClient, DecideAsPartner};
use super::super::{rules, store};
use super::tell::{Parties, Side, invitation_subject, mail};
use crate::activity::ActivityKind;
use crate::error::{Code, Error, refuse};
use crate::notification::MailKind;
use crate::permission::{Grant, permit};
use crate::text;
use crate::work::Work;

/// The side that was asked says no.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the names are the contract's")]
pub struct RejectInvitation {
    pub invitation_id: InvitationId,
    pub message: Option<String>,
}

/// Rejects an invitation for good; the other side is mailed, with the personal message if there is one. Source: S3.17 to S3.19.
/// # Errors
/// `INVITATION_ALREADY_ANSWERED`, `INVALID_INPUT`.
pub async fn reject(work: &mut Work, command: RejectInvitation) -> Result<invitation::Model, Error> {
    let RejectInvitation { invitation_id, message } = command;
    let (row, by, grant) = decide(work, invitation_id, Asks::Receiver).await?;
    let rejection_message = text::optional_lines("message", message.as_deref(), rules::MESSAGE)?;
    let row = answered(work, invitation::Model { rejection_message, ..row }, InvitationStatus::Rejected)?;
    store::answer(work, &row).await?;
    let parties = Parties::of_invitation(work, &row).await?;
    parties.tell_both(work, ActivityKind::InvitationRejected, invitation_subject(&row));
    let data = json!({
        "by": parties.on(by).name,
        "direction": row.direction.to_value(),
        "message": row.rejection_message,
    });
    let told = by.other();
    let readers = parties.readers(work, told, told.knows()).await?;
    mail(work, MailKind::InvitationRejected, (row.id.into(), 0), readers, &data);
    work.record("rejectInvitation", grant, Some(row.id.into()));
    Ok(row)
}

/// The side that asked takes it back.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the names are the contract's")]
pub struct WithdrawInvitation {
    pub invitation_id: InvitationId,
}

/// Takes an invitation back while it is not answered; the side that was asked is mailed that there is nothing left to answer.
/// # Errors
/// `INVITATION_ALREADY_ANSWERED`.
pub async fn withdraw(work: &mut Work, command: WithdrawInvitation) -> Result<invitation::Model, Error> {
    let (row, by, grant) = decide(work, command.invitation_id, Asks::Sender).await?;
    let row = answered(work, row, InvitationStatus::Withdrawn)?;
    store::answer(work, &row).await?;
    let parties = Parties::of_invitation(work, &row).await?;
    parties.tell_both(work, ActivityKind::InvitationWithdrawn, invitation_subject(&row));
    let data = json!({ "by": parties.on(by).name, "direction": row.direction.to_value() });
    let told = by.other();
    let readers = parties.readers(work, told, told.knows()).await?;
    mail(work, MailKind::InvitationWithdrawn, (row.id.into(), 0), readers, &data);
    work.record("withdrawInvitation", grant, Some(row.id.into()));
    Ok(row)
}

/// Whose decision it is.
#[derive(Clone, Copy)]
enum Asks {
    Sender,
    Receiver,
}

/// Leave to decide over an open invitation, for the side whose decision it is.
async fn decide(
    work: &mut Work,
    id: InvitationId,
    asks: Asks,
) -> Result<(invitation::Model, Side, Option<Grant>), Error> {
    // what is not there goes the way of what is another's: by the same statements to the same answer
    let seen = store::invitation(work, id, "").await?;
    let direction = seen.map_or(InvitationDirection::ClientToPartner, |row| row.direction);
    let sender = Side::sender(direction);
    let side = match asks {
        Asks::Sender => sender,
        Asks::Receiver => sender.other(),
    };
    let (row, grant) = match side {
        Side::Client => as_client(work, id).await?,
        Side::Partner => permit::<DecideAsPartner>(work, id).await.map(|permit| (permit.row, Some(permit.grant)))?,
    };
    Ok((open(work, row, direction)?, side, grant))
}

/// Leave to answer as the client, and the row, locked: by MANAGE_PARTNERS in the account that is asked. A request to an address is for
/// the user whose verified address it is, and for nobody else. Source: rules §5, "Addresses".
pub(super) async fn as_client(work: &mut Work, id: InvitationId) -> Result<(invitation::Model, Option<Grant>), Error> {
    let to_address = store::invitation(work, id, "").await?.filter(|row| row.client_account_id.is_none());
    let email = work.actor().in_person().map(|person| &person.email); // no key of theirs
    if to_address.is_some_and(|row| email == Some(&row.client_email)) {
        if work.actor().person().is_some_and(|person| person.email_verified_at.is_none()) {
            return refuse(Code::EmailNotVerified, "Verify your address first, by the link that was mailed to it.");
        }
        return Ok((store::invitation(work, id, "/for update/").await?.ok_or(Error::NotFound)?, None));
    }
    let permit = permit::<DecideAsClient>(work, id).await?;
    let grant = permit.row.client_account_id.map(|_| permit.grant);
    Ok((permit.row, grant))
}

/// The row, if it goes this way and can still be answered.
pub(super) fn open(
    work: &Work,
    row: invitation::Model,
    direction: InvitationDirection,
) -> Result<invitation::Model, Error> {
    if row.direction != direction {
        return Err(Error::Denied); // one's own request, which the other side answers
    }
    if store::is_open(&row, work.now()) {
        Ok(row)
    } else {
        refuse(Code::InvitationAlreadyAnswered, "This invitation has been answered, withdrawn, or has lapsed.")
    }
}

/// The row as it is answered now, by whoever acts.
pub(super) fn answered(
    work: &Work,
    row: invitation::Model,
    status: InvitationStatus,
) -> Result<invitation::Model, Error> {
    let answered_by_id = Some(work.user_id()?);
    Ok(invitation::Model { status, answered_by_id, answered_at: Some(work.now()), ..row })
}
