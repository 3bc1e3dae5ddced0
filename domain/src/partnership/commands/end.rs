//! Partnerships end: by either side, or by the clock. Invitations lapse.

use chrono::{DateTime, Utc};
use entities::id::PartnershipId;
use entities::partnership::{self, PartnershipStatus, PayerKind};
use entities::{invitation, payer_change};
use sea_orm::ActiveEnum;
use serde_json::json;

use super::super::actions::{ManageAsClient, ManageAsPartner};
use super::super::store::{self, Overdue, Pair};
use super::managing::settle;
use super::payer::{Changed, record_changes};
use super::tell::{Parties, Side, date_in, invitation_subject, mail, moment, readers_of};
use crate::activity::ActivityKind;
use crate::actor::{Actor, System};
use crate::error::{Code, Error, refuse};
use crate::membership::{Lost, end_granted_through};
use crate::notification::MailKind;
use crate::permission::{Grant, Permissions, Permit, permit};
use crate::store::{Statements, Store};
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
    let Leave { row, grant, by, .. } = as_either_side(work, id).await?;
    if row.status == PartnershipStatus::Ended {
        return refuse(Code::Conflict, "This partnership has ended already.");
    }
    let ended_at = ended_at(&row, work.now());
    close(work, vec![row.clone()], EndedBy::Side(by)).await?;
    work.record("endPartnership", Some(grant), Some(id.into()));
    Ok(partnership::Model {
        status: PartnershipStatus::Ended,
        payer: PayerKind::Client,
        ended_at: Some(ended_at),
        ..row
    })
}

/// Leave to change or end a partnership, and for which of its sides.
pub(super) struct Leave {
    pub(super) row: partnership::Model,
    pub(super) grant: Grant,
    /// All that the actor holds on that side.
    pub(super) carried: Permissions,
    pub(super) by: Side,
}

/// Leave to change or end a partnership: as its client, else as its partner.
pub(super) async fn as_either_side(work: &mut Work, id: PartnershipId) -> Result<Leave, Error> {
    store::lock_with_others(work, id).await?;
    match permit::<ManageAsClient>(work, id).await {
        Ok(Permit { row, grant, carried, .. }) => Ok(Leave { row, grant, carried, by: Side::Client }),
        Err(Error::NotFound | Error::Denied) => {
            let Permit { row, grant, carried, .. } = permit::<ManageAsPartner>(work, id).await?;
            Ok(Leave { row, grant, carried, by: Side::Partner })
        }
        Err(fault) => Err(fault),
    }
}

/// Who, or what, ends a partnership.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum EndedBy {
    /// One of the two, who need not be told.
    Side(Side),
    /// The day until which access was given.
    Clock,
    /// The provider's decision over a power of attorney, which is mailed as such.
    Staff,
}

impl EndedBy {
    fn is_told(self, side: Side) -> bool {
        match self {
            Self::Side(ender) => ender != side,
            Self::Clock => true,
            Self::Staff => false,
        }
    }
}

/// Ends partnerships whose rows are locked, and tells both sides of each. What they looked after goes to the client's other partners,
/// where there are any.
pub(super) async fn close(work: &mut Work, rows: Vec<partnership::Model>, by: EndedBy) -> Result<(), Error> {
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
    end_granted_through(work, &ids, Lost::Account).await?;
    let clients: Vec<_> = rows.iter().map(|row| row.client_account_id).collect();
    settle(work, &clients).await?;
    for side in [Side::Client, Side::Partner].into_iter().filter(|side| by.is_told(*side)) {
        mail_end(work, side, by, &rows, &parties).await?;
    }
    Ok(())
}

/// Mails one side of each that access has ended, since when, and by whom.
async fn mail_end(
    work: &mut Work,
    side: Side,
    by: EndedBy,
    rows: &[partnership::Model],
    parties: &[Parties],
) -> Result<(), Error> {
    let each: Vec<_> = parties.iter().collect();
    let readers = readers_of(work, side, &each, side.knows()).await?;
    for ((row, parties), readers) in rows.iter().zip(parties).zip(readers) {
        let ended_by = match by {
            EndedBy::Side(side) => Some(&parties.on(side).name),
            EndedBy::Clock | EndedBy::Staff => None,
        };
        let data = json!({
            "to": side.name(),
            "client": parties.client.name,
            "partner": parties.partner.name,
            "ended_by": ended_by,
            "ended_at": moment(parties.on(side), ended_at(row, work.now())),
        });
        mail(work, MailKind::AccessEnded, (row.id.into(), side.step(0)), readers, &data);
    }
    Ok(())
}

/// An end that comes late ends no later than it was due.
fn ended_at(row: &partnership::Model, now: DateTime<Utc>) -> DateTime<Utc> {
    row.expires_at.map_or(now, |at| at.min(now))
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
        close(work, run_out, EndedBy::Clock).await?;
    }
    Ok(u64::try_from(done).unwrap_or(u64::MAX))
}

/// The whole sweep, batch by batch: also before a renewal run, so that what it bills follows the partnerships of that instant.
/// # Errors
/// `Storage`.
pub async fn lapse_all(store: &Store) -> Result<(), Error> {
    let batch = || store.write(Actor::System(System::Schedule), Statements::default(), |work| Box::pin(lapse(work)));
    while batch().await? > 0 {}
    Ok(())
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
