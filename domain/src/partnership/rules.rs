//! What may be offered, and what counts at an instant.
#![deny(clippy::arithmetic_side_effects, clippy::as_conversions)]

use chrono::{DateTime, TimeDelta, Utc};
use entities::invitation::{AccessLevel, InvitationStatus};
use entities::partnership::{PartnershipStatus, PayerKind};

use crate::error::{Code, Refusal};
use crate::permission::Permissions;

/// An invitation lapses after so many days. Source: rules §4.
pub const LAPSE: TimeDelta = TimeDelta::days(30);
/// The longest message beside an invitation or its rejection, in characters.
pub const MESSAGE: usize = 2_000;
/// The most products that one invitation names.
pub const PRODUCTS: usize = 500;

/// Access as it is asked for.
#[derive(Debug, Clone, Copy)]
pub struct Asked {
    /// All, or a part.
    pub access_level: AccessLevel,
    /// Which, with PARTIAL.
    pub permissions: Option<Permissions>,
    /// How many products are named; none where all are meant.
    pub products: Option<usize>,
    /// Who pays.
    pub payer: Option<PayerKind>,
    /// When access ends by itself.
    pub expires_at: Option<DateTime<Utc>>,
}

/// Access that can be granted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Terms {
    /// All, or a part.
    pub access_level: AccessLevel,
    /// What it comes to.
    pub permissions: Permissions,
    /// Whether future products are covered, too.
    pub has_all_products: bool,
    /// Who pays; decided with full access only.
    pub payer: Option<PayerKind>,
    /// When access ends by itself.
    pub expires_at: Option<DateTime<Utc>>,
}

/// Whether access of this kind can be granted: what can be asked for, with a decision on who pays where it is FULL.
/// Source: rules §2, S2.2, S2.3, S3.12.
pub fn terms(asked: Asked, now: DateTime<Utc>) -> Result<Terms, Refusal> {
    let terms = request(asked, now)?;
    if terms.access_level == AccessLevel::Full && terms.payer.is_none() {
        return Err(Refusal::invalid("payer", "must be decided with FULL access"));
    }
    Ok(terms)
}

/// Whether access of this kind can be asked for. FULL is everything that a partnership carries, on every product, and may leave it
/// to the client who pays; PARTIAL is a chosen part, paid by the client. Source: rules §2, S2.2, S3.12.
pub fn request(asked: Asked, now: DateTime<Utc>) -> Result<Terms, Refusal> {
    let Asked { access_level, permissions, products, payer, expires_at } = asked;
    if expires_at.is_some_and(|at| at <= now) {
        return Err(Refusal::invalid("accessExpiresAt", "must be in the future"));
    }
    if products == Some(0) {
        return Err(Refusal::invalid("productIds", "must name a product; leave it out for all"));
    }
    if products.is_some_and(|named| named > PRODUCTS) {
        return Err(Refusal::invalid("productIds", format!("must name at most {PRODUCTS} products")));
    }
    let permissions = match access_level {
        AccessLevel::Full => full(permissions, products)?,
        AccessLevel::Partial => partial(permissions, products, payer)?,
    };
    Ok(Terms { access_level, permissions, has_all_products: products.is_none(), payer, expires_at })
}

fn full(permissions: Option<Permissions>, products: Option<usize>) -> Result<Permissions, Refusal> {
    if permissions.is_some() {
        return Err(Refusal::invalid("permissions", "go with PARTIAL access; FULL is all of them"));
    }
    if products.is_some() {
        return Err(Refusal::invalid("productIds", "go with PARTIAL access; FULL is on all products"));
    }
    Ok(Permissions::PARTNERSHIP)
}

fn partial(
    permissions: Option<Permissions>,
    products: Option<usize>,
    payer: Option<PayerKind>,
) -> Result<Permissions, Refusal> {
    if payer == Some(PayerKind::Partner) {
        let message = "The partner can pay only where it has full access.";
        return Err(Refusal::new(Code::PayerRequiresFullAccess, message).at(["payer"]));
    }
    let permissions = permissions.unwrap_or_default();
    if permissions.is_empty() {
        return Err(Refusal::invalid("permissions", "must be chosen with PARTIAL access"));
    }
    let (can_be_carried, what) = match products {
        None => (Permissions::PARTNERSHIP, "contain one that a partnership cannot carry"),
        Some(_) => (Permissions::ABOUT_PRODUCTS, "contain one that cannot be given on chosen products"),
    };
    if can_be_carried.covers(permissions) { Ok(permissions) } else { Err(Refusal::invalid("permissions", what)) }
}

/// What the client makes of a request: what it leaves out is as it was asked for.
#[derive(Debug, Clone, Copy, Default)]
pub struct Answer {
    /// All, or a part.
    pub access_level: Option<AccessLevel>,
    /// Which, with PARTIAL.
    pub permissions: Option<Permissions>,
    /// How many products are named; none where all are meant.
    pub products: Option<usize>,
    /// Who pays.
    pub payer: Option<PayerKind>,
}

/// Whether a request can be answered with this access: as much as was asked for or less, never more. Who pays is the client's
/// decision, whatever was proposed. Source: rules §5, S2.3.
pub fn granted(asked: &Terms, answer: Answer, now: DateTime<Utc>) -> Result<Terms, Refusal> {
    let Answer { access_level, permissions, products, payer } = answer;
    let access_level = access_level.unwrap_or(asked.access_level);
    if access_level == AccessLevel::Full && asked.access_level == AccessLevel::Partial {
        return Err(Refusal::invalid("accessLevel", "is more than was asked for"));
    }
    let as_asked = match (asked.access_level, products) {
        (AccessLevel::Full, _) => None,
        (AccessLevel::Partial, None) => Some(asked.permissions),
        (AccessLevel::Partial, Some(_)) => Some(asked.permissions.and(Permissions::ABOUT_PRODUCTS)),
    };
    let proposed = asked.payer.filter(|_| access_level == AccessLevel::Full);
    let permissions = permissions.or(as_asked);
    let payer = payer.or(proposed);
    let terms = terms(Asked { access_level, permissions, products, payer, expires_at: asked.expires_at }, now)?;
    if asked.permissions.covers(terms.permissions) {
        Ok(terms)
    } else {
        Err(Refusal::invalid("permissions", "contain one that was not asked for"))
    }
}

/// What an invitation is at an instant: an overdue one has expired, whether or not anybody wrote that down.
pub fn status_at(status: InvitationStatus, expires_at: DateTime<Utc>, now: DateTime<Utc>) -> InvitationStatus {
    if status == InvitationStatus::Pending && expires_at <= now { InvitationStatus::Expired } else { status }
}

/// Whether a partnership gives anything at an instant.
pub fn is_in_force(status: PartnershipStatus, expires_at: Option<DateTime<Utc>>, now: DateTime<Utc>) -> bool {
    status == PartnershipStatus::Active && expires_at.is_none_or(|at| at > now)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::permission::Permission;

    const FULL: Asked = Asked {
        access_level: AccessLevel::Full,
        permissions: None,
        products: None,
        payer: Some(PayerKind::Client),
        expires_at: None,
    };

    fn part(permissions: &[Permission]) -> Asked {
        let permissions = Some(permissions.iter().copied().collect());
        Asked { access_level: AccessLevel::Partial, permissions, payer: None, ..FULL }
    }

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(seconds, 0).unwrap()
    }

    fn refused(asked: Asked) -> (Code, String) {
        let refusal = terms(asked, at(0)).unwrap_err();
        (refusal.code, refusal.field.join("."))
    }

    /// S2.1, S2.3, S3.12a: full access is all of it, with a payer decided.
    #[test]
    fn full_access_needs_a_payer() {
        let granted = terms(FULL, at(0)).unwrap();
        assert_eq!((granted.permissions, granted.has_all_products), (Permissions::PARTNERSHIP, true));
        assert!(terms(Asked { payer: Some(PayerKind::Partner), ..FULL }, at(0)).is_ok());
        assert_eq!(refused(Asked { payer: None, ..FULL }), (Code::InvalidInput, "payer".into()));
        assert_eq!(
            refused(Asked { permissions: Some(Permission::ViewProducts.into()), ..FULL }),
            (Code::InvalidInput, "permissions".into())
        );
        assert_eq!(refused(Asked { products: Some(1), ..FULL }), (Code::InvalidInput, "productIds".into()));
    }

    /// S2.2, S3.12b: partial access is a chosen part, and the client pays.
    #[test]
    fn partial_access_is_a_part_that_the_client_pays() {
        use Permission::{ManageBilling, ManageMembers, ManagePartners, Purchase, ViewInvoices, ViewProducts};
        let granted = terms(part(&[ViewProducts, Purchase]), at(0)).unwrap();
        assert_eq!(granted.permissions, [ViewProducts, Purchase].into_iter().collect());
        assert_eq!(
            refused(Asked { payer: Some(PayerKind::Partner), ..part(&[ViewProducts]) }),
            (Code::PayerRequiresFullAccess, "payer".into())
        );
        assert!(terms(Asked { payer: Some(PayerKind::Client), ..part(&[ViewProducts]) }, at(0)).is_ok());
        for never in [ViewInvoices, ManageBilling, ManagePartners] {
            assert_eq!(refused(part(&[ViewProducts, never])), (Code::InvalidInput, "permissions".into()));
        }
        assert_eq!(refused(part(&[])), (Code::InvalidInput, "permissions".into()));
        assert!(terms(part(&[ManageMembers]), at(0)).is_ok());
        let chosen = Asked { products: Some(1), ..part(&[ManageMembers]) };
        assert_eq!(refused(chosen), (Code::InvalidInput, "permissions".into()));
        let none = Asked { products: Some(0), ..part(&[ViewProducts]) };
        assert_eq!(refused(none), (Code::InvalidInput, "productIds".into()));
    }

    /// S2.3: who pays is the client's decision; a request may leave it open, a grant may not.
    #[test]
    fn a_request_may_leave_the_payer_open() {
        let asked = request(Asked { payer: None, ..FULL }, at(0)).unwrap();
        assert_eq!((asked.permissions, asked.payer), (Permissions::PARTNERSHIP, None));
        let refusal = granted(&asked, Answer::default(), at(0)).unwrap_err();
        assert_eq!((refusal.code, refusal.field.join(".")), (Code::InvalidInput, "payer".into()));
        let answer = Answer { payer: Some(PayerKind::Client), ..Answer::default() };
        assert_eq!(granted(&asked, answer, at(0)).unwrap().payer, Some(PayerKind::Client));
    }

    /// A grant is what was asked for, or less; never more. Source: rules §5.
    #[test]
    fn no_more_is_granted_than_was_asked_for() {
        use AccessLevel::{Full, Partial};
        use Permission::{ManageMembers, ManageProducts, Purchase, ViewProducts};
        let set = |all: &[Permission]| -> Permissions { all.iter().copied().collect() };
        let full = request(FULL, at(0)).unwrap();
        let part = request(part(&[ViewProducts, Purchase, ManageMembers]), at(0)).unwrap();
        let cases = [
            // asked, level, permissions, products, payer → what comes of it, or the field that is wrong
            (
                &full,
                None,
                None,
                None,
                None,
                Ok((
                    set(&[ViewProducts, ManageProducts, Purchase, Permission::ContactSupport, ManageMembers]),
                    Some(PayerKind::Client),
                )),
            ),
            (
                &full,
                None,
                None,
                None,
                Some(PayerKind::Partner),
                Ok((Permissions::PARTNERSHIP, Some(PayerKind::Partner))),
            ),
            (&full, Some(Partial), Some(set(&[ViewProducts])), None, None, Ok((set(&[ViewProducts]), None))),
            (&full, Some(Partial), Some(set(&[ViewProducts])), Some(2), None, Ok((set(&[ViewProducts]), None))),
            (&full, Some(Partial), None, None, None, Err("permissions")),
            (&full, None, Some(set(&[ViewProducts])), None, None, Err("permissions")),
            (&full, None, None, Some(1), None, Err("productIds")),
            (&part, None, None, None, None, Ok((set(&[ViewProducts, Purchase, ManageMembers]), None))),
            (&part, None, None, Some(1), None, Ok((set(&[ViewProducts, Purchase]), None))),
            (&part, None, Some(set(&[Purchase])), None, None, Ok((set(&[Purchase]), None))),
            (&part, None, Some(set(&[ViewProducts, ManageProducts])), None, None, Err("permissions")),
            (&part, Some(Full), None, None, Some(PayerKind::Client), Err("accessLevel")),
            (&part, None, None, None, Some(PayerKind::Partner), Err("payer")),
            (&part, None, Some(Permissions::NONE), None, None, Err("permissions")),
        ];
        for (asked, access_level, permissions, products, payer, expected) in cases {
            let answer = Answer { access_level, permissions, products, payer };
            let end = granted(asked, answer, at(0)).map(|terms| (terms.permissions, terms.payer));
            assert_eq!(end.map_err(|refusal| refusal.field.join(".")), expected.map_err(str::to_owned), "{answer:?}");
        }
    }

    #[test]
    fn access_ends_in_the_future() {
        assert_eq!(refused(Asked { expires_at: Some(at(0)), ..FULL }), (Code::InvalidInput, "accessExpiresAt".into()));
        assert!(terms(Asked { expires_at: Some(at(1)), ..FULL }, at(0)).is_ok());
    }

    #[test]
    fn what_is_overdue_has_ended() {
        assert_eq!(status_at(InvitationStatus::Pending, at(10), at(9)), InvitationStatus::Pending);
        assert_eq!(status_at(InvitationStatus::Pending, at(10), at(10)), InvitationStatus::Expired);
        assert_eq!(status_at(InvitationStatus::Accepted, at(10), at(11)), InvitationStatus::Accepted);
        assert!(is_in_force(PartnershipStatus::Active, None, at(0)));
        assert!(!is_in_force(PartnershipStatus::Active, Some(at(5)), at(5)));
        assert!(!is_in_force(PartnershipStatus::Frozen, None, at(0)));
    }
}
