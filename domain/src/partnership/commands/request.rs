//! A partner asks a client for access.

use entities::id::{AccountId, ClientId, InvitationId, UserId};
use entities::invitation::{self, AccessLevel, InvitationDirection};
use entities::partnership::PayerKind;
use serde_json::json;

use super::super::actions::AskForAccess;
use super::super::rules::{self, Asked, Terms};
use super::super::store::{self, Overdue, Pair};
use super::accept::partner_will_pay;
use super::end::tell_lapsed;
use super::send::{Addressed, pending};
use super::tell::{Parties, Side, access, date_in, invitation_subject, mail_for};
use crate::activity::ActivityKind;
use crate::error::{Code, Error, Refusal};
use crate::notification::MailKind;
use crate::permission::{Permissions, permit};
use crate::text;
use crate::work::Work;

/// A request for access to the account of a client.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the names are the contract's")]
pub struct RequestAccess {
    pub client_id: ClientId,
    pub access_level: AccessLevel,
    pub permissions: Option<Permissions>,
    pub payer: Option<PayerKind>,
    pub message: Option<String>,
}

/// Asks for access: the account that the record is connected to, else whoever has the record's address. Nobody learns whether the
/// address is a user's: its user finds the request in their accounts, anyone else once they have one. Source: rules §5.
/// # Errors
/// `INVALID_INPUT`, also for a record without an address or with one's own; `PAYER_REQUIRES_FULL_ACCESS`; `PERMISSION_DENIED` and
/// `PAYMENT_METHOD_REQUIRED` where the partner offers to pay and may not, or cannot; `ALREADY_EXISTS` where the two are partners, or a
/// request is under way.
pub async fn request(work: &mut Work, command: RequestAccess) -> Result<invitation::Model, Error> {
    let RequestAccess { client_id, access_level, permissions, payer, message } = command;
    let permit = permit::<AskForAccess>(work, client_id).await?;
    let record = permit.row;
    let asked = Asked { access_level, permissions, products: None, payer, expires_at: None };
    let terms = rules::request(asked, work.now())?;
    let message = text::optional_lines("message", message.as_deref(), rules::MESSAGE)?;
    if terms.payer == Some(PayerKind::Partner) {
        partner_will_pay(work, record.partner_id).await?;
    }
    let Some(email) = record.email else {
        return Err(Refusal::invalid("clientId", "has no mail address to ask at").into());
    };
    if work.actor().person().is_some_and(|person| person.email == email) {
        return Err(Refusal::invalid("clientId", "has your own address").into());
    }
    let to = Addressed {
        direction: InvitationDirection::PartnerToClient,
        client_account_id: record.account_id,
        client_email: email,
        partner_id: record.partner_id,
        client_id: Some(record.id),
    };
    let row = add(work, to, &terms, message).await?;
    tell(work, &row, &terms).await?;
    work.record("requestAccess", Some(permit.grant), Some(row.id.into()));
    Ok(row)
}

/// Adds a request, if there is none under way and no partnership; one that has lapsed makes room.
async fn add(
    work: &mut Work,
    to: Addressed,
    terms: &Terms,
    message: Option<String>,
) -> Result<invitation::Model, Error> {
    let exists = |message| Error::from(Refusal::new(Code::AlreadyExists, message).at(["clientId"]));
    let partner_id: AccountId = to.partner_id;
    let lapsed = if let Some(client_account_id) = to.client_account_id {
        let pair = Pair { partner_id, client_account_id };
        if store::are_partners(work, pair).await? {
            return Err(exists("There is a partnership with this client already."));
        }
        store::lapse(work, Overdue::Between(pair)).await?
    } else {
        store::lapse(work, Overdue::ToAddress(partner_id, &to.client_email)).await?
    };
    tell_lapsed(work, &lapsed).await?;
    let row = pending(work, to, terms, message, work.user_id()?);
    if store::add_invitation(work, &row, &[]).await? {
        Ok(row)
    } else {
        Err(exists("A request to this client is waiting for its answer."))
    }
}

/// The client finds it in its feed, and its people are mailed; for an address, whoever is behind it.
async fn tell(work: &mut Work, row: &invitation::Model, terms: &Terms) -> Result<(), Error> {
    let parties = Parties::of_invitation(work, row).await?;
    parties.tell(work, Side::Client, ActivityKind::InvitationReceived, invitation_subject(row));
    let data = json!({
        "from": parties.partner.name,
        "terms": access(terms, None, &parties.client),
        "message": row.message,
        "expires_on": date_in(&parties.client, row.expires_at),
    });
    let readers = parties.readers(work, Side::Client, Side::Client.knows()).await?;
    mail_for(work, parties.partner.id, MailKind::AccessRequested, (row.id.into(), 0), readers, &data);
    Ok(())
}

/// A partner whose cart a client has just paid has no access to what it sold.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Needed {
    pub(crate) partner_id: AccountId,
    pub(crate) client_id: ClientId,
    /// Where the products are.
    pub(crate) client_account_id: AccountId,
    /// Of the partner's people.
    pub(crate) asked_by_id: UserId,
    /// Of the client's.
    pub(crate) ordered_by_id: UserId,
}

/// The request for full access that comes with such an order: a new one, or the one that is waiting. None where the client has offered
/// access itself, and it is the partner who has to answer. The mails of the order say what it is about. Source: S4.19, rules §5.
pub(crate) async fn need_access(work: &mut Work, needed: Needed) -> Result<Option<InvitationId>, Error> {
    let Needed { partner_id, client_id, client_account_id, asked_by_id, ordered_by_id } = needed;
    let pair = Pair { partner_id, client_account_id };
    let lapsed = store::lapse(work, Overdue::Between(pair)).await?;
    tell_lapsed(work, &lapsed).await?;
    if let Some(waiting) = store::waiting(work, pair).await? {
        return Ok((waiting.direction == InvitationDirection::PartnerToClient).then_some(waiting.id));
    }
    let full =
        Asked { access_level: AccessLevel::Full, permissions: None, products: None, payer: None, expires_at: None };
    let to = Addressed {
        direction: InvitationDirection::PartnerToClient,
        client_account_id: Some(client_account_id),
        client_email: store::person_email(work, ordered_by_id).await?,
        partner_id,
        client_id: Some(client_id),
    };
    let row = pending(work, to, &rules::request(full, work.now())?, None, asked_by_id);
    if !store::add_invitation(work, &row, &[]).await? {
        return Ok(None);
    }
    let parties = Parties::of_invitation(work, &row).await?;
    parties.tell(work, Side::Client, ActivityKind::AccessNeeded, invitation_subject(&row));
    Ok(Some(row.id))
}
