//! Rights, members and keys cost the same however many there are: one statement a level, and by index.

use std::time::Instant;

use chrono::{DateTime, Utc};
use domain::permission::Permissions;
use domain::sql::insert;
use entities::id::{
    AccountId, ApiKeyId, MemberInvitationId, MembershipId, NotificationId, PartnershipId, SessionId, UserId,
};
use entities::invitation::AccessLevel;
use entities::member_invitation::MemberInvitationStatus;
use entities::membership::Role;
use entities::partnership::{PartnershipStatus, PayerKind};
use entities::{account, api_key, member_invitation, membership, notification, partnership, session, user};
use futures::future::join;
use rstest::rstest;
use serde_json::{Value, json};
use tests::app::{BEGINNING, TestApp};
use tests::database::Db;
use tests::members::Events;
use tests::world::Signed;
use uuid::Uuid;

fn id<I: From<Uuid>>(kind: u128, n: usize) -> I {
    I::from(Uuid::from_u128(kind << 64 | n as u128))
}

fn began() -> DateTime<Utc> {
    BEGINNING.parse().unwrap()
}

/// How many accounts of a crowd the one person belongs to.
const MEMBERSHIPS: usize = 75;

/// So many accounts, each with an owner, a session, a key and an offer of its own; every so-manieth is a client of `partner`, the others
/// of one of ten, and `person` is a member of some.
async fn crowd(app: &TestApp, size: usize, every: usize, partner: AccountId, person: UserId) {
    let db = app.db();
    let now = began();
    let all = || 0..size;
    let accounts: Vec<_> = all().map(|n| organisation(id(1, n), n)).collect();
    insert::<account::Entity>(db, &accounts).await.unwrap();
    let users: Vec<_> = all().map(|n| human(id(2, n), n)).collect();
    insert::<user::Entity>(db, &users).await.unwrap();
    let member = |id: MembershipId, user_id, account_id, role| membership::Model {
        id,
        user_id,
        account_id,
        role,
        permissions: Permissions::of_role(role).bits(),
        granted_through_id: None,
        created_at: now,
    };
    let owners = all().map(|n| member(id(3, n), id(2, n), id(1, n), Role::Owner));
    let own = (0..MEMBERSHIPS).map(|n| member(id(4, n), person, id(1, n * size / MEMBERSHIPS), Role::Admin));
    insert::<membership::Entity>(db, &owners.chain(own).collect::<Vec<_>>()).await.unwrap();
    let sessions: Vec<_> = all()
        .map(|n| session::Model {
            id: id::<SessionId>(5, n),
            user_id: id(2, n),
            token_hash: format!("hash {n}"),
            created_at: now,
            expires_at: now,
            ended_at: None,
        })
        .collect();
    insert::<session::Entity>(db, &sessions).await.unwrap();
    let partnerships: Vec<_> = all()
        .map(|n| partnership::Model {
            id: id::<PartnershipId>(6, n),
            partner_id: if n % every == 0 { partner } else { id(1, n % 10) },
            client_account_id: if n < 10 && n % every != 0 { id(1, n + 10) } else { id(1, n) },
            status: PartnershipStatus::Active,
            access_level: AccessLevel::Full,
            permissions: Permissions::PARTNERSHIP.bits(),
            has_all_products: true,
            payer: PayerKind::Client,
            expires_at: None,
            created_at: now,
            ended_at: None,
        })
        .collect();
    domain::sql::insert_new::<partnership::Entity>(db, &partnerships).await.unwrap();
    let keys: Vec<_> = all()
        .map(|n| api_key::Model {
            id: id::<ApiKeyId>(7, n),
            account_id: id(1, n),
            created_by_id: id(2, n),
            name: "deploy".to_owned(),
            permissions: 1,
            secret_hash: format!("hash {n}"),
            granted_through_id: (n % 3 == 0).then(|| id(6, n)),
            created_at: now,
            expires_at: None,
            last_used_at: None,
            revoked_at: None,
        })
        .collect();
    insert::<api_key::Entity>(db, &keys).await.unwrap();
    let offers: Vec<_> = all()
        .map(|n| member_invitation::Model {
            id: id::<MemberInvitationId>(8, n),
            account_id: id(1, n),
            email: "somebody@else.example".to_owned(),
            role: Role::Viewer,
            permissions: 1,
            status: MemberInvitationStatus::Pending,
            invited_by_id: id(2, n),
            api_key_id: None,
            granted_through_id: (n % 3 == 0).then(|| id(6, n)),
            created_at: now,
            expires_at: now,
            answered_at: None,
        })
        .collect();
    insert::<member_invitation::Entity>(db, &offers).await.unwrap();
    let mails: Vec<_> = all()
        .map(|n| notification::Model {
            id: id::<NotificationId>(9, n),
            kind: "verify_address".to_owned(),
            subject_id: id(2, n),
            step: 0,
            recipient: format!("owner@{n}.example"),
            user_id: Some(id(2, n)),
            account_id: Some(id(1, n)),
            required: 0,
            written_by_id: None,
            locale: "en".to_owned(),
            data: json!({}),
            created_at: now,
            sent_at: Some(now),
            failed_at: None,
            last_error: None,
        })
        .collect();
    insert::<notification::Entity>(db, &mails).await.unwrap();
}

fn organisation(id: AccountId, n: usize) -> account::Model {
    account::Model {
        id,
        name: format!("Client {n}"),
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
        search: format!("client {n}"),
        created_at: began(),
    }
}

fn human(id: UserId, n: usize) -> user::Model {
    user::Model {
        id,
        email: format!("owner@{n}.example"),
        name: format!("Owner {n}"),
        locale: "en".to_owned(),
        password_hash: None,
        is_staff: false,
        email_verified_at: Some(began()),
        created_at: began(),
    }
}

/// The rows behind the ids of somebody who has signed up.
fn rows_of(signed: &Signed) -> (AccountId, UserId) {
    let row = |text: &str| api::id::decode(text).unwrap().1;
    (row(&signed.account_id).into(), row(&signed.user_id).into())
}

const ME: &str = "{ viewer { user { email } } }";
const SWITCHER: &str = "{ viewer { memberships(first: 100) { totalCount nodes { role account { name viewerPermissions
    members(first: 5) { totalCount nodes { user { email } } } apiKeys { name createdBy { email } } } } } } }";

/// Whoever is signed in pays one statement for their rights, whatever the number of memberships and partnerships; a key as well.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn rights_are_one_statement(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let app = TestApp::start_recorded(db).await;
    let acme = app.sign_up("ann@acme.example", "Acme").await;
    let make = json!({ "accountId": acme.account_id, "name": "deploy", "permissions": ["VIEW_PRODUCTS"] });
    let secret = app.done(&acme.token, "createApiKey", make, "secret").await["secret"].as_str().unwrap().to_owned();
    app.ask_as(&secret, ME, json!({})).await.ok(); // its use is written down now
    let mut taken = Vec::new();
    for round in 0..2 {
        for token in [&acme.token, &secret] {
            let (reply, sent) = app.recorder.during(app.ask_as(token, ME, json!({}))).await;
            assert_eq!(reply.ok()["viewer"]["user"]["email"], "ann@acme.example");
            taken.push(sent.iter().map(|statement| statement.sql.clone()).collect::<Vec<_>>());
        }
        if round == 0 {
            let (partner, person) = rows_of(&acme);
            crowd(&app, 1_000, 1, partner, person).await;
        }
    }
    for sent in &taken {
        assert_eq!(sent.len(), 2, "who calls, and the user: {sent:#?}");
    }
    assert_eq!(taken[..2], taken[2..], "with 1 membership, and with 76 and 1,000 clients");
}

/// The account switcher with members and keys takes as many statements for sixty accounts as for one, and reads no table as a whole; nor do
/// inviting, joining, changing and removing, or a request with a key.
#[tokio::test(flavor = "multi_thread")]
async fn members_and_keys_are_found_by_index() {
    let app = TestApp::start_recorded(Db::Postgres).await;
    let acme = app.sign_up("ann@acme.example", "Acme").await;
    let (few, _) = app.recorder.during(app.ask_as(&acme.token, SWITCHER, json!({}))).await;
    let (partner, person) = rows_of(&acme);
    crowd(&app, 20_000, 10, partner, person).await;
    sea_orm::ConnectionTrait::execute_unprepared(app.db(), "ANALYZE").await.unwrap();

    let (many, mut sent) = app.recorder.during(app.ask_as(&acme.token, SWITCHER, json!({}))).await;
    assert_eq!(few.ok()["viewer"]["memberships"]["totalCount"], 1);
    assert_eq!(many.ok()["viewer"]["memberships"]["totalCount"], 1 + MEMBERSHIPS);
    assert_eq!(many.statements(), few.statements());

    let (secret, more) = app.recorder.during(everything(&app, &acme)).await;
    sent.extend(more);
    let (_, more) = app.recorder.during(app.ask_as(&secret, SWITCHER, json!({}))).await;
    sent.extend(more);
    assert!(sent.len() > 50, "{}", sent.len());
    app.assert_no_seq_scan(&sent, 1_000).await;
}

/// All that is done about members and keys.
async fn everything(app: &TestApp, acme: &Signed) -> String {
    let vi = app.member(acme, "vi@acme.example", "ADMIN", json!(null)).await;
    let make =
        json!({ "accountId": acme.account_id, "name": "deploy", "permissions": ["VIEW_PRODUCTS", "MANAGE_MEMBERS"] });
    let mut secrets = Vec::new();
    for token in [&vi.token, &acme.token, &acme.token] {
        let made = app.done(token, "createApiKey", make.clone(), "apiKey { id } secret").await;
        secrets.push((made["apiKey"]["id"].clone(), made["secret"].as_str().unwrap().to_owned()));
    }
    app.invite(&vi.token, &acme.account_id, "new@acme.example", "VIEWER", json!(null)).await;
    let change = json!({ "membershipId": vi.membership_id, "role": "BILLING" });
    app.done(&acme.token, "updateMember", change, "membership { id }").await;
    app.done(&acme.token, "revokeApiKey", json!({ "apiKeyId": secrets[1].0 }), "deletedId").await;
    let removed = app.done(&acme.token, "removeMember", json!({ "membershipId": vi.membership_id }), "ended").await;
    let clients = removed["ended"][1].as_str().unwrap();
    assert!(
        clients.starts_with("The access to the accounts of ") && clients.contains(" clients, among them "),
        "{clients}"
    );
    secrets.swap_remove(2).1
}

/// A partner whose feed is followed from its first client on.
struct Followed {
    app: TestApp,
    acme: Signed,
    stream: Events,
}

impl Followed {
    async fn start(db: Db) -> Self {
        let app = TestApp::start_recorded(db).await;
        let provider = app.provider().await;
        let acme = app.partner(&provider, "acme").await;
        let all = "subscription($id: ID!) { activityAdded(accountId: $id, after: \"MA\") {
            account { name } subject { ... on Client { name } } } }";
        let stream = app.subscribe(&acme.token, all, &acme.account_id).await;
        let mut followed = Self { app, acme, stream };
        create(&followed.app, &followed.acme, 0).await;
        while followed.stream.next().await["data"]["activityAdded"]["subject"]["name"] != "Client 0" {}
        followed
    }
}

async fn create(app: &TestApp, acme: &Signed, number: usize) {
    let input = json!({ "partnerId": acme.account_id, "client": { "name": format!("Client {number}") } });
    app.done(&acme.token, "createClient", input, "client { id }").await;
}

/// The clients that the next thirty events are about.
async fn thirty(stream: &mut Events) -> Vec<Value> {
    let mut names = Vec::new();
    for _ in 1..=30 {
        names.push(stream.next().await["data"]["activityAdded"]["subject"]["name"].clone());
    }
    names
}

fn clients() -> Vec<Value> {
    (1..=30).map(|number| json!(format!("Client {number}"))).collect()
}

/// R20: thirty events that a stream tells together, and what they are about, are read together, too.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_stream_reads_pages(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let mut followed = Followed::start(db).await;
    for number in 1..=30 {
        create(&followed.app, &followed.acme, number).await;
    }
    let (names, sent) = followed.app.recorder.during(thirty(&mut followed.stream)).await;
    assert_eq!(names, clients());
    assert!(sent.len() <= 6, "{}: {sent:#?}", sent.len());
}

/// R20: a feed that is busy is looked at every 300 ms, however much is told meanwhile.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_busy_feed_is_not_looked_at_for_each_event(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let Followed { app, acme, mut stream } = Followed::start(db).await;
    let writing = async {
        for number in 1..=30 {
            create(&app, &acme, number).await;
        }
    };
    let began = Instant::now();
    let ((names, ()), sent) = app.recorder.during(join(thirty(&mut stream), writing)).await;
    assert_eq!(names, clients());
    let looks = sent.iter().filter(|statement| statement.sql.contains("x.position >")).count();
    let most = began.elapsed().as_millis() / 300 + 2;
    assert!(looks > 0 && looks as u128 <= most, "{looks} looks in {:?}", began.elapsed());
}
