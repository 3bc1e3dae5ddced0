//! Access that ends by itself is announced to both sides.

use chrono::{DateTime, Utc};
use entities::id::PartnershipId;
use entities::partnership;
use serde_json::json;

use super::super::rules::{days_left, next_reminder};
use super::super::store::{self, Pair};
use super::tell::{Parties, Side, mail, moment, readers_of};
use crate::error::Error;
use crate::notification::MailKind;
use crate::work::Work;

/// At most so many partnerships are announced by one transaction.
const BATCH: i64 = 500;

/// Plans the next reminder of this end, in place of the one that was planned; none for access that does not end.
pub(super) async fn plan_reminder(
    work: &Work,
    id: PartnershipId,
    expires_at: Option<DateTime<Utc>>,
) -> Result<(), Error> {
    let due_at = expires_at.and_then(|at| next_reminder(at, work.now()));
    store::plan_reminders(work, &[(id, due_at)]).await
}

/// The sweep: mails both sides of each partnership whose reminder is due, at most a batch of them. Run it again until it says 0. One
/// that comes late says how much time is left now, and stands for those that it has missed.
/// # Errors
/// `Storage`.
pub async fn remind(work: &mut Work) -> Result<u64, Error> {
    let due = store::due_reminders(work, BATCH).await?;
    if due.is_empty() {
        return Ok(0);
    }
    let pairs: Vec<_> =
        due.iter().map(|row| Pair { partner_id: row.partner_id, client_account_id: row.client_account_id }).collect();
    let each = Parties::of_each(work, &pairs).await?;
    for side in [Side::Client, Side::Partner] {
        announce(work, side, &due, &each).await?;
    }
    let now = work.now();
    let next: Vec<_> = due.iter().map(|row| (row.id, row.expires_at.and_then(|at| next_reminder(at, now)))).collect();
    store::plan_reminders(work, &next).await?;
    Ok(u64::try_from(due.len()).unwrap_or(u64::MAX))
}

async fn announce(work: &mut Work, side: Side, due: &[partnership::Model], each: &[Parties]) -> Result<(), Error> {
    let parties: Vec<_> = each.iter().collect();
    let readers = readers_of(work, side, &parties, side.knows()).await?;
    for ((row, parties), readers) in due.iter().zip(each).zip(readers) {
        let Some(expires_at) = row.expires_at else { continue };
        let days = days_left(expires_at, work.now());
        let data = json!({
            "to": side.name(),
            "client": parties.client.name,
            "partner": parties.partner.name,
            "ends_at": moment(parties.on(side), expires_at),
            "days": days,
        });
        // an end that is put off is announced anew: the step is the day that it is announced on
        let step = i32::try_from(work.now().timestamp().div_euclid(86_400)).unwrap_or_default();
        mail(work, MailKind::AccessExpiring, (row.id.into(), side.step(step)), readers, &data);
    }
    Ok(())
}
