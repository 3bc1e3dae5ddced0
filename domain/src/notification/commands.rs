//! What the worker writes about a mail: the token in its link, and what became of it; and what people want no mails about.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use entities::id::{NotificationId, UserId};
use entities::mailed_token::MailedTokenKind;
use entities::{notification, user};
use secrecy::SecretString;
use serde_json::json;
use uuid::Uuid;

use super::queries::stopping;
use super::{MailKind, rules};
use crate::account::store::lock_user;
use crate::account::token::{self, NewToken};
use crate::activity::{ActivityKind, Event};
use crate::actor::{Actor, System};
use crate::error::{Error, Refusal};
use crate::link::Key;
use crate::permission::Permission;
use crate::sql::Type;
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
        | MailKind::SupportRequest
        | MailKind::WebhookDisabled => None,
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

/// What is lost when a mail is given up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lost {
    /// This mail alone.
    Mail,
    /// Every mail to its address: there is none, its server says.
    Address,
}

/// The mail will never leave: its address is none, the server refuses it for good, or has put it off for too long. Whoever had it
/// written finds that in the feed; nothing more is sent to an address that is lost, until [`trust`].
pub async fn mark_failed(work: &mut Work, id: NotificationId, error: &str, lost: Lost) -> Result<(), Error> {
    mail_only(work)?;
    let (now, error) = (work.now(), error.replace('\0', ""));
    let mut sql = work.sql();
    sql.add(
        "UPDATE notification SET failed_at = ?, last_error = ? WHERE id = ? AND sent_at IS NULL AND failed_at IS NULL
        RETURNING *",
        [now.into(), error.as_str().into(), id.into()],
    );
    let Some(row) = sql.one::<notification::Model>(work.conn()).await? else { return Ok(()) };
    if lost == Lost::Address {
        let mut sql = work.sql();
        sql.add(
            "INSERT INTO bounced_address (email, reason, bounced_at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
            [row.recipient.as_str().into(), error.into(), now.into()],
        );
        sql.execute(work.conn()).await?;
    }
    if let Some(event) = undelivered(&row) {
        work.tell(event);
    }
    Ok(())
}

/// What the account that had a mail written is told when it cannot be delivered: the event that it was about, said otherwise. Not to
/// which of several people: their addresses may be none of its business.
fn undelivered(row: &notification::Model) -> Option<Event> {
    let account_id = row.written_by_id?;
    let event = |kind| Event::new(account_id, kind);
    let event = match MailKind::from_name(&row.kind) {
        Some(MailKind::CartSent | MailKind::CartReminder) => {
            event(ActivityKind::CartSent).about("Cart", row.subject_id)
        }
        Some(MailKind::AccessRequested) => event(ActivityKind::InvitationReceived).about("Invitation", row.subject_id),
        Some(MailKind::ClaimAccount) => event(ActivityKind::PowerOfAttorneyUsed)
            .needs(Permission::ManageClients)
            .about("Partnership", row.subject_id),
        Some(MailKind::MemberInvited) => event(ActivityKind::MemberAdded),
        Some(MailKind::ContributorInvited) => {
            event(ActivityKind::ContributorAdded).about("Contributor", row.subject_id)
        }
        Some(MailKind::TransferOffered) => event(ActivityKind::TransferOffered).about("Transfer", row.subject_id),
        _ => return None,
    };
    Some(event.with(json!({ "undelivered": true })))
}

/// Whether a person asks for this mail in the moment, or proves by it that the address is theirs: it is also tried where the address
/// was lost, since it is the way back.
pub fn is_asked_for(kind: &str) -> bool {
    matches!(MailKind::from_name(kind), Some(MailKind::VerifyAddress | MailKind::ResetPassword))
}

/// Mails get to this address: a link that was mailed to it was followed, or staff says so.
pub(crate) fn trust(work: &Work, email: &str) {
    let mut sql = work.sql();
    sql.add("DELETE FROM bounced_address WHERE email = ?", [email.into()]);
    work.change("bounced_address", sql);
}

/// A mail that was given up is to be sent after all: staff has mended what was wrong. The caller sends its job round again.
pub(crate) async fn revive(work: &Work, id: NotificationId) -> Result<(), Error> {
    let mut sql = work.sql();
    sql.add(
        "UPDATE notification SET failed_at = NULL, last_error = NULL WHERE id = ? AND sent_at IS NULL RETURNING *",
        [id.into()],
    );
    if let Some(row) = sql.one::<notification::Model>(work.conn()).await? {
        trust(work, &row.recipient);
    }
    Ok(())
}

/// Whether one wants mails about a kind of event.
pub type Preference = (ActivityKind, bool);

/// A person says about which events they want mails. What is not named stays as it is; of what is named twice, the last counts.
/// # Errors
/// `INVALID_INPUT` for switching off what is told in any case.
pub async fn update_preferences(work: &mut Work, preferences: &[Preference]) -> Result<user::Model, Error> {
    let user_id = work.in_person()?.user_id;
    for (index, (kind, email)) in preferences.iter().enumerate() {
        if !email && rules::is_mandatory(*kind) {
            let refusal = Refusal::invalid("email", "is about money or access, and told in any case");
            return Err(refusal.within(["preferences".to_owned(), index.to_string()]).into());
        }
    }
    let user = lock_user(work, user_id).await?.ok_or(Error::NotFound)?;
    prefer(work, user_id, preferences).await?;
    work.record("updateNotificationPreferences", None, Some(user_id.into()));
    Ok(user)
}

/// Whoever follows the link in a mail wants no more of its kind. The link is the proof: it says only that.
/// # Errors
/// `TOKEN_INVALID`.
pub async fn stop_mails(work: &mut Work, token: &str) -> Result<(), Error> {
    let (user_id, kind) = stopping(&Key::read(work.conn()).await?, token)?;
    lock_user(work, user_id).await?.ok_or(Error::NotFound)?;
    prefer(work, user_id, &[(kind, false)]).await?;
    work.record("stopMails", None, Some(user_id.into()));
    Ok(())
}

async fn prefer(work: &Work, user_id: UserId, preferences: &[Preference]) -> Result<(), Error> {
    let last: BTreeMap<&str, bool> = preferences.iter().map(|(kind, email)| (kind.name(), *email)).collect();
    if last.is_empty() {
        return Ok(());
    }
    let rows: Vec<_> = last.into_iter().map(|(kind, email)| json!({ "kind": kind, "email": email })).collect();
    let mut sql = work.sql();
    sql.add(
        "INSERT INTO notification_preference (user_id, kind, email, changed_at) SELECT ?, r.kind, r.email, ? FROM ",
        [user_id.into(), work.now().into()],
    );
    sql.records("r", &[("kind", Type::Text), ("email", Type::Bool)], &rows)?.push(
        " WHERE true ON CONFLICT (user_id, kind) DO UPDATE SET email = excluded.email, changed_at = excluded.changed_at",
    );
    sql.execute(work.conn()).await?;
    Ok(())
}
