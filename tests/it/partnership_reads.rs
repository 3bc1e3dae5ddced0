//! Lists and badges of partners with many clients: one statement each, whatever the number of accounts, and only through indexes.

use std::sync::Arc;

use domain::client::queries as clients;
use domain::page::PageRequest;
use domain::partnership::queries::{self, As, Invitations};
use domain::seed::{self, Sizes};
use domain::seller::Settings;
use domain::signal::Signals;
use domain::store::{Reader, Statements};
use domain::{Store, account, secret};
use entities::id::AccountId;
use entities::invitation::InvitationStatus;
use entities::partnership::PartnershipStatus;
use rstest::rstest;
use sea_orm::{ConnectionTrait, DatabaseConnection, Statement};
use tests::database::{Database, Db};
use tests::plans::assert_read_by_index;

const TOKEN: &str = "the owner of agency 1";

/// Many partners, of whom each has answered and unanswered invitations with each of its clients. One connection, so that the
/// server's own counts are told at once.
async fn seeded(db: Db, sizes: Sizes) -> (Database, Store) {
    let database = Database::fresh(db).await;
    let pool = domain::database::connect(&database.url().parse().unwrap(), 1).await.unwrap();
    let store = Store::new(pool.clone(), Signals::local(), Arc::new(Settings::demo(pool.clone())));
    seed::fill(&store, sizes, |_| {}).await.unwrap();
    let session = format!(
        "INSERT INTO session (id, user_id, token_hash, created_at, expires_at)
        SELECT id, id, '{}', created_at, '2999-01-01T00:00:00+00:00' FROM \"user\" WHERE email = 'owner@agency-1.example'",
        secret::hash(TOKEN)
    );
    pool.execute_unprepared(&session).await.unwrap();
    let random = match db {
        Db::Postgres => "gen_random_uuid()",
        Db::Sqlite => "randomblob(16)",
    };
    let kinds = [
        ("CLIENT_TO_PARTNER", "REJECTED", "s.client_account_id"),
        ("PARTNER_TO_CLIENT", "WITHDRAWN", "s.client_account_id"),
        ("CLIENT_TO_PARTNER", "PENDING", "s.client_account_id"),
        ("PARTNER_TO_CLIENT", "PENDING", "NULL"),
    ];
    for (direction, status, client) in kinds {
        let invitations = format!(
            "INSERT INTO invitation (id, direction, status, client_account_id, client_email, partner_id, access_level, permissions,
                has_all_products, sent_by_id, created_at, expires_at)
            SELECT {random}, '{direction}', '{status}', {client}, 'owner-' || row_number() OVER (ORDER BY s.id) || '@example.com',
                s.partner_id, 'FULL', 295, TRUE, u.id, s.created_at, '2999-01-01T00:00:00+00:00'
            FROM partnership s CROSS JOIN (SELECT id FROM \"user\" ORDER BY id LIMIT 1) u"
        );
        pool.execute_unprepared(&invitations).await.unwrap();
    }
    fill_the_rest(&pool, random).await;
    pool.execute_unprepared("ANALYZE").await.unwrap();
    (database, store)
}

/// What hangs on partnerships and invitations, so that no table is too small to be worth an index.
async fn fill_the_rest(pool: &DatabaseConnection, random: &str) {
    let person = "SELECT id FROM \"user\" ORDER BY id LIMIT 1";
    for statement in [
        "INSERT INTO invitation_product (invitation_id, product_id)
        SELECT i.id, p.id FROM invitation i JOIN product p ON p.account_id = i.client_account_id"
            .to_owned(),
        "INSERT INTO partnership_product (partnership_id, product_id)
        SELECT s.id, p.id FROM partnership s JOIN product p ON p.account_id = s.client_account_id"
            .to_owned(),
        format!(
            "INSERT INTO payer_change (id, partnership_id, from_payer, to_payer, changed_by_id, changed_at)
            SELECT {random}, s.id, 'CLIENT', 'PARTNER', ({person}), s.created_at FROM partnership s"
        ),
        format!(
            "INSERT INTO power_of_attorney (partnership_id, signed_on, reference, used_by_id, used_at)
            SELECT s.id, '2026-01-01', 'VM 17', ({person}), s.created_at FROM partnership s"
        ),
    ] {
        pool.execute_unprepared(&statement).await.unwrap();
    }
}

async fn reader(store: &Store) -> Reader {
    let (actor, now) = account::queries::authenticate(store, Some(TOKEN), None).await.unwrap();
    store.reader(actor, now.now, Statements::default())
}

async fn agency(store: &Store) -> AccountId {
    let sql = "SELECT id FROM account WHERE name = 'Agency 1'";
    let statement = Statement::from_string(store.pool().get_database_backend(), sql);
    AccountId(store.pool().query_one_raw(statement).await.unwrap().unwrap().try_get_by_index(0).unwrap())
}

/// What a menu and its lists show, and how many statements that took.
#[derive(Debug, PartialEq, Eq)]
struct Found {
    badge: i64,
    received: usize,
    sent: usize,
    partners: (usize, i64),
    records: (usize, i64),
    statements: u64,
}

async fn read(store: &Store) -> Found {
    let reader = reader(store).await;
    let own = [agency(store).await];
    let page = PageRequest::first(20);
    let pending = Some(InvitationStatus::Pending);
    let active = Some(PartnershipStatus::Active);
    let badge = queries::count_invitations(&reader, Invitations::Received, &own, pending).await.unwrap();
    let received = queries::invitations(&reader, Invitations::Received, &own, None, &page).await.unwrap();
    let sent = queries::invitations(&reader, Invitations::Sent, &own, pending, &page).await.unwrap();
    let partnerships = queries::partnerships(&reader, As::Partner, &own, active, &page).await.unwrap();
    let partners = queries::count_partnerships(&reader, As::Partner, &own, active).await.unwrap();
    let records = clients::of_partners(&reader, &own, Some("client"), &page).await.unwrap();
    let known = clients::count(&reader, &own, None).await.unwrap();
    // the level below: what hangs on a page of each
    let theirs = &partnerships[&own[0]].rows;
    let ids: Vec<_> = theirs.iter().map(|row| row.id).collect();
    let accounts: Vec<_> = theirs.iter().map(|row| row.client_account_id).collect();
    let pairs: Vec<_> = theirs.iter().map(|row| (row.partner_id, row.client_account_id)).collect();
    assert_eq!(queries::of_pairs(&reader, &pairs).await.unwrap().len(), pairs.len());
    assert_eq!(
        queries::partnerships(&reader, As::Client, &accounts, active, &page).await.unwrap().len(),
        accounts.len()
    );
    queries::count_invitations(&reader, Invitations::Received, &accounts, pending).await.unwrap();
    queries::covered_products(&reader, &ids).await.unwrap();
    queries::payer_changes(&reader, &ids).await.unwrap();
    queries::powers_of_attorney(&reader, &ids).await.unwrap();
    let invitations: Vec<_> = received[&own[0]].rows.iter().map(|row| row.id).collect();
    queries::offered_products(&reader, &invitations).await.unwrap();
    Found {
        badge: badge[&own[0]],
        received: invitations.len(),
        sent: sent[&own[0]].rows.len(),
        partners: (theirs.len(), partners[&own[0]]),
        records: (records[&own[0]].rows.len(), known[&own[0]]),
        statements: reader.statements().count(),
    }
}

/// S3.13: the badge and every list are one statement, for one account as for twenty.
#[rstest]
#[tokio::test]
async fn each_list_is_one_statement(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let (_database, store) = seeded(db, Sizes { partners: 3, clients: 25, products: 2, invoices: 1 }).await;
    let found = read(&store).await;
    let expected = Found { badge: 25, received: 20, sent: 20, partners: (20, 25), records: (20, 25), statements: 14 };
    assert_eq!(found, expected);
}

/// Of thousands of rows of many partners, those of one are found by index, however the plan is made.
#[tokio::test]
async fn no_list_reads_a_whole_table() {
    let (_database, store) = seeded(Db::Postgres, Sizes { partners: 60, clients: 30, products: 2, invoices: 1 }).await;
    let tables = [
        "invitation",
        "invitation_product",
        "partnership",
        "partnership_product",
        "client",
        "payer_change",
        "power_of_attorney",
        "product",
    ];
    assert_read_by_index(store.pool(), &tables, async || {
        assert_eq!(read(&store).await.badge, 30);
    })
    .await;
}
