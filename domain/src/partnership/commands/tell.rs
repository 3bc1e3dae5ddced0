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
use crate::notification::recipients::{Addressee, members_with};
use crate::notification::{MailKind, Notice};
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
        Self::of_each(work, &[pair]).await?.pop().ok_or_else(|| Error::fault("a pair without its parties"))
    }

    /// Those of several pairs, in their order.
    pub(super) async fn of_each(work: &Work, pairs: &[Pair]) -> Result<Vec<Self>, Error> {
        let mut ids: Vec<_> = pairs.iter().flat_map(|pair| [pair.client_account_id, pair.partner_id]).collect();
        ids.sort_unstable();
        ids.dedup();
        let found: HashMap<_, _> =
            store::parties(work, &ids).await?.into_iter().map(|party| (party.id, party)).collect();
        let of = |id| found.get(&id).cloned().ok_or_else(|| Error::fault("a partnership without an account"));
        pairs
            .iter()
            .map(|pair| Ok(Self { client: of(pair.client_account_id)?, partner: of(pair.partner_id)? }))
            .collect()
    }

    pub(super) fn on(&self, side: Side) -> &Party {
        match side {
            Side::Client => &self.client,
            Side::Partner => &self.partner,
        }
    }

    /// Puts an event into the feed of one side.
    pub(super) fn tell(&self, work: &mut Work, side: Side, kind: ActivityKind, subject: (&'static str, Uuid)) {
        let facts = json!({ "client": self.client.name, "partner": self.partner.name });
        let event = Event::new(self.on(side).id, kind).needs(side.knows()).about(subject.0, subject.1).with(facts);
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
    ) -> Result<Vec<Addressee>, Error> {
        members_with(work, &[self.on(side).id], any_of).await
    }
}

/// Mails the same facts to several people.
pub(super) fn mail(
    work: &mut Work,
    kind: MailKind,
    (subject_id, step): (Uuid, i32),
    readers: Vec<Addressee>,
    data: &Value,
) {
    for Addressee { account_id, recipient } in readers {
        let account_id: Option<AccountId> = Some(account_id);
        work.notify(Notice { kind, subject_id, step, recipient, account_id, data: data.clone() });
    }
}

/// The local date of an instant, for people of this account.
pub(super) fn date_in(party: &Party, at: DateTime<Utc>) -> NaiveDate {
    local_date(at, zone(party))
}

/// The zone of an account; it was checked when it was set.
pub(super) fn zone(party: &Party) -> Tz {
    party.time_zone.parse().unwrap_or(Tz::UTC)
}

/// What is offered or granted, as a mail to people of `party` shows it.
pub(super) fn access(terms: &Terms, labels: Option<Vec<String>>, party: &Party) -> Value {
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
