use super::*;
use entities::id::{AccountId, PartnershipId, ProductId};

use crate::patch::Patch;
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
        (&full, None, None, None, Some(PayerKind::Partner), Ok((Permissions::PARTNERSHIP, Some(PayerKind::Partner)))),
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

fn stands(access_level: AccessLevel, permissions: &[Permission], has_all_products: bool) -> Terms {
    let payer = (access_level == AccessLevel::Full).then_some(PayerKind::Partner);
    Terms {
        access_level,
        permissions: permissions.iter().copied().collect(),
        has_all_products,
        payer,
        expires_at: None,
    }
}

fn to(access_level: AccessLevel) -> Change {
    let (permissions, products, payer, expires_at) = (Patch::Keep, Patch::Keep, Patch::Keep, Patch::Keep);
    Change { access_level, permissions, products, payer, expires_at }
}

/// S2.2, S2.3: what stands is kept where nothing is said, but not across levels: FULL takes a decision on who pays, PARTIAL one on what.
#[test]
fn a_change_keeps_what_it_does_not_name() {
    use AccessLevel::{Full, Partial};
    use Permission::{ManageMembers, Purchase, ViewProducts};
    let full = Terms { permissions: Permissions::PARTNERSHIP, ..stands(Full, &[], true) };
    let part = stands(Partial, &[ViewProducts, Purchase], false);
    let set = |all: &[Permission]| Patch::Set(all.iter().copied().collect::<Permissions>());
    let view = Permissions::from(ViewProducts);
    let both: Permissions = [ViewProducts, Purchase].into_iter().collect();
    let partner = Some(PayerKind::Partner);
    let cases = [
        // what stands, what is asked, what comes of it (permissions, all products, payer) or the field that is wrong
        (&full, to(Full), Ok((Permissions::PARTNERSHIP, true, partner))),
        (
            &full,
            Change { payer: Patch::Set(PayerKind::Client), ..to(Full) },
            Ok((Permissions::PARTNERSHIP, true, Some(PayerKind::Client))),
        ),
        (&full, Change { payer: Patch::Clear, ..to(Full) }, Err("payer")),
        (&full, Change { permissions: set(&[ViewProducts]), ..to(Full) }, Err("permissions")),
        (&full, to(Partial), Err("permissions")),
        (&full, Change { permissions: set(&[ViewProducts]), ..to(Partial) }, Ok((view, true, None))),
        (
            &full,
            Change { permissions: set(&[ViewProducts]), payer: Patch::Set(PayerKind::Partner), ..to(Partial) },
            Err("payer"),
        ),
        (
            &full,
            Change { permissions: set(&[ViewProducts]), products: Patch::Set(3), ..to(Partial) },
            Ok((view, false, None)),
        ),
        (&full, Change { expires_at: Patch::Set(at(0)), ..to(Full) }, Err("expiresAt")),
        (&part, to(Partial), Ok((both, false, None))),
        (&part, Change { permissions: set(&[ViewProducts]), ..to(Partial) }, Ok((view, false, None))),
        (&part, Change { products: Patch::Clear, ..to(Partial) }, Ok((both, true, None))),
        (&part, Change { products: Patch::Set(0), ..to(Partial) }, Err("productIds")),
        (&part, Change { permissions: set(&[ManageMembers]), ..to(Partial) }, Err("permissions")),
        (&part, Change { permissions: Patch::Clear, ..to(Partial) }, Err("permissions")),
        (&part, to(Full), Err("payer")),
        (
            &part,
            Change { payer: Patch::Set(PayerKind::Client), ..to(Full) },
            Ok((Permissions::PARTNERSHIP, true, Some(PayerKind::Client))),
        ),
    ];
    for (current, change, expected) in cases {
        let end = changed(current, 2, change, at(0)).map(|it| (it.permissions, it.has_all_products, it.payer));
        assert_eq!(end.map_err(|refusal| refusal.field.join(".")), expected.map_err(str::to_owned), "{change:?}");
    }
}

/// What is within stands in no dimension over what was: permissions, products, time, payer.
#[test]
fn within_is_less_or_the_same_in_everything() {
    use AccessLevel::{Full, Partial};
    use Permission::{Purchase, ViewProducts};
    let full = Terms { permissions: Permissions::PARTNERSHIP, ..stands(Full, &[], true) };
    let part = Terms { expires_at: Some(at(100)), ..stands(Partial, &[ViewProducts, Purchase], false) };
    let until = |seconds| Some(at(seconds));
    assert!(is_within(&full, &full, true) && is_within(&part, &part, true) && is_within(&part, &full, true));
    assert!(!is_within(&full, &part, true));
    assert!(!is_within(&part, &part, false), "a product that was not named");
    assert!(is_within(&part, &full, false), "where all were meant, none is new");
    assert!(!is_within(&Terms { has_all_products: true, ..part }, &part, true));
    assert!(!is_within(&Terms { expires_at: None, ..part }, &part, true));
    assert!(!is_within(&Terms { expires_at: until(101), ..part }, &part, true));
    assert!(is_within(&Terms { expires_at: until(99), ..part }, &part, true));
    assert!(is_within(&Terms { expires_at: until(1), ..full }, &full, true));
    assert!(!is_within(&Terms { payer: Some(PayerKind::Client), ..full }, &full, true));
}

/// 14, 3 and 1 days before; what lies behind is not made up for.
#[test]
fn an_end_is_announced_three_times() {
    let day = |n: i64| at(n * 86_400);
    let ends = day(20);
    for (now, next) in [
        (day(0), Some(day(6))),
        (day(6), Some(day(17))),
        (day(7), Some(day(17))),
        (day(17), Some(day(19))),
        (at(19 * 86_400 - 1), Some(day(19))),
        (day(19), None),
        (day(25), None),
    ] {
        assert_eq!(next_reminder(ends, now), next, "{now}");
    }
    assert_eq!((days_left(ends, day(6)), days_left(ends, day(17)), days_left(ends, day(19))), (14, 3, 1));
    assert_eq!((days_left(ends, at(6 * 86_400 + 3_600)), days_left(ends, at(20 * 86_400 - 1))), (14, 1));
}

/// Rules §3, "Managing partnership": the one full partnership, or the oldest of several; under partial access the oldest of those that
/// cover the product.
#[test]
fn one_partnership_looks_after_a_product() {
    use AccessLevel::{Full, Partial};
    let id = |n: u128| PartnershipId(uuid::Uuid::from_u128(n));
    let of = |n: u128, access_level, has_all_products, since| Candidate {
        id: id(n),
        client_account_id: AccountId(uuid::Uuid::from_u128(9)),
        since: at(since),
        access_level,
        has_all_products,
    };
    let (full, older_full) = (of(1, Full, true, 30), of(2, Full, true, 20));
    let (all, older_all) = (of(3, Partial, true, 15), of(4, Partial, true, 10));
    let (named, older_named) = (of(5, Partial, false, 12), of(6, Partial, false, 5));
    let cases: [(&[Candidate], &[u128], Option<u128>); 11] = [
        (&[], &[], None),
        (&[full], &[], Some(1)),
        (&[full, older_full], &[], Some(2)),
        (&[full, older_all, older_named], &[6], Some(1)), // full before older partial
        (&[all, older_all], &[], Some(4)),
        (&[named], &[], None),
        (&[named], &[5], Some(5)),
        (&[named, older_named], &[5], Some(5)),
        (&[named, older_named], &[5, 6], Some(6)),
        (&[all, named], &[5], Some(5)), // the older of two that cover it, named or not
        (&[older_all, named], &[5], Some(4)),
    ];
    for (candidates, names, expected) in cases {
        let found = managing(candidates, |partnership| names.contains(&partnership.0.as_u128()));
        assert_eq!(found, expected.map(id), "{candidates:?} naming in {names:?}");
    }
    // two of the same instant: the smaller id, so that every process decides alike
    assert_eq!(managing(&[of(8, Full, true, 1), of(7, Full, true, 1)], |_| false), Some(id(7)));

    let product = |n: u128| ProductId(uuid::Uuid::from_u128(n));
    let decided =
        managers(&[all, named, older_named], &[(id(5), product(1)), (id(6), product(1)), (id(5), product(2))]);
    assert_eq!(decided.of_others, Some(id(3)));
    assert_eq!(decided.of_named, [(product(1), id(6)), (product(2), id(5))]);
}

/// S5.5: what is kept of a mandate is signed by today, filed somewhere, and has a digest that is one.
#[test]
fn evidence_is_signed_filed_and_digested() {
    let day = |text: &str| text.parse::<chrono::NaiveDate>().unwrap();
    let today = day("2026-11-21");
    let digest = "9F86D081884C7D659A2FEAA0C55AD015A3BF4F1B2B0B822CD15D6C15B0F00A08";
    let kept = evidence(today, " VM 17 ", Some(digest), today).unwrap();
    assert_eq!((kept.reference.as_str(), kept.document_sha256), ("VM 17", Some(digest.to_lowercase())));
    assert_eq!(evidence(day("1999-01-01"), "VM", None, today).unwrap().document_sha256, None);
    let other = "g".repeat(64);
    for (signed_on, reference, digest, field) in [
        ("2026-11-22", "VM", None, "signedOn"),
        ("2026-11-21", " ", None, "reference"),
        ("2026-11-21", "VM\u{0}", None, "reference"),
        ("2026-11-21", "VM", Some("abc"), "documentSha256"),
        ("2026-11-21", "VM", Some(other.as_str()), "documentSha256"),
    ] {
        let refusal = evidence(day(signed_on), reference, digest, today).unwrap_err();
        assert_eq!(refusal.field.join("."), field, "{reference:?} {digest:?}");
    }
}
