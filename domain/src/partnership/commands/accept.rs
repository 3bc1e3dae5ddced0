//! An invitation is accepted: the partner connects a client, or the client grants what it was asked for.

use entities::client;
use entities::id::{AccountId, ClientId, InvitationId, ProductId};
use entities::invitation::{self, AccessLevel, InvitationDirection, InvitationStatus};
use entities::partnership::{self, PartnershipStatus, PayerKind};
use sea_orm::ActiveEnum;
use serde_json::json;

use super::super::actions::{DecideAsPartner, OfferAccess};
use super::super::rules::{self, Answer, Terms};
use super::super::store::{self, Named, Pair};
use super::answer::{answered, as_client, open};
use super::end::{EndedBy, close};
use super::managing::settle;
use super::remind::plan_reminder;
use super::send::{named_products, only_what_is_held};
use super::tell::{Parties, Side, access, invitation_subject, mail};
use super::update::regrant;
use crate::activity::ActivityKind;
use crate::client::commands::{self as clients, Connection};
use crate::error::{Code, Error, Refusal, refuse};
use crate::notification::MailKind;
use crate::permission::{Permission, Permissions, Target, held, permit};
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
    let client_account_id = row.client_account_id.ok_or_else(|| Error::fault("an offer without an account"))?;
    let pair = Pair { partner_id: row.partner_id, client_account_id };
    let terms = store::terms_of(&row);
    if terms.payer == Some(PayerKind::Partner) {
        partner_will_pay(work, pair.partner_id).await?;
    }
    let products = store::offered(work, row.id).await?;
    let parties = Parties::of(work, pair).await?;
    let partnership = grant(work, &parties, pair, &terms, &products).await?;
    let client = clients::connect(work, connection(pair, &parties, &row), client_id).await?;
    let row = accepted(work, row, &parties, &client, (&terms, products)).await?;
    work.record("connectClient", Some(permit.grant), Some(row.id.into()));
    Ok(Connected { client, partnership })
}

/// The client grants what it was asked for, from one of its accounts: as much or less.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the names are the contract's")]
pub struct GrantAccess {
    pub invitation_id: InvitationId,
    pub account_id: AccountId,
    pub access_level: Option<AccessLevel>,
    pub permissions: Option<Permissions>,
    pub product_ids: Option<Vec<ProductId>>,
    pub payer: Option<PayerKind>,
}

/// Grants a request for access. The partner's record that it was asked with is connected to the account. Source: rules §5.
/// # Errors
/// `INVITATION_ALREADY_ANSWERED`; `EMAIL_NOT_VERIFIED` for a request to one's address; `INVALID_INPUT` for more than was asked for, or
/// another account than the one that was asked; `PAYMENT_METHOD_REQUIRED` of a partner that shall pay; `NOT_FOUND` for a product that
/// is not the account's; `CONFLICT` where the two have a frozen partnership.
pub async fn grant_access(work: &mut Work, command: GrantAccess) -> Result<partnership::Model, Error> {
    let GrantAccess { invitation_id, account_id, access_level, permissions, product_ids, payer } = command;
    let (row, _) = as_client(work, invitation_id).await?;
    let row = open(work, row, InvitationDirection::PartnerToClient)?;
    let permit = permit::<OfferAccess>(work, account_id).await?;
    if row.partner_id == account_id {
        return Err(
            Refusal::invalid("accountId", "is the partner that asks: an account cannot be its own partner").into()
        );
    }
    if row.client_account_id.is_some_and(|asked| asked != account_id) {
        return Err(Refusal::invalid("accountId", "is not the account that was asked").into());
    }
    let answer = Answer { access_level, permissions, products: product_ids.as_ref().map(Vec::len), payer };
    let terms = rules::granted(&store::terms_of(&row), answer, work.now())?;
    only_what_is_held(permit.carried, terms.permissions)?;
    let products = named_products(work, account_id, product_ids).await?.unwrap_or_default();
    let pair = Pair { partner_id: row.partner_id, client_account_id: account_id };
    if terms.payer == Some(PayerKind::Partner) {
        can_pay(work, pair.partner_id).await?;
    }
    let row = invitation::Model { client_account_id: Some(account_id), ..row };
    let parties = Parties::of(work, pair).await?;
    let partnership = grant(work, &parties, pair, &terms, &products).await?;
    let client = clients::attach(work, connection(pair, &parties, &row), row.client_id).await?;
    let row = accepted(work, row, &parties, &client, (&terms, products)).await?;
    work.record("grantAccess", Some(permit.grant), Some(row.id.into()));
    Ok(partnership)
}

fn connection(pair: Pair, parties: &Parties, row: &invitation::Model) -> Connection {
    Connection {
        partner_id: pair.partner_id,
        account_id: pair.client_account_id,
        name: parties.client.name.clone(),
        email: row.client_email.clone(),
    }
}

/// Writes down that an invitation was accepted, tells both sides, and mails the one that had sent it.
async fn accepted(
    work: &mut Work,
    row: invitation::Model,
    parties: &Parties,
    client: &client::Model,
    (terms, products): (&Terms, Vec<Named>),
) -> Result<invitation::Model, Error> {
    let row = answered(work, invitation::Model { client_id: Some(client.id), ..row }, InvitationStatus::Accepted)?;
    store::answer(work, &row).await?;
    parties.tell_both(work, ActivityKind::InvitationAccepted, invitation_subject(&row));
    let sender = Side::sender(row.direction);
    let labels: Option<Vec<_>> =
        (!terms.has_all_products).then(|| products.into_iter().map(|product| product.label).collect());
    let data = json!({
        "by": parties.on(sender.other()).name,
        "direction": row.direction.to_value(),
        "terms": access(terms, labels.as_deref(), parties.on(sender)),
    });
    let readers = parties.readers(work, sender, sender.knows()).await?;
    mail(work, MailKind::InvitationAccepted, (row.id.into(), 0), readers, &data);
    Ok(row)
}

/// A partner that shall pay says so with MANAGE_BILLING, and has something to pay with. Source: rules §2 and §3.
pub(super) async fn partner_will_pay(work: &Work, partner_id: AccountId) -> Result<(), Error> {
    let target = Target::account(partner_id);
    let facts = held(work.conn(), work.actor(), work.now(), &[target]).await?;
    if !facts.get(&target).is_some_and(|facts| facts.holds(Permission::ManageBilling)) {
        return Err(Error::Denied);
    }
    can_pay(work, partner_id).await
}

/// A partner that shall pay has something to pay with. Source: rules §3.
pub(super) async fn can_pay(work: &Work, partner_id: AccountId) -> Result<(), Error> {
    if store::can_pay(work, partner_id).await? {
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
        close(work, vec![overdue], EndedBy::Clock).await?;
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
        plan_reminder(work, new.id, new.expires_at).await?;
        settle(work, &[pair.client_account_id]).await?;
        return Ok(new);
    }
    let old = match standing {
        Some(old) => old,
        None => store::standing(work, pair).await?.ok_or_else(|| Error::fault("a partnership vanished"))?,
    };
    if old.status == PartnershipStatus::Frozen {
        return refuse(Code::Conflict, "The partnership of these two is frozen until the provider decides.");
    }
    regrant(work, parties, old, terms, products).await
}
