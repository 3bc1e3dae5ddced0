//! A1: in generated worlds, no endpoint is told an event that its account's owner could not see by a query at that moment, and each
//! is told all of those that they could.

use std::collections::{BTreeMap, BTreeSet};

use entities::id::UserId;
use entities::membership::Role;
use rand::SeedableRng as _;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom as _;
use rstest::rstest;
use tests::app::TestApp;
use tests::database::Db;
use tests::hooks::Receiver;
use tests::rows::Rows;
use uuid::Uuid;

use super::by_hand::Eye;
use super::worlds::generate;

/// `WORLD_SEED` replays the one of a seed.
const SEEDS: std::ops::RangeInclusive<u64> = 201..=210;

/// Somebody who owns an account, is nobody anywhere else, and contributes to nothing by their address.
fn owner(rows: &mut Rows, account: entities::id::AccountId) -> UserId {
    for member in rows.memberships.iter_mut().filter(|row| row.account_id == account && row.role == Role::Owner) {
        member.role = Role::Admin;
    }
    let user = rows.user();
    rows.member(user, account, Role::Owner);
    user
}

/// Issue of messages, promises A1: what is sent is what its reader sees by query, for accounts and for the provider.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn what_is_told_is_what_is_seen(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let replayed = std::env::var("WORLD_SEED").ok().map(|seed| seed.parse::<u64>().unwrap());
    let (mut told, mut foreign, mut untold) = (0, 0, 0);
    for seed in replayed.map_or(SEEDS, |seed| seed..=seed) {
        println!("WORLD_SEED={seed}");
        let app = TestApp::start_calling(db).await;
        let now = app.store.now().await.unwrap().now;
        let mut rows = generate(seed, now);
        rows.endpoints.clear();
        rows.deliveries.clear();
        let accounts: Vec<_> = rows.accounts.iter().map(|row| row.id).collect();
        let mut readers = BTreeMap::new();
        let mut dice = StdRng::seed_from_u64(seed);
        for account in accounts.iter().copied() {
            let reader = owner(&mut rows, account);
            readers.insert(open(&mut rows, account, false).await, (Some(account), reader));
        }
        let providers = open(&mut rows, *accounts.choose(&mut dice).unwrap(), true).await;
        readers.insert(providers, (None, UserId(Uuid::nil())));
        let receivers = serve(&mut rows).await;
        rows.write(app.db()).await;
        begin_before(&app, &rows).await;
        app.run_jobs().await;

        for (endpoint, (account, reader)) in readers {
            let got: BTreeSet<Uuid> = receivers[&endpoint]
                .take()
                .iter()
                .map(|one| api::id::decode(one.body["data"]["event"].as_str().unwrap()).unwrap().1)
                .collect();
            let eye = Eye { rows: &rows, user: reader, key: None };
            let seen: BTreeSet<Uuid> = eye
                .views("activity")
                .into_iter()
                .filter(|view| account.is_none() || view.is_seen)
                .map(|view| view.id)
                .collect();
            assert_eq!(got, seen, "told, by hand: the endpoint of {account:?}, seed {seed}");
            let is_foreign = |id: &&Uuid| {
                rows.activities.iter().any(|row| row.id.0 == **id && account.is_some_and(|own| row.account_id != own))
            };
            told += got.len();
            foreign += got.iter().filter(is_foreign).count();
            untold += rows.activities.len() - got.len();
        }
    }
    println!("{db:?}: {told} told, {foreign} of them of other accounts, {untold} not");
    assert!(replayed.is_some() || (told > 100 && foreign > 20 && untold > 100), "{told}, {foreign}, {untold}");
}

/// An endpoint that is told everything from the first event on.
async fn open(rows: &mut Rows, account: entities::id::AccountId, is_providers: bool) -> Uuid {
    let id = rows.endpoint(account, is_providers);
    rows.endpoints.last_mut().unwrap().is_enabled = true;
    id.0
}

/// A program for each endpoint.
async fn serve(rows: &mut Rows) -> BTreeMap<Uuid, Receiver> {
    let mut receivers = BTreeMap::new();
    for endpoint in &mut rows.endpoints {
        let receiver = Receiver::start().await;
        endpoint.url = receiver.url();
        receivers.insert(endpoint.id.0, receiver);
    }
    receivers
}

/// The events are written straight into the table, so the feed is told how far it goes, and where it began.
async fn begin_before(app: &TestApp, rows: &Rows) {
    let positions: Vec<_> = rows.activities.iter().map(|row| row.position).collect();
    let (first, last) = (positions.iter().min().expect("events"), positions.iter().max().expect("events"));
    for (table, position) in [("webhook_position", first - 1), ("feed_position", *last)] {
        let mut sql = domain::sql::Sql::new(sea_orm::ConnectionTrait::get_database_backend(app.db()));
        sql.add(&format!("UPDATE {table} SET last = ? WHERE id = 1"), [position.into()]);
        sql.execute(app.db()).await.unwrap();
    }
}
