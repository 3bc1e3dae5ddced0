//! Identity as clients see it: GraphQL over HTTP, and the plain pages behind the links in mails.

use std::sync::Arc;

use api::account::tries::Tries;
use api::auth::SignIn;
use api::http::{Gateway, PersistedQueries, Settings};
use api::limits::Limiter;
use axum::Router;
use axum::body::{Body, to_bytes};
use domain::account::commands::{AddStaff, add_staff};
use domain::account::token::{NewToken, mint};
use domain::actor::System;
use domain::signal::Signals;
use domain::store::Statements;
use domain::{Actor, Store};
use entities::mailed_token::MailedTokenKind;
use http::{Request, StatusCode};
use rstest::rstest;
use serde_json::{Value, json};
use tests::database::{Database, Db};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;

const PASSWORD: &str = "correct horse battery";
const SIGN_UP: &str = "mutation($input: SignUpInput!) { signUp(input: $input) { accessToken expiresAt
    user { id email emailVerified } account { id name timeZone viewerPermissions owner { email } members { totalCount } }
    userErrors { code field } } }";
const SIGN_IN: &str =
    "mutation($input: SignInInput!) { signIn(input: $input) { accessToken user { email } userErrors { code } } }";

struct Server {
    router: Router,
    store: Store,
    _database: Database,
}

impl Server {
    async fn start(db: Db, tries: Arc<Tries>) -> Self {
        let database = Database::fresh(db).await;
        let pool = domain::database::connect(&database.url().parse().unwrap(), 8).await.unwrap();
        let seller = Arc::new(domain::seller::Settings::demo(pool.clone()));
        let store = Store::new(pool, Signals::local(), seller);
        let sign_in = || SignIn { store: store.clone(), trusted_proxies: vec![], tries: Arc::clone(&tries) };
        let settings = Settings {
            origins: vec![],
            introspection: false,
            limiter: Limiter::Off,
            persisted: PersistedQueries::new(1 << 20, None),
            max_at_work: 64,
            resume: None,
            shutdown: CancellationToken::new(),
        };
        let gateway = Arc::new(Gateway::new(api::schema::build(), sign_in(), settings));
        let router = api::http::router(gateway).merge(api::page::router(Arc::new(sign_in())));
        Self { router, store, _database: database }
    }

    async fn send(&self, request: Request<Body>) -> (StatusCode, String) {
        let (parts, body) = self.router.clone().oneshot(request).await.unwrap().into_parts();
        (parts.status, String::from_utf8(to_bytes(body, 1 << 20).await.unwrap().to_vec()).unwrap())
    }

    async fn ask(&self, token: Option<&str>, query: &str, variables: Value) -> Value {
        let body = json!({ "query": query, "variables": variables }).to_string();
        let mut request = Request::post("/graphql").header("content-type", "application/json");
        if let Some(token) = token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        let (_, body) = self.send(request.body(Body::from(body)).unwrap()).await;
        serde_json::from_str(&body).unwrap_or_else(|e| panic!("{e}: {body}"))
    }

    /// The data, where there are no errors at all.
    async fn data(&self, token: Option<&str>, query: &str, variables: Value) -> Value {
        let mut reply = self.ask(token, query, variables).await;
        assert!(reply.get("errors").is_none(), "{reply:#}");
        assert!(!reply.to_string().contains("\"code\""), "{reply:#}");
        reply["data"].take()
    }

    /// Signs somebody up: their token, and their account's id.
    async fn sign_up(&self, email: &str) -> (String, String) {
        let data = self.data(None, SIGN_UP, json!({ "input": person(email) })).await;
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        (text(&data["signUp"]["accessToken"]), text(&data["signUp"]["account"]["id"]))
    }

    async fn staff(&self) -> String {
        let new = AddStaff::prepare("staff@provider.example", &PASSWORD.into()).await.unwrap();
        let operator = Actor::System(System::Operator);
        let made =
            self.store.write(operator, Statements::default(), move |work| Box::pin(add_staff(work, new.clone())));
        made.await.unwrap();
        let data = self
            .data(None, SIGN_IN, json!({ "input": { "email": "staff@provider.example", "password": PASSWORD } }))
            .await;
        data["signIn"]["accessToken"].as_str().unwrap().to_owned()
    }

    async fn mint(&self, kind: MailedTokenKind, email: &str) -> String {
        let user = self.store.pool();
        let user =
            entities::user::Entity::find().filter(entities::user::Column::Email.eq(email)).one(user).await.unwrap();
        let new = NewToken { kind, user_id: user.map(|user| user.id), email: email.to_owned(), subject_id: None };
        let act = self
            .store
            .write(Actor::System(System::Mail), Statements::default(), move |work| Box::pin(mint(work, new.clone())));
        act.await.unwrap()
    }
}

use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _};

fn person(email: &str) -> Value {
    json!({ "email": email, "password": PASSWORD, "name": "Ann", "locale": "de-CH",
        "account": { "name": "Example AG", "country": "CH", "currencyCode": "CHF" } })
}

/// S5.3, S5.12: from signing up to signing out, as a client sees it.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_client_signs_up_in_and_out(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let server = Server::start(db, Arc::new(Tries::Off)).await;
    let up = server.data(None, SIGN_UP, json!({ "input": person("Ann@Example.com") })).await;
    let up = &up["signUp"];
    assert_eq!(up["user"]["email"], "ann@example.com");
    assert_eq!(up["user"]["emailVerified"], false);
    let account = &up["account"];
    assert_eq!(
        (&account["timeZone"], &account["owner"]["email"]),
        (&json!("Europe/Zurich"), &json!("ann@example.com"))
    );
    assert_eq!(account["viewerPermissions"].as_array().unwrap().len(), 9, "the answer is the new person's own");
    assert_eq!(account["members"]["totalCount"], 1);

    let again = server.ask(None, SIGN_UP, json!({ "input": person(" ANN@example.com") })).await;
    assert_eq!(
        again["data"]["signUp"]["userErrors"],
        json!([{ "code": "EMAIL_ALREADY_REGISTERED", "field": ["email"] }])
    );
    let mut bad = person("bob@example.com");
    bad["account"]["timeZone"] = json!("Mars/Olympus");
    let bad = server.ask(None, SIGN_UP, json!({ "input": bad })).await;
    assert_eq!(
        bad["data"]["signUp"]["userErrors"],
        json!([{ "code": "INVALID_INPUT", "field": ["account", "timeZone"] }])
    );

    let wrong = json!({ "input": { "email": "ann@example.com", "password": "wrong horse" } });
    let unknown = json!({ "input": { "email": "nobody@example.com", "password": "wrong horse" } });
    let (wrong, unknown) = (server.ask(None, SIGN_IN, wrong).await, server.ask(None, SIGN_IN, unknown).await);
    assert_eq!(wrong, unknown);
    assert_eq!(wrong["data"]["signIn"]["userErrors"][0]["code"], "INVALID_CREDENTIALS");
    let right = json!({ "input": { "email": " Ann@example.COM", "password": PASSWORD } });
    let token = server.data(None, SIGN_IN, right).await["signIn"]["accessToken"].as_str().unwrap().to_owned();

    let viewer = "{ viewer { user { email } memberships { totalCount nodes { role permissions account { name } user { email } } } } }";
    let data = server.data(Some(&token), viewer, json!({})).await;
    assert_eq!(data["viewer"]["memberships"]["nodes"][0]["role"], "OWNER");
    assert_eq!(server.data(None, viewer, json!({})).await["viewer"], Value::Null);
    server.data(Some(&token), "mutation { signOut { userErrors { code } } }", json!({})).await;
    for ended in [token.as_str(), "made-up"] {
        assert_eq!(
            server.ask(Some(ended), viewer, json!({})).await["errors"][0]["extensions"]["code"],
            "UNAUTHENTICATED"
        );
    }
    let signed_out = server.ask(None, "mutation { signOut { userErrors { code } } }", json!({})).await;
    assert_eq!(signed_out["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
}

/// A6: of twelve tries in a minute, however the address is written and in one document, ten are looked at.
#[tokio::test(flavor = "multi_thread")]
async fn tries_are_limited() {
    let server = Server::start(Db::Sqlite, Tries::memory()).await;
    server.sign_up("ann@example.com").await;
    let mut document = String::from("mutation {");
    for at in 0..12 {
        let spelling = ["ann@example.com", " ANN@Example.com"][at % 2];
        document += &format!(
            "t{at}: signIn(input: {{ email: \"{spelling}\", password: \"wrong horse\" }}) {{ userErrors {{ code }} }} "
        );
    }
    let reply = server.ask(None, &format!("{document}}}"), json!({})).await;
    let codes: Vec<_> = reply["errors"].as_array().unwrap().iter().map(|e| e["extensions"]["code"].clone()).collect();
    assert_eq!(codes.first(), Some(&json!("RATE_LIMITED")), "{reply:#}");
    assert!(reply["errors"][0]["extensions"]["retryAfterMs"].as_u64().is_some_and(|ms| ms > 0 && ms <= 60_000));
    let right = json!({ "input": { "email": "ann@example.com", "password": PASSWORD } });
    let reply = server.ask(None, SIGN_IN, right).await;
    assert_eq!(reply["errors"][0]["extensions"]["code"], "RATE_LIMITED", "the right one is not looked at, either");
}

/// Successful sign-ins are no tries.
#[tokio::test(flavor = "multi_thread")]
async fn signing_in_often_is_fine() {
    let server = Server::start(Db::Sqlite, Tries::memory()).await;
    server.sign_up("ann@example.com").await;
    for _ in 0..12 {
        server.data(None, SIGN_IN, json!({ "input": { "email": "ann@example.com", "password": PASSWORD } })).await;
    }
}

/// What is not public about an account is null to strangers; what is hidden is not told from what is not there.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn strangers_see_what_is_public(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let server = Server::start(db, Arc::new(Tries::Off)).await;
    let staff = server.staff().await;
    let (ann, acme) = server.sign_up("ann@example.com").await;
    let (eve, _) = server.sign_up("eve@example.com").await;

    let save = "mutation($input: SaveProgrammeInput!) { saveProgramme(input: $input) { programme { id cashbackHoldDays acceptsAccessOffers
        minimumPayout { amount currencyCode } kindRates { kind rateBps } } userErrors { code field } } }";
    let input = json!({ "input": { "name": "Agency", "rateBps": 2000, "contactEmail": "team@provider.example",
        "kindRates": [{ "kind": "DOMAIN", "rateBps": 500 }], "minimumPayout": { "amount": "50.00", "currencyCode": "EUR" } } });
    let denied = server.ask(Some(&ann), save, input.clone()).await;
    assert_eq!(denied["data"]["saveProgramme"]["userErrors"][0]["code"], "PERMISSION_DENIED");
    let programme = server.data(Some(&staff), save, input).await["saveProgramme"]["programme"].take();
    assert_eq!((&programme["cashbackHoldDays"], &programme["acceptsAccessOffers"]), (&json!(30), &json!(true)));
    assert_eq!(programme["minimumPayout"], json!({ "amount": "50.00", "currencyCode": "EUR" }));

    let enrol = "mutation($input: EnrolAsPartnerInput!) { enrolAsPartner(input: $input) { account { programme { name } } userErrors { code } } }";
    let input = json!({ "input": { "accountId": acme, "programmeId": programme["id"] } });
    let hidden = server.ask(Some(&eve), enrol, input.clone()).await;
    assert_eq!(hidden["data"]["enrolAsPartner"]["userErrors"][0]["code"], "NOT_FOUND");
    let done = server.data(Some(&ann), enrol, input).await;
    assert_eq!(done["enrolAsPartner"]["account"]["programme"]["name"], "Agency");

    let look = "query($id: ID!) { account(id: $id) { name vatId owner { email } programme { id } viewerPermissions members { totalCount }
        partnerProfile { slug } } node(id: $id) { id } }";
    let seen = server.data(Some(&eve), look, json!({ "id": acme })).await;
    assert_eq!(seen, json!({ "account": null, "node": null }));
    assert_eq!(seen, server.data(Some(&eve), look, json!({ "id": "made-up" })).await);

    let profile = "mutation($input: SavePartnerProfileInput!) { savePartnerProfile(input: $input) { partnerProfile { slug account { name } services }
        userErrors { code field } } }";
    let input = json!({ "input": { "accountId": acme, "slug": "acme", "headline": "Shops", "description": "", "services": ["Shops"],
        "website": "https://acme.example", "published": true } });
    server.data(Some(&ann), profile, input).await;
    let seen = server.data(Some(&eve), look, json!({ "id": acme })).await;
    let public = json!({ "name": "Example AG", "vatId": null, "owner": null, "programme": null, "viewerPermissions": [],
        "members": { "totalCount": 0 }, "partnerProfile": { "slug": "acme" } });
    assert_eq!((&seen["account"], &seen["node"]["id"]), (&public, &json!(acme)));
    let list = "{ partnerProfiles(search: \"shop\") { totalCount nodes { slug account { owner { email } } } } partnerProfile(slug: \"acme\") { website }
        programmes { name kindRates { kind } } }";
    let list = server.data(None, list, json!({})).await;
    assert_eq!(
        list["partnerProfiles"],
        json!({ "totalCount": 1, "nodes": [{ "slug": "acme", "account": { "owner": null } }] })
    );
    assert_eq!(list["programmes"][0]["kindRates"][0]["kind"], "DOMAIN");
}

/// A permission is explained by the ways that give it; nobody learns from it what exists.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_permission_is_explained(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let server = Server::start(db, Arc::new(Tries::Off)).await;
    let (ann, acme) = server.sign_up("ann@example.com").await;
    let (eve, _) = server.sign_up("eve@example.com").await;
    let staff = server.staff().await;
    let ask = "query($on: ID!) { viewer { permission(permission: MANAGE_BILLING, on: $on) { allowed paths { expiresAt steps { kind description
        node { __typename id } } } } } }";
    let of = |token: String, on: String| {
        let server = &server;
        async move { server.data(Some(&token), ask, json!({ "on": on })).await["viewer"]["permission"].take() }
    };
    let own = of(ann.clone(), acme.clone()).await;
    assert_eq!(own["allowed"], true);
    let step = &own["paths"][0]["steps"][0];
    assert_eq!((&step["kind"], &step["node"]["__typename"]), (&json!("MEMBERSHIP"), &json!("Membership")));
    assert_eq!(step["description"], "OWNER of Example AG");
    assert_eq!(of(staff, acme.clone()).await["paths"][0]["steps"][0]["kind"], "STAFF");
    let nothing = json!({ "allowed": false, "paths": [] });
    assert_eq!(of(eve.clone(), acme).await, nothing);
    assert_eq!(of(eve, "made-up".to_owned()).await, nothing);
}

/// The page behind a link says what it is about and changes nothing until its form is sent; its texts are in the person's language.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn links_lead_to_plain_pages(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let server = Server::start(db, Arc::new(Tries::Off)).await;
    server.sign_up("o'ann&co@example.com").await;
    let get = |path: String| server.send(Request::get(path).body(Body::empty()).unwrap());
    let post = |path: &str, form: String| {
        let request = Request::post(path).header("content-type", "application/x-www-form-urlencoded");
        server.send(request.body(Body::from(form)).unwrap())
    };

    let token = server.mint(MailedTokenKind::VerifyEmail, "o'ann&co@example.com").await;
    for _ in 0..2 {
        let (status, page) = get(format!("/verify?token={token}")).await;
        assert_eq!(status, StatusCode::OK);
        assert!(
            page.contains("<h1>Adresse bestätigen</h1>") && page.contains("o&#39;ann&amp;co@example.com"),
            "{page}"
        );
        assert!(!page.contains("<script") && page.contains("<form method=post"));
    }
    let (status, page) = post("/verify", format!("token={token}")).await;
    assert_eq!(status, StatusCode::OK, "{page}");
    assert_eq!(post("/verify", format!("token={token}")).await.0, StatusCode::NOT_FOUND, "used");

    let token = server.mint(MailedTokenKind::ResetPassword, "o'ann&co@example.com").await;
    assert_eq!(get(format!("/reset?token={token}")).await.0, StatusCode::OK);
    let (status, page) = post("/reset", format!("token={token}&password=short")).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.contains("role=alert") && page.contains(&token), "the form is there again");
    assert_eq!(post("/reset", format!("token={token}&password=another+horse")).await.0, StatusCode::OK);
    let right = json!({ "input": { "email": "o'ann&co@example.com", "password": "another horse" } });
    server.data(None, SIGN_IN, right).await;

    for path in ["/verify", "/verify?token=", "/reset?token=%22%3E%3Cscript%3E", "/reset?token=%00"] {
        let (status, page) = get(path.to_owned()).await;
        assert_eq!(status, StatusCode::NOT_FOUND, "{path}");
        assert!(!page.contains("<script"));
    }
    assert_eq!(post("/reset", format!("token={}", "x".repeat(20_000))).await.0, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(post("/reset", String::new()).await.0, StatusCode::NOT_FOUND);
}
