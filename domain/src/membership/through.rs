//! What was granted through a partnership ends with it, and the client is mailed the list. Source: rules §2.

use std::collections::HashMap;

use entities::id::{AccountId, MembershipId, PartnershipId, UserId};
use sea_orm::FromQueryResult;
use serde_json::json;

use super::ended::{Granted, forget_mails};
use super::store::{self, Person};
use crate::activity::{ActivityKind, Event};
use crate::contributor::commands::end_through;
use crate::error::Error;
use crate::notification::recipients::members_with;
use crate::notification::{MailKind, Notice, Recipient};
use crate::permission::{Permission, Permissions};
use crate::work::Work;

#[derive(Clone, FromQueryResult)]
struct Member {
    id: MembershipId,
    user_id: UserId,
    account_id: AccountId,
    granted_through_id: PartnershipId,
}

#[derive(FromQueryResult)]
struct Pair {
    id: PartnershipId,
    partner: String,
    client: String,
    client_account_id: AccountId,
}

/// What partnerships have lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lost {
    /// The account as a whole: they have ended, or cover chosen products now.
    Account,
    /// Perhaps something of what they carry.
    Something,
}

/// What has ended, by the partnership through which it was granted.
struct AllEnded {
    members: Vec<Member>,
    keys: Vec<Granted>,
    invitations: Vec<Granted>,
    contributors: Vec<Granted>,
}

impl AllEnded {
    fn is_empty(&self) -> bool {
        let Self { members, keys, invitations, contributors } = self;
        members.is_empty() && keys.is_empty() && invitations.is_empty() && contributors.is_empty()
    }
}

/// Ends what was granted through these partnerships and goes beyond what they carry now. The same number of statements whatever there
/// is, and four where there is nothing.
/// # Errors
/// `Storage`.
pub(crate) async fn end_granted_through(
    work: &mut Work,
    partnerships: &[PartnershipId],
    lost: Lost,
) -> Result<(), Error> {
    let ended = end_all(work, partnerships, lost).await?;
    if ended.is_empty() {
        return Ok(());
    }
    let AllEnded { members, keys, invitations, contributors } = ended;
    let users: Vec<_> = members.iter().map(|member| member.user_id).collect();
    let accounts: Vec<_> = members.iter().map(|member| member.account_id).collect();
    forget_mails(work, &users, &accounts).await?;
    let people: HashMap<_, _> = store::people(work, &users).await?.into_iter().map(|one| (one.id, one)).collect();
    let pairs = pairs(work, partnerships).await?;
    let clients: Vec<_> = pairs.iter().map(|pair| pair.client_account_id).collect();
    let may_know: Permissions = [Permission::ManageMembers, Permission::ManagePartners].into_iter().collect();
    let readers = members_with(work, &clients, may_know).await?;
    for pair in &pairs {
        let theirs: Vec<_> = members.iter().filter(|member| member.granted_through_id == pair.id).collect();
        let persons: Vec<&Person> = theirs.iter().filter_map(|member| people.get(&member.user_id)).collect();
        let of = |all: &[Granted]| -> Vec<String> {
            all.iter().filter(|one| one.granted_through_id == pair.id).map(|one| one.text.clone()).collect()
        };
        let (keys, invitations, contributors) = (of(&keys), of(&invitations), of(&contributors));
        if theirs.is_empty() && keys.is_empty() && invitations.is_empty() && contributors.is_empty() {
            continue;
        }
        work.end_streams(pair.client_account_id);
        for member in &theirs {
            let event = Event::new(member.account_id, ActivityKind::MemberRemoved);
            work.tell(event.about("Membership", member.id));
        }
        let listed: Vec<_> = persons.iter().map(|one| format!("{} ({})", one.name, one.email)).collect();
        let data = json!({
            "partner": pair.partner, "covers_account": lost == Lost::Something,
            "members": listed, "keys": keys, "invitations": invitations, "contributors": contributors,
        });
        let subject_id = work.new_id();
        for reader in readers.iter().filter(|reader| reader.member_of.account_id == pair.client_account_id) {
            work.notify(Notice {
                kind: MailKind::GrantsEnded,
                subject_id,
                step: 0,
                recipient: reader.recipient.clone(),
                member_of: Some(reader.member_of),
                written_by: None,
                data: data.clone(),
            });
        }
        for (member, person) in theirs.iter().filter_map(|member| Some((member, people.get(&member.user_id)?))) {
            mail_member(work, pair, member, person);
        }
    }
    Ok(())
}

fn mail_member(work: &mut Work, pair: &Pair, member: &Member, person: &Person) {
    let none: [&str; 0] = [];
    work.notify(Notice {
        kind: MailKind::MembershipEnded,
        subject_id: member.id.into(),
        step: 0,
        recipient: Recipient { email: person.email.clone(), locale: person.locale.clone(), user_id: Some(person.id) },
        member_of: None, // they are none of its members any more
        written_by: None,
        data: json!({
            "account": pair.client, "ended_by": null, "partner": pair.partner,
            "keys": none, "invitations": none, "memberships": none, "clients": 0,
        }),
    });
}

async fn end_all(work: &mut Work, partnerships: &[PartnershipId], lost: Lost) -> Result<AllEnded, Error> {
    let contributors = end_through(work, partnerships).await?.into_iter().map(|ended| Granted {
        granted_through_id: ended.partnership_id,
        text: format!("{} ({})", ended.email, ended.product),
    });
    let contributors = contributors.collect();
    Ok(match lost {
        Lost::Something => AllEnded { members: vec![], keys: vec![], invitations: vec![], contributors },
        Lost::Account => AllEnded {
            members: end_members(work, partnerships).await?,
            keys: end_keys(work, partnerships).await?,
            invitations: withdraw(work, partnerships).await?,
            contributors,
        },
    })
}

async fn end_members(work: &Work, partnerships: &[PartnershipId]) -> Result<Vec<Member>, Error> {
    let mut sql = work.sql();
    sql.push("DELETE FROM membership WHERE granted_through_id ").any(partnerships);
    sql.push(" RETURNING id, user_id, account_id, granted_through_id");
    let mut members: Vec<Member> = sql.all(work.conn()).await?;
    members.sort_unstable_by_key(|member| member.id);
    Ok(members)
}

async fn end_keys(work: &Work, partnerships: &[PartnershipId]) -> Result<Vec<Granted>, Error> {
    let mut sql = work.sql();
    sql.add("UPDATE api_key SET revoked_at = ? WHERE revoked_at IS NULL AND granted_through_id ", [work.now().into()]);
    sql.any(partnerships).push(" RETURNING granted_through_id, name AS text");
    Ok(by_text(sql.all(work.conn()).await?))
}

async fn withdraw(work: &Work, partnerships: &[PartnershipId]) -> Result<Vec<Granted>, Error> {
    let mut sql = work.sql();
    sql.add(
        "UPDATE member_invitation SET status = 'WITHDRAWN', answered_at = ? WHERE status = 'PENDING' AND granted_through_id ",
        [work.now().into()],
    );
    sql.any(partnerships).push(" RETURNING granted_through_id, email AS text");
    Ok(by_text(sql.all(work.conn()).await?))
}

/// In the order of the alphabet: the database returns them in none.
fn by_text(mut all: Vec<Granted>) -> Vec<Granted> {
    all.sort_unstable_by(|a, b| a.text.cmp(&b.text));
    all
}

async fn pairs(work: &Work, partnerships: &[PartnershipId]) -> Result<Vec<Pair>, Error> {
    let mut sql = work.sql();
    sql.push(
        "SELECT s.id, p.name AS partner, c.name AS client, s.client_account_id FROM partnership s
        JOIN account p ON p.id = s.partner_id JOIN account c ON c.id = s.client_account_id WHERE s.id ",
    );
    sql.any(partnerships).push(" ORDER BY s.id");
    Ok(sql.all(work.conn()).await?)
}
