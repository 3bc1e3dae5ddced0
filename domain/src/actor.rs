//! Who asks.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use entities::id::{AccountId, MembershipId, SessionId, UserId};
use entities::membership::Role;

use crate::permission::{Permission, Permissions};

/// Who a use case acts for.
#[derive(Debug, Clone)]
pub enum Actor {
    /// Nobody signed in.
    Anonymous,
    /// A person, signed in.
    Person(Arc<Person>),
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
    /// Starts what recurs, and writes down what has lapsed.
    Schedule,
    /// An operator at the command line.
    Operator,
}

impl System {
    /// Each of them.
    pub const ALL: [Self; 5] = [Self::Renewals, Self::Cashback, Self::Mail, Self::Schedule, Self::Operator];
}

/// A signed-in person, as of the beginning of the request.
#[derive(Debug, Clone)]
pub struct Person {
    /// The user.
    pub user_id: UserId,
    /// The sign-in.
    pub session_id: SessionId,
    /// Lower-cased address.
    pub email: String,
    /// BCP 47.
    pub locale: String,
    /// When the address was verified.
    pub email_verified_at: Option<DateTime<Utc>>,
    /// One of the provider's own staff.
    pub is_staff: bool,
    /// All accounts that they are a member of.
    pub memberships: Vec<Member>,
    /// Where the request came from, for the audit log.
    pub ip: Option<String>,
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
    /// What the role's bundle was narrowed or widened to.
    pub permissions: Permissions,
}

impl Actor {
    /// The person, if it is one.
    pub fn person(&self) -> Option<&Person> {
        match self {
            Self::Person(person) => Some(person),
            Self::Anonymous | Self::System(_) => None,
        }
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
            Self::Anonymous => false,
        }
    }

    /// The accounts in which a membership of this person carries the permission.
    pub fn accounts_with(&self, permission: Permission) -> Vec<AccountId> {
        let members = self.person().map_or(&[][..], |person| &person.memberships);
        members.iter().filter(|m| m.permissions.contains(permission)).map(|m| m.account_id).collect()
    }

    /// All accounts that this person is a member of.
    pub fn accounts(&self) -> Vec<AccountId> {
        self.person().map_or_else(Vec::new, |person| person.memberships.iter().map(|m| m.account_id).collect())
    }
}
