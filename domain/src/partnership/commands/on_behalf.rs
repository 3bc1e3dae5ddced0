//! A partner opens an account in its client's name, under a power of attorney.

use chrono::NaiveDate;
use entities::id::AccountId;
use entities::invitation::AccessLevel;
use entities::partnership::{self, PartnershipStatus, PayerKind};
use entities::{account, client, power_of_attorney};
use serde_json::json;

use super::super::actions::OpenOnBehalf;
use super::super::rules::{self, Asked, Evidence, Terms};
use super::super::store::{self, Pair};
use super::accept::partner_will_pay;
use super::tell::{Parties, Side, access};
use crate::account::commands::{NewOwner, open_in_name_of};
use crate::account::rules::NewAccount;
use crate::activity::{ActivityKind, Event};
use crate::calendar::local_date;
use crate::client::commands::{self as clients, Connection};
use crate::error::{Error, Refusal};
use crate::notification::{MailKind, MemberOf, Notice, Recipient};
use crate::permission::{Grant, Permissions, permit};
use crate::product::rules::time_zone;
use crate::work::Work;

/// An account to be opened for somebody else, with the mandate to do so.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the names are the contract's")]
pub struct CreateAccountOnBehalf {
    pub partner_id: AccountId,
    pub owner: NewOwner,
    pub account: NewAccount,
    pub power_of_attorney: Mandate,
    pub access_level: AccessLevel,
    pub permissions: Option<Permissions>,
    pub payer: Option<PayerKind>,
}

/// A power of attorney, as its holder describes it.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the names are the contract's")]
pub struct Mandate {
    pub signed_on: NaiveDate,
    pub reference: String,
    pub document_sha256: Option<String>,
}

/// What was opened.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the names are the contract's")]
pub struct OpenedOnBehalf {
    pub account: account::Model,
    pub partnership: partnership::Model,
    pub client: client::Model,
}

/// Opens an account that somebody else owns, the partnership with it, and the partner's record of it; keeps the evidence of the mandate,
/// and mails the owner a link to claim the account and to say whether they gave the mandate. Source: rules §5, S5.5 to S5.8.
/// # Errors
/// `INVALID_INPUT`; `PAYER_REQUIRES_FULL_ACCESS`; `PERMISSION_DENIED` and `PAYMENT_METHOD_REQUIRED` where the partner shall pay and may
/// not say so, or cannot; `EMAIL_ALREADY_REGISTERED` for an address that is a user's: they are asked for access instead.
pub async fn create_on_behalf(work: &mut Work, command: CreateAccountOnBehalf) -> Result<OpenedOnBehalf, Error> {
    let CreateAccountOnBehalf { partner_id, owner, account, power_of_attorney, access_level, permissions, payer } =
        command;
    let partner = permit::<OpenOnBehalf>(work, partner_id).await?.row;
    if partner.programme_id.is_none() {
        return Err(Refusal::invalid("partnerId", "is not enrolled in a partner programme").into());
    }
    let asked = Asked { access_level, permissions, products: None, payer, expires_at: None };
    let terms = rules::terms(asked, work.now())?;
    if terms.payer == Some(PayerKind::Partner) {
        partner_will_pay(work, partner_id).await?;
    }
    let today = local_date(work.now(), time_zone(&partner.time_zone));
    let Mandate { signed_on, reference, document_sha256 } = power_of_attorney;
    let evidence = rules::evidence(signed_on, &reference, document_sha256.as_deref(), today)
        .map_err(|refusal| refusal.within(["powerOfAttorney"]))?;
    let (owner, account) = open_in_name_of(work, owner, account, today).await?;
    let partnership = add_partnership(work, partner_id, account.id, &terms).await?;
    store::add_power_of_attorney(work, &evidence_row(work, &partnership, &evidence)?).await?;
    let known =
        Connection { partner_id, account_id: account.id, name: account.name.clone(), email: owner.email.clone() };
    let client = clients::add_connected(work, known).await?;

    let grant = Grant { partnership_id: Some(partnership.id), ..Grant::own(account.id) };
    work.record("createAccountOnBehalf", Some(grant), Some(account.id.into()));
    let parties = Parties::of(work, Pair { partner_id, client_account_id: account.id }).await?;
    work.tell(Event::new(account.id, ActivityKind::AccountCreated).about("Account", account.id));
    parties.tell_both(work, ActivityKind::PowerOfAttorneyUsed, ("Partnership", partnership.id.into()));
    work.notify(Notice {
        kind: MailKind::ClaimAccount,
        subject_id: partnership.id.into(),
        step: 0,
        recipient: Recipient { email: owner.email, locale: owner.locale, user_id: Some(owner.id) },
        member_of: Some(MemberOf { account_id: account.id, any_of: Permissions::NONE }),
        written_by: Some(partner_id),
        data: json!({
            "partner": partner.name,
            "account": account.name,
            "signed_on": evidence.signed_on,
            "reference": evidence.reference,
            "terms": access(&terms, None, parties.on(Side::Client)),
        }),
    });
    Ok(OpenedOnBehalf { account, partnership, client })
}

async fn add_partnership(
    work: &Work,
    partner_id: AccountId,
    client_account_id: AccountId,
    terms: &Terms,
) -> Result<partnership::Model, Error> {
    let row = partnership::Model {
        id: work.new_id(),
        partner_id,
        client_account_id,
        status: PartnershipStatus::Active,
        access_level: terms.access_level,
        permissions: terms.permissions.bits(),
        has_all_products: terms.has_all_products,
        payer: terms.payer.unwrap_or(PayerKind::Client),
        expires_at: terms.expires_at,
        created_at: work.now(),
        ended_at: None,
    };
    if store::add_partnership(work, &row).await? { Ok(row) } else { Err(Error::fault("a new account has a partner")) }
}

fn evidence_row(
    work: &Work,
    partnership: &partnership::Model,
    evidence: &Evidence,
) -> Result<power_of_attorney::Model, Error> {
    let Evidence { signed_on, reference, document_sha256 } = evidence.clone();
    Ok(power_of_attorney::Model {
        partnership_id: partnership.id,
        signed_on,
        reference,
        document_sha256,
        used_by_id: work.user_id()?,
        used_at: work.now(),
        confirmed_at: None,
        disputed_at: None,
        decided_at: None,
        decided_by_id: None,
    })
}
