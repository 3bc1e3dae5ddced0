//! What a membership may be.
#![deny(clippy::arithmetic_side_effects, clippy::as_conversions)]

use chrono::TimeDelta;
use entities::membership::Role;

use crate::error::{Code, Refusal};
use crate::patch::Patch;
use crate::permission::{Permission, Permissions};

/// How long an offer of membership lives, as the link in its mail. Source: rules §4.
pub const LAPSE: TimeDelta = TimeDelta::days(7);
/// The most offers of one account that wait at a time.
pub const MAX_PENDING: i64 = 500;

/// What a membership of this role carries: the role's bundle, unless it is narrowed or widened.
pub fn bundle(role: Role, chosen: Option<Permissions>) -> Result<Permissions, Refusal> {
    if role == Role::Owner {
        return Err(Refusal::invalid("role", "cannot be OWNER: ownership is handed over by transferOwnership"));
    }
    let permissions = chosen.unwrap_or_else(|| Permissions::of_role(role));
    if permissions.is_empty() { Err(Refusal::invalid("permissions", "must not be empty")) } else { Ok(permissions) }
}

/// Nobody grants what they do not hold. Source: rules §2.
pub fn only_what_is_held(granted: Permissions, held: Permissions) -> Result<(), Refusal> {
    let missing: Vec<_> = granted.iter().filter(|one| !held.contains(*one)).map(Permission::name).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let message = format!("You cannot give what you do not hold: {}.", missing.join(", "));
    Err(Refusal::new(Code::PermissionDenied, message).at(["permissions"]))
}

/// A membership's role and what it carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Held {
    /// The role.
    pub role: Role,
    /// What the role's bundle was narrowed or widened to.
    pub permissions: Permissions,
}

/// A membership after a change. A new role comes with its bundle, unless permissions are named; cleared permissions are the bundle
/// again.
pub fn changed(old: Held, role: Patch<Role>, permissions: Patch<Permissions>) -> Result<Held, Refusal> {
    let role = role.required("role")?;
    let chosen = match (permissions, role) {
        (Patch::Set(chosen), _) => Some(chosen),
        (Patch::Clear, _) | (Patch::Keep, Some(_)) => None,
        (Patch::Keep, None) => Some(old.permissions),
    };
    let role = role.unwrap_or(old.role);
    Ok(Held { role, permissions: bundle(role, chosen)? })
}

#[cfg(test)]
mod tests {
    use super::*;
    use Permission::{ManageMembers, Purchase, ViewProducts};

    fn set(permissions: &[Permission]) -> Permissions {
        permissions.iter().copied().collect()
    }

    fn field(refusal: Result<impl std::fmt::Debug, Refusal>) -> (Code, String) {
        let refusal = refusal.unwrap_err();
        (refusal.code, refusal.field.join("."))
    }

    /// S5.8: a role is a bundle, which a membership narrows or widens.
    #[test]
    fn a_role_is_a_bundle() {
        assert_eq!(bundle(Role::Viewer, None), Ok(set(&[ViewProducts])));
        assert_eq!(bundle(Role::Viewer, Some(set(&[Purchase]))), Ok(set(&[Purchase])));
        assert_eq!(bundle(Role::Admin, None), Ok(Permissions::ALL));
        assert_eq!(field(bundle(Role::Owner, None)), (Code::InvalidInput, "role".to_owned()));
        assert_eq!(field(bundle(Role::Viewer, Some(set(&[])))), (Code::InvalidInput, "permissions".to_owned()));
    }

    #[test]
    fn nobody_grants_what_they_do_not_hold() {
        let held = set(&[ViewProducts, ManageMembers]);
        assert_eq!(only_what_is_held(set(&[ViewProducts]), held), Ok(()));
        assert_eq!(only_what_is_held(Permissions::NONE, Permissions::NONE), Ok(()));
        let refusal = only_what_is_held(set(&[ViewProducts, Purchase]), held).unwrap_err();
        assert_eq!(
            (refusal.code, refusal.message.as_ref()),
            (Code::PermissionDenied, "You cannot give what you do not hold: PURCHASE.")
        );
    }

    #[test]
    fn a_change_says_what_it_says() {
        let old = Held { role: Role::Viewer, permissions: set(&[ViewProducts, Purchase]) };
        let after = |role, permissions| changed(old, role, permissions).unwrap();
        assert_eq!(after(Patch::Keep, Patch::Keep), old);
        let billing = Held { role: Role::Billing, permissions: Permissions::of_role(Role::Billing) };
        assert_eq!(after(Patch::Set(Role::Billing), Patch::Keep), billing);
        let narrowed = Held { role: Role::Billing, permissions: set(&[Purchase]) };
        assert_eq!(after(Patch::Set(Role::Billing), Patch::Set(set(&[Purchase]))), narrowed);
        assert_eq!(after(Patch::Keep, Patch::Clear), Held { permissions: set(&[ViewProducts]), ..old });
        assert_eq!(field(changed(old, Patch::Clear, Patch::Keep)), (Code::InvalidInput, "role".to_owned()));
        assert_eq!(field(changed(old, Patch::Set(Role::Owner), Patch::Keep)), (Code::InvalidInput, "role".to_owned()));
    }
}
