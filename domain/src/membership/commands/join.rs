//! Somebody accepts a membership.

use entities::mailed_token::MailedTokenKind;
use entities::member_invitation::{self, MemberInvitationStatus};
use entities::membership::{self, Role};
use entities::user;
use secrecy::SecretString;

use super::super::store;
use crate::account::commands::{insert_user, open_session, sign_in};
use crate::account::identify::{Claim, identify};
use crate::account::queries::{MailedLink, Proof, mailed_link, prove};
use crate::account::store::{lock_user, update_user};
use crate::account::{PasswordHash, password, rules as account_rules, token};
use crate::activity::{ActivityKind, Event};
use crate::actor::{Actor, Key};
use crate::error::{Code, Error, refuse};
use crate::permission::rules::{Way, carried_by, narrowed_by_key};
use crate::permission::{Grant, Permission, Permissions, Target, hold, ways_of};
use crate::work::Work;
use crate::{Reader, text};

/// Somebody who follows the link to a membership, checked.
#[derive(Debug, Clone)]
pub struct AcceptMembership {
    token: String,
    joiner: Joiner,
}

/// Who they are.
#[derive(Debug, Clone)]
enum Joiner {
    /// Signed in.
    Present,
    /// Has proven to know their password.
    Proven(Proof),
    /// Signs up.
    New { name: String, password: PasswordHash },
}

/// A new member.
#[derive(Debug, Clone)]
pub struct Joined {
    /// The membership.
    pub membership: membership::Model,
    /// The member as an actor, for the rest of the request.
    pub actor: Actor,
    /// Where they were not signed in before.
    pub access_token: Option<String>,
}

fn invalid<T>() -> Result<T, Error> {
    refuse(Code::TokenInvalid, "This link is not valid.")
}

impl AcceptMembership {
    /// Finds out who follows the link: the user whose address it was mailed to, signed in or with their password; or somebody new,
    /// who chooses a name and a password. To everybody else it is no link.
    /// # Errors
    /// `TOKEN_INVALID`, `TOKEN_EXPIRED`; `INVALID_CREDENTIALS` without the password of a user who is not signed in; `INVALID_INPUT`.
    pub async fn prepare(
        reader: &Reader,
        token: String,
        name: Option<&str>,
        password: Option<SecretString>,
    ) -> Result<Self, Error> {
        let MailedLink { kind, email, user, .. } = mailed_link(reader, &token).await?;
        if kind != MailedTokenKind::Join {
            return refuse(Code::TokenInvalid, "This link is for something else.");
        }
        if reader.actor().person().is_some() {
            let person = reader.actor().in_person().ok_or(Error::Denied)?;
            return if person.email == email { Ok(Self { token, joiner: Joiner::Present }) } else { invalid() };
        }
        let joiner = match (user, password) {
            (Some(_), Some(password)) => Joiner::Proven(prove(reader, &email, &password).await?),
            (Some(_), None) => return refuse(Code::InvalidCredentials, "Sign in first, or give your password."),
            (None, password) => {
                let name = text::line("name", name.unwrap_or_default(), text::NAME)?;
                let written = password.unwrap_or_default();
                let password = account_rules::password("password", &written, &email)?;
                Joiner::New { name, password: password::hash(password).await? }
            }
        };
        Ok(Self { token, joiner })
    }
}

/// Makes the one whom the link was mailed to a member, once; their address is verified by it.
/// # Errors
/// `TOKEN_INVALID`, also for an offer that was taken back, or that its sender could not send any more; `TOKEN_EXPIRED`;
/// `ALREADY_EXISTS` for a member.
pub async fn accept(work: &mut Work, command: AcceptMembership, ip: Option<String>) -> Result<Joined, Error> {
    let AcceptMembership { token, joiner } = command;
    let link = token::redeem(work, MailedTokenKind::Join, &token).await?;
    let Some(id) = link.subject_id else { return invalid() };
    let Some(offer) = store::lock_invitation(work, id.into()).await? else { return invalid() };
    if offer.status != MemberInvitationStatus::Pending || offer.email != link.email {
        return invalid();
    }
    if offer.expires_at <= work.now() {
        return refuse(Code::TokenExpired, "This link is too old.");
    }
    still_offered(work, &offer).await?;

    let user = whoever(work, &offer, &joiner).await?;
    let membership = membership::Model {
        id: work.new_id(),
        user_id: user.id,
        account_id: offer.account_id,
        role: offer.role,
        permissions: offer.permissions,
        granted_through_id: offer.granted_through_id,
        created_at: work.now(),
    };
    if !store::add_member(work, &membership).await? {
        return refuse(Code::AlreadyExists, "You are a member of this account.");
    }
    store::answer(work, offer.id, MemberInvitationStatus::Accepted).await?;
    let (actor, access_token) = as_member(work, user, joiner, ip).await?;

    let grant = Grant { granted_through: offer.granted_through_id, ..Grant::own(offer.account_id) };
    work.tell(Event::new(offer.account_id, ActivityKind::MemberAdded).about("Membership", membership.id));
    work.record("acceptMembership", Some(grant), Some(membership.id.into()));
    Ok(Joined { membership, actor, access_token })
}

/// An offer holds as long as its sender could send it: by the same way, and with the same key. The way is held until the act is
/// committed, so that its end comes wholly before or wholly after.
async fn still_offered(work: &Work, offer: &member_invitation::Model) -> Result<(), Error> {
    let sender = store::person(work, offer.invited_by_id).await?;
    let target = Target::account(offer.account_id);
    let mut ways: Vec<_> =
        ways_of(work.conn(), sender.id, work.now(), &[target]).await?.into_iter().map(|(_, way, _)| way).collect();
    if sender.is_staff {
        ways.push(Way::Staff);
    }
    if let Some(key_id) = offer.api_key_id {
        let Some(key) = store::key_in_force(work, key_id).await? else { return invalid() };
        let key = Key::of(&key);
        ways = ways.into_iter().filter_map(|way| narrowed_by_key(way, offer.account_id, &key)).collect();
    }
    let needed = Permissions::from_bits(offer.permissions).or(Permission::ManageMembers.into());
    let sent_by = |way: &Way| way.partnership() == offer.granted_through_id && carried_by(*way).covers(needed);
    let Some(way) = ways.into_iter().find(sent_by) else { return invalid() };
    if !hold(work, sender.id, way, "/for share/").await? {
        return invalid();
    }
    let gives_role = offer.role != Role::Admin
        || sender.is_staff
        || matches!(store::own_role(work, offer.account_id, sender.id).await?, Some(Role::Owner | Role::Admin));
    if gives_role { Ok(()) } else { invalid() }
}

/// The user who joins, with their address verified: they have followed a link that was mailed to it.
async fn whoever(work: &Work, offer: &member_invitation::Model, joiner: &Joiner) -> Result<user::Model, Error> {
    let user_id = match joiner {
        Joiner::New { name, password } => {
            let user = user::Model {
                id: work.new_id(),
                email: offer.email.clone(),
                name: name.clone(),
                locale: store::account(work, offer.account_id).await?.locale,
                password_hash: Some(password.hashed().to_owned()),
                is_staff: false,
                email_verified_at: Some(work.now()),
                created_at: work.now(),
            };
            insert_user(work, &user).await?;
            return Ok(user);
        }
        Joiner::Present => work.in_person()?.user_id,
        Joiner::Proven(proof) => proof.user_id(),
    };
    let Some(mut user) = lock_user(work, user_id).await?.filter(|user| user.email == offer.email) else {
        return invalid();
    };
    if user.email_verified_at.is_none() {
        user.email_verified_at = Some(work.now());
        update_user(work, &user).await?;
    }
    Ok(user)
}

/// The new member as an actor, who holds what they hold now; signed in where they were not.
async fn as_member(
    work: &mut Work,
    user: user::Model,
    joiner: Joiner,
    ip: Option<String>,
) -> Result<(Actor, Option<String>), Error> {
    let signed_in = match joiner {
        Joiner::Present => {
            let claim = Claim::Again(work.in_person()?.credential.id());
            let (actor, _) = identify(work.conn(), claim, ip).await?;
            work.become_person(actor.clone());
            return Ok((actor, None));
        }
        Joiner::Proven(proof) => sign_in(work, proof, ip).await?,
        Joiner::New { .. } => open_session(work, user, ip).await?,
    };
    Ok((signed_in.actor, Some(signed_in.access_token)))
}
