//! Programmes, and how partners show themselves.

use domain::Actor;
use domain::account::commands::{AddStaff, add_staff};
use domain::actor::System;
use domain::error::Code;
use domain::money::{Currency, Money};
use domain::page::PageRequest;
use domain::patch::Patch;
use domain::programme::commands::{SaveProgramme, enrol_as_partner, save_profile, save_programme};
use domain::programme::queries;
use entities::id::ProgrammeId;
use entities::membership::Role;
use entities::offering::ProductKind;
use futures::future::join_all;
use rstest::rstest;
use tests::database::Db;
use uuid::Uuid;

use super::harness::{PASSWORD, World, act, agency, profile, refused};

/// Only the provider's staff save programmes; owner and admins enrol their account, once.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn programmes_are_the_providers(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let world = World::start(db).await;
    let staff = world.staff().await;
    let ann = world.sign_up("ann@example.com").await.unwrap();
    let (owner, id) = (ann.signed_in.actor.clone(), ann.account.id);
    for actor in [&owner, &Actor::Anonymous, &Actor::System(System::Mail)] {
        assert_eq!(refused(act!(world, actor, work => save_programme(work, agency()))).0, Code::PermissionDenied);
    }
    let again = AddStaff::prepare("ann@example.com", &PASSWORD.into()).await.unwrap();
    let promoted = act!(world, Actor::System(System::Operator), work => add_staff(work, again.clone()));
    assert_eq!(refused(promoted).0, Code::EmailAlreadyRegistered);

    let programme = world.programme(&staff).await;
    let changed = SaveProgramme { id: Some(programme), rate_bps: 1_500, kind_rates: Patch::Keep, ..agency() };
    let again = changed.clone();
    assert_eq!(act!(world, staff, work => save_programme(work, again.clone())).unwrap().rate_bps, 1_500);
    let reader = world.reader(&Actor::Anonymous).await;
    assert_eq!(queries::kind_rates(&reader, &[programme]).await.unwrap()[&programme].len(), 1, "absent stays");
    let cleared = SaveProgramme { kind_rates: Patch::Clear, ..changed };
    act!(world, staff, work => save_programme(work, cleared.clone())).unwrap();
    assert!(queries::kind_rates(&reader, &[programme]).await.unwrap().is_empty());
    assert_eq!(queries::programmes(&reader).await.unwrap().len(), 1);
    for (field, bad) in [
        ("rateBps", SaveProgramme { rate_bps: 10_001, ..agency() }),
        ("kindRates.0.rateBps", SaveProgramme { kind_rates: Patch::Set(vec![(ProductKind::Cloud, -1)]), ..agency() }),
        ("contactEmail", SaveProgramme { contact_email: "x".to_owned(), ..agency() }),
        ("minimumPayout", SaveProgramme { minimum_payout: Money::new(-1, Currency::EUR), ..agency() }),
    ] {
        let refusal = refused(act!(world, staff, work => save_programme(work, bad.clone())));
        assert_eq!(refusal, (Code::InvalidInput, field.to_owned()));
    }

    let technical = world.sign_up("te@example.com").await.unwrap();
    let technical = world.join(&technical, id, Role::Technical).await;
    let stranger = world.sign_up("eve@example.com").await.unwrap().signed_in.actor;
    assert_eq!(
        refused(act!(world, technical, work => enrol_as_partner(work, id, programme))).0,
        Code::PermissionDenied
    );
    assert_eq!(refused(act!(world, stranger, work => enrol_as_partner(work, id, programme))).0, Code::NotFound);
    let unknown = ProgrammeId(Uuid::from_u128(5));
    assert_eq!(
        refused(act!(world, owner, work => enrol_as_partner(work, id, unknown))),
        (Code::NotFound, "programmeId".to_owned())
    );
    assert_eq!(
        act!(world, owner, work => enrol_as_partner(work, id, programme)).unwrap().programme_id,
        Some(programme)
    );
    assert_eq!(refused(act!(world, owner, work => enrol_as_partner(work, id, programme))).0, Code::AlreadyExists);
}

/// S3.5: a profile is public when its partner says so, and not before; no two names read alike.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_profile_is_public_when_it_says_so(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let world = World::start(db).await;
    let staff = world.staff().await;
    let programme = world.programme(&staff).await;
    let (ann, acme) = world.partner("ann@example.com", programme).await;
    let (eve, evil) = world.partner("eve@example.com", programme).await;
    let outsider = world.sign_up("bob@example.com").await.unwrap();
    let (bob, plain) = (outsider.signed_in.actor, outsider.account.id);

    let no_partner = act!(world, bob, work => save_profile(work, profile(plain, "bobs-web", true)));
    assert_eq!(refused(no_partner).0, Code::Conflict);
    let first = act!(world, ann, work => save_profile(work, profile(acme, "acme-10", false))).unwrap();
    let (public, own) = (world.reader(&bob).await, world.reader(&ann).await);
    assert!(queries::profile(&public, "acme-10").await.unwrap().is_none());
    assert!(queries::profile(&own, "acme-10").await.unwrap().is_some(), "its own members see it before");
    assert_eq!(refused(act!(world, eve, work => save_profile(work, profile(acme, "mine", true)))).0, Code::NotFound);
    for alike in ["acme-10", "acme10", "acme-l0", "acme-1o", "a-c-m-e-lo"] {
        let taken = act!(world, eve, work => save_profile(work, profile(evil, alike, true)));
        assert_eq!(refused(taken), (Code::AlreadyExists, "slug".to_owned()), "{alike}");
    }

    let second = act!(world, ann, work => save_profile(work, profile(acme, "acme-web", true))).unwrap();
    assert_eq!(second.id, first.id, "one profile an account");
    act!(world, eve, work => save_profile(work, profile(evil, "acme-10", true))).unwrap();
    let all = PageRequest::first(20);
    let slugs = |page: domain::page::Page<entities::partner_profile::Model>| {
        page.rows.into_iter().map(|row| row.slug).collect::<Vec<_>>()
    };
    let anonymous = world.reader(&Actor::Anonymous).await;
    assert_eq!(slugs(queries::profiles(&anonymous, None, &all).await.unwrap()), ["acme-10", "acme-web"]);
    assert_eq!(
        slugs(queries::profiles(&anonymous, Some("LADEN im"), &all).await.unwrap()).len(),
        2,
        "accents do not matter"
    );
    assert_eq!(slugs(queries::profiles(&anonymous, Some("100%"), &all).await.unwrap()), Vec::<String>::new());
    let rest = PageRequest { after: Some("acme-10".to_owned()), ..PageRequest::first(1) };
    let page = queries::profiles(&anonymous, None, &rest).await.unwrap();
    assert_eq!((page.has_previous, page.has_next, slugs(page)), (true, false, vec!["acme-web".to_owned()]));
    assert_eq!(queries::count_profiles(&anonymous, None).await.unwrap(), 2);
}

/// Of many who want the same name at once, one gets it.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn one_name_goes_to_one_partner(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let world = World::start(db).await;
    let staff = world.staff().await;
    let programme = world.programme(&staff).await;
    let mut partners = Vec::new();
    for at in 0..6 {
        partners.push(world.partner(&format!("p{at}@example.com"), programme).await);
    }
    let world = &world;
    let ends = join_all(partners.iter().map(|(actor, id)| async move {
        let id = *id;
        act!(world, actor, work => save_profile(work, profile(id, "first-come", true)))
    }))
    .await;
    let (got, not): (Vec<_>, Vec<_>) = ends.into_iter().partition(Result::is_ok);
    assert_eq!((got.len(), not.len()), (1, 5));
    for end in not {
        assert_eq!(refused(end), (Code::AlreadyExists, "slug".to_owned()));
    }
}
