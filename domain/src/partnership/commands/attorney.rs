//! A power of attorney is confirmed or disputed by the owner of the account that was opened under it, and decided by staff.

use entities::id::PartnershipId;
use entities::partnership::{self, PartnershipStatus, PayerKind};
use entities::power_of_attorney;
use serde_json::json;

use super::super::actions::{AnswerMandate, JudgeMandate};
use super::super::store::{self, Pair};
use super::end::{EndedBy, close};
use super::tell::{Parties, Side, mail};
use crate::activity::ActivityKind;
use crate::error::{Code, Error, refuse};
use crate::notification::MailKind;
use crate::permission::{Permit, permit};
use crate::work::Work;

/// The owner says whether they gave the mandate.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the names are the contract's")]
pub struct AnswerPowerOfAttorney {
    pub partnership_id: PartnershipId,
    pub confirm: bool,
}

/// Confirms or disputes a power of attorney, once. Disputed, the partnership is frozen with this instant, without any access, until
/// staff decide. Source: rules §5.
/// # Errors
/// `PERMISSION_DENIED` to all but the owner; `CONFLICT` for one that was answered, and for a partnership that needed none.
pub async fn answer_power_of_attorney(
    work: &mut Work,
    command: AnswerPowerOfAttorney,
) -> Result<partnership::Model, Error> {
    let AnswerPowerOfAttorney { partnership_id, confirm } = command;
    let Permit { row, grant, .. } = permit::<AnswerMandate>(work, partnership_id).await?;
    let mandate = mandate_of(work, row.id).await?;
    if mandate.confirmed_at.is_some() || mandate.disputed_at.is_some() {
        return refuse(Code::Conflict, "This power of attorney has been answered already.");
    }
    let now = Some(work.now());
    let (confirmed_at, disputed_at) = if confirm { (now, None) } else { (None, now) };
    store::save_power_of_attorney(work, &power_of_attorney::Model { confirmed_at, disputed_at, ..mandate.clone() })
        .await?;
    // one that has ended meanwhile is over: there is nothing to freeze
    let row = if !confirm && row.status == PartnershipStatus::Active {
        store::set_status(work, row.id, PartnershipStatus::Frozen).await?;
        partnership::Model { status: PartnershipStatus::Frozen, ..row }
    } else {
        row
    };
    let parties = Parties::of(work, pair_of(&row)).await?;
    parties.tell_both(work, ActivityKind::PowerOfAttorneyAnswered, ("Partnership", row.id.into()));
    let data = json!({
        "client": parties.client.name, "reference": mandate.reference, "is_confirmed": confirm,
    });
    let readers = parties.readers(work, Side::Partner, Side::Partner.knows()).await?;
    mail(work, MailKind::PowerOfAttorneyAnswered, (row.id.into(), 0), readers, &data);
    work.record("answerPowerOfAttorney", Some(grant), Some(row.id.into()));
    Ok(row)
}

/// Staff say whether a disputed power of attorney was one.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the names are the contract's")]
pub struct DecidePowerOfAttorney {
    pub partnership_id: PartnershipId,
    pub uphold: bool,
}

/// Settles a disputed power of attorney: upheld, the partnership is active again, as it was; else it ends. Both sides are mailed.
/// # Errors
/// `PERMISSION_DENIED` to all but staff; `CONFLICT` for a partnership that is not frozen.
pub async fn decide_power_of_attorney(
    work: &mut Work,
    command: DecidePowerOfAttorney,
) -> Result<partnership::Model, Error> {
    let DecidePowerOfAttorney { partnership_id, uphold } = command;
    store::lock_with_others(work, partnership_id).await?;
    let Permit { row, grant, .. } = permit::<JudgeMandate>(work, partnership_id).await?;
    if row.status != PartnershipStatus::Frozen {
        return refuse(Code::Conflict, "There is nothing to decide: this partnership is not frozen.");
    }
    let mandate = mandate_of(work, row.id).await?;
    let (decided_at, decided_by_id) = (Some(work.now()), work.actor().user_id());
    store::save_power_of_attorney(work, &power_of_attorney::Model { decided_at, decided_by_id, ..mandate.clone() })
        .await?;
    let row = if uphold {
        store::set_status(work, row.id, PartnershipStatus::Active).await?;
        partnership::Model { status: PartnershipStatus::Active, ..row }
    } else {
        close(work, vec![row.clone()], EndedBy::Staff).await?;
        let ended_at = Some(work.now());
        partnership::Model { status: PartnershipStatus::Ended, payer: PayerKind::Client, ended_at, ..row }
    };
    let parties = Parties::of(work, pair_of(&row)).await?;
    parties.tell_both(work, ActivityKind::PowerOfAttorneyDecided, ("Partnership", row.id.into()));
    for side in [Side::Client, Side::Partner] {
        let data = json!({
            "to": side.name(),
            "client": parties.client.name,
            "partner": parties.partner.name,
            "reference": mandate.reference,
            "is_upheld": uphold,
        });
        let readers = parties.readers(work, side, side.knows()).await?;
        mail(work, MailKind::PowerOfAttorneyDecided, (row.id.into(), side.step(0)), readers, &data);
    }
    work.record("decidePowerOfAttorney", Some(grant), Some(row.id.into()));
    Ok(row)
}

async fn mandate_of(work: &Work, id: PartnershipId) -> Result<power_of_attorney::Model, Error> {
    match store::power_of_attorney(work, id).await? {
        Some(mandate) => Ok(mandate),
        None => refuse(Code::Conflict, "This account was not opened under a power of attorney."),
    }
}

fn pair_of(row: &partnership::Model) -> Pair {
    Pair { partner_id: row.partner_id, client_account_id: row.client_account_id }
}
