//! S5.11: affiliates, their links, whom they bring, and what they earn. On both databases, through the router.

use axum::body::Body;
use axum::http::Request;
use futures::future::join_all;
use rstest::rstest;
use serde_json::{Value, json};
use tests::app::TestApp;
use tests::client::Reply;
use tests::database::Db;
use tests::world::{PASSWORD, Provider, Signed};

struct World {
    app: TestApp,
    provider: Provider,
    /// An agency that looks after clients, and is an affiliate, too.
    acme: Signed,
}

impl World {
    async fn start(db: Db) -> Self {
        let app = TestApp::start(db).await;
        let provider = app.provider().await;
        let acme = app.partner(&provider, "acme").await;
        let world = Self { app, provider, acme };
        world.enrol(&world.acme).await;
        world
    }

    async fn enrol(&self, who: &Signed) {
        let input = json!({ "accountId": who.account_id });
        self.app.done(&who.token, "enrolAsAffiliate", input, "account { id }").await;
    }

    async fn affiliate(&self, who: &Signed) -> Value {
        let query = "query($id: ID!) { account(id: $id) { affiliate { code url commissionBps
            referrals { totalCount nodes { id signedUpOn commission { amount currencyCode } } } } } }";
        let reply = self.app.ask_as(&who.token, query, json!({ "id": who.account_id })).await;
        reply.ok()["account"]["affiliate"].clone()
    }

    async fn code(&self, who: &Signed) -> String {
        self.affiliate(who).await["code"].as_str().expect("a code").to_owned()
    }

    /// Somebody who signs up with this code, and keeps this card.
    async fn referred(&self, name: &str, code: &str, card: &str) -> Signed {
        let email = format!("owner@{name}.example");
        let input = json!({
            "email": email, "password": PASSWORD, "name": name, "locale": "en", "referralCode": code,
            "account": { "name": name, "country": "DE", "currencyCode": "EUR" },
        });
        let query = "mutation($input: SignUpInput!) { signUp(input: $input) {
            accessToken user { id } account { id } userErrors { code message field } } }";
        let reply = self.app.ask(query, json!({ "input": input })).await;
        let text = |value: &Value| value.as_str().expect("a text").to_owned();
        let done = &reply.ok()["signUp"];
        let signed = Signed {
            email,
            token: text(&done["accessToken"]),
            user_id: text(&done["user"]["id"]),
            account_id: text(&done["account"]["id"]),
        };
        self.app.add_card(&signed, card).await;
        signed
    }

    /// One hosting plan of 99.00 EUR a year.
    async fn order(&self, who: &Signed, key: &str) -> Reply {
        let input = json!({
            "accountId": who.account_id, "items": [{ "planId": self.provider.hosting_id }], "idempotencyKey": key,
        });
        self.app.run(&who.token, "placeOrder", input, "order { status discount { amount } total { amount } }").await
    }

    async fn paid(&self, who: &Signed, key: &str) {
        let reply = self.order(who, key).await;
        let order = json!({ "status": "PAID", "discount": { "amount": "0.00" }, "total": { "amount": "117.81" } });
        assert_eq!(reply.ok()["placeOrder"]["order"], order);
    }

    async fn commissions(&self, who: &Signed) -> Vec<String> {
        let affiliate = self.affiliate(who).await;
        let all = affiliate["referrals"]["nodes"].as_array().expect("referrals").iter();
        all.map(|one| one["commission"]["amount"].as_str().expect("an amount").to_owned()).collect()
    }

    /// Pending and available, and the kind and amount of each entry, oldest first.
    async fn wallet(&self, who: &Signed) -> Value {
        let query = "query($id: ID!) { account(id: $id) { wallet { pending { amount } balance { amount }
            entries { nodes { kind amount { amount } rateBps publicPrice { amount } client { id } product { id } description } } } } }";
        self.app.ask_as(&who.token, query, json!({ "id": who.account_id })).await.ok()["account"]["wallet"].clone()
    }

    async fn click(&self, code: &str, cookie: Option<&str>) -> (u16, String, Option<String>) {
        let mut request = Request::get(format!("/r/{code}"));
        if let Some(cookie) = cookie {
            request = request.header("cookie", format!("other=1; {cookie}"));
        }
        let reply = self.app.request(request.body(Body::empty()).expect("a request")).await;
        let header = |name: &str| reply.headers.get(name).map(|value| value.to_str().expect("a text").to_owned());
        (reply.status, header("location").unwrap_or_default(), header("set-cookie"))
    }
}

/// S5.11: an agency that looks after clients earns as an affiliate, too: a tenth of what somebody it brought orders first, once that
/// is paid, and nothing of what they order next. It learns when they signed up, and not who they are.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn an_affiliate_earns_on_the_first_order(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let world = World::start(db).await;
    let affiliate = world.affiliate(&world.acme).await;
    let code = affiliate["code"].as_str().expect("a code").to_owned();
    assert_eq!((&affiliate["commissionBps"], &affiliate["referrals"]["totalCount"]), (&json!(1000), &json!(0)));
    assert_eq!(affiliate["url"], json!(format!("http://127.0.0.1:8080/r/{code}")));

    let nova = world.referred("nova", &code.to_uppercase(), "tok_visa").await;
    assert_eq!(world.commissions(&world.acme).await, ["0.00"]);
    world.paid(&nova, "first-order").await;
    world.paid(&nova, "second-order").await;

    assert_eq!(world.commissions(&world.acme).await, ["9.90"]);
    let entry = json!({
        "kind": "REFERRAL", "amount": { "amount": "9.90" }, "rateBps": 1000, "publicPrice": { "amount": "99.00" },
        "client": null, "product": null, "description": "Commission on Hosting Business",
    });
    let mut wallet =
        json!({ "pending": { "amount": "9.90" }, "balance": { "amount": "0.00" }, "entries": { "nodes": [entry] } });
    assert_eq!(world.wallet(&world.acme).await, wallet);
    world.app.run_jobs().await;
    world.app.check_books().await;

    world.app.advance_to(&world.provider.staff, "2027-12-15T00:00:00Z").await.ok();
    wallet["pending"]["amount"] = "0.00".into();
    wallet["balance"]["amount"] = "9.90".into();
    assert_eq!(world.wallet(&world.acme).await, wallet, "released after 30 days, and no renewal earns");
    world.app.check_books().await;
}

/// S5.11: never beside a partnership. What one covers earns cashback alone; the same for what a partner has sent.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_commission_never_stands_beside_a_partnership(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let world = World::start(db).await;
    let zeta = world.app.partner(&world.provider, "zeta").await;
    let nova = world.referred("nova", &world.code(&world.acme).await, "tok_visa").await;
    let input =
        json!({ "accountId": nova.account_id, "partnerProfileSlug": "zeta", "accessLevel": "FULL", "payer": "CLIENT" });
    let offer = world.app.done(&nova.token, "sendInvitation", input, "invitation { id }").await;
    let input = json!({ "invitationId": offer["invitation"]["id"] });
    world.app.done(&zeta.token, "connectClient", input, "client { id }").await;

    world.paid(&nova, "first-order").await;
    assert_eq!(world.commissions(&world.acme).await, ["0.00"]);
    assert_eq!(world.wallet(&world.acme).await, Value::Null);
    assert_eq!(world.wallet(&zeta).await["pending"]["amount"], "19.80");
    world.app.run_jobs().await;
    world.app.check_books().await;
}

/// S5.11: the first order is the first that is paid for. One that was declined is none; of several at once, one is.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_paid_is_not_the_first_order(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let world = World::start(db).await;
    let code = world.code(&world.acme).await;
    let nova = world.referred("nova", &code, "tok_declined_once").await;
    assert_eq!(world.order(&nova, "declined-order").await.user_error(), "PAYMENT_DECLINED");
    assert_eq!(world.commissions(&world.acme).await, ["0.00"]);
    world.paid(&nova, "paid-order").await;
    assert_eq!(world.commissions(&world.acme).await, ["9.90"]);

    let many = world.referred("many", &code, "tok_visa").await;
    let keys: Vec<String> = (0..5).map(|n| format!("order-number-{n}")).collect();
    join_all(keys.iter().map(|key| world.paid(&many, key))).await;
    assert_eq!(world.commissions(&world.acme).await, ["9.90", "9.90"]);
    assert_eq!(world.wallet(&world.acme).await["pending"]["amount"], "19.80");
    world.app.run_jobs().await;
    world.app.check_books().await;
}

/// S5.11: a code that is nobody's keeps nobody out, and an account is brought once.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_code_keeps_nobody_out(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let world = World::start(db).await;
    for (name, code) in [("empty", ""), ("wrong", "aaaaaaaaaaaa"), ("hostile", "' OR 1=1 --\u{1F4A3}")] {
        let who = world.referred(name, code, "tok_visa").await;
        world.paid(&who, "first-order").await;
    }
    assert_eq!(world.affiliate(&world.acme).await["referrals"]["totalCount"], 0);
    let input = json!({ "accountId": world.acme.account_id });
    let again = world.app.run(&world.acme.token, "enrolAsAffiliate", input, "account { id }").await;
    assert_eq!(again.user_error(), "ALREADY_EXISTS");
}

/// S5.11: the first click in 30 days wins. The browser remembers it, and the link leads on with its code.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn the_first_click_in_thirty_days_wins(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let world = World::start(db).await;
    let zeta = world.app.partner(&world.provider, "zeta").await;
    world.enrol(&zeta).await;
    let (acme, zeta) = (world.code(&world.acme).await, world.code(&zeta).await);
    let led = |code: &str| (303, format!("http://127.0.0.1:8080/?referralCode={code}"));

    let (status, location, cookie) = world.click(&acme, None).await;
    assert_eq!((status, location), led(&acme));
    let cookie = cookie.expect("a cookie");
    let kept = cookie.split(';').next().expect("its value").to_owned();
    assert!(cookie.contains("; Max-Age=2592000; HttpOnly; SameSite=Lax"), "{cookie}");

    let (status, location, later) = world.click(&zeta, Some(&kept)).await;
    assert_eq!((status, location), led(&acme));
    assert_eq!(later.expect("a cookie").split(';').next(), Some(kept.as_str()));
    assert_eq!(world.click("aaaaaaaaaaaa", Some(&kept)).await.1, led(&acme).1);

    let now = world.app.ask("{ now }", json!({})).await.ok()["now"].as_str().expect("an instant").to_owned();
    let now: chrono::DateTime<chrono::Utc> = now.parse().expect("an instant");
    world.app.set_clock(&(now + chrono::Duration::days(30)).to_rfc3339()).await;
    assert_eq!(world.click(&zeta, Some(&kept)).await.1, led(&zeta).1);

    for (code, cookie) in
        [("nobody", None), ("aaaaaaaaaaaa", None), ("%00%0d%0aSet-Cookie", Some("mandate_referral=x.y"))]
    {
        let (status, location, cookie) = world.click(code, cookie).await;
        assert_eq!((status, location.as_str(), cookie), (303, "http://127.0.0.1:8080/", None), "{code}");
    }
}
