//! Partnerships end: by either side, or by the clock. Invitations lapse.

use entities::id::PartnershipId;
use entities::partnership::{self, PartnershipStatus, PayerKind};
use entities::{invitation, payer_change};
use sea_orm::ActiveEnum;
use serde_json::json;

use super::super::actions::{EndAsClient, EndAsPartner};
use super::super::store::{self, Overdue, Pair};
use super::payer::{Changed, record_changes};
use super::tell::{Parties, Side, date_in, invitation_subject, mail, readers_of};
use crate::activity::ActivityKind;
use crate::error::{Code, Error, refuse};
use crate::membership::end_granted_through;
use crate::notification::MailKind;
use crate::permission::permit;
use crate::work::Work;

/// At most so many rows are swept by one transaction.
const BATCH: i64 = 500;

/// The end of a partnership, by either side.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the names are the contract's")]
pub struct EndPartnership {
    pub partnership_id: PartnershipId,
}

/// Ends a partnership: access ends with this instant, and what is not invoiced yet is the client's to pay. What the partner
/// looked after keeps saying so, as history.
/// # Errors
/// `CONFLICT` for one that has ended.
pub async fn end(work: &mut Work, command: EndPartnership) -> Result<partnership::Model, Error> {
    let id = command.partnership_id;
    let (row, grant) = match permit::<EndAsClient>(work, id).await {
        Ok(permit) => (permit.row, permit.grant),
        Err(Error::NotFound | Error::Denied) => {
            let permit = permit::<EndAsPartner>(work, id).await?;
            (permit.row, permit.grant)
        }
        Err(fault) => return Err(fault),
    };
    if row.status == PartnershipStatus::Ended {
        return refuse(Code::Conflict, "This partnership has ended already.");
    }
    let ended_at = row.expires_at.map_or(work.now(), |at| at.min(work.now()));
    close(work, vec![row.clone()]).await?;
    work.record("endPartnership", Some(grant), Some(id.into()));
    Ok(partnership::Model {
        status: PartnershipStatus::Ended,
        payer: PayerKind::Client,
        ended_at: Some(ended_at),
        ..row
    })
}

/// Ends partnerships whose rows are locked, and tells both sides of each.
pub(super) async fn close(work: &mut Work, rows: Vec<partnership::Model>) -> Result<(), Error> {
    let ids: Vec<_> = rows.iter().map(|row| row.id).collect();
    store::end(work, &ids).await?;
    let pairs: Vec<_> = rows.iter().map(pair_of).collect();
    let parties = Parties::of_each(work, &pairs).await?;
    let mut changed = Vec::new();
    for (row, parties) in rows.iter().zip(&parties) {
        parties.tell_both(work, ActivityKind::PartnershipEnded, ("Partnership", row.id.into()));
        if row.payer == PayerKind::Partner {
            let change = payer_change::Model {
                id: work.new_id(),
                partnership_id: row.id,
                from_payer: PayerKind::Partner,
                to_payer: PayerKind::Client,
                changed_by_id: work.actor().user_id(),
                changed_at: work.now(),
            };
            changed.push(Changed { parties, change });
        }
    }
    record_changes(work, changed).await?;
    end_granted_through(work, &ids).await
}

fn pair_of(row: &partnership::Model) -> Pair {
    Pair { partner_id: row.partner_id, client_account_id: row.client_account_id }
}

/// The sweep: writes down what has lapsed and ends what has run out, at most a batch of each. Run it again until it says 0.
///
/// It only tells what is so already: an overdue invitation cannot be answered, and access that ran out is gone.
/// # Errors
/// `Storage`.
pub async fn lapse(work: &mut Work) -> Result<u64, Error> {
    let lapsed = store::lapse(work, Overdue::Of(BATCH)).await?;
    tell_lapsed(work, &lapsed).await?;
    let run_out = store::run_out(work, BATCH).await?;
    let done = lapsed.len().saturating_add(run_out.len());
    if !run_out.is_empty() {
        close(work, run_out).await?;
    }
    Ok(u64::try_from(done).unwrap_or(u64::MAX))
}

/// Tells both sides that an invitation has lapsed, and mails the one that waited for an answer. The same number of statements for any
/// number of invitations.
pub(super) async fn tell_lapsed(work: &mut Work, rows: &[invitation::Model]) -> Result<(), Error> {
    let each = Parties::of_invitations(work, rows).await?;
    for (row, parties) in rows.iter().zip(&each) {
        parties.tell_both(work, ActivityKind::InvitationExpired, invitation_subject(row));
    }
    for sender in [Side::Client, Side::Partner] {
        let (rows, each): (Vec<_>, Vec<_>) =
            rows.iter().zip(&each).filter(|(row, _)| Side::sender(row.direction) == sender).unzip();
        let readers = readers_of(work, sender, &each, sender.knows()).await?;
        for ((row, parties), readers) in rows.into_iter().zip(each).zip(readers) {
            let data = json!({
                "asked": parties.on(sender.other()).name,
                "direction": row.direction.to_value(),
                "sent_on": date_in(parties.on(sender), row.created_at),
            });
            mail(work, MailKind::InvitationExpired, (row.id.into(), 0), readers, &data);
        }
    }
    Ok(())
}
