//! What both sides are told: the same event in both feeds, each with the permission that its reader needs there, and mails to
//! the members who hold it.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use entities::id::AccountId;
use entities::invitation::{self, AccessLevel, InvitationDirection};
use entities::partnership::PayerKind;
use sea_orm::ActiveEnum;
use serde_json::{Value, json};
use uuid::Uuid;

use super::super::rules::Terms;
use super::super::store::{self, Pair, Party};
use crate::activity::{ActivityKind, Event};
use crate::calendar::local_date;
use crate::error::Error;
use crate::notification::recipients::{Addressee, behind, members_with};
use crate::notification::{MailKind, MemberOf, Notice, Recipient};
use crate::permission::{Permission, Permissions};
use crate::work::Work;

/// Which of the two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Client,
    Partner,
}

impl Side {
    /// The side that an invitation came from.
    pub(super) fn sender(direction: InvitationDirection) -> Self {
        match direction {
            InvitationDirection::ClientToPartner => Self::Client,
            InvitationDirection::PartnerToClient => Self::Partner,
        }
    }

    /// The other one.
    pub(super) fn other(self) -> Self {
        match self {
            Self::Client => Self::Partner,
            Self::Partner => Self::Client,
        }
    }

    /// As in the contract's `PayerKind`.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Client => "CLIENT",
            Self::Partner => "PARTNER",
        }
    }

    /// The step of a mail to this side: somebody who is a member of both sides gets both.
    pub(super) fn step(self, step: i32) -> i32 {
        step.saturating_mul(2).saturating_add(i32::from(self == Self::Client))
    }

    /// What a member needs there to know of partnerships. Source: rules §2.
    pub(super) fn knows(self) -> Permission {
        match self {
            Self::Client => Permission::ManagePartners,
            Self::Partner => Permission::ManageClients,
        }
    }
}

/// Client and partner, as mails and feeds name them.
pub(super) struct Parties {
    pub(super) client: Party,
    pub(super) partner: Party,
}

impl Parties {
    pub(super) async fn of(work: &Work, pair: Pair) -> Result<Self, Error> {
        only(Self::of_each(work, &[pair]).await?)
    }

    /// Those of several pairs, in their order.
    pub(super) async fn of_each(work: &Work, pairs: &[Pair]) -> Result<Vec<Self>, Error> {
        let each: Vec<_> = pairs.iter().map(|pair| (pair.partner_id, Asked::Account(pair.client_account_id))).collect();
        Self::load(work, &each).await
    }

    /// Those of an invitation.
    pub(super) async fn of_invitation(work: &Work, row: &invitation::Model) -> Result<Self, Error> {
        only(Self::of_invitations(work, std::slice::from_ref(row)).await?)
    }

    /// Those of several invitations, in their order.
    pub(super) async fn of_invitations(work: &Work, rows: &[invitation::Model]) -> Result<Vec<Self>, Error> {
        let each: Vec<_> = rows
            .iter()
            .map(|row| {
                (row.partner_id, row.client_account_id.map_or(Asked::Address(&row.client_email), Asked::Account))
            })
            .collect();
        Self::load(work, &each).await
    }

    async fn load(work: &Work, each: &[(AccountId, Asked<'_>)]) -> Result<Vec<Self>, Error> {
        let mut ids: Vec<_> =
            each.iter().flat_map(|(partner, client)| [Some(*partner), client.account_id()]).flatten().collect();
        ids.sort_unstable();
        ids.dedup();
        let found: HashMap<_, _> =
            store::parties(work, &ids).await?.into_iter().map(|party| (party.id, party)).collect();
        let of = |id| found.get(&Some(id)).cloned().ok_or_else(|| Error::fault("a partnership without an account"));
        each.iter()
            .map(|(partner_id, client)| {
                let partner = of(*partner_id)?;
                let client = match client {
                    Asked::Account(id) => of(*id)?,
                    // until they are somebody, they are written to as people where the partner is
                    Asked::Address(address) => Party { id: None, name: (*address).to_owned(), ..partner.clone() },
                };
                Ok(Self { client, partner })
            })
            .collect()
    }

    pub(super) fn on(&self, side: Side) -> &Party {
        match side {
            Side::Client => &self.client,
            Side::Partner => &self.partner,
        }
    }

    /// Puts an event into the feed of one side, if it has one.
    pub(super) fn tell(&self, work: &mut Work, side: Side, kind: ActivityKind, subject: (&'static str, Uuid)) {
        let Some(account_id) = self.on(side).id else { return };
        let facts = json!({ "client": self.client.name, "partner": self.partner.name });
        let event = Event::new(account_id, kind).needs(side.knows()).about(subject.0, subject.1).with(facts);
        work.tell(event);
    }

    /// Puts it into both feeds.
    pub(super) fn tell_both(&self, work: &mut Work, kind: ActivityKind, subject: (&'static str, Uuid)) {
        self.tell(work, Side::Client, kind, subject);
        self.tell(work, Side::Partner, kind, subject);
    }

    /// Those of one side who may know.
    pub(super) async fn readers(
        &self,
        work: &Work,
        side: Side,
        any_of: impl Into<Permissions>,
    ) -> Result<Vec<Reader>, Error> {
        only(readers_of(work, side, &[self], any_of).await?)
    }
}

fn only<T>(mut one: Vec<T>) -> Result<T, Error> {
    one.pop().ok_or_else(|| Error::fault("a pair without its parties"))
}

/// Who is asked for access, or offers it.
#[derive(Clone, Copy)]
enum Asked<'a> {
    Account(AccountId),
    Address(&'a str),
}

impl Asked<'_> {
    fn account_id(self) -> Option<AccountId> {
        match self {
            Self::Account(id) => Some(id),
            Self::Address(_) => None,
        }
    }
}

/// Somebody who is mailed, and as whose member, if as anybody's.
#[derive(Clone)]
pub(super) struct Reader {
    member_of: Option<MemberOf>,
    recipient: Recipient,
}

/// Those of one side of each who may know, in the order of `each`: members with one of the permissions, or whoever has the address.
/// Two statements, whatever their number.
pub(super) async fn readers_of(
    work: &Work,
    side: Side,
    each: &[&Parties],
    any_of: impl Into<Permissions>,
) -> Result<Vec<Vec<Reader>>, Error> {
    let (mut accounts, mut addresses) = (Vec::new(), Vec::new());
    for party in each.iter().map(|parties| parties.on(side)) {
        match party.id {
            Some(id) => accounts.push(id),
            None => addresses.push((party.name.as_str(), party.locale.as_str())),
        }
    }
    accounts.sort_unstable();
    accounts.dedup();
    let mut members: HashMap<AccountId, Vec<Reader>> = HashMap::new();
    if !accounts.is_empty() {
        for Addressee { member_of, recipient } in members_with(work, &accounts, any_of).await? {
            members.entry(member_of.account_id).or_default().push(Reader { member_of: Some(member_of), recipient });
        }
    }
    let mut strangers = behind(work, &addresses).await?.into_iter();
    let readers = each.iter().map(|parties| match parties.on(side).id {
        Some(id) => members.get(&id).cloned().unwrap_or_default(),
        None => strangers.next().map(|recipient| Reader { member_of: None, recipient }).into_iter().collect(),
    });
    Ok(readers.collect())
}

/// Mails the same facts to several people.
pub(super) fn mail(work: &mut Work, kind: MailKind, event: (Uuid, i32), readers: Vec<Reader>, data: &Value) {
    mail_for(work, None, kind, event, readers, data);
}

/// The same, where one of the two accounts has it written.
pub(super) fn mail_for(
    work: &mut Work,
    written_by: Option<AccountId>,
    kind: MailKind,
    (subject_id, step): (Uuid, i32),
    readers: Vec<Reader>,
    data: &Value,
) {
    for Reader { member_of, recipient } in readers {
        work.notify(Notice { kind, subject_id, step, recipient, member_of, written_by, data: data.clone() });
    }
}

/// The local date of an instant, for people of this account.
pub(super) fn date_in(party: &Party, at: DateTime<Utc>) -> NaiveDate {
    local_date(at, zone(party))
}

/// An instant as the clock of this account shows it.
pub(super) fn moment(party: &Party, at: DateTime<Utc>) -> Value {
    let local = at.with_timezone(&zone(party));
    json!({ "local": local.naive_local(), "zone": local.format("%Z").to_string() })
}

/// The zone of an account; it was checked when it was set.
fn zone(party: &Party) -> Tz {
    party.time_zone.parse().unwrap_or(Tz::UTC)
}

/// What is offered or granted, as a mail to people of `party` shows it.
pub(super) fn access(terms: &Terms, labels: Option<&[String]>, party: &Party) -> Value {
    let payer = terms.payer.filter(|_| terms.access_level == AccessLevel::Full);
    json!({
        "level": terms.access_level.to_value(),
        "permissions": terms.permissions.iter().map(Permission::name).collect::<Vec<_>>(),
        "products": labels,
        "payer": payer.map(|payer: PayerKind| payer.to_value()),
        "until": terms.expires_at.map(|at| date_in(party, at)),
    })
}

/// The type name and id under which feeds point to an invitation.
pub(super) fn invitation_subject(row: &invitation::Model) -> (&'static str, Uuid) {
    ("Invitation", row.id.into())
}
