//! One rule, two doors: in generated worlds, what a list shows is exactly what the rule gives for each object.

use std::collections::HashSet;
use std::sync::Arc;

use chrono::{DateTime, Duration, NaiveDate, Utc};
use domain::actor::{Actor, Member, Person};
use domain::permission::{Permission, Permissions, Target, held, seen};
use domain::sql::insert;
use domain::store::Statements;
use entities::id::{AccountId, MembershipId, PartnershipId, PlanId, ProductId, SessionId, UserId};
use entities::membership::Role;
use entities::partnership::{PartnershipStatus, PayerKind};
use entities::{account, invitation, membership, offering, partnership, partnership_product, plan, product, user};
use rand::rngs::StdRng;
use rand::seq::IndexedRandom as _;
use rand::{RngExt as _, SeedableRng as _};
use rstest::rstest;
use tests::app::TestApp;
use tests::database::Db;
use uuid::Uuid;

/// Everything that decides, in memory.
struct World {
    now: DateTime<Utc>,
    people: Vec<Actor>,
    products: Vec<product::Model>,
    memberships: Vec<membership::Model>,
    partnerships: Vec<partnership::Model>,
    covered: Vec<partnership_product::Model>,
}

const ROLES: [Role; 5] = [Role::Owner, Role::Admin, Role::Billing, Role::Technical, Role::Viewer];

impl World {
    /// Six people, six accounts of which two are partners, three products each, and any partnerships between them.
    fn generate(seed: u64, now: DateTime<Utc>) -> (Self, Vec<user::Model>, Vec<account::Model>) {
        let mut dice = StdRng::seed_from_u64(seed);
        let mut next = 0_u128;
        let mut id = || {
            next += 1;
            Uuid::from_u128(u128::from(seed) << 64 | next)
        };
        let users: Vec<_> = (0..6).map(|n| person(UserId(id()), n, now)).collect();
        let accounts: Vec<_> = (0..6).map(|n| organisation(AccountId(id()), n, now)).collect();
        let mut memberships = Vec::new();
        for account in &accounts {
            for (n, user) in users.iter().enumerate() {
                if !dice.random_ratio(2, 5) {
                    continue;
                }
                let is_first = memberships.iter().all(|m: &membership::Model| m.account_id != account.id);
                let role = if is_first { Role::Owner } else { *ROLES[1..].choose(&mut dice).unwrap() };
                let narrowed = if n % 2 == 0 { Permissions::ALL.bits() } else { dice.random_range(0..512) };
                memberships.push(membership::Model {
                    id: MembershipId(id()),
                    user_id: user.id,
                    account_id: account.id,
                    role,
                    permissions: Permissions::of_role(role).bits() & narrowed,
                    created_at: now,
                });
            }
        }
        let products: Vec<_> = accounts
            .iter()
            .flat_map(|a| [0, 1, 2].map(|_| a.id))
            .map(|holder| thing(ProductId(id()), holder, now))
            .collect();
        let (mut partnerships, mut covered) = (Vec::new(), Vec::new());
        for partner in &accounts[..2] {
            for client in accounts.iter().filter(|client| client.id != partner.id) {
                if !dice.random_ratio(3, 4) {
                    continue;
                }
                let (is_full, has_all) = (dice.random(), dice.random());
                let expires = [None, Some(now), Some(now - Duration::days(1)), Some(now + Duration::seconds(1))];
                let statuses = [PartnershipStatus::Active, PartnershipStatus::Active, PartnershipStatus::Frozen];
                let row = partnership::Model {
                    id: PartnershipId(id()),
                    partner_id: partner.id,
                    client_account_id: client.id,
                    status: *statuses.choose(&mut dice).unwrap(),
                    access_level: if is_full {
                        invitation::AccessLevel::Full
                    } else {
                        invitation::AccessLevel::Partial
                    },
                    permissions: if is_full { Permissions::PARTNERSHIP.bits() } else { dice.random_range(0..512) },
                    has_all_products: is_full || has_all,
                    payer: PayerKind::Client,
                    expires_at: *expires.choose(&mut dice).unwrap(),
                    created_at: now,
                    ended_at: None,
                };
                for product in products.iter().filter(|p| p.account_id == client.id && !row.has_all_products) {
                    if dice.random() {
                        covered.push(partnership_product::Model { partnership_id: row.id, product_id: product.id });
                    }
                }
                partnerships.push(row);
            }
        }
        let people = users.iter().map(|user| signed_in(user, &memberships)).collect();
        (Self { now, people, products, memberships, partnerships, covered }, users, accounts)
    }

    /// The rule, written a second time and by hand, from the rows alone.
    fn may_view(&self, user_id: UserId, product: &product::Model) -> bool {
        let view = Permission::ViewProducts.bit();
        let holds = |account: AccountId| {
            self.memberships
                .iter()
                .any(|m| m.user_id == user_id && m.account_id == account && m.permissions & view != 0)
        };
        holds(product.account_id)
            || self.partnerships.iter().any(|s| {
                let covers = s.has_all_products
                    || self.covered.iter().any(|c| c.partnership_id == s.id && c.product_id == product.id);
                s.client_account_id == product.account_id
                    && s.status == PartnershipStatus::Active
                    && s.expires_at.is_none_or(|end| end > self.now)
                    && s.permissions & view != 0
                    && covers
                    && holds(s.partner_id)
            })
    }
}

fn person(id: UserId, n: u32, now: DateTime<Utc>) -> user::Model {
    user::Model {
        id,
        email: format!("{id}@example.com"),
        name: format!("Person {n}"),
        locale: "en".to_owned(),
        password_hash: None,
        is_staff: n == 5,
        email_verified_at: Some(now),
        created_at: now,
    }
}

fn organisation(id: AccountId, n: u32, now: DateTime<Utc>) -> account::Model {
    account::Model {
        id,
        name: format!("Account {n}"),
        country: "DE".to_owned(),
        locale: "en".to_owned(),
        currency: "EUR".to_owned(),
        time_zone: "Europe/Berlin".to_owned(),
        vat_id: None,
        billing_name: None,
        billing_street: None,
        billing_postal_code: None,
        billing_city: None,
        billing_country: None,
        programme_id: None,
        search: format!("account {n}"),
        created_at: now,
    }
}

const PLAN: PlanId = PlanId(Uuid::from_u128(1));

fn thing(id: ProductId, account_id: AccountId, now: DateTime<Utc>) -> product::Model {
    let on = NaiveDate::from_ymd_opt(2026, 11, 1).unwrap();
    product::Model {
        id,
        account_id,
        plan_id: PLAN,
        client_id: None,
        order_line_id: None,
        status: product::ProductStatus::Active,
        label: "Website".to_owned(),
        domain_name: None,
        term_months: 12,
        currency: "EUR".to_owned(),
        started_on: on,
        anchor_on: on,
        anchor_months: 12,
        renews_on: NaiveDate::from_ymd_opt(2027, 11, 1).unwrap(),
        renews_at: now + Duration::days(345),
        auto_renew: true,
        renewal_billing: product::RenewalBilling::Account,
        managed_by_id: None,
        search: "website".to_owned(),
        created_at: now,
    }
}

fn signed_in(user: &user::Model, memberships: &[membership::Model]) -> Actor {
    let own = memberships.iter().filter(|m| m.user_id == user.id).map(|m| Member {
        membership_id: m.id,
        account_id: m.account_id,
        role: m.role,
        permissions: Permissions::from_bits(m.permissions),
    });
    Actor::Person(Arc::new(Person {
        user_id: user.id,
        session_id: SessionId(user.id.0),
        email: user.email.clone(),
        locale: user.locale.clone(),
        email_verified_at: user.email_verified_at,
        is_staff: user.is_staff,
        memberships: own.collect(),
        ip: None,
    }))
}

/// In twelve generated worlds, for every person and every product: the list, the rule and the rule written by hand agree.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn what_is_listed_is_what_is_allowed(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let app = TestApp::start(db).await;
    let now = app.store.now().await.unwrap().now;
    let pool = app.db();
    let offering_id = entities::id::OfferingId(Uuid::from_u128(2));
    let kind = offering::ProductKind::Hosting;
    let sold = offering::Model { id: offering_id, sku: "h".into(), name: "Hosting".into(), kind, created_at: now };
    insert::<offering::Entity>(pool, &[sold]).await.unwrap();
    let plan = plan::Model { id: PLAN, offering_id, name: "Basic".into(), default_term_months: 12, created_at: now };
    insert::<plan::Entity>(pool, &[plan]).await.unwrap();

    let (mut questions, mut yes) = (0, 0);
    for seed in 1..=12 {
        let (world, users, accounts) = World::generate(seed, now);
        insert::<user::Entity>(pool, &users).await.unwrap();
        insert::<account::Entity>(pool, &accounts).await.unwrap();
        insert::<membership::Entity>(pool, &world.memberships).await.unwrap();
        insert::<product::Entity>(pool, &world.products).await.unwrap();
        insert::<partnership::Entity>(pool, &world.partnerships).await.unwrap();
        insert::<partnership_product::Entity>(pool, &world.covered).await.unwrap();

        let ids: Vec<Uuid> = world.products.iter().map(|p| p.id.0).collect();
        let targets: Vec<Target> = world.products.iter().map(|p| Target::product(p.account_id, p.id)).collect();
        for actor in &world.people {
            let reader = app.store.reader(actor.clone(), now, Statements::default());
            let listed: HashSet<Uuid> = seen::<product::Model>(&reader, &ids).await.unwrap().into_keys().collect();
            let facts = held(pool, actor, now, &targets).await.unwrap();
            let person = actor.person().unwrap();
            for (product, target) in world.products.iter().zip(&targets) {
                let by_rule = facts[target].holds(Permission::ViewProducts);
                let by_hand = person.is_staff || world.may_view(person.user_id, product);
                let is_listed = listed.contains(&product.id.0);
                assert_eq!((is_listed, by_rule), (by_hand, by_hand), "seed {seed}, {person:?}, {product:?}");
                questions += 1;
                yes += i32::from(by_hand);
            }
        }
        let nobody = app.store.reader(Actor::Anonymous, now, Statements::default());
        assert!(seen::<product::Model>(&nobody, &ids).await.unwrap().is_empty());
    }
    // worlds in which everybody, or nobody, sees everything would show nothing
    assert!(questions > 1_000 && yes > questions / 5 && yes < questions * 4 / 5, "{yes} of {questions}");
}
