//! An account's own row.

use chrono_tz::Tz;
use entities::account;
use entities::id::AccountId;

use crate::account::actions::{UpdateAccountData, UpdateTaxData};
use crate::account::rules::{PostalAddress, time_zone, vat_id};
use crate::account::store;
use crate::calendar::{Country, default_time_zone, local_date};
use crate::error::{Error, Refusal};
use crate::patch::Patch;
use crate::permission::{Grant, Permit, permit};
use crate::{Work, text};

/// What is changed about an account. A new country or VAT id changes the tax of what is invoiced from then on.
#[derive(Debug, Clone)]
pub struct UpdateAccount {
    /// Which.
    pub account_id: AccountId,
    /// The legal person.
    pub name: Patch<String>,
    /// Where it is taxed.
    pub country: Patch<Country>,
    /// BCP 47.
    pub locale: Patch<String>,
    /// IANA name; cleared, the country's default.
    pub time_zone: Patch<String>,
    /// Of an enterprise.
    pub vat_id: Patch<String>,
    /// Printed on invoices.
    pub billing_address: Patch<PostalAddress>,
}

/// Changes an account's own data. Name, language and time zone are for its owner and admins; country, VAT id and address for
/// whoever manages its billing. A new time zone moves the instants at which its products renew, not the days.
/// # Errors
/// `INVALID_INPUT` with the path of the field.
pub async fn update_account(work: &mut Work, update: UpdateAccount) -> Result<account::Model, Error> {
    let UpdateAccount { account_id, name, country, locale, time_zone: zone, vat_id: vat, billing_address } = update;
    let is_tax = country.is_given() || vat.is_given() || billing_address.is_given();
    let is_other = name.is_given() || locale.is_given() || zone.is_given();
    let (old, grant) = permit_update(work, account_id, is_tax, is_other).await?;

    let mut new = old.clone();
    if let Some(name) = name.try_map(|name| text::line("name", &name, text::NAME))?.required("name")? {
        new.search = text::searchable([name.as_str()]);
        new.name = name;
    }
    if let Some(locale) = locale.try_map(|tag| text::locale("locale", &tag))?.required("locale")? {
        new.locale = locale;
    }
    let old_country = Country::parse(&old.country).map_err(|_| Error::fault("an account without a country"))?;
    let country = country.required("country")?.unwrap_or(old_country);
    country.code().clone_into(&mut new.country);
    zone_after(&old, old_country, country, zone)?.name().clone_into(&mut new.time_zone);
    if is_tax {
        let kept = vat.or(old.vat_id.clone());
        let today = local_date(work.now(), parse_zone(&new.time_zone)?);
        new.vat_id = vat_id(country, kept.as_deref(), today)?;
    }
    let address = billing_address
        .try_map(|address| address.checked())
        .map_err(|refusal: Refusal| refusal.within(["billingAddress"]))?;
    put_address(&mut new, address);

    store::update_account(work, &new).await?;
    if new.time_zone != old.time_zone {
        store::move_renewals(work, account_id, parse_zone(&new.time_zone)?).await?;
    }
    work.record("updateAccount", Some(grant), Some(account_id.into()));
    Ok(new)
}

/// Leave for what is changed, and the row; what changes nothing takes what the account's own data take.
async fn permit_update(
    work: &mut Work,
    id: AccountId,
    is_tax: bool,
    is_other: bool,
) -> Result<(account::Model, Grant), Error> {
    if is_tax {
        let Permit { row, grant, .. } = permit::<UpdateTaxData>(work, id).await?;
        if !is_other {
            return Ok((row, grant));
        }
    }
    let Permit { row, grant, .. } = permit::<UpdateAccountData>(work, id).await?;
    Ok((row, grant))
}

/// A time zone that is the country's default goes with the country; one that was chosen stays.
fn zone_after(old: &account::Model, from: Country, to: Country, zone: Patch<String>) -> Result<Tz, Error> {
    Ok(match zone {
        Patch::Set(name) => time_zone(to, Some(&name))?,
        Patch::Clear => default_time_zone(to),
        Patch::Keep if old.time_zone == default_time_zone(from).name() => default_time_zone(to),
        Patch::Keep => parse_zone(&old.time_zone)?,
    })
}

fn parse_zone(name: &str) -> Result<Tz, Error> {
    name.parse().map_err(|_| Error::fault("an account without a time zone"))
}

fn put_address(account: &mut account::Model, address: Patch<PostalAddress>) {
    let address = match address {
        Patch::Keep => return,
        Patch::Clear => None,
        Patch::Set(address) => Some(address),
    };
    let address = address.as_ref();
    account.billing_name = address.map(|a| a.name.clone());
    account.billing_street = address.map(|a| a.street.clone());
    account.billing_postal_code = address.map(|a| a.postal_code.clone());
    account.billing_city = address.map(|a| a.city.clone());
    account.billing_country = address.map(|a| a.country.code().to_owned());
}
