//! Members of an account.

use domain::permission::Permission;

use super::Sample;
use crate::notification::{Content, Owner, Role};

/// From the invitation to the end, and who owns the account.
pub(super) fn all(name: &str) -> Vec<Sample> {
    let name = || name.to_owned();
    let some = || vec![name(), "deploy".to_owned()];
    let some_permissions = || vec!["VIEW_PRODUCTS".to_owned(), "PURCHASE".to_owned()];
    let all_permissions = Permission::ALL.iter().map(|permission| permission.name().to_owned()).collect();
    let invited = |role, permissions, has_sign_in| Content::MemberInvited {
        account: name(),
        invited_by: "Jo Bolt".to_owned(),
        role,
        permissions,
        has_sign_in,
        valid_for_hours: 168,
    };
    let changed = |role| Content::MembershipChanged {
        account: name(),
        changed_by: name(),
        role,
        permissions: some_permissions(),
    };
    let removed = Content::MembershipEnded {
        account: name(),
        ended_by: Some("Jo Bolt".to_owned()),
        partner: None,
        keys: some(),
        invitations: vec!["new@bolt.example".to_owned()],
        memberships: some(),
        clients: 12,
    };
    let with_partner = Content::MembershipEnded {
        account: name(),
        ended_by: None,
        partner: Some("Acme Studio".to_owned()),
        keys: vec![],
        invitations: vec![],
        memberships: vec![],
        clients: 0,
    };
    let granted = Content::GrantsEnded {
        partner: name(),
        members: vec![format!("{} (vi@bolt.example)", name())],
        keys: some(),
        invitations: vec![],
        covers_account: false,
        contributors: vec![],
    };
    let narrowed = Content::GrantsEnded {
        partner: name(),
        members: vec![],
        keys: vec![],
        invitations: vec![],
        covers_account: true,
        contributors: vec![format!("zoe@bolt.example ({})", name())],
    };
    let owner = |to| Content::OwnershipTransferred {
        to,
        account: name(),
        former: "Jo Bolt".to_owned(),
        new: "Vi Bolt".to_owned(),
    };
    vec![
        ("new", invited(Role::Technical, some_permissions(), false)),
        ("known", invited(Role::Admin, all_permissions, true)),
        ("billing", changed(Role::Billing)),
        ("viewer", changed(Role::Viewer)),
        ("owner", changed(Role::Owner)),
        ("removed", removed),
        ("with its partnership", with_partner),
        ("granted", granted),
        ("granted, narrowed", narrowed),
        ("new", owner(Owner::New)),
        ("former", owner(Owner::Former)),
    ]
}
