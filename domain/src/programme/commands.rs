//! What the provider does about programmes, and partners about their profiles.

use entities::id::{AccountId, ProgrammeId};
use entities::offering::ProductKind;
use entities::{account, partner_profile, programme, programme_kind_rate};

use super::actions::{Enrol, PublishProfile};
use super::{rules, store};
use crate::error::{Code, Error, Refusal, StorageFault, refuse};
use crate::money::Money;
use crate::patch::Patch;
use crate::permission::{Grant, Permit, permit, permit_staff, permit_staff_on};
use crate::{Work, sql, text};

/// A programme as the provider's staff want it.
#[derive(Debug, Clone)]
pub struct SaveProgramme {
    /// The one to change; none for a new one.
    pub id: Option<ProgrammeId>,
    /// For people.
    pub name: String,
    /// Basis points of the public net price.
    pub rate_bps: i32,
    /// Rates that differ for a kind of product.
    pub kind_rates: Patch<Vec<(ProductKind, i32)>>,
    /// Where partners reach the provider's partner team.
    pub contact_email: String,
    /// Whether clients may offer access from a partner's profile.
    pub accepts_access_offers: bool,
    /// How long cashback is held.
    pub hold_days: i32,
    /// The smallest payout, of the wallet in its currency.
    pub minimum_payout: Money,
}

/// Makes or changes a programme.
pub async fn save_programme(work: &mut Work, save: SaveProgramme) -> Result<programme::Model, Error> {
    permit_staff(work).await?;
    let SaveProgramme { id, name, rate_bps, kind_rates, contact_email, .. } = save;
    let minimum = save.minimum_payout;
    if minimum.is_negative() {
        return Err(Refusal::invalid("minimumPayout", "must not be negative").into());
    }
    let old = match id {
        Some(id) => Some(store::lock(work, id, "/for update/").await?.ok_or(Error::NotFound)?),
        None => None,
    };
    let row = programme::Model {
        id: old.as_ref().map_or_else(|| work.new_id(), |old| old.id),
        name: text::line("name", &name, text::NAME)?,
        rate_bps: rules::rate("rateBps", rate_bps)?.bps(),
        contact_email: text::email("contactEmail", &contact_email)?,
        accepts_access_offers: save.accepts_access_offers,
        hold_days: rules::hold_days(save.hold_days)?,
        minimum_payout_minor: minimum.minor(),
        currency: minimum.currency().code().to_owned(),
        created_at: old.as_ref().map_or_else(|| work.now(), |old| old.created_at),
    };
    if old.is_some() {
        store::update(work, &row).await?;
    } else {
        sql::insert::<programme::Entity>(work.conn(), std::slice::from_ref(&row)).await?;
    }
    if kind_rates.is_given() {
        let rates = kind_rates.or(None).unwrap_or_default();
        rules::kind_rates(&rates)?;
        let rates: Vec<_> = rates
            .into_iter()
            .map(|(kind, rate_bps)| programme_kind_rate::Model { programme_id: row.id, kind, rate_bps })
            .collect();
        store::replace_kind_rates(work, row.id, &rates).await?;
    }
    work.record("saveProgramme", None, Some(row.id.into()));
    Ok(row)
}

/// Makes an account a partner. Source: rules §2, OWNER and ADMIN.
/// # Errors
/// `ALREADY_EXISTS` for one that is a partner: only the provider moves it to another programme.
pub async fn enrol_as_partner(
    work: &mut Work,
    account_id: AccountId,
    programme_id: ProgrammeId,
) -> Result<account::Model, Error> {
    let Permit { row: mut account, grant, .. } = permit::<Enrol>(work, account_id).await?;
    if account.programme_id.is_some() {
        return refuse(Code::AlreadyExists, "This account is enrolled in a programme.");
    }
    if store::lock(work, programme_id, "/for share/").await?.is_none() {
        return Err(Refusal::absent(["programmeId"]).into());
    }
    store::set_programme(work, account_id, Some(programme_id)).await?;
    account.programme_id = Some(programme_id);
    work.record("enrolAsPartner", Some(grant), Some(account_id.into()));
    Ok(account)
}

/// Moves an account to another programme, from now on; none ends its being a partner, and its profile is no longer public. What it
/// has earned stays.
/// # Errors
/// `CONFLICT` for a partner that still has a partnership, also a frozen one.
pub async fn set_programme(
    work: &mut Work,
    account_id: AccountId,
    programme_id: Option<ProgrammeId>,
) -> Result<account::Model, Error> {
    let mut account: account::Model = permit_staff_on(work, account_id).await?;
    match programme_id {
        Some(id) if store::lock(work, id, "/for share/").await?.is_none() => {
            return Err(Refusal::absent(["programmeId"]).into());
        }
        Some(_) => {}
        None if store::has_partnerships(work, account_id).await? => {
            return refuse(Code::Conflict, "This account still has partnerships as a partner: they end first.");
        }
        None => store::unpublish(work, account_id).await?,
    }
    store::set_programme(work, account_id, programme_id).await?;
    account.programme_id = programme_id;
    work.record("setProgramme", Some(Grant::staff(account_id)), Some(account_id.into()));
    Ok(account)
}

/// How a partner wants to show itself.
#[derive(Debug, Clone)]
pub struct SaveProfile {
    /// The partner's account.
    pub account_id: AccountId,
    /// Its name in addresses.
    pub slug: String,
    /// One line.
    pub headline: String,
    /// Any number of lines.
    pub description: String,
    /// What it offers.
    pub services: Vec<String>,
    /// Its own pages; absent or cleared, none.
    pub website: Patch<String>,
    /// Whether the public sees it, and clients can reach the partner through it.
    pub is_published: bool,
}

/// Makes or changes a partner's profile. Source: rules §2, OWNER and ADMIN.
/// # Errors
/// `ALREADY_EXISTS` for a name that reads like another's, `CONFLICT` for an account that is no partner.
pub async fn save_profile(work: &mut Work, save: SaveProfile) -> Result<partner_profile::Model, Error> {
    let SaveProfile { account_id, slug, headline, description, services, website, is_published } = save;
    let Permit { row: account, grant, .. } = permit::<PublishProfile>(work, account_id).await?;
    if account.programme_id.is_none() {
        return refuse(Code::Conflict, "This account is not enrolled in a partner programme.");
    }
    let slug = rules::slug(&slug)?;
    let headline = text::line("headline", &headline, text::NAME)?;
    let description = text::lines("description", &description, text::LONG)?;
    let services = rules::services(&services)?;
    let website = website.try_map(|address| text::web_address("website", &address))?;
    if store::is_taken(work, &slug, account_id).await? {
        return Err(taken());
    }
    let old = store::profile_of(work, account_id).await?;
    let searched = [slug.as_str(), headline.as_str(), description.as_str()];
    let row = partner_profile::Model {
        id: old.as_ref().map_or_else(|| work.new_id(), |old| old.id),
        account_id,
        search: text::searchable(searched.into_iter().chain(services.iter().map(String::as_str))),
        slug,
        headline,
        description,
        services: services.into(),
        website: website.or(old.as_ref().and_then(|old| old.website.clone())),
        is_published,
    };
    let written = if old.is_some() {
        store::update_profile(work, &row).await
    } else {
        sql::insert::<partner_profile::Entity>(work.conn(), std::slice::from_ref(&row)).await.map(drop)
    };
    match written.map_err(Error::from) {
        Err(e) if e.storage_fault() == Some(StorageFault::Duplicate) => return Err(taken()),
        written => written?,
    }
    work.record("savePartnerProfile", Some(grant), Some(row.id.into()));
    Ok(row)
}

fn taken() -> Error {
    Refusal::new(Code::AlreadyExists, "Another partner's name reads like this one.").at(["slug"]).into()
}
