//! A client offers a partner access.

use chrono::{DateTime, Utc};
use entities::id::{AccountId, ClientId, ProductId, UserId};
use entities::invitation::{self, AccessLevel, InvitationDirection, InvitationStatus};
use entities::partnership::PayerKind;
use serde_json::json;

use super::super::actions::OfferAccess;
use super::super::rules::{self, Asked, Terms};
use super::super::store::{self, Named, Overdue, Pair};
use super::end::tell_lapsed;
use super::tell::{Parties, Side, access, date_in, invitation_subject, mail};
use crate::activity::ActivityKind;
use crate::error::{Code, Error, Refusal, refuse};
use crate::notification::MailKind;
use crate::permission::{Permissions, permit};
use crate::text;
use crate::work::Work;

/// An offer of access to an account.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the names are the contract's")]
pub struct SendInvitation {
    pub account_id: AccountId,
    pub partner_profile_slug: String,
    pub access_level: AccessLevel,
    pub permissions: Option<Permissions>,
    pub product_ids: Option<Vec<ProductId>>,
    pub payer: Option<PayerKind>,
    pub message: Option<String>,
    pub access_expires_at: Option<DateTime<Utc>>,
}

/// Offers access to the partner behind a published profile. Source: S2.3, S3.11, S3.12.
/// # Errors
/// `INVALID_INPUT`; `PAYER_REQUIRES_FULL_ACCESS`; `NOT_FOUND` for a profile or product that is not there; `CONFLICT` where the
/// programme takes no offers; `ALREADY_EXISTS` where the two are partners, or an offer is under way.
pub async fn send(work: &mut Work, command: SendInvitation) -> Result<invitation::Model, Error> {
    let SendInvitation {
        account_id,
        partner_profile_slug,
        access_level,
        permissions,
        product_ids,
        payer,
        message,
        access_expires_at,
    } = command;
    let permit = permit::<OfferAccess>(work, account_id).await?;
    let products = product_ids.as_ref().map(Vec::len);
    let asked = Asked { access_level, permissions, products, payer, expires_at: access_expires_at };
    let terms = rules::terms(asked, work.now())?;
    let message = text::optional_lines("message", message.as_deref(), rules::MESSAGE)?;
    only_what_is_held(permit.carried, terms.permissions)?;
    let products = named_products(work, account_id, product_ids).await?;
    let pair = recipient(work, account_id, &partner_profile_slug).await?;

    let lapsed = store::lapse(work, Overdue::Between(pair)).await?;
    tell_lapsed(work, &lapsed).await?;
    let to = Addressed {
        direction: InvitationDirection::ClientToPartner,
        client_account_id: Some(account_id),
        client_email: work.actor().person().ok_or(Error::Denied)?.email.clone(),
        partner_id: pair.partner_id,
        client_id: None,
    };
    let row = pending(work, to, &terms, message, work.user_id()?);
    let ids: Vec<_> = products.iter().flatten().map(|product| product.id).collect();
    if !store::add_invitation(work, &row, &ids).await? {
        return refuse(Code::AlreadyExists, "An offer to this partner is waiting for its answer.");
    }
    tell(work, pair, &row, &terms, products).await?;
    work.record("sendInvitation", Some(permit.grant), Some(row.id.into()));
    Ok(row)
}

/// Nobody grants what they do not hold by the way by which they act: what they reach through a partnership of their own they cannot
/// pass on here, where it would outlive that. Source: rules §2.
pub(super) fn only_what_is_held(held: Permissions, permissions: Permissions) -> Result<(), Error> {
    if held.covers(permissions) { Ok(()) } else { Err(Error::Denied) }
}

/// The products that are named, each the account's own; none where all are meant.
pub(super) async fn named_products(
    work: &Work,
    account_id: AccountId,
    ids: Option<Vec<ProductId>>,
) -> Result<Option<Vec<Named>>, Error> {
    let Some(ids) = ids else { return Ok(None) };
    let found = store::own_products(work, account_id, &ids).await?;
    match ids.iter().position(|id| found.iter().all(|product| product.id != *id)) {
        Some(missing) => Err(Refusal::absent(["productIds".to_owned(), missing.to_string()]).into()),
        None => Ok(Some(found)),
    }
}

/// The partner that is meant, if it can be asked.
async fn recipient(work: &Work, account_id: AccountId, slug: &str) -> Result<Pair, Error> {
    let at_slug = |code, message| Refusal::new(code, message).at(["partnerProfileSlug"]);
    let Some(partner) = store::partner(work, &slug.trim().to_lowercase()).await? else {
        return Err(at_slug(Code::NotFound, "There is no published profile of this name.").into());
    };
    if partner.account_id == account_id {
        return Err(at_slug(Code::InvalidInput, "An account cannot be its own partner.").into());
    }
    if !partner.accepts_access_offers {
        return Err(at_slug(Code::Conflict, "Partners of this programme take no offers of access.").into());
    }
    let pair = Pair { partner_id: partner.account_id, client_account_id: account_id };
    if store::are_partners(work, pair).await? {
        return Err(at_slug(Code::AlreadyExists, "There is a partnership with this partner already.").into());
    }
    Ok(pair)
}

/// Which way an invitation goes, and between whom.
pub(super) struct Addressed {
    pub(super) direction: InvitationDirection,
    pub(super) client_account_id: Option<AccountId>,
    pub(super) client_email: String,
    pub(super) partner_id: AccountId,
    pub(super) client_id: Option<ClientId>,
}

/// An invitation from somebody, which can be answered from now on.
pub(super) fn pending(
    work: &Work,
    to: Addressed,
    terms: &Terms,
    message: Option<String>,
    sent_by_id: UserId,
) -> invitation::Model {
    let Addressed { direction, client_account_id, client_email, partner_id, client_id } = to;
    invitation::Model {
        id: work.new_id(),
        direction,
        status: InvitationStatus::Pending,
        client_account_id,
        client_email,
        partner_id,
        client_id,
        access_level: terms.access_level,
        permissions: terms.permissions.bits(),
        has_all_products: terms.has_all_products,
        payer: terms.payer,
        message,
        rejection_message: None,
        access_expires_at: terms.expires_at,
        sent_by_id,
        answered_by_id: None,
        created_at: work.now(),
        expires_at: work.now() + rules::LAPSE,
        answered_at: None,
    }
}

async fn tell(
    work: &mut Work,
    pair: Pair,
    row: &invitation::Model,
    terms: &Terms,
    products: Option<Vec<Named>>,
) -> Result<(), Error> {
    let parties = Parties::of(work, pair).await?;
    parties.tell(work, Side::Partner, ActivityKind::InvitationReceived, invitation_subject(row));
    let labels: Option<Vec<_>> = products.map(|products| products.into_iter().map(|product| product.label).collect());
    let data = json!({
        "from": parties.client.name,
        "terms": access(terms, labels.as_deref(), &parties.partner),
        "message": row.message,
        "expires_on": date_in(&parties.partner, row.expires_at),
    });
    let readers = parties.readers(work, Side::Partner, Side::Partner.knows()).await?;
    mail(work, MailKind::InvitationReceived, (row.id.into(), 0), readers, &data);
    Ok(())
}
