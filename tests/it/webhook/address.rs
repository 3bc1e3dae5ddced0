//! R22: wherever an endpoint's address leads, nothing inward is called.

use std::collections::HashMap;
use std::io;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use domain::activity::{ActivityKind, Event};
use domain::actor::{Actor, System};
use domain::sql::{Sql, insert};
use domain::store::Statements;
use entities::id::AccountId;
use entities::webhook_endpoint;
use futures::future::BoxFuture;
use rstest::rstest;
use sea_orm::EntityTrait as _;
use serde_json::json;
use tests::app::TestApp;
use tests::database::Db;
use tests::hooks::{Receiver, Reply, Trap};
use uuid::Uuid;
use worker::webhook::{Hooks, LookUp};

/// Every way in which somebody might write an address inside, `P` being the port of a listener there.
const HOSTILE: [&str; 46] = [
    "https://127.0.0.1:P/",
    "http://127.0.0.1:P/",
    "https://127.1:P/",
    "http://127.0.1:P/",
    "https://2130706433:P/",
    "http://0x7f000001:P/",
    "https://0x7f.0.0.1:P/",
    "https://0177.0.0.1:P/",
    "http://0177.1:P/",
    "https://017700000001:P/",
    "https://127.0.0.1.:P/",
    "https://１２７.０.０.１:P/",
    "https://127。0。0。1:P/",
    "https://0:P/",
    "https://0.0.0.0:P/",
    "http://[::]:P/",
    "https://[::1]:P/",
    "http://[::1]:P/",
    "https://[::ffff:127.0.0.1]:P/",
    "https://[::ffff:7f00:1]:P/",
    "https://[::127.0.0.1]:P/",
    "https://[64:ff9b::127.0.0.1]:P/",
    "https://[2002:7f00:1::]:P/",
    "https://[fe80::1]:P/",
    "https://[fc00::1]:P/",
    "https://[ff02::1]:P/",
    "https://10.0.0.1:P/",
    "https://[::ffff:10.0.0.1]:P/",
    "https://172.16.0.1:P/",
    "https://192.168.0.1:P/",
    "https://100.64.0.1:P/",
    "https://169.254.169.254:P/latest/meta-data/",
    "http://169.254.169.254/latest/meta-data/",
    "https://224.0.0.1:P/",
    "https://255.255.255.255:P/",
    "https://user:password@127.0.0.1:P/",
    "https://hooks.example@127.0.0.1:P/",
    "https://localhost:P/",
    "http://localhost:P/",
    "https://inward.example:P/",
    "http://inward.example:P/",
    "https://mixed.example:P/",
    "https://changes.example:P/",
    "file:///etc/passwd",
    "gopher://127.0.0.1:P/_POST",
    "https://inward.example.:P/",
];

/// What names lead to: one inside, one to many addresses inside, and one that leads inside from the second look on.
fn names() -> (LookUp, Arc<AtomicUsize>) {
    let looks = Arc::new(AtomicUsize::new(0));
    let seen = Arc::clone(&looks);
    let look_up = move |name: String| -> BoxFuture<'static, io::Result<Vec<IpAddr>>> {
        let look = if name.starts_with("changes") { seen.fetch_add(1, Ordering::SeqCst) } else { 0 };
        let inside: Vec<IpAddr> = ["127.0.0.1", "::1"].map(|ip| ip.parse().unwrap()).into();
        // nothing listens at this public address's port; it is given up with the time-out
        let public: Vec<IpAddr> = vec!["1.1.1.1".parse().unwrap()];
        let found = match name.trim_end_matches('.') {
            "changes.example" if look == 0 => public,
            "mixed.example" => {
                [inside, vec!["10.0.0.1".parse().unwrap(), "::ffff:127.0.0.1".parse().unwrap()]].concat()
            }
            _ => inside,
        };
        Box::pin(async move { Ok(found) })
    };
    (Arc::new(look_up), looks)
}

async fn tell(app: &TestApp, account: AccountId) {
    let told = app.store.write(Actor::System(System::Operator), Statements::default(), move |work| {
        work.tell(Event::new(account, ActivityKind::AccountCreated));
        Box::pin(async { Ok(()) })
    });
    told.await.unwrap();
}

/// R22: of 46 addresses written into the table, as if they had been saved under another setting, or their names had led elsewhere
/// then, none is called, at the first try or at a later one; and none that says it itself can be saved.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn nothing_inward_is_called(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let (look_up, looks) = names();
    let hooks = Hooks::looking_up(look_up, Duration::from_millis(500), false).unwrap();
    let app = TestApp::start_with(db, |setup| setup.hooks = hooks).await;
    let ann = app.sign_up("ann@bolt.example", "bolt").await;
    app.run_jobs().await;
    let traps = [Trap::at("127.0.0.1".parse().unwrap()).await];
    let urls = HOSTILE.map(|url| url.replace(":P", &format!(":{}", traps[0].port())));

    let mut saved = Vec::new();
    for url in &urls {
        let input = json!({ "accountId": ann.account_id, "url": url, "events": [], "enabled": false });
        let reply = app.run(&ann.token, "saveWebhookEndpoint", input, "webhookEndpoint { id }").await;
        if reply.body.get("errors").is_none()
            && reply.body["data"]["saveWebhookEndpoint"]["webhookEndpoint"]["id"].is_string()
        {
            saved.push(url.split(':').take(2).collect::<Vec<_>>().join(":"));
        }
    }
    let names = [
        "https://localhost",
        "https://inward.example",
        "https://mixed.example",
        "https://changes.example",
        "https://inward.example.",
    ];
    assert_eq!(saved, names, "what says itself that it leads inside is refused");

    let account = AccountId(api::id::decode(&ann.account_id).unwrap().1);
    let now = app.store.now().await.unwrap().now;
    let rows: Vec<_> = urls
        .iter()
        .map(|url| webhook_endpoint::Model {
            id: Uuid::now_v7().into(),
            account_id: account,
            is_providers: false,
            url: url.clone(),
            events: json!(["ACCOUNT_CREATED"]),
            is_enabled: true,
            generation: 1,
            former_until: None,
            after_position: 0,
            sequence: 0,
            failing_since: None,
            failures: 0,
            paused_until: None,
            created_at: now,
        })
        .collect();
    insert::<webhook_endpoint::Entity>(app.db(), &rows).await.unwrap();
    let mut sql = Sql::new(app.db().get_database_backend());
    sql.push("UPDATE webhook_endpoint SET after_position = (SELECT last FROM feed_position)");
    sql.execute(app.db()).await.unwrap();
    tell(&app, account).await;
    app.run_jobs().await;
    app.advance_to(&ann.token, "2026-11-21T12:00:00Z").await.ok();
    let tried = deliveries(&app).await;
    assert!(
        tried.iter().filter(|row| row.attempts >= 3).count() >= urls.len(),
        "each was tried three times: {tried:?}"
    );
    assert!(tried.iter().all(|row| row.last_response_status.is_none()));
    assert!(looks.load(Ordering::SeqCst) >= 3, "the name was looked up at each try");
    assert_eq!(traps[0].connections(), 0, "a connection inward");
}

/// The same listeners are reached, and the same redirect is not followed, where private addresses are allowed: so the test above
/// could fail.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_redirect_inward_is_not_followed(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let (look_up, _) = names();
    let hooks = Hooks::looking_up(look_up, Duration::from_secs(5), true).unwrap();
    let app = TestApp::start_with(db, |setup| {
        setup.settings.may_call_private_webhooks = true;
        setup.hooks = hooks;
    })
    .await;
    let ann = app.sign_up("ann@bolt.example", "bolt").await;
    let trap = Trap::at("127.0.0.1".parse().unwrap()).await;
    let receiver = Receiver::start().await;
    app.endpoint(&ann, &format!("http://inward.example:{}/hooks", receiver.port()), &["ACCOUNT_CREATED"]).await;
    let account = AccountId(api::id::decode(&ann.account_id).unwrap().1);
    let location = Some(format!("http://127.0.0.1:{}/", trap.port()));
    let statuses = [301, 302, 303, 307, 308];
    receiver.answer_next(statuses.map(|status| Reply { location: location.clone(), ..status.into() }));
    for _ in statuses {
        tell(&app, account).await;
        app.run_jobs().await;
        app.set_clock(&(app.store.now().await.unwrap().now + chrono::TimeDelta::hours(1)).to_rfc3339()).await;
        app.run_jobs().await;
    }
    assert!(receiver.count() >= 5, "the receiver is reached by its name");
    assert_eq!(trap.connections(), 0, "a redirect was followed");
    let by_status: HashMap<_, _> = deliveries(&app).await.into_iter().map(|row| (row.status, row.attempts)).collect();
    assert!(!by_status.is_empty());
}

async fn deliveries(app: &TestApp) -> Vec<entities::webhook_delivery::Model> {
    entities::webhook_delivery::Entity::find().all(app.db()).await.unwrap()
}
