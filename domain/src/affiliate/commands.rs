//! What affiliates do, and what is done for them.

use chrono_tz::Tz;
use entities::id::{AccountId, OrderId};
use entities::{account, affiliate, referral};

use super::actions::EnrolAffiliate;
use super::{rules, store};
use crate::calendar::local_date;
use crate::error::{Code, Error, refuse};
use crate::permission::{Permit, permit};
use crate::secret;
use crate::work::Work;

/// Makes an account an affiliate. Source: S5.11; rules §2, OWNER and ADMIN.
/// # Errors
/// `ALREADY_EXISTS` for one that is.
pub async fn enrol_as_affiliate(work: &mut Work, account_id: AccountId) -> Result<account::Model, Error> {
    let Permit { row, grant, .. } = permit::<EnrolAffiliate>(work, account_id).await?;
    if store::affiliate_of(work, account_id).await?.is_some() {
        return refuse(Code::AlreadyExists, "This account is an affiliate.");
    }
    let code = rules::code(secret::random());
    store::add(work, &affiliate::Model { account_id, code, created_at: work.now() }).await?;
    work.record("enrolAsAffiliate", Some(grant), Some(account_id.into()));
    Ok(row)
}

/// Remembers by whose link an account was opened, in the transaction that opens it. A code that is nobody's changes nothing.
pub(crate) async fn refer(work: &Work, account: &account::Model, code: Option<&str>) -> Result<(), Error> {
    let Some(code) = code.and_then(rules::written) else { return Ok(()) };
    let Some(affiliate) = store::by_code(work, &code).await? else { return Ok(()) };
    let zone: Tz = account.time_zone.parse().unwrap_or(Tz::UTC);
    let referral = referral::Model {
        id: work.new_id(),
        affiliate_id: affiliate.account_id,
        referred_id: account.id,
        order_id: None,
        signed_up_on: local_date(work.now(), zone),
        created_at: work.now(),
    };
    store::refer(work, &referral).await
}

/// The referral that earns on what this account orders now, if that is its first order; held until the order is written.
pub(crate) async fn first_order_of(work: &Work, account_id: AccountId) -> Result<Option<referral::Model>, Error> {
    store::before_first_order(work, account_id).await
}

/// Notes on which order a referral earns.
pub(crate) async fn earns_on(work: &Work, referral: &referral::Model, order_id: OrderId) -> Result<(), Error> {
    store::earns_on(work, referral.id, order_id).await
}
