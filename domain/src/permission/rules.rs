//! The rule: what a person holds on an account or a product. It denies by default.
#![deny(clippy::arithmetic_side_effects, clippy::as_conversions)]

use entities::id::{AccountId, MembershipId, PartnershipId};
use entities::membership::Role;

use super::{Permission, Permissions};
use crate::actor::Key;

/// One way in which something may be held, as the database has it at this instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// A membership of the account itself.
    Membership {
        /// The membership.
        membership: MembershipId,
        /// Its role, for the acts that go with one. A key has none, and none comes through a partnership.
        role: Option<Role>,
        /// What it carries.
        permissions: Permissions,
        /// The partnership through which it was granted, if it was one, and what that carries.
        granted_through: Option<(PartnershipId, Permissions)>,
    },
    /// A membership of a partner that has an active, unexpired partnership with the account.
    Partnership {
        /// The membership of the partner.
        membership: MembershipId,
        /// The partner.
        partner: AccountId,
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
        Way::Membership { permissions, granted_through: None, .. } => permissions,
        Way::Membership { permissions, granted_through: Some((_, carried)), .. } => {
            permissions.and(carried).and(Permissions::PARTNERSHIP)
        }
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

impl Way {
    /// The partnership that it goes through: what is granted by this way stays within it, in scope and in time.
    pub const fn partnership(&self) -> Option<PartnershipId> {
        match self {
            Self::Partnership { partnership, .. }
            | Self::Membership { granted_through: Some((partnership, _)), .. } => Some(*partnership),
            Self::Membership { granted_through: None, .. } | Self::Staff => None,
        }
    }
}

/// What is left of a way for a key of the person who has it; nothing of a way by which the key was not made.
///
/// A key that was made by a membership acts like that membership, narrowed: also through the account's partnerships with its
/// clients. One that was made through a partnership acts in the client's account alone, as long as the partnership covers all of it:
/// with chosen products it could not have made one. Source: rules §2, "Nobody grants what they
/// do not hold".
pub fn narrowed_by_key(way: Way, on: AccountId, key: &Key) -> Option<Way> {
    let is_its_own = match (key.granted_through, way) {
        (None, Way::Membership { granted_through: None, .. }) => on == key.account_id,
        (None, Way::Partnership { partner, .. }) => partner == key.account_id,
        (Some(through), Way::Membership { .. } | Way::Partnership { covers_all: true, .. }) => {
            on == key.account_id && way.partnership() == Some(through)
        }
        (_, Way::Membership { .. } | Way::Partnership { .. } | Way::Staff) => false,
    };
    is_its_own.then(|| match way {
        Way::Membership { membership, role: _, permissions, granted_through } => {
            Way::Membership { membership, role: None, permissions: permissions.and(key.permissions), granted_through }
        }
        Way::Partnership { membership, partner, partnership, member, carried, covers_all, covers_target } => {
            let member = member.and(key.permissions);
            Way::Partnership { membership, partner, partnership, member, carried, covers_all, covers_target }
        }
        Way::Staff => Way::Staff,
    })
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
    /// To be OWNER: ownership, power of attorney. Nobody does it in the owner's place, staff neither. Source: rules §2.
    Owner,
    /// To be one of the provider's staff. Source: rules §5, "Power of attorney".
    Staff,
}

/// How far a right must reach for an action.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// By membership or through a partnership.
    Any,
    /// Only by membership of the account: handing over, ending at once, whatever is about money. One that was granted through a
    /// partnership is none of that.
    Member,
}

/// A way that gives what is needed, for an action of this reach, one's own before one through a partnership; none denies.
pub fn allows(ways: &[Way], need: Need, reach: Reach) -> Option<Way> {
    let giving = ways.iter().copied().filter(|way| reaches(*way, reach) && fulfils(*way, need));
    giving.min_by_key(|way| way.partnership().is_some())
}

fn reaches(way: Way, reach: Reach) -> bool {
    reach == Reach::Any || way.partnership().is_none()
}

fn fulfils(way: Way, need: Need) -> bool {
    match (need, way) {
        (Need::Permission(permission), way) => carried_by(way).contains(permission),
        (Need::Admin, Way::Membership { role, .. }) => matches!(role, Some(Role::Owner | Role::Admin)),
        (Need::Owner, Way::Membership { role, .. }) => role == Some(Role::Owner),
        (Need::Admin | Need::Staff, Way::Staff) => true,
        (Need::Owner, Way::Staff)
        | (Need::Staff, Way::Membership { .. })
        | (Need::Admin | Need::Owner | Need::Staff, Way::Partnership { .. }) => false,
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use Permission::{ManageMembers, Purchase, ViewInvoices, ViewProducts};

    const CLIENT: AccountId = AccountId(Uuid::from_u128(1));
    const PARTNER: AccountId = AccountId(Uuid::from_u128(2));
    const OTHER: AccountId = AccountId(Uuid::from_u128(3));
    const THROUGH: PartnershipId = PartnershipId(Uuid::from_u128(4));
    const MEMBERSHIP: MembershipId = MembershipId(Uuid::from_u128(5));

    fn set(permissions: &[Permission]) -> Permissions {
        permissions.iter().copied().collect()
    }

    fn member(permissions: &[Permission]) -> Way {
        Way::Membership {
            membership: MEMBERSHIP,
            role: Some(Role::Owner),
            permissions: set(permissions),
            granted_through: None,
        }
    }

    fn granted(permissions: &[Permission], carried: &[Permission]) -> Way {
        let granted_through = Some((THROUGH, set(carried)));
        Way::Membership { membership: MEMBERSHIP, role: None, permissions: set(permissions), granted_through }
    }

    fn partner(member: &[Permission], carried: &[Permission]) -> Way {
        Way::Partnership {
            membership: MEMBERSHIP,
            partner: PARTNER,
            partnership: THROUGH,
            member: set(member),
            carried: set(carried),
            covers_all: true,
            covers_target: false,
        }
    }

    fn key(account_id: AccountId, granted_through: Option<PartnershipId>, permissions: &[Permission]) -> Key {
        let permissions = set(permissions);
        let id = Uuid::nil().into();
        Key { id, account_id, permissions, granted_through, expires_at: None, last_used_at: None }
    }

    /// S5.8: what was granted through a partnership is in both, and never more than a partnership can carry.
    #[test]
    fn a_granted_membership_stays_within_its_partnership() {
        let way = granted(&[ViewProducts, Purchase, ViewInvoices], &[ViewProducts, ManageMembers, ViewInvoices]);
        assert_eq!(carried_by(way), set(&[ViewProducts]));
        assert_eq!(allows(&[way], Need::Permission(ViewProducts), Reach::Any), Some(way));
        assert_eq!(
            allows(&[way], Need::Permission(ViewProducts), Reach::Member),
            None,
            "it is no membership of the client's own"
        );
        let own = member(&[ViewProducts]);
        assert_eq!(allows(&[way, own], Need::Permission(ViewProducts), Reach::Member), Some(own));
    }

    /// A key carries what it was given of what its creator holds by the way by which it was made.
    #[test]
    fn a_key_narrows_the_way_by_which_it_was_made() {
        let carries = |way, on, key| narrowed_by_key(way, on, &key).map(carried_by);
        let all = [ViewProducts, Purchase, ManageMembers];
        let own = key(PARTNER, None, &[ViewProducts, ViewInvoices]);
        assert_eq!(carries(member(&all), PARTNER, own), Some(set(&[ViewProducts])));
        assert_eq!(
            carries(partner(&all, &all), CLIENT, own),
            Some(set(&[ViewProducts])),
            "as its account's partnerships"
        );
        assert_eq!(carries(member(&all), CLIENT, own), None, "another account of its creator");
        assert_eq!(carries(partner(&all, &all), CLIENT, key(OTHER, None, &all)), None);
        assert_eq!(carries(granted(&all, &all), PARTNER, own), None, "a way by which it was not made");
        assert_eq!(carries(Way::Staff, PARTNER, own), None);

        let through = key(CLIENT, Some(THROUGH), &[ViewProducts]);
        assert_eq!(carries(partner(&all, &all), CLIENT, through), Some(set(&[ViewProducts])));
        assert_eq!(carries(granted(&all, &all), CLIENT, through), Some(set(&[ViewProducts])));
        assert_eq!(
            carries(member(&all), CLIENT, through),
            None,
            "it ends with its partnership, whatever its creator is now"
        );
        assert_eq!(carries(partner(&all, &all), OTHER, through), None);
        let Way::Partnership { membership, partner: by, partnership, member, carried, .. } = partner(&all, &all) else {
            panic!("no partnership")
        };
        let chosen = Way::Partnership {
            membership,
            partner: by,
            partnership,
            member,
            carried,
            covers_all: false,
            covers_target: true,
        };
        assert_eq!(carries(chosen, CLIENT, through), None, "the partnership covers chosen products by now");
        let another = key(CLIENT, Some(PartnershipId(Uuid::from_u128(9))), &all);
        assert_eq!(carries(partner(&all, &all), CLIENT, another), None);
    }
}
