//! Who asks.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use entities::api_key;
use entities::id::{AccountId, ApiKeyId, MembershipId, PartnershipId, SessionId, UserId};
use entities::membership::Role;
use serde::{Deserialize, Serialize};

use crate::permission::{Permission, Permissions};

/// Who a use case acts for.
#[derive(Debug, Clone)]
pub enum Actor {
    /// Nobody signed in.
    Anonymous,
    /// A person, signed in.
    Person(Arc<Person>),
    /// An account as its programs see it: what an owner of it would. It is nobody in person, and does nothing.
    Account(Member),
    /// The product itself: a job or a schedule, never something that a request can choose to be.
    System(System),
}

/// The parts of the product that act by themselves. Each may do what its work needs and nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum System {
    /// Renews products, charges, retries and reconciles.
    Renewals,
    /// Releases cashback.
    Cashback,
    /// Sends mails: mints the tokens in their links.
    Mail,
    /// Tells webhook endpoints what happens, and stops telling those that do not hear it.
    Webhooks,
    /// Starts what recurs, and writes down what has lapsed.
    Schedule,
    /// An operator at the command line.
    Operator,
}

impl System {
    /// Each of them.
    pub const ALL: [Self; 6] =
        [Self::Renewals, Self::Cashback, Self::Mail, Self::Webhooks, Self::Schedule, Self::Operator];
}

/// A signed-in person, as of the beginning of the request; or a program with a key of theirs, which is the same person with less.
#[derive(Debug, Clone)]
pub struct Person {
    /// The user; of a key, who made it.
    pub user_id: UserId,
    /// How they are known.
    pub credential: Credential,
    /// Lower-cased address.
    pub email: String,
    /// BCP 47.
    pub locale: String,
    /// When the address was verified.
    pub email_verified_at: Option<DateTime<Utc>>,
    /// One of the provider's own staff; a key of theirs is not.
    pub is_staff: bool,
    /// All accounts that they are a member of; of a key, its account alone.
    pub memberships: Vec<Member>,
    /// Where the request came from, for the audit log.
    pub ip: Option<String>,
}

/// What a person has shown to prove who they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Credential {
    /// A sign-in.
    Session(SessionId),
    /// An API key that they have made: a program acts, for one account.
    ApiKey(Key),
}

/// The same by its id alone, for whoever is looked at again later.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum CredentialId {
    /// A sign-in.
    Session(SessionId),
    /// An API key.
    ApiKey(ApiKeyId),
}

impl Credential {
    /// Which.
    pub const fn id(self) -> CredentialId {
        match self {
            Self::Session(id) => CredentialId::Session(id),
            Self::ApiKey(key) => CredentialId::ApiKey(key.id),
        }
    }
}

/// An API key in use. It is a narrowing of the way by which its creator holds the account, never a way of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Key {
    /// Which.
    pub id: ApiKeyId,
    /// The account it acts for.
    pub account_id: AccountId,
    /// What it was given; it carries as much of that as its creator still holds.
    pub permissions: Permissions,
    /// The partnership through which its creator made it, if it was one.
    pub granted_through: Option<PartnershipId>,
    /// When it ends by itself.
    pub expires_at: Option<DateTime<Utc>>,
    /// When a use was last written down.
    pub last_used_at: Option<DateTime<Utc>>,
}

/// One membership, as far as decisions need it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Member {
    /// The membership.
    pub membership_id: MembershipId,
    /// Of this account.
    pub account_id: AccountId,
    /// By this role.
    pub role: Role,
    /// What it carries now.
    pub permissions: Permissions,
    /// The partnership through which it was granted: it reaches this account, and nothing beyond it.
    pub granted_through: Option<PartnershipId>,
}

impl Actor {
    /// An account, seeing all that is its own, and of others what partnerships and contributions carry.
    pub fn account(account_id: AccountId) -> Self {
        let membership_id = MembershipId(uuid::Uuid::nil());
        let permissions = Permissions::ALL;
        Self::Account(Member { membership_id, account_id, role: Role::Owner, permissions, granted_through: None })
    }

    /// The person, if it is one.
    pub fn person(&self) -> Option<&Person> {
        match self {
            Self::Person(person) => Some(person),
            Self::Anonymous | Self::Account(_) | Self::System(_) => None,
        }
    }

    /// The person, unless a key of theirs acts: for what they do about themselves, and what goes with a role.
    pub fn in_person(&self) -> Option<&Person> {
        self.person().filter(|person| person.key().is_none())
    }

    /// The key that acts, if it is one.
    pub fn key(&self) -> Option<&Key> {
        self.person().and_then(Person::key)
    }

    /// The user, if a person is signed in.
    pub fn user_id(&self) -> Option<UserId> {
        self.person().map(|person| person.user_id)
    }

    /// The language of what is said to it: the person's, and English to everyone else.
    pub fn locale(&self) -> &str {
        self.person().map_or("en", |person| &person.locale)
    }

    /// One of the provider's staff, or the product itself: sees everything.
    pub fn sees_everything(&self) -> bool {
        match self {
            Self::System(_) => true,
            Self::Person(person) => person.is_staff,
            Self::Anonymous | Self::Account(_) => false,
        }
    }

    /// The accounts in which a membership of this person carries the permission.
    pub fn accounts_with(&self, permission: Permission) -> Vec<AccountId> {
        self.members().filter(|m| m.permissions.contains(permission)).map(|m| m.account_id).collect()
    }

    /// The same without those that a partnership has granted: for what no partnership carries, and what one carries further.
    pub fn own_accounts_with(&self, permission: Permission) -> Vec<AccountId> {
        let own = self.members().filter(|m| m.granted_through.is_none() && m.permissions.contains(permission));
        own.map(|m| m.account_id).collect()
    }

    /// The accounts that this person owns, or is an admin of: what goes with the role, which no key has and no partnership grants.
    pub fn accounts_as_admin(&self) -> Vec<AccountId> {
        let members = self.in_person().map_or(&[][..], |person| &person.memberships);
        let own = members.iter().filter(|m| m.granted_through.is_none());
        own.filter(|m| matches!(m.role, Role::Owner | Role::Admin)).map(|m| m.account_id).collect()
    }

    /// All accounts that this person is a member of.
    pub fn accounts(&self) -> Vec<AccountId> {
        self.members().map(|m| m.account_id).collect()
    }

    /// The same without those that a partnership has granted.
    pub fn own_accounts(&self) -> Vec<AccountId> {
        self.members().filter(|m| m.granted_through.is_none()).map(|m| m.account_id).collect()
    }

    /// The memberships of this person; of an account, what its owner's would be.
    pub fn members(&self) -> impl Iterator<Item = &Member> {
        let members = match self {
            Self::Person(person) => &person.memberships[..],
            Self::Account(owner) => std::slice::from_ref(owner),
            Self::Anonymous | Self::System(_) => &[],
        };
        members.iter()
    }
}

impl Person {
    /// The key that they use, if it is one.
    pub const fn key(&self) -> Option<&Key> {
        match &self.credential {
            Credential::ApiKey(key) => Some(key),
            Credential::Session(_) => None,
        }
    }
}

/// Uses of a key are written down at most this often.
const USES_NOTED: TimeDelta = TimeDelta::minutes(1);

impl Key {
    /// The key of this row.
    pub const fn of(row: &api_key::Model) -> Self {
        Self {
            id: row.id,
            account_id: row.account_id,
            permissions: Permissions::from_bits(row.permissions),
            granted_through: row.granted_through_id,
            expires_at: row.expires_at,
            last_used_at: row.last_used_at,
        }
    }

    /// Whether a use at this instant is to be written down.
    pub fn is_use_due(&self, now: DateTime<Utc>) -> bool {
        self.last_used_at.is_none_or(|last| now - last >= USES_NOTED)
    }
}
