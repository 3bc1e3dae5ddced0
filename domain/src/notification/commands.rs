//! What the worker writes about a mail: the token in its link, and what became of it.

use chrono::TimeDelta;
use entities::id::NotificationId;
use entities::mailed_token::MailedTokenKind;
use entities::notification;
use secrecy::SecretString;
use uuid::Uuid;

use super::MailKind;
use crate::account::token::{self, NewToken};
use crate::actor::{Actor, System};
use crate::error::Error;
use crate::work::Work;

fn mail_only(work: &Work) -> Result<(), Error> {
    if matches!(work.actor(), Actor::System(System::Mail)) { Ok(()) } else { Err(Error::Denied) }
}

/// The kind of token that this kind of mail always carries.
pub const fn token_of(kind: MailKind) -> Option<MailedTokenKind> {
    match kind {
        MailKind::VerifyAddress => Some(MailedTokenKind::VerifyEmail),
        MailKind::ResetPassword => Some(MailedTokenKind::ResetPassword),
        MailKind::AccessRequested | MailKind::AccessNeeded => Some(MailedTokenKind::Access),
        MailKind::CartSent | MailKind::CartReminder => Some(MailedTokenKind::Cart),
        MailKind::ClaimAccount => Some(MailedTokenKind::ClaimAccount),
        MailKind::MemberInvited => Some(MailedTokenKind::Join),
        MailKind::ContributorInvited => Some(MailedTokenKind::Contribute),
        MailKind::TransferOffered => Some(MailedTokenKind::Transfer),
        MailKind::MembershipChanged
        | MailKind::MembershipEnded
        | MailKind::GrantsEnded
        | MailKind::OwnershipTransferred
        | MailKind::InquiryReceived
        | MailKind::InvitationReceived
        | MailKind::InvitationAccepted
        | MailKind::InvitationRejected
        | MailKind::InvitationWithdrawn
        | MailKind::InvitationExpired
        | MailKind::AccessChanged
        | MailKind::AccessExpiring
        | MailKind::AccessEnded
        | MailKind::PowerOfAttorneyAnswered
        | MailKind::PowerOfAttorneyDecided
        | MailKind::TransferAccepted
        | MailKind::TransferDeclined
        | MailKind::TransferCancelled
        | MailKind::TransferExpired
        | MailKind::PayerChanged
        | MailKind::CartCompleted
        | MailKind::OrderConfirmation
        | MailKind::OrderConfirmationHolder
        | MailKind::InvoiceIssued
        | MailKind::CreditNote
        | MailKind::CashbackReversed
        | MailKind::ProductCancelled
        | MailKind::ProductRenewed
        | MailKind::ProductRenewedHolder
        | MailKind::PaymentFailed
        | MailKind::Payout
        | MailKind::CashbackStatement
        | MailKind::RenewalUpcoming
        | MailKind::PayerFailed
        | MailKind::ProductSuspended
        | MailKind::ProductRestored
        | MailKind::SupportRequest => None,
    }
}

/// What the link of a mail carries.
#[derive(Debug)]
pub struct LinkToken {
    /// Known to nobody but the reader of the mail.
    pub token: SecretString,
    /// How long it is good, by the product's clock.
    pub valid_for: TimeDelta,
}

/// What the link of this mail opens: what the mail is about, or the request for access that came with an order.
fn opened_by(row: &notification::Model) -> Option<(MailedTokenKind, Uuid)> {
    let by_kind = MailKind::from_name(&row.kind).and_then(token_of).map(|kind| (kind, row.subject_id));
    by_kind.or_else(|| {
        let request = row.data.get("access_request_id")?.as_str()?.parse().ok()?;
        Some((MailedTokenKind::Access, request))
    })
}

/// Whether the link of this mail carries a token: of others nothing is written before they are sent.
pub fn carries_token(row: &notification::Model) -> bool {
    opened_by(row).is_some()
}

/// Mints the token for the link of a mail, if it has one. Each copy of a mail has a token of its own, and all of them are good: an
/// earlier copy may have arrived although it looked otherwise.
pub async fn mint_token(work: &mut Work, row: &notification::Model) -> Result<Option<LinkToken>, Error> {
    mail_only(work)?;
    let Some((kind, subject_id)) = opened_by(row) else { return Ok(None) };
    let new = NewToken { kind, user_id: row.user_id, email: row.recipient.clone(), subject_id: Some(subject_id) };
    let token = token::mint(work, new).await?.into();
    Ok(Some(LinkToken { token, valid_for: token::lifetime(kind) }))
}

/// The mail has left.
pub async fn mark_sent(work: &mut Work, id: NotificationId) -> Result<(), Error> {
    mail_only(work)?;
    let now = work.now();
    let mut sql = work.sql();
    sql.add("UPDATE notification SET sent_at = ? WHERE id = ? AND sent_at IS NULL", [now.into(), id.into()]);
    sql.execute(work.conn()).await?;
    Ok(())
}

/// The mail is not its recipient's to read any more: it is as if it had never been.
pub async fn forget(work: &mut Work, id: NotificationId) -> Result<(), Error> {
    mail_only(work)?;
    let mut sql = work.sql();
    sql.add("DELETE FROM notification WHERE id = ? AND sent_at IS NULL", [id.into()]);
    sql.execute(work.conn()).await?;
    Ok(())
}

/// The mail will never leave: its address is none, or the server refuses it for good.
pub async fn mark_failed(work: &mut Work, id: NotificationId, error: &str) -> Result<(), Error> {
    mail_only(work)?;
    let now = work.now();
    let mut sql = work.sql();
    sql.add(
        "UPDATE notification SET failed_at = ?, last_error = ? WHERE id = ? AND sent_at IS NULL AND failed_at IS NULL",
        [now.into(), error.replace('\0', "").into(), id.into()],
    );
    sql.execute(work.conn()).await?;
    Ok(())
}

/// A mail that was given up is to be sent after all: staff has mended what was wrong. The caller sends its job round again.
pub(crate) async fn revive(work: &Work, id: NotificationId) -> Result<(), Error> {
    let mut sql = work.sql();
    sql.add(
        "UPDATE notification SET failed_at = NULL, last_error = NULL WHERE id = ? AND sent_at IS NULL",
        [id.into()],
    );
    sql.execute(work.conn()).await?;
    Ok(())
}
