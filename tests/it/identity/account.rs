//! What is changed of an account, and by whom.

use chrono::{DateTime, NaiveDate};
use domain::account::commands::{UpdateAccount, UpdateUser, update_account, update_user};
use domain::error::Code;
use domain::patch::Patch;
use domain::store::Statements;
use domain::{Actor, Error};
use entities::id::AccountId;
use entities::membership::Role;
use entities::offering::ProductKind;
use entities::{offering, plan, product};
use rstest::rstest;
use tests::database::Db;
use uuid::Uuid;

use super::harness::{World, act, change, country, refused};

/// S5.10: one sign-in reaches each account. Absent stays, null clears; name and time zone are for owner and admins, tax data for
/// whoever manages billing, and an account that is not seen is one that does not exist.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn accounts_change_by_role_and_permission(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let world = World::start(db).await;
    let up = world.sign_up("ann@example.com").await.unwrap();
    let (owner, id) = (up.signed_in.actor.clone(), up.account.id);
    let mut members = Vec::new();
    for (email, role) in
        [("ad@example.com", Role::Admin), ("bi@example.com", Role::Billing), ("te@example.com", Role::Technical)]
    {
        let user = world.sign_up(email).await.unwrap();
        members.push(world.join(&user, id, role).await);
    }
    let stranger = world.sign_up("eve@example.com").await.unwrap().signed_in.actor;

    let rename = move || UpdateAccount { name: Patch::Set("Größe AG".to_owned()), ..change(id) };
    let tax = move || UpdateAccount { vat_id: Patch::Set("CHE-123.456.789".to_owned()), ..change(id) };
    for (actor, name, vat) in [
        (&owner, None, None),
        (&members[0], None, None),
        (&members[1], Some(Code::PermissionDenied), None),
        (&members[2], Some(Code::PermissionDenied), Some(Code::PermissionDenied)),
        (&stranger, Some(Code::NotFound), Some(Code::NotFound)),
        (&Actor::Anonymous, Some(Code::NotFound), Some(Code::NotFound)),
    ] {
        let code = |end: Result<_, Error>| end.err().map(|e: Error| e.code().unwrap());
        assert_eq!(code(act!(world, actor, work => update_account(work, rename())).map(drop)), name);
        assert_eq!(code(act!(world, actor, work => update_account(work, tax())).map(drop)), vat);
    }
    let unknown = UpdateAccount { account_id: Uuid::from_u128(9).into(), ..rename() };
    assert_eq!(refused(act!(world, stranger, work => update_account(work, unknown.clone()))).0, Code::NotFound);

    let renamed = act!(world, owner, work => update_account(work, change(id))).unwrap();
    assert_eq!((renamed.name.as_str(), renamed.search.as_str()), ("Größe AG", "große ag"));
    assert_eq!(renamed.vat_id.as_deref(), Some("CHE123456789"), "absent stays");
    let to_eu = UpdateAccount { country: Patch::Set(country("DE")), ..change(id) };
    assert_eq!(
        refused(act!(world, owner, work => update_account(work, to_eu.clone()))).1,
        "vatId",
        "it is no id of the EU"
    );
    let to_eu = UpdateAccount { country: Patch::Set(country("DE")), vat_id: Patch::Clear, ..change(id) };
    let moved = act!(world, owner, work => update_account(work, to_eu.clone())).unwrap();
    assert_eq!((moved.vat_id, moved.time_zone.as_str()), (None, "Europe/Berlin"), "the default goes with the country");
    let no_name = UpdateAccount { name: Patch::Clear, ..change(id) };
    assert_eq!(refused(act!(world, owner, work => update_account(work, no_name.clone()))).1, "name");

    let up = UpdateUser { name: Patch::Keep, locale: Patch::Set("fr".to_owned()) };
    let me = act!(world, owner, work => update_user(work, up.clone())).unwrap();
    assert_eq!((me.name.as_str(), me.locale.as_str()), ("Ann Example", "fr"));
    assert_eq!(
        refused(act!(world, Actor::Anonymous, work => update_user(work, UpdateUser::default()))).0,
        Code::PermissionDenied
    );
}

/// Products renew at the beginning of the same day in the new time zone, however many there are, by as many statements.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_new_time_zone_moves_renewals(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let world = World::start(db).await;
    let up = world.sign_up("ann@example.com").await.unwrap();
    let (owner, id) = (up.signed_in.actor.clone(), up.account.id);
    let other = world.sign_up("bob@example.com").await.unwrap().account.id;
    products(&world, id, 1).await;
    products(&world, other, 100).await;
    let to = |zone: &str| UpdateAccount { time_zone: Patch::Set(zone.to_owned()), ..change(id) };

    let mut counts = Vec::new();
    for (more, zone) in [(0, "Asia/Tokyo"), (40, "America/New_York")] {
        for at in 0..more {
            products(&world, id, 2 + at).await;
        }
        let statements = Statements::default();
        let update = to(zone);
        act!(world, owner, statements.clone(), work => update_account(work, update.clone())).unwrap();
        counts.push(statements.count());
    }
    assert_eq!(counts[0], counts[1]);
    let instant = |text: &str| match db {
        Db::Sqlite => format!("renews_at = '{text}+00:00'"),
        Db::Postgres => format!("renews_at = timestamptz '{text}+00:00'"),
    };
    // midnight in New York, in winter and in summer
    let winter = format!("product WHERE renews_on = '2027-01-31' AND {}", instant("2027-01-31T05:00:00"));
    let summer = format!("product WHERE renews_on = '2027-07-31' AND {}", instant("2027-07-31T04:00:00"));
    assert_eq!((world.count(&winter).await, world.count(&summer).await), (41, 41));
    let others = format!("product WHERE {}", instant("2020-01-01T00:00:00"));
    assert_eq!(world.count(&others).await, 2, "another account's stay");
}

/// Two products of an account, due in winter and in summer.
async fn products(world: &World, account_id: AccountId, number: u128) {
    let id = |at: u128| Uuid::from_u128(number * 10 + at);
    let at = DateTime::UNIX_EPOCH;
    let pool = world.store.pool();
    let offering = offering::Model {
        id: id(1).into(),
        sku: format!("sku-{number}"),
        name: "Host".into(),
        kind: ProductKind::Hosting,
        created_at: at,
    };
    let plan = plan::Model {
        id: id(2).into(),
        offering_id: offering.id,
        name: "S".into(),
        default_term_months: 12,
        created_at: at,
    };
    let made = |at_: u128, month: u32| product::Model {
        id: id(at_).into(),
        account_id,
        plan_id: plan.id,
        client_id: None,
        order_line_id: None,
        status: product::ProductStatus::Active,
        label: "Site".into(),
        domain_name: None,
        registrant_id: None,
        term_months: 12,
        next_plan_id: None,
        currency: "CHF".into(),
        started_on: NaiveDate::from_ymd_opt(2026, month, 31).unwrap(),
        anchor_on: NaiveDate::from_ymd_opt(2026, month, 31).unwrap(),
        anchor_months: 12,
        renews_on: NaiveDate::from_ymd_opt(2027, month, 31).unwrap(),
        renews_at: "2020-01-01T00:00:00Z".parse().unwrap(),
        auto_renew: true,
        renewal_billing: product::RenewalBilling::Account,
        managed_by_id: None,
        search: "site".into(),
        created_at: at,
    };
    domain::sql::insert::<offering::Entity>(pool, &[offering]).await.unwrap();
    let rows = [made(3, 1), made(4, 7)];
    domain::sql::insert::<plan::Entity>(pool, &[plan]).await.unwrap();
    domain::sql::insert::<product::Entity>(pool, &rows).await.unwrap();
}
