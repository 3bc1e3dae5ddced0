//! One client, partners of every standing with it, and something of each kind on both sides.

use chrono::{DateTime, Utc};
use domain::Actor;
use domain::account::queries::authenticate;
use domain::actor::System;
use domain::permission::{Permission, Permissions};
use entities::contributor::ContributorRole;
use entities::id::{AccountId, ProductId, UserId};
use entities::invitation::AccessLevel;
use entities::job::JobState;
use entities::membership::Role;
use entities::partnership::{Model as Partnership, PartnershipStatus};
use tests::app::TestApp;
use tests::rows::{Contributes, Rows, To, key_secret};

/// Each role with its letter.
const ROLES: [(char, Role); 5] =
    [('O', Role::Owner), ('A', Role::Admin), ('B', Role::Billing), ('T', Role::Technical), ('V', Role::Viewer)];

/// A column of the matrix: some people, and the partner whose things they are asked about.
pub(super) struct Column {
    pub(super) heading: &'static str,
    pub(super) people: Vec<(char, Actor)>,
    pub(super) partner: AccountId,
}

/// The tables, and everybody who looks at them.
pub(super) struct Scene {
    pub(super) rows: Rows,
    pub(super) client: AccountId,
    /// The product of the client that a partnership with chosen products names.
    pub(super) chosen: ProductId,
    /// An account that shows itself to the public, and has to do with nobody here.
    pub(super) public: AccountId,
    /// Whose address every partner has asked for access: it is verified, and it is not.
    pub(super) asked: [UserId; 2],
    pub(super) columns: Vec<Column>,
}

/// What one side is made of.
struct Side {
    account: AccountId,
    /// Each with the token that signs them in.
    people: Vec<(char, String)>,
    /// Did all that was done here, and is a member no more.
    leaver: UserId,
}

impl Scene {
    /// Writes everything into the tables, and signs everybody in.
    pub(super) async fn set(app: &TestApp) -> Self {
        let now = app.store.now().await.unwrap().now;
        let mut rows = Rows::new(1, now);
        let public = rows.account();
        rows.profile(public, true);
        rows.product(public);
        rows.invoice(public);
        rows.renewal_run();
        rows.job(JobState::Dead);
        rows.mail(true);
        let client = client(&mut rows);
        let asked = [rows.user(), rows.user()];
        rows.users.last_mut().unwrap().email_verified_at = None;
        let chosen = rows.products.iter().find(|product| product.account_id == client.account).unwrap().id;
        let partners: Vec<_> = standings()
            .into_iter()
            .map(|(heading, shape)| (heading, partner(&mut rows, &client, asked, chosen, |link| shape(link, now))))
            .collect();
        let other = rows.products.iter().rfind(|product| product.account_id == client.account).unwrap().id;
        rows.transfer(chosen, client.account, asked[0], None);
        rows.transfer(other, client.account, asked[1], None);
        let [viewer, editor, member] = contributors(&mut rows, chosen);
        let (stranger, staff) = (rows.user(), rows.user());
        rows.users.last_mut().unwrap().is_staff = true;
        rows.write(app.db()).await;

        let full = &partners[0].1;
        let others = [
            ('s', stranger),
            ('a', asked[0]),
            ('u', asked[1]),
            ('c', client.leaver),
            ('p', full.leaver),
            ('v', viewer),
            ('e', editor),
            ('m', member),
            ('S', staff),
        ];
        let others = others.map(|(letter, user)| (letter, user.to_string()));
        let nobody = vec![('n', Actor::Anonymous)];
        let mut columns = vec![column("client", signed_in(app, &client.people).await, full)];
        for (heading, side) in &partners {
            columns.push(column(heading, signed_in(app, &side.people).await, side));
        }
        columns.push(column("others", [nobody, signed_in(app, &others).await].concat(), full));
        columns.push(column("systems", systems(), full));
        Self { rows, client: client.account, chosen, public, asked, columns }
    }
}

fn column(heading: &'static str, people: Vec<(char, Actor)>, side: &Side) -> Column {
    Column { heading, people, partner: side.account }
}

type Shape = Box<dyn Fn(&mut Partnership, DateTime<Utc>)>;

/// How partners stand with the client: from full access to none any more.
fn standings() -> Vec<(&'static str, Shape)> {
    let mut all: Vec<(&str, Shape)> = vec![("full", Box::new(|_, _| {}))];
    for permission in Permissions::PARTNERSHIP.iter() {
        let heading = match permission {
            Permission::ViewProducts => "view",
            Permission::ManageProducts => "manage",
            Permission::Purchase => "buy",
            Permission::ContactSupport => "support",
            Permission::ManageMembers => "members",
            Permission::ViewInvoices
            | Permission::ManageBilling
            | Permission::ManagePartners
            | Permission::ManageClients => panic!("no partnership has {}", permission.name()),
        };
        all.push((heading, Box::new(move |link, _| partial(link, permission.into()))));
    }
    let chosen = |link: &mut Partnership, _| {
        partial(link, Permissions::PARTNERSHIP);
        link.has_all_products = false;
    };
    let ended = |link: &mut Partnership, now| {
        link.status = PartnershipStatus::Ended;
        link.ended_at = Some(now);
    };
    all.push(("chosen", Box::new(chosen)));
    all.push(("expired", Box::new(|link, now| link.expires_at = Some(now))));
    all.push(("frozen", Box::new(|link, _| link.status = PartnershipStatus::Frozen)));
    all.push(("ended", Box::new(ended)));
    all
}

fn partial(link: &mut Partnership, permissions: Permissions) {
    link.access_level = AccessLevel::Partial;
    link.permissions = permissions.bits();
}

/// The client: two products, and what happened to them.
fn client(rows: &mut Rows) -> Side {
    let side = side(rows);
    let (chosen, other) = (rows.product(side.account), rows.product(side.account));
    for product in [Some(chosen), Some(other), None] {
        rows.activity(side.account, Permission::ViewProducts, product);
    }
    for required in [Permission::ViewInvoices, Permission::ManageMembers, Permission::ManagePartners] {
        rows.activity(side.account, required, None);
    }
    let endpoint = rows.endpoint(side.account, false);
    for told in rows.activities.clone() {
        rows.delivery(endpoint, told.id);
    }
    rows.endpoint(side.account, true);
    side
}

/// Who contributes to a product of the client: a viewer, an editor, and a member of an account that does as an editor.
fn contributors(rows: &mut Rows, chosen: ProductId) -> [UserId; 3] {
    let people = [rows.user(), rows.user(), rows.user()];
    let account = rows.account();
    rows.member(people[2], account, Role::Technical);
    rows.contributor(chosen, Contributes::Person(people[0]), ContributorRole::Viewer, None);
    rows.contributor(chosen, Contributes::Person(people[1]), ContributorRole::Editor, None);
    rows.contributor(chosen, Contributes::Account(account), ContributorRole::Editor, None);
    people
}

/// A partner of the client, with a record of it, a cart for it, and things of its own.
fn partner(
    rows: &mut Rows,
    client: &Side,
    asked: [UserId; 2],
    chosen: ProductId,
    shape: impl Fn(&mut Partnership),
) -> Side {
    let mut side = side(rows);
    let link = rows.partnership(side.account, client.account);
    shape(link);
    let (id, names_products) = (link.id, !link.has_all_products);
    let (guest, maker) = (rows.user(), rows.user());
    rows.member(guest, client.account, Role::Admin).granted_through_id = Some(id);
    rows.member(maker, side.account, Role::Admin);
    let key = rows.key(maker, client.account, Some(id)).id;
    side.people.extend([('G', guest.to_string()), ('P', key_secret(key))]);
    if names_products {
        rows.cover(id, chosen);
    }
    rows.product(side.account);
    let other = rows.products.iter().rfind(|product| product.account_id == client.account).unwrap().id;
    rows.transfer(other, side.account, client.leaver, Some(client.account));
    rows.profile(side.account, false);
    rows.invitation(side.account, To::Account(client.account), client.leaver);
    for asked in asked {
        rows.invitation(side.account, To::AddressOf(asked), side.leaver);
    }
    let record = rows.client(side.account, Some(client.account));
    rows.cart(side.account, record, side.leaver);
    rows.task(side.account, record);
    for assigned in [None, Some(record)] {
        rows.inquiry(side.account, assigned);
    }
    let referred = rows.account();
    rows.referral(side.account, referred);
    rows.order(side.account, client.account, side.leaver);
    rows.wallet_entry(side.account);
    rows.payout(side.account, side.leaver);
    rows.audit_entry(client.account, Some(side.account));
    rows.activity(side.account, Permission::ViewInvoices, None);
    rows.activity(side.account, Permission::ManageClients, None);
    rows.endpoint(side.account, false);
    side
}

/// An account with somebody in each role, a key of its owner's, and what every account has.
fn side(rows: &mut Rows) -> Side {
    let account = rows.account();
    let mut people: Vec<_> = ROLES
        .into_iter()
        .map(|(letter, role)| {
            let user = rows.user();
            rows.member(user, account, role);
            (letter, user.to_string())
        })
        .collect();
    let owner = rows.users[rows.users.len() - people.len()].id;
    people.push(('K', key_secret(rows.key(owner, account, None).id)));
    let leaver = rows.user();
    rows.order(account, account, leaver);
    rows.invoice(account);
    rows.payment_method(account);
    rows.contact(account);
    rows.audit_entry(account, None);
    Side { account, people, leaver }
}

async fn signed_in(app: &TestApp, people: &[(char, String)]) -> Vec<(char, Actor)> {
    let mut actors = Vec::new();
    for (letter, token) in people {
        let (actor, _) = authenticate(&app.store, Some(token), None).await.unwrap();
        assert!(actor.user_id().is_some(), "{letter} is not signed in");
        actors.push((*letter, actor));
    }
    actors
}

fn systems() -> Vec<(char, Actor)> {
    let letter = |system| match system {
        System::Renewals => 'R',
        System::Cashback => 'C',
        System::Mail => 'M',
        System::Webhooks => 'W',
        System::Schedule => 'D',
        System::Operator => 'O',
    };
    System::ALL.into_iter().map(|system| (letter(system), Actor::System(system))).collect()
}
