//! What the provider's staff does: accounts, programmes of partners, work and mails that were given up.

use domain::actor::{Actor, System};
use domain::notification::{MailKind, Notice, Recipient};
use domain::store::Statements;
use rstest::rstest;
use sea_orm::ConnectionTrait as _;
use serde_json::{Value, json};
use tests::app::TestApp;
use tests::client::Reply;
use tests::database::Db;
use uuid::Uuid;

const ACCOUNTS: &str = "query($search: String, $first: Int, $after: String) {
    provider { accounts(search: $search, first: $first, after: $after) { totalCount nodes { name } pageInfo { endCursor hasNextPage } } } }";

async fn accounts(app: &TestApp, token: &str, search: &str) -> (i64, Vec<String>) {
    let reply = app.ask_as(token, ACCOUNTS, json!({ "search": search })).await;
    let found = &reply.ok()["provider"]["accounts"];
    let names = found["nodes"].as_array().unwrap().iter().map(|node| node["name"].as_str().unwrap().to_owned());
    (found["totalCount"].as_i64().unwrap(), names.collect())
}

/// Staff finds accounts by name and by the address of a member; nobody else sees that there is a provider's view.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn staff_finds_accounts(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let app = TestApp::start(db).await;
    let provider = app.provider().await;
    let jo = app.sign_up("jo@bolt.example", "Müller Web").await;
    app.sign_up("di@else.example", "100% Müllerei").await;
    app.sign_up("jo@bolt.example.com", "Zoë").await;

    let names = |names: &[&str]| {
        (i64::try_from(names.len()).unwrap(), names.iter().map(|&name| name.to_owned()).collect::<Vec<_>>())
    };
    for (search, found) in [
        ("", &["Zoë", "100% Müllerei", "Müller Web"][..]),
        ("MULLER", &["100% Müllerei", "Müller Web"]),
        ("zoe", &["Zoë"]),
        ("0%", &["100% Müllerei"]),
        ("%", &["100% Müllerei"]),
        ("_", &[]),
        (" Jo@Bolt.Example ", &["Müller Web"]),
        ("bolt.example", &[]),
        ("'; DROP TABLE account; --", &[]),
        ("\u{202e}", &["Zoë", "100% Müllerei", "Müller Web"]),
    ] {
        assert_eq!(accounts(&app, &provider.staff, search).await, names(found), "{search:?}");
    }
    let first = app.ask_as(&provider.staff, ACCOUNTS, json!({ "first": 2 })).await;
    let page = &first.ok()["provider"]["accounts"];
    assert_eq!((&page["totalCount"], &page["pageInfo"]["hasNextPage"]), (&json!(3), &json!(true)));
    let after = json!({ "first": 2, "after": page["pageInfo"]["endCursor"] });
    let rest = app.ask_as(&provider.staff, ACCOUNTS, after).await;
    assert_eq!(rest.ok()["provider"]["accounts"]["nodes"], json!([{ "name": "Müller Web" }]));

    assert_eq!(app.ask_as(&jo.token, ACCOUNTS, json!({})).await.ok()["provider"], Value::Null);
    assert_eq!(app.ask(ACCOUNTS, json!({})).await.ok()["provider"], Value::Null);
    app.db().execute_unprepared("UPDATE \"user\" SET is_staff = FALSE").await.unwrap();
    assert_eq!(app.ask_as(&provider.staff, ACCOUNTS, json!({})).await.ok()["provider"], Value::Null, "who has left");
}

/// Staff moves a partner to another programme; its being a partner ends when it has no partnership, and with it its public profile.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn staff_sets_a_partners_programme(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let app = TestApp::start(db).await;
    let provider = app.provider().await;
    let partner = app.partner(&provider, "acme").await;
    let (client, _, partnership) = app.client_of("acme", &partner, "bolt", "CLIENT").await;
    let stranger = app.sign_up("eve@else.example", "Else").await;
    let input = json!({
        "name": "Gold", "rateBps": 3000, "contactEmail": "gold@provider.example",
        "minimumPayout": { "amount": "50.00", "currencyCode": "EUR" },
    });
    let gold = app.done(&provider.staff, "saveProgramme", input, "programme { id }").await["programme"]["id"].clone();
    let set = async |token: &str, account: &str, programme: &Value| {
        let input = json!({ "accountId": account, "programmeId": programme });
        app.run(token, "setProgramme", input, "account { programme { name } }").await
    };
    let (acme, bolt) = (partner.account_id.as_str(), client.account_id.as_str());

    for _ in 0..2 {
        let moved = set(&provider.staff, acme, &gold).await;
        assert_eq!(moved.ok()["setProgramme"]["account"]["programme"]["name"], "Gold");
    }
    assert_eq!(set(&partner.token, acme, &gold).await.user_error(), "PERMISSION_DENIED");
    assert_eq!(set(&stranger.token, acme, &gold).await.user_error(), "PERMISSION_DENIED", "its profile is public");
    assert_eq!(set(&stranger.token, bolt, &gold).await.user_error(), "NOT_FOUND");
    assert_eq!(set(&provider.staff, "nonsense", &gold).await.user_error(), "NOT_FOUND");
    let none = set(&provider.staff, acme, &json!(acme)).await;
    assert_eq!((none.user_error(), none.user_error_field().as_str()), ("NOT_FOUND", "programmeId"));

    assert_eq!(set(&provider.staff, acme, &Value::Null).await.user_error(), "CONFLICT");
    app.done(&client.token, "endPartnership", json!({ "partnershipId": partnership }), "partnership { status }").await;
    let at_once = futures::future::join_all((0..5).map(|_| set(&provider.staff, acme, &Value::Null))).await;
    for ended in at_once {
        assert_eq!(ended.ok()["setProgramme"]["account"]["programme"], Value::Null);
    }
    let profile = "{ partnerProfile(slug: \"acme\") { slug } partnerProfiles { totalCount } }";
    let shown = app.ask(profile, json!({})).await;
    assert_eq!(*shown.ok(), json!({ "partnerProfile": null, "partnerProfiles": { "totalCount": 0 } }));
    let offer = json!({ "accountId": bolt, "partnerProfileSlug": "acme", "accessLevel": "FULL", "payer": "CLIENT" });
    assert_eq!(app.run(&client.token, "sendInvitation", offer, "invitation { id }").await.user_error(), "NOT_FOUND");

    let input = json!({ "accountId": acme, "programmeId": provider.programme_id });
    app.done(&partner.token, "enrolAsPartner", input, "account { id }").await;
    app.db().execute_unprepared("UPDATE \"user\" SET is_staff = FALSE").await.unwrap();
    assert_eq!(set(&provider.staff, bolt, &gold).await.user_error(), "NOT_FOUND", "who has left");
}

/// A mail to an address that is none, as nobody's mistake but ours could make it.
async fn notify(app: &TestApp, email: &'static str) {
    let write = app.store.write(Actor::System(System::Mail), Statements::default(), move |work| {
        work.notify(Notice {
            kind: MailKind::VerifyAddress,
            subject_id: Uuid::from_u128(1),
            step: 0,
            recipient: Recipient { email: email.to_owned(), locale: "en".to_owned(), user_id: None },
            member_of: None,
            written_by: None,
            data: json!({}),
        });
        Box::pin(async { Ok(()) })
    });
    write.await.unwrap();
}

const GIVEN_UP: &str = "{ provider {
    deadJobs { totalCount nodes { id kind payload attempts lastError diedAt } }
    failedMails { totalCount nodes { id recipient kind lastError failedAt } }
} }";

async fn retry(app: &TestApp, token: &str, id: &Value) -> Reply {
    app.run(token, "retryDeadJob", json!({ "deadJobId": id }), "retried").await
}

/// Staff sees work and mails that were given up, and sends them round again once what was wrong is mended; nobody else sees them.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn staff_sends_dead_work_round_again(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let app = TestApp::start(db).await;
    let provider = app.provider().await;
    let jo = app.sign_up("jo@bolt.example", "Bolt").await;
    app.run_jobs().await;
    notify(&app, "not an address").await;
    assert_eq!(app.run_failing_jobs().await, 1);

    let seen = app.ask_as(&provider.staff, GIVEN_UP, json!({})).await;
    let (jobs, mails) = (&seen.ok()["provider"]["deadJobs"], &seen.ok()["provider"]["failedMails"]);
    let (job, mail) = (&jobs["nodes"][0], &mails["nodes"][0]);
    assert_eq!((&jobs["totalCount"], &mails["totalCount"]), (&json!(1), &json!(1)));
    assert_eq!((&job["kind"], &job["attempts"]), (&json!("send_mail"), &json!(1)));
    assert!(job["payload"].as_str().unwrap().contains("notification_id"), "{job}");
    assert_eq!((&mail["recipient"], &mail["kind"]), (&json!("not an address"), &json!("verify_address")));
    assert!(mail["lastError"].as_str().unwrap().contains("not a mail address"), "{mail}");
    assert_eq!(mail["failedAt"], "2026-11-21T09:00:00Z");

    let nodes = "query($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }";
    let ids = json!({ "ids": [job["id"], mail["id"]] });
    let both = json!([{ "__typename": "DeadJob", "id": job["id"] }, { "__typename": "FailedMail", "id": mail["id"] }]);
    assert_eq!(app.ask_as(&provider.staff, nodes, ids.clone()).await.ok()["nodes"], both);
    assert_eq!(app.ask_as(&jo.token, nodes, ids.clone()).await.ok()["nodes"], json!([null, null]));
    for id in [&job["id"], &json!("nonsense"), &mail["id"]] {
        assert_eq!(retry(&app, &jo.token, id).await.user_error(), "NOT_FOUND");
    }
    assert_eq!(retry(&app, &provider.staff, &mail["id"]).await.user_error(), "NOT_FOUND");

    app.db()
        .execute_unprepared("UPDATE notification SET recipient = 'ann@bolt.example' WHERE recipient = 'not an address'")
        .await
        .unwrap();
    let at_once = futures::future::join_all((0..5).map(|_| retry(&app, &provider.staff, &job["id"]))).await;
    let retried = at_once.iter().filter(|reply| reply.data()["retryDeadJob"]["retried"] == true).count();
    assert_eq!(retried, 1);
    assert!(
        at_once.iter().all(|reply| reply.data()["retryDeadJob"]["retried"] == true || reply.user_error() == "CONFLICT")
    );
    assert_eq!(app.ask_as(&provider.staff, nodes, ids).await.ok()["nodes"], json!([null, null]), "given up no more");
    app.run_jobs().await;
    assert_eq!(app.mails_to("ann@bolt.example").len(), 1);
    assert_eq!(retry(&app, &provider.staff, &job["id"]).await.user_error(), "CONFLICT", "it is done");
    let seen = app.ask_as(&provider.staff, GIVEN_UP, json!({})).await;
    assert_eq!(seen.ok()["provider"]["failedMails"], json!({ "totalCount": 0, "nodes": [] }));
    app.check_books().await;
}
