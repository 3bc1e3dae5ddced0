//! An address that is none: staff sees it, whoever wrote to it is told, and nothing more is sent there until a link is followed.

use rstest::rstest;
use serde_json::{Value, json};
use tests::app::TestApp;
use tests::database::Db;
use tests::smtp::{Plan, SmtpSink};
use tests::world::Signed;
use worker::notification::Transport;

const FAILED: &str = "{ provider { failedMails { totalCount nodes { recipient kind lastError } } } }";

async fn feed(app: &TestApp, who: &Signed) -> Vec<(String, String)> {
    let query = "query($id: ID!) { account(id: $id) { activity(first: 50) { nodes { kind message } } } }";
    let reply = app.ask_as(&who.token, query, json!({ "id": who.account_id })).await;
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let nodes = reply.ok()["account"]["activity"]["nodes"].as_array().unwrap().clone();
    nodes.iter().map(|event| (text(&event["kind"]), text(&event["message"]))).collect()
}

async fn invite(app: &TestApp, who: &Signed, email: &str) {
    let input = json!({ "accountId": who.account_id, "email": email, "role": "VIEWER" });
    app.done(&who.token, "inviteMember", input, "email").await;
}

/// R5, S3.19: a refusal for good is final, shown to staff and in the writer's feed, in the writer's language; the next mail to the
/// address is not sent at all; what its person asks for still is, and a followed link opens the way again.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn nothing_more_goes_to_an_address_that_is_none(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let sink = SmtpSink::start().await;
    let transport = Transport::smtp(&sink.url().into(), Some(sink.certificate.as_bytes())).unwrap();
    let app = TestApp::start_with(db, |setup| setup.transport = Some(transport)).await;
    let provider = app.provider().await;
    let jo = app.sign_up_in("jo@bolt.example", "Bolt", "DE", "EUR", "de").await;
    let luc = app.sign_up_in("luc@eau.example", "Eau", "FR", "EUR", "fr").await;
    app.run_jobs().await;
    let gone = "ann@gone.example";
    sink.decide(move |address, turn| match (address, turn) {
        ("ann@gone.example", 0) => Plan::RefuseRecipient("550 5.1.1 No such user"),
        _ => Plan::Accept,
    });
    let to_gone = || sink.received().into_iter().filter(|mail| mail.to == [gone]).count();

    invite(&app, &jo, gone).await;
    assert_eq!(app.run_failing_jobs().await, 1);
    invite(&app, &luc, gone).await;
    assert_eq!(app.run_failing_jobs().await, 1, "not even tried");
    assert_eq!(to_gone(), 0);
    let seen = app.ask_as(&provider.staff, FAILED, json!({})).await;
    let failed = &seen.ok()["provider"]["failedMails"];
    assert_eq!(failed["totalCount"], 2);
    let said = |at: usize| failed["nodes"][at]["lastError"].as_str().unwrap();
    assert!(said(1).contains("550") && said(1).contains("5.1.1 No such user"), "{failed}");
    assert!(
        said(0).starts_with("not sent: this address was refused for good before (") && said(0).contains("5.1.1"),
        "{failed}"
    );
    for node in failed["nodes"].as_array().unwrap() {
        assert_eq!((&node["recipient"], &node["kind"]), (&json!(gone), &json!("member_invited")));
    }
    let undelivered = |text: &str| ("MEMBER_ADDED".to_owned(), text.to_owned());
    assert_eq!(feed(&app, &jo).await[0], undelivered("Eine E-Mail hierzu konnte nicht zugestellt werden."));
    assert_eq!(feed(&app, &luc).await[0], undelivered("Un e-mail à ce sujet n’a pas pu être remis."));

    let ann = app.sign_up(gone, "Ann").await;
    app.run_jobs().await;
    assert_eq!(to_gone(), 1, "the link by which they show that it is theirs");
    invite(&app, &jo, "other@bolt.example").await;
    app.run_jobs().await;
    let raw = sink.received().into_iter().find(|mail| mail.to == [gone]).unwrap().raw;
    let text = mail_parser::MessageParser::default().parse(&raw).unwrap().body_text(0).unwrap().into_owned();
    let token = text.split_once("token=").unwrap().1.split_whitespace().next().unwrap().to_owned();
    let verify = "mutation($token: String!) { verifyEmail(input: { token: $token }) { userErrors { code } } }";
    app.ask(verify, json!({ "token": token })).await.ok();
    let eve = app.sign_up("eve@else.example", "Else").await;
    invite(&app, &eve, &ann.email).await;
    app.run_jobs().await;
    assert_eq!(to_gone(), 2, "it is theirs, and gets there");
}

/// Staff that knows better sends a mail round again, and the address with it.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn staff_opens_the_way_again(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let sink = SmtpSink::start().await;
    let transport = Transport::smtp(&sink.url().into(), Some(sink.certificate.as_bytes())).unwrap();
    let app = TestApp::start_with(db, |setup| setup.transport = Some(transport)).await;
    let provider = app.provider().await;
    let jo = app.sign_up("jo@bolt.example", "Bolt").await;
    let eve = app.sign_up("eve@else.example", "Else").await;
    app.run_jobs().await;
    sink.plan([Plan::RefuseRecipient("550 5.1.1 No such user")]);
    invite(&app, &jo, "ann@new.example").await;
    assert_eq!(app.run_failing_jobs().await, 1);
    let dead = app.ask_as(&provider.staff, "{ provider { deadJobs { nodes { id } } } }", json!({})).await;
    let id = &dead.ok()["provider"]["deadJobs"]["nodes"][0]["id"];
    app.done(&provider.staff, "retryDeadJob", json!({ "deadJobId": id }), "retried").await;
    app.run_jobs().await;
    invite(&app, &eve, "ann@new.example").await;
    app.run_jobs().await;
    assert_eq!(sink.received().iter().filter(|mail| mail.to == ["ann@new.example"]).count(), 2);
}
