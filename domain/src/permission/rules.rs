//! The rule: what a person holds on an account or a product. It denies by default.
#![deny(clippy::arithmetic_side_effects, clippy::as_conversions)]

use entities::contributor::ContributorRole;
use entities::id::{AccountId, ContributorId, MembershipId, PartnershipId};
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
    /// A contribution to the product that is asked about.
    Contributor {
        /// The contribution.
        contributor: ContributorId,
        /// What the contributor may do there.
        role: ContributorRole,
        /// The partnership through which it was granted, if it was one, and that carries it still.
        granted_through: Option<PartnershipId>,
        /// Where an account contributes: that account, the membership of it, and what that carries.
        of_account: Option<(AccountId, MembershipId, Permissions)>,
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
        Way::Contributor { .. } => on_content(way).and(Permission::ViewProducts.into()),
        Way::Staff => Permissions::ALL,
    }
}

/// What a contribution gives on the content of its product: VIEW_PRODUCTS, and, to an editor, what others need MANAGE_PRODUCTS for.
/// An account's contribution is its members' as far as their membership goes. Every other way gives there what it gives anyway.
fn on_content(way: Way) -> Permissions {
    let Way::Contributor { role, of_account, .. } = way else { return carried_by(way) };
    let given = match role {
        ContributorRole::Viewer => Permission::ViewProducts.into(),
        ContributorRole::Editor => Permissions::CONTRIBUTORS,
    };
    of_account.map_or(given, |(_, _, member)| given.and(member))
}

impl Way {
    /// The partnership that it goes through: what is granted by this way stays within it, in scope and in time.
    pub const fn partnership(&self) -> Option<PartnershipId> {
        match self {
            Self::Partnership { partnership, .. }
            | Self::Membership { granted_through: Some((partnership, _)), .. }
            | Self::Contributor { granted_through: Some(partnership), .. } => Some(*partnership),
            Self::Membership { granted_through: None, .. }
            | Self::Contributor { granted_through: None, .. }
            | Self::Staff => None,
        }
    }
}

/// What is left of a way for a key of the person who has it; nothing of a way by which the key was not made.
///
/// A key that was made by a membership acts like that membership, narrowed: also through the account's partnerships with its
/// clients, and what the account contributes to. What a person contributes to by their address is no key's: a key is nobody in
/// person. One that was made through a partnership acts in the client's account alone, as long as the partnership covers all of it:
/// with chosen products it could not have made one. Source: rules §2, "Nobody grants what they do not hold".
pub fn narrowed_by_key(way: Way, on: AccountId, key: &Key) -> Option<Way> {
    let is_its_own = match (key.granted_through, way) {
        (None, Way::Membership { granted_through: None, .. }) => on == key.account_id,
        (None, Way::Partnership { partner, .. }) => partner == key.account_id,
        (None, Way::Contributor { of_account: Some((account, ..)), .. }) => account == key.account_id,
        (Some(through), Way::Membership { .. } | Way::Partnership { covers_all: true, .. }) => {
            on == key.account_id && way.partnership() == Some(through)
        }
        (_, Way::Membership { .. } | Way::Partnership { .. } | Way::Contributor { .. } | Way::Staff) => false,
    };
    is_its_own.then(|| match way {
        Way::Membership { membership, role: _, permissions, granted_through } => {
            Way::Membership { membership, role: None, permissions: permissions.and(key.permissions), granted_through }
        }
        Way::Partnership { membership, partner, partnership, member, carried, covers_all, covers_target } => {
            let member = member.and(key.permissions);
            Way::Partnership { membership, partner, partnership, member, carried, covers_all, covers_target }
        }
        Way::Contributor { contributor, role, granted_through, of_account } => {
            let narrowed =
                |(account, membership, member): (_, _, Permissions)| (account, membership, member.and(key.permissions));
            Way::Contributor { contributor, role, granted_through, of_account: of_account.map(narrowed) }
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
    /// The same, or as a contributor: what is the product's content. Source: rules §2, S1.5.
    Content,
    /// Only by membership of the account: handing over, ending at once, whatever is about money. One that was granted through a
    /// partnership is none of that.
    Member,
}

/// A way that gives what is needed, for an action of this reach, one's own before one through a partnership; none denies.
pub fn allows(ways: &[Way], need: Need, reach: Reach) -> Option<Way> {
    let giving = ways.iter().copied().filter(|way| reaches(*way, reach) && fulfils(*way, need));
    giving.min_by_key(|way| (matches!(way, Way::Contributor { .. }), way.partnership().is_some()))
}

fn reaches(way: Way, reach: Reach) -> bool {
    match (way, reach) {
        (_, Reach::Content) => true,
        (Way::Contributor { .. }, Reach::Any | Reach::Member) => false,
        (_, Reach::Any) => true,
        (_, Reach::Member) => way.partnership().is_none(),
    }
}

fn fulfils(way: Way, need: Need) -> bool {
    match (need, way) {
        // a contribution reaches nothing but content
        (Need::Permission(permission), way) => on_content(way).contains(permission),
        (Need::Admin, Way::Membership { role, .. }) => matches!(role, Some(Role::Owner | Role::Admin)),
        (Need::Owner, Way::Membership { role, .. }) => role == Some(Role::Owner),
        (Need::Admin | Need::Staff, Way::Staff) => true,
        (Need::Owner, Way::Staff)
        | (Need::Staff, Way::Membership { .. })
        | (Need::Admin | Need::Owner | Need::Staff, Way::Partnership { .. } | Way::Contributor { .. }) => false,
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use Permission::{ManageMembers, ManageProducts, Purchase, ViewInvoices, ViewProducts};

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
    fn contributor(role: ContributorRole, member: Option<&[Permission]>) -> Way {
        let contributor = Uuid::nil().into();
        let of_account = member.map(|permissions| (OTHER, MEMBERSHIP, set(permissions)));
        Way::Contributor { contributor, role, granted_through: None, of_account }
    }

    /// S1.3 to S1.5: a contributor sees the product; an editor also changes its content, and nothing that reaches further.
    #[test]
    fn a_contributor_has_a_part_in_the_content_alone() {
        let (viewer, editor) = (ContributorRole::Viewer, ContributorRole::Editor);
        for (way, sees, edits) in [
            (contributor(viewer, None), true, false),
            (contributor(editor, None), true, true),
            (contributor(editor, Some(&[ViewProducts, ManageProducts])), true, true),
            (contributor(editor, Some(&[ViewProducts, Purchase])), true, false),
            (contributor(viewer, Some(&[ViewProducts, ManageProducts])), true, false),
            (contributor(editor, Some(&[Purchase])), false, false),
        ] {
            let gives = |permission, reach| allows(&[way], Need::Permission(permission), reach).is_some();
            assert_eq!(carried_by(way), if sees { set(&[ViewProducts]) } else { Permissions::NONE }, "{way:?}");
            assert_eq!(gives(ViewProducts, Reach::Content), sees, "{way:?}");
            assert_eq!(gives(ManageProducts, Reach::Content), edits, "{way:?}");
            for permission in Permission::ALL {
                assert!(!gives(permission, Reach::Any) && !gives(permission, Reach::Member), "{way:?}");
            }
            assert!(!gives(Purchase, Reach::Content), "{way:?}");
            for need in [Need::Admin, Need::Owner, Need::Staff] {
                assert_eq!(allows(&[way], need, Reach::Content), None, "{way:?}");
            }
        }
        let (own, through) = (member(&[ManageProducts]), partner(&[ManageProducts], &[ManageProducts]));
        let ways = [contributor(editor, None), through, own];
        assert_eq!(allows(&ways, Need::Permission(ManageProducts), Reach::Content), Some(own));
        assert_eq!(allows(&ways[..2], Need::Permission(ManageProducts), Reach::Content), Some(through));
    }

    /// What a person contributes to is no key's; what an account contributes to is, narrowed.
    #[test]
    fn a_key_contributes_for_its_account_alone() {
        let of_account = contributor(ContributorRole::Editor, Some(&[ViewProducts, ManageProducts]));
        let narrowed = narrowed_by_key(of_account, CLIENT, &key(OTHER, None, &[ViewProducts])).expect("its account's");
        assert!(allows(&[narrowed], Need::Permission(ViewProducts), Reach::Content).is_some());
        assert!(allows(&[narrowed], Need::Permission(ManageProducts), Reach::Content).is_none());
        for (way, key) in [
            (of_account, key(PARTNER, None, &[ViewProducts])),
            (of_account, key(OTHER, Some(THROUGH), &[ViewProducts])),
            (contributor(ContributorRole::Viewer, None), key(OTHER, None, &[ViewProducts])),
        ] {
            assert_eq!(narrowed_by_key(way, CLIENT, &key), None, "{way:?}");
        }
    }
}
