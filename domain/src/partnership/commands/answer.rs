//! An invitation is accepted, rejected or withdrawn: once.

use entities::id::{ClientId, InvitationId};
use entities::invitation::{self, InvitationDirection, InvitationStatus};
use entities::partnership::{self, PartnershipStatus, PayerKind};
use entities::{client, payer_change};
use sea_orm::ActiveEnum;
use serde_json::json;

use super::super::actions::{DecideAsClient, DecideAsPartner};
use super::super::rules::Terms;
use super::super::store::{self, Named, Pair};
use super::end::close;
use super::payer::{Changed, record_changes};
use super::tell::{Parties, Side, access, invitation_subject, mail};
use crate::activity::ActivityKind;
use crate::client::commands::{self as clients, Connection};
use crate::error::{Code, Error, refuse};
use crate::notification::MailKind;
use crate::permission::{Grant, Permission, Target, held, permit};
use crate::text;
use crate::work::Work;

/// A partner accepts, into a record of its own.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the names are the contract's")]
pub struct ConnectClient {
    pub invitation_id: InvitationId,
    pub client_id: Option<ClientId>,
}

/// What an accepted offer leads to.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the names are the contract's")]
pub struct Connected {
    pub client: client::Model,
    pub partnership: partnership::Model,
}

/// Accepts an offer of access: into a new record made from its data, or into one that the partner has. Source: S3.15, S3.16.
/// # Errors
/// `INVITATION_ALREADY_ANSWERED`; `PAYMENT_METHOD_REQUIRED` where the partner shall pay and cannot; `CONFLICT` for a record that
/// stands for another account.
pub async fn connect(work: &mut Work, command: ConnectClient) -> Result<Connected, Error> {
    let ConnectClient { invitation_id, client_id } = command;
    let permit = permit::<DecideAsPartner>(work, invitation_id).await?;
    let row = open(work, permit.row, InvitationDirection::ClientToPartner)?;
    let pair = pair_of(&row)?;
    let terms = store::terms_of(&row);
    if terms.payer == Some(PayerKind::Partner) {
        partner_can_pay(work, pair).await?;
    }
    let products = store::offered(work, row.id).await?;
    let parties = Parties::of(work, pair).await?;
    let partnership = grant(work, &parties, pair, &terms, &products).await?;
    let connection = Connection {
        partner_id: pair.partner_id,
        account_id: pair.client_account_id,
        name: parties.client.name.clone(),
        email: row.client_email.clone(),
    };
    let client = clients::connect(work, connection, client_id).await?;
    store::manage(work, &partnership).await?;

    let row = answered(work, invitation::Model { client_id: Some(client.id), ..row }, InvitationStatus::Accepted)?;
    store::answer(work, &row).await?;
    parties.tell_both(work, ActivityKind::InvitationAccepted, invitation_subject(&row));
    let labels = (!terms.has_all_products).then(|| products.into_iter().map(|product| product.label).collect());
    let data = json!({
        "by": parties.partner.name,
        "direction": row.direction.to_value(),
        "terms": access(&terms, labels, &parties.client),
    });
    let readers = parties.readers(work, Side::Client, Side::Client.knows()).await?;
    mail(work, MailKind::InvitationAccepted, (row.id.into(), 0), readers, &data);
    work.record("connectClient", Some(permit.grant), Some(row.id.into()));
    Ok(Connected { client, partnership })
}

/// A partner that shall pay says so with MANAGE_BILLING, and has something to pay with. Source: rules §2 and §3.
async fn partner_can_pay(work: &Work, pair: Pair) -> Result<(), Error> {
    let target = Target::account(pair.partner_id);
    let facts = held(work.conn(), work.actor(), work.now(), &[target]).await?;
    if !facts.get(&target).is_some_and(|facts| facts.holds(Permission::ManageBilling)) {
        return Err(Error::Denied);
    }
    if store::can_pay(work, pair.partner_id).await? {
        Ok(())
    } else {
        refuse(Code::PaymentMethodRequired, "The partner shall pay, and has no payment method.")
    }
}

/// The pair's partnership under these terms: a new one, or the one that stands, changed.
async fn grant(
    work: &mut Work,
    parties: &Parties,
    pair: Pair,
    terms: &Terms,
    products: &[Named],
) -> Result<partnership::Model, Error> {
    let covered: Vec<_> = products.iter().map(|product| product.id).collect();
    let payer = terms.payer.unwrap_or(PayerKind::Client);
    let now = work.now();
    let mut standing = store::standing(work, pair).await?;
    if let Some(overdue) = standing.take_if(|row| row.expires_at.is_some_and(|at| at <= now)) {
        close(work, vec![overdue]).await?;
    }
    let new = partnership::Model {
        id: work.new_id(),
        partner_id: pair.partner_id,
        client_account_id: pair.client_account_id,
        status: PartnershipStatus::Active,
        access_level: terms.access_level,
        permissions: terms.permissions.bits(),
        has_all_products: terms.has_all_products,
        payer,
        expires_at: terms.expires_at,
        created_at: now,
        ended_at: None,
    };
    if standing.is_none() && store::add_partnership(work, &new).await? {
        store::cover(work, new.id, &covered).await?;
        return Ok(new);
    }
    let old = match standing {
        Some(old) => old,
        None => store::standing(work, pair).await?.ok_or_else(|| Error::fault("a partnership vanished"))?,
    };
    if old.status == PartnershipStatus::Frozen {
        return refuse(Code::Conflict, "The partnership of these two is frozen until the provider decides.");
    }
    store::regrant(work, old.id, terms, payer).await?;
    store::cover(work, old.id, &covered).await?;
    parties.tell_both(work, ActivityKind::PartnershipChanged, ("Partnership", old.id.into()));
    if old.payer != payer {
        let change = payer_change::Model {
            id: work.new_id(),
            partnership_id: old.id,
            from_payer: old.payer,
            to_payer: payer,
            changed_by_id: work.actor().user_id(),
            changed_at: now,
        };
        record_changes(work, vec![Changed { parties, change }]).await?;
    }
    Ok(partnership::Model { id: old.id, created_at: old.created_at, ..new })
}

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
    let rejection_message = text::optional_lines("message", message.as_deref(), super::super::rules::MESSAGE)?;
    let row = answered(work, invitation::Model { rejection_message, ..row }, InvitationStatus::Rejected)?;
    store::answer(work, &row).await?;
    if let Ok(pair) = pair_of(&row) {
        let parties = Parties::of(work, pair).await?;
        parties.tell_both(work, ActivityKind::InvitationRejected, invitation_subject(&row));
        let data = json!({
            "by": parties.on(by).name,
            "direction": row.direction.to_value(),
            "message": row.rejection_message,
        });
        let told = by.other();
        let readers = parties.readers(work, told, told.knows()).await?;
        mail(work, MailKind::InvitationRejected, (row.id.into(), 0), readers, &data);
    }
    work.record("rejectInvitation", Some(grant), Some(row.id.into()));
    Ok(row)
}

/// The side that asked takes it back.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the names are the contract's")]
pub struct WithdrawInvitation {
    pub invitation_id: InvitationId,
}

/// Takes an invitation back while it is not answered.
/// # Errors
/// `INVITATION_ALREADY_ANSWERED`.
pub async fn withdraw(work: &mut Work, command: WithdrawInvitation) -> Result<invitation::Model, Error> {
    let (row, _, grant) = decide(work, command.invitation_id, Asks::Sender).await?;
    let row = answered(work, row, InvitationStatus::Withdrawn)?;
    store::answer(work, &row).await?;
    if let Ok(pair) = pair_of(&row) {
        let parties = Parties::of(work, pair).await?;
        parties.tell_both(work, ActivityKind::InvitationWithdrawn, invitation_subject(&row));
    }
    work.record("withdrawInvitation", Some(grant), Some(row.id.into()));
    Ok(row)
}

/// Whose decision it is.
#[derive(Clone, Copy)]
enum Asks {
    Sender,
    Receiver,
}

/// Leave to decide over an open invitation, for the side whose decision it is.
async fn decide(work: &mut Work, id: InvitationId, asks: Asks) -> Result<(invitation::Model, Side, Grant), Error> {
    let direction = store::direction(work, id).await?.ok_or(Error::NotFound)?;
    let sender = Side::sender(direction);
    let side = match asks {
        Asks::Sender => sender,
        Asks::Receiver => sender.other(),
    };
    let (row, grant) = match side {
        Side::Client => permit::<DecideAsClient>(work, id).await.map(|permit| (permit.row, permit.grant))?,
        Side::Partner => permit::<DecideAsPartner>(work, id).await.map(|permit| (permit.row, permit.grant))?,
    };
    Ok((open(work, row, direction)?, side, grant))
}

/// The row, if it goes this way and can still be answered.
fn open(work: &Work, row: invitation::Model, direction: InvitationDirection) -> Result<invitation::Model, Error> {
    if row.direction != direction {
        return Err(Error::Denied); // one's own request, which the other side answers
    }
    if store::is_open(&row, work.now()) {
        Ok(row)
    } else {
        refuse(Code::InvitationAlreadyAnswered, "This invitation has been answered, withdrawn, or has lapsed.")
    }
}

fn answered(work: &Work, row: invitation::Model, status: InvitationStatus) -> Result<invitation::Model, Error> {
    let answered_by_id = Some(work.user_id()?);
    Ok(invitation::Model { status, answered_by_id, answered_at: Some(work.now()), ..row })
}

fn pair_of(row: &invitation::Model) -> Result<Pair, Error> {
    let client_account_id = row.client_account_id.ok_or_else(|| Error::fault("an offer without an account"))?;
    Ok(Pair { partner_id: row.partner_id, client_account_id })
}
