//! The rule: what a person holds on an account or a product. It denies by default.
#![deny(clippy::arithmetic_side_effects, clippy::as_conversions)]

use entities::id::{MembershipId, PartnershipId};
use entities::membership::Role;

use super::{Permission, Permissions};

/// One way in which something may be held, as the database has it at this instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// A membership of the account itself.
    Membership {
        /// The membership.
        membership: MembershipId,
        /// Its role.
        role: Role,
        /// What it carries.
        permissions: Permissions,
    },
    /// A membership of a partner that has an active, unexpired partnership with the account.
    Partnership {
        /// The membership of the partner.
        membership: MembershipId,
        /// The partnership.
        partnership: PartnershipId,
        /// What the membership carries in the partner's account.
        member: Permissions,
        /// What the partnership carries.
        carried: Permissions,
        /// Whether it covers all products of the client.
        covers_all: bool,
        /// Whether it covers the product that is asked about; false when the question is about the account.
        covers_target: bool,
    },
    /// One of the provider's staff.
    Staff,
}

/// What this way gives on the target. Source: rules §2, "Ways to hold a permission".
pub fn carried_by(way: Way) -> Permissions {
    match way {
        Way::Membership { permissions, .. } => permissions,
        Way::Partnership { member, carried, covers_all, covers_target, .. } => {
            let both = member.and(carried).and(Permissions::PARTNERSHIP);
            if covers_all {
                both
            } else if covers_target {
                both.and(Permissions::ABOUT_PRODUCTS)
            } else {
                Permissions::NONE
            }
        }
        Way::Staff => Permissions::ALL,
    }
}

/// What all ways together give.
pub fn carried_by_all(ways: &[Way]) -> Permissions {
    ways.iter().fold(Permissions::NONE, |all, way| all.or(carried_by(*way)))
}

/// What an action takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// A permission.
    Permission(Permission),
    /// To be OWNER or ADMIN: profile, enrolment, webhooks, account data. No permission gives it. Source: rules §2.
    Admin,
    /// To be OWNER: ownership, power of attorney. Source: rules §2.
    Owner,
}

/// How far a right must reach for an action.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// By membership or through a partnership.
    Any,
    /// Only by membership of the account: handing over, ending at once, whatever is about money.
    Member,
}

/// The first way that gives what is needed, for an action of this reach; none denies.
pub fn allows(ways: &[Way], need: Need, reach: Reach) -> Option<Way> {
    ways.iter().copied().find(|way| reaches(*way, reach) && fulfils(*way, need))
}

fn reaches(way: Way, reach: Reach) -> bool {
    match way {
        Way::Partnership { .. } => reach == Reach::Any,
        Way::Membership { .. } | Way::Staff => true,
    }
}

fn fulfils(way: Way, need: Need) -> bool {
    match (need, way) {
        (Need::Permission(permission), way) => carried_by(way).contains(permission),
        (Need::Admin, Way::Membership { role, .. }) => matches!(role, Role::Owner | Role::Admin),
        (Need::Owner, Way::Membership { role, .. }) => role == Role::Owner,
        (Need::Admin | Need::Owner, Way::Staff) => true,
        (Need::Admin | Need::Owner, Way::Partnership { .. }) => false,
    }
}
