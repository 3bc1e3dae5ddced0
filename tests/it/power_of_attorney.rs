//! Accounts that a partner opens under a power of attorney: claimed, confirmed, disputed, decided.

use std::time::Duration;

use axum::body::Body;
use axum::http::Request;
use futures::future::join_all;
use rstest::rstest;
use serde_json::{Value, json};
use tests::app::TestApp;
use tests::client::Reply;
use tests::database::Db;
use tests::world::{PASSWORD, Provider, Signed};

const OWNER: &str = "jo@bakery.example";
const DIGEST: &str = "9F86D081884C7D659A2FEAA0C55AD015A3BF4F1B2B0B822CD15D6C15B0F00A08";

/// What a partner says to open an account for Jo, with full access that Jo pays.
fn mandate(partner: &Signed) -> Value {
    json!({
        "partnerId": partner.account_id,
        "owner": { "email": OWNER, "name": "Jo Baker", "locale": "en" },
        "account": { "name": "Bakery", "country": "DE", "currencyCode": "EUR" },
        "powerOfAttorney": { "signedOn": "2026-11-20", "reference": "VM 17", "documentSha256": DIGEST },
        "accessLevel": "FULL", "payer": "CLIENT",
    })
}

fn with(mut input: Value, path: &str, value: Value) -> Value {
    *input.pointer_mut(path).unwrap() = value;
    input
}

const OPENED: &str = "account { id name owner { email name emailVerified } viewerPermissions members { totalCount } }
    partnership { id status accessLevel permissions payer powerOfAttorney { signedOn reference documentSha256 confirmedAt disputedAt } }
    client { name email account { name } }";

async fn open(app: &TestApp, partner: &Signed) -> Value {
    app.done(&partner.token, "createAccountOnBehalf", mandate(partner), OPENED).await
}

/// The token of the link that Jo was mailed.
async fn link(app: &TestApp) -> String {
    app.run_jobs().await;
    let mail = app.mails_to(OWNER).into_iter().find(|mail| mail.text.contains("/claim?token=")).unwrap();
    mail.token().to_owned()
}

async fn claim(app: &TestApp, token: &str, password: &str) -> Reply {
    let query = "mutation($input: ClaimAccountInput!) { claimAccount(input: $input) {
        accessToken user { email emailVerified } userErrors { code field } } }";
    app.ask(query, json!({ "input": { "token": token, "password": password } })).await
}

/// Jo, signed in.
async fn jo(app: &TestApp) -> String {
    let reply = claim(app, &link(app).await, PASSWORD).await;
    reply.ok()["claimAccount"]["accessToken"].as_str().unwrap().to_owned()
}

async fn answer(app: &TestApp, token: &str, partnership: &Value, confirm: bool) -> Reply {
    let input = json!({ "partnershipId": partnership, "confirm": confirm });
    let shown = "partnership { status powerOfAttorney { confirmedAt disputedAt } }";
    app.run(token, "answerPowerOfAttorney", input, shown).await
}

async fn decide(app: &TestApp, token: &str, partnership: &Value, uphold: bool) -> Reply {
    let input = json!({ "partnershipId": partnership, "uphold": uphold });
    app.run(token, "decidePowerOfAttorney", input, "partnership { status payer }").await
}

/// What the partner sees of the account by its id: null for nothing.
async fn seen_by(app: &TestApp, who: &Signed, account: &Value) -> Value {
    let query =
        "query($id: ID!) { account(id: $id) { viewerPermissions products { totalCount } activity { totalCount } } }";
    app.ask_as(&who.token, query, json!({ "id": account })).await.ok()["account"].clone()
}

async fn start(db: Db) -> (TestApp, Provider, Signed) {
    let app = TestApp::start(db).await;
    let provider = app.provider().await;
    let partner = app.partner(&provider, "acme").await;
    (app, provider, partner)
}

/// S5.5, S5.6a, S5.7, S5.8: in one act there are an account that the client owns, the partner's access to it as it was set and no more,
/// the evidence of the mandate, and the partner's record; the owner is mailed a link, and the account is theirs with the first
/// password.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn an_account_is_opened_and_claimed(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let (app, _, partner) = start(db).await;
    let input = mandate(&partner);
    let mut input = with(with(input, "/accessLevel", json!("PARTIAL")), "/payer", Value::Null);
    input["permissions"] = json!(["VIEW_PRODUCTS", "PURCHASE"]);
    let opened = app.done(&partner.token, "createAccountOnBehalf", input, OPENED).await;
    let evidence = json!({
        "signedOn": "2026-11-20", "reference": "VM 17", "documentSha256": DIGEST.to_lowercase(), "confirmedAt": null,
        "disputedAt": null,
    });
    let expected = json!({
        "account": {
            "id": opened["account"]["id"], "name": "Bakery",
            "owner": { "email": OWNER, "name": "Jo Baker", "emailVerified": false },
            "viewerPermissions": ["VIEW_PRODUCTS", "PURCHASE"], "members": { "totalCount": 0 },
        },
        "partnership": {
            "id": opened["partnership"]["id"], "status": "ACTIVE", "accessLevel": "PARTIAL",
            "permissions": ["VIEW_PRODUCTS", "PURCHASE"], "payer": "CLIENT", "powerOfAttorney": evidence,
        },
        "client": { "name": "Bakery", "email": OWNER, "account": { "name": "Bakery" } },
        "userErrors": [],
    });
    assert_eq!(opened, expected);

    let token = link(&app).await;
    let mails = app.mails_to(OWNER);
    assert_eq!(mails.len(), 1);
    for told in ["acme", "Bakery", "VM 17", "20 November 2026", "Order, renew and change plans"] {
        assert!(mails[0].text.contains(told), "{told} in:\n{}", mails[0].text);
    }
    assert_eq!(claim(&app, &token, "short").await.user_error(), "INVALID_INPUT");
    let reply = claim(&app, &token, PASSWORD).await;
    let claimed = &reply.ok()["claimAccount"];
    assert_eq!(claimed["user"], json!({ "email": OWNER, "emailVerified": true }));
    assert_eq!(claim(&app, &token, PASSWORD).await.user_error(), "TOKEN_INVALID", "once");
    let query =
        "{ viewer { memberships { nodes { role account { name members { totalCount } partnershipsAsClient { nodes {
        partner { name } powerOfAttorney { reference } } } } } } } }";
    let own = app.ask_as(claimed["accessToken"].as_str().unwrap(), query, json!({})).await;
    let partners = json!({ "nodes": [{ "partner": { "name": "acme" }, "powerOfAttorney": { "reference": "VM 17" } }] });
    let account = json!({ "name": "Bakery", "members": { "totalCount": 1 }, "partnershipsAsClient": partners });
    assert_eq!(own.ok()["viewer"]["memberships"]["nodes"], json!([{ "role": "OWNER", "account": account }]));
}

/// S5.6b: the client is the provider's customer: what the partner orders with the client's card is billed to the client's account.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn the_owner_is_the_providers_customer(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let (app, provider, partner) = start(db).await;
    let opened =
        app.done(&partner.token, "createAccountOnBehalf", mandate(&partner), "account { id } client { id }").await;
    let account_id = opened["account"]["id"].as_str().unwrap().to_owned();
    let jo = Signed { email: OWNER.to_owned(), token: jo(&app).await, user_id: String::new(), account_id };
    app.add_card(&jo, "tok_visa").await;
    app.buy_for(&provider, &partner, opened["client"]["id"].as_str().unwrap(), "CLIENT_CARD").await;
    let query = "query($id: ID!) { account(id: $id) { invoices { nodes { total { amount } billedTo { name } } } } }";
    let of = async |who: &Signed| {
        app.ask_as(&who.token, query, json!({ "id": jo.account_id })).await.ok()["account"].clone()
    };
    let invoice = json!({ "total": { "amount": "117.81" }, "billedTo": { "name": "Bakery" } });
    assert_eq!(of(&jo).await["invoices"]["nodes"], json!([invoice]));
    assert_eq!(of(&partner).await["invoices"]["nodes"], json!([]));
    app.check_books().await;
}

/// What is no mandate, no owner, or no partner's to do: nothing at all comes of it.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn what_opens_no_account(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let (app, _, partner) = start(db).await;
    let stranger = app.sign_up("eve@else.example", "Else").await;
    let input = || mandate(&partner);
    for (input, code, field) in [
        (with(input(), "/owner/email", json!("eve@else.example")), "EMAIL_ALREADY_REGISTERED", "owner.email"),
        (with(input(), "/owner/email", json!("Eve@ELSE.example ")), "EMAIL_ALREADY_REGISTERED", "owner.email"),
        (with(input(), "/owner/email", json!("nonsense")), "INVALID_INPUT", "owner.email"),
        (with(input(), "/owner/name", json!(" ")), "INVALID_INPUT", "owner.name"),
        (with(input(), "/account/name", json!("")), "INVALID_INPUT", "account.name"),
        (with(input(), "/powerOfAttorney/signedOn", json!("2026-11-22")), "INVALID_INPUT", "powerOfAttorney.signedOn"),
        (with(input(), "/powerOfAttorney/reference", json!("\u{202e}")), "INVALID_INPUT", "powerOfAttorney.reference"),
        (
            with(input(), "/powerOfAttorney/documentSha256", json!("abc")),
            "INVALID_INPUT",
            "powerOfAttorney.documentSha256",
        ),
        (with(input(), "/payer", Value::Null), "INVALID_INPUT", "payer"),
        (with(with(input(), "/accessLevel", json!("PARTIAL")), "/payer", Value::Null), "INVALID_INPUT", "permissions"),
    ] {
        let reply = app.run(&partner.token, "createAccountOnBehalf", input.clone(), "account { id }").await;
        assert_eq!((reply.user_error(), reply.user_error_field().as_str()), (code, field), "{input}");
    }
    let theirs = app
        .run(
            &stranger.token,
            "createAccountOnBehalf",
            with(input(), "/partnerId", json!(stranger.account_id)),
            "account { id }",
        )
        .await;
    assert_eq!(
        (theirs.user_error(), theirs.user_error_field().as_str()),
        ("INVALID_INPUT", "partnerId"),
        "it is no partner"
    );
    let foreign = app.run(&stranger.token, "createAccountOnBehalf", input(), "account { id }").await;
    assert_eq!(foreign.user_error(), "PERMISSION_DENIED", "Acme shows itself to the public");
    let unknown = with(input(), "/partnerId", json!("nonsense"));
    assert_eq!(
        app.run(&partner.token, "createAccountOnBehalf", unknown, "account { id }").await.user_error(),
        "NOT_FOUND"
    );
    app.run_jobs().await;
    assert!(app.mails_to(OWNER).is_empty());
    let seen = app
        .ask_as(
            &partner.token,
            "query($id: ID!) { account(id: $id) { clients { totalCount } } }",
            json!({ "id": partner.account_id }),
        )
        .await;
    assert_eq!(seen.ok()["account"]["clients"]["totalCount"], 0);

    // twice at once for the same owner: one account
    let ends =
        join_all((0..8).map(|_| app.run(&partner.token, "createAccountOnBehalf", input(), "account { id }"))).await;
    let done = ends.iter().filter(|reply| reply.data()["createAccountOnBehalf"]["account"].is_object()).count();
    assert_eq!(done, 1);
    assert!(ends.iter().all(|reply| {
        let payload = &reply.data()["createAccountOnBehalf"];
        payload["account"].is_object() || payload["userErrors"][0]["code"] == "EMAIL_ALREADY_REGISTERED"
    }));
}

/// The owner confirms, once; nobody else does, and nothing changes by it but that it is known.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn the_owner_confirms(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let (app, _, partner) = start(db).await;
    let stranger = app.sign_up("eve@else.example", "Else").await;
    let opened = open(&app, &partner).await;
    let id = &opened["partnership"]["id"];
    let jo = jo(&app).await;
    assert_eq!(answer(&app, &partner.token, id, true).await.user_error(), "PERMISSION_DENIED");
    assert_eq!(answer(&app, &stranger.token, id, false).await.user_error(), "NOT_FOUND");
    assert_eq!(answer(&app, &jo, &json!("nonsense"), false).await.user_error(), "NOT_FOUND");
    assert_eq!(decide(&app, &jo, id, false).await.user_error(), "PERMISSION_DENIED");
    let confirmed = answer(&app, &jo, id, true).await;
    let expected = json!({
        "status": "ACTIVE", "powerOfAttorney": { "confirmedAt": "2026-11-21T09:00:00Z", "disputedAt": null },
    });
    assert_eq!(confirmed.ok()["answerPowerOfAttorney"]["partnership"], expected);
    for again in [true, false] {
        assert_eq!(answer(&app, &jo, id, again).await.user_error(), "CONFLICT");
    }
    app.run_jobs().await;
    let told = app.mails_to(&partner.email);
    assert!(told.iter().any(|mail| mail.subject == "Bakery has confirmed your power of attorney"), "{told:#?}");
    assert_eq!(
        seen_by(&app, &partner, &opened["account"]["id"]).await["viewerPermissions"].as_array().unwrap().len(),
        5
    );
    // one that was not opened under a mandate has none to answer
    let (client, _, other) = app.client_of("acme", &partner, "bolt", "CLIENT").await;
    assert_eq!(answer(&app, &client.token, &json!(other), true).await.user_error(), "CONFLICT");
}

/// A dispute takes all access with it at once, on open streams, too; upheld by staff, it is there again as it was.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_dispute_freezes_until_staff_decide(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let (app, provider, partner) = start(db).await;
    let opened = open(&app, &partner).await;
    let (id, account) = (&opened["partnership"]["id"], &opened["account"]["id"]);
    let jo = jo(&app).await;
    assert_eq!(seen_by(&app, &partner, account).await["products"]["totalCount"], 0);
    assert_eq!(decide(&app, &provider.staff, id, true).await.user_error(), "CONFLICT", "nothing is disputed");

    let stream = json!({
        "query": "subscription($id: ID!) { activityAdded(accountId: $id) { kind } }", "variables": { "id": account },
    });
    let request = || {
        Request::post("/graphql/stream")
            .header("content-type", "application/json")
            .header("accept", "text/event-stream")
            .header("authorization", format!("Bearer {}", partner.token))
            .body(Body::from(stream.to_string()))
            .unwrap()
    };
    let streaming = tokio::time::timeout(Duration::from_secs(10), app.request(request()));
    let disputing = async {
        tokio::time::sleep(Duration::from_millis(500)).await;
        answer(&app, &jo, id, false).await
    };
    let (streamed, disputed) = futures::join!(streaming, disputing);
    let expected = json!({
        "status": "FROZEN", "powerOfAttorney": { "confirmedAt": null, "disputedAt": "2026-11-21T09:00:00Z" },
    });
    assert_eq!(disputed.ok()["answerPowerOfAttorney"]["partnership"], expected);
    let streamed = streamed.expect("the stream ends with the access").body;
    assert!(streamed.as_str().unwrap().trim_end().ends_with("event: complete\ndata:"), "{streamed}");

    assert_eq!(seen_by(&app, &partner, account).await, Value::Null);
    let record = json!({ "clientId": client_of(&app, &partner).await, "accessLevel": "FULL" });
    assert_eq!(
        app.run(&partner.token, "requestAccess", record, "invitation { id }").await.user_error(),
        "ALREADY_EXISTS"
    );
    let wider = json!({ "partnershipId": id, "accessLevel": "FULL", "payer": "CLIENT" });
    assert_eq!(app.run(&jo, "updatePartnershipAccess", wider, "partnership { id }").await.user_error(), "CONFLICT");
    assert_eq!(answer(&app, &jo, id, true).await.user_error(), "CONFLICT", "it is for staff to decide now");
    assert_eq!(decide(&app, &partner.token, id, true).await.user_error(), "PERMISSION_DENIED");

    let upheld = decide(&app, &provider.staff, id, true).await;
    let as_before = json!({ "status": "ACTIVE", "payer": "CLIENT" });
    assert_eq!(upheld.ok()["decidePowerOfAttorney"]["partnership"], as_before);
    assert_eq!(seen_by(&app, &partner, account).await["viewerPermissions"].as_array().unwrap().len(), 5);
    assert_eq!(decide(&app, &provider.staff, id, false).await.user_error(), "CONFLICT", "decided");
    app.run_jobs().await;
    for (address, subject) in [
        (partner.email.as_str(), "Bakery disputes your power of attorney"),
        (partner.email.as_str(), "Power of attorney decided: Bakery and acme"),
        (OWNER, "Power of attorney decided: Bakery and acme"),
    ] {
        let mails = app.mails_to(address);
        assert_eq!(mails.iter().filter(|mail| mail.subject == subject).count(), 1, "{address}: {mails:#?}");
    }
}

async fn client_of(app: &TestApp, partner: &Signed) -> Value {
    let query = "query($id: ID!) { account(id: $id) { clients { nodes { id } } } }";
    let reply = app.ask_as(&partner.token, query, json!({ "id": partner.account_id })).await;
    reply.ok()["account"]["clients"]["nodes"][0]["id"].clone()
}

/// Not upheld, the partnership ends, and the client pays; the owner may also end it without waiting.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_dispute_that_holds_ends_the_partnership(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let (app, provider, partner) = start(db).await;
    let input = with(mandate(&partner), "/payer", json!("PARTNER"));
    let opened = app.done(&partner.token, "createAccountOnBehalf", input, OPENED).await;
    let (id, account) = (&opened["partnership"]["id"], &opened["account"]["id"]);
    assert_eq!(opened["partnership"]["payer"], "PARTNER");
    let jo = jo(&app).await;
    answer(&app, &jo, id, false).await.ok();
    let ended = decide(&app, &provider.staff, id, false).await;
    assert_eq!(ended.ok()["decidePowerOfAttorney"]["partnership"], json!({ "status": "ENDED", "payer": "CLIENT" }));
    assert_eq!(seen_by(&app, &partner, account).await, Value::Null);
    assert_eq!(decide(&app, &provider.staff, id, true).await.user_error(), "CONFLICT");
    app.run_jobs().await;
    let told: Vec<_> = app.mails_to(OWNER).into_iter().map(|mail| mail.subject).collect();
    assert!(told.contains(&"Change of payer: Bakery and acme".to_owned()), "{told:?}");
}

/// R12: confirmed and disputed at once: one answer.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn one_answer_to_a_mandate_counts(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let (app, _, partner) = start(db).await;
    let opened = open(&app, &partner).await;
    let id = &opened["partnership"]["id"];
    let jo = jo(&app).await;
    let ends = join_all((0..10).map(|n| answer(&app, &jo, id, n % 2 == 0))).await;
    let won = ends.iter().filter(|reply| reply.data()["answerPowerOfAttorney"]["partnership"].is_object()).count();
    assert_eq!(won, 1);
}

/// A link that is too old is none, and whoever got in by a new password has claimed the account with it.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_password_is_a_claim(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let (app, _, partner) = start(db).await;
    open(&app, &partner).await;
    let token = link(&app).await;
    let taken = app.ask(
        "mutation($input: SignUpInput!) { signUp(input: $input) { userErrors { code } } }",
        json!({ "input": {
            "email": OWNER, "password": PASSWORD, "name": "Eve", "locale": "en",
            "account": { "name": "Eve", "country": "DE", "currencyCode": "EUR" },
        } }),
    );
    assert_eq!(taken.await.user_error(), "EMAIL_ALREADY_REGISTERED", "S5.12");
    let sign_in = "mutation($input: SignInInput!) { signIn(input: $input) { userErrors { code } } }";
    let early = app.ask(sign_in, json!({ "input": { "email": OWNER, "password": PASSWORD } })).await;
    assert_eq!(early.user_error(), "INVALID_CREDENTIALS");

    let reset = "mutation($input: RequestPasswordResetInput!) { requestPasswordReset(input: $input) { accepted } }";
    app.ask(reset, json!({ "input": { "email": OWNER } })).await.ok();
    app.run_jobs().await;
    let mail = app.mails_to(OWNER).into_iter().find(|mail| mail.text.contains("/reset?token=")).unwrap();
    let reset = "mutation($input: ResetPasswordInput!) { resetPassword(input: $input) { user { emailVerified } userErrors { code } } }";
    app.ask(reset, json!({ "input": { "token": mail.token(), "password": PASSWORD } })).await.ok();
    assert_eq!(claim(&app, &token, "another horse battery").await.user_error(), "TOKEN_INVALID");

    let other = with(mandate(&partner), "/owner/email", json!("al@forge.example"));
    app.done(&partner.token, "createAccountOnBehalf", other, "account { id }").await;
    app.run_jobs().await;
    let late = app.mails_to("al@forge.example")[0].token().to_owned();
    app.set_clock("2026-11-28T09:00:00Z").await;
    assert_eq!(claim(&app, &late, PASSWORD).await.user_error(), "TOKEN_EXPIRED");
}

/// Without a portal of the provider's, the link leads to a page: a password, and one question.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn the_link_leads_to_a_page(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let (app, _, partner) = start(db).await;
    let input = with(mandate(&partner), "/account/name", json!("Jo's <Bakery>"));
    let opened = app.done(&partner.token, "createAccountOnBehalf", input, OPENED).await;
    let token = link(&app).await;
    let shown = app.request(Request::get(format!("/claim?token={token}")).body(Body::empty()).unwrap()).await;
    let page = shown.body.as_str().unwrap();
    assert_eq!(shown.status, 200);
    assert!(page.contains("Jo&#39;s &lt;Bakery&gt;") && page.contains("acme") && page.contains("VM 17"), "{page}");
    assert!(!page.contains("<script") && page.matches("<form").count() == 1);
    let send = async |form: String| {
        let request = Request::post("/claim").header("content-type", "application/x-www-form-urlencoded");
        let reply = app.request(request.body(Body::from(form)).unwrap()).await;
        (reply.status, reply.body.as_str().unwrap().to_owned())
    };
    let (status, page) = send(format!("token={token}&password=correct+horse+battery")).await;
    assert!(status == 422 && page.contains("role=alert"), "the question is not answered: {page}");
    assert_eq!(send(format!("token={token}&password=short&answer=confirm")).await.0, 422);
    let (status, page) = send(format!("token={token}&password=correct+horse+battery&answer=dispute")).await;
    assert!(status == 200 && page.contains("acme has no access any more"), "{page}");
    assert_eq!(send(format!("token={token}&password=correct+horse+battery&answer=confirm")).await.0, 404, "used");
    assert_eq!(seen_by(&app, &partner, &opened["account"]["id"]).await, Value::Null);
    let sign_in = "mutation($input: SignInInput!) { signIn(input: $input) { user { email } userErrors { code } } }";
    app.ask(sign_in, json!({ "input": { "email": OWNER, "password": PASSWORD } })).await.ok();
    for path in ["/claim", "/claim?token=%22%3E%3Cscript%3E"] {
        assert_eq!(app.request(Request::get(path).body(Body::empty()).unwrap()).await.status, 404, "{path}");
    }
}
