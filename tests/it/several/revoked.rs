//! Revoked means revoked, at every gateway: whoever loses a right by a call to one has lost it at the other when that is answered.

use std::time::{Duration, Instant};

use futures::future::join_all;
use rstest::rstest;
use serde_json::{Value, json};
use tests::app::TestApp;
use tests::client::Reply;
use tests::database::Db;
use tests::installation::Installation;
use tests::server::redis_url;
use tests::world::{PASSWORD, Provider, Signed};
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;

use super::{Events, Gateway, Socket, events, next, socket};
use futures::SinkExt as _;

/// Reads and writes of each of the seven after they were told that it is over: 1,008 in all, with Redis and without.
const TRIES: usize = 72;
/// Streams end within a second of the right that they hung on, where the machine has nothing else to do. One that has
/// not ended by then does not end.
const PATIENCE: Duration = Duration::from_secs(10);

const READ: &str = "query($account: ID!, $product: ID!) { node(id: $product) { id }
    account(id: $account) { viewerPermissions products { totalCount } activity { totalCount } } }";
const WRITE: &str =
    "mutation($input: UpdateProductInput!) { updateProduct(input: $input) { product { label } userErrors { code } } }";

/// By which call the right ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Ended,
    Narrowed,
    Removed,
    KeyRevoked,
    SignedOut,
    Frozen,
    Expired,
}

/// Somebody with a right, on a product in somebody else's account.
struct Holder {
    end: End,
    token: String,
    account: String,
    product: String,
    /// Who owns the account.
    owner: String,
    /// The call that ends the right: by whom, which, and with what.
    call: Option<(String, &'static str, Value)>,
}

/// A client of a partner's, with a product of its own.
struct Client {
    owner: String,
    account: String,
    partnership: Value,
    product: String,
}

/// One database, two gateways on it, and a partner with clients.
struct Scene {
    app: TestApp,
    provider: Provider,
    acme: Signed,
    gateways: [Gateway; 2],
}

impl Scene {
    async fn set(redis: Option<&str>) -> Self {
        let app = TestApp::start(Db::Postgres).await;
        let installation = || {
            let installation = Installation::new(app.database_url(), "");
            match redis {
                Some(url) => installation.with("REDIS_URL", url),
                None => installation,
            }
        };
        let (one, other) = tokio::join!(Gateway::start(installation()), Gateway::start(installation()));
        let provider = app.provider().await;
        let acme = app.partner(&provider, "acme").await;
        Self { provider, acme, gateways: [one, other], app }
    }

    /// A client that gives Acme full access, until an instant or for good.
    async fn client(&self, name: &str, until: Value) -> Client {
        let client = self.app.sign_up(&format!("owner@{name}.example"), name).await;
        let input = json!({ "accountId": client.account_id, "partnerProfileSlug": "acme", "accessLevel": "FULL",
            "payer": "CLIENT", "accessExpiresAt": until });
        let offer = self.app.done(&client.token, "sendInvitation", input, "invitation { id }").await;
        let input = json!({ "invitationId": offer["invitation"]["id"] });
        let made = self.app.done(&self.acme.token, "connectClient", input, "partnership { id }").await;
        self.with_product(client.token, client.account_id, made["partnership"]["id"].clone()).await
    }

    /// A client in whose name Acme has opened the account, and who has claimed it.
    async fn claimed(&self) -> Client {
        let input = json!({
            "partnerId": self.acme.account_id, "accessLevel": "FULL", "payer": "CLIENT",
            "owner": { "email": "jo@bakery.example", "name": "Jo Baker", "locale": "en" },
            "account": { "name": "Bakery", "country": "DE", "currencyCode": "EUR" },
            "powerOfAttorney": { "signedOn": "2026-11-20", "reference": "VM 17" },
        });
        let opened = "account { id } partnership { id }";
        let opened = self.app.done(&self.acme.token, "createAccountOnBehalf", input, opened).await;
        self.app.run_jobs().await;
        let link = self.app.mails_to("jo@bakery.example")[0].token().to_owned();
        let claim =
            "mutation($input: ClaimAccountInput!) { claimAccount(input: $input) { accessToken userErrors { code } } }";
        let reply = self.app.ask(claim, json!({ "input": { "token": link, "password": PASSWORD } })).await;
        let owner = text(&reply.ok()["claimAccount"]["accessToken"]);
        self.with_product(owner, text(&opened["account"]["id"]), opened["partnership"]["id"].clone()).await
    }

    async fn with_product(&self, owner: String, account: String, partnership: Value) -> Client {
        let input = json!({ "accountId": account, "token": "tok_visa" });
        self.app.done(&owner, "addPaymentMethod", input, "paymentMethod { id }").await;
        let product = self.order(&owner, &account, "the-first").await;
        Client { owner, account, partnership, product }
    }

    /// Orders a product, which everybody with VIEW_PRODUCTS is told of.
    async fn order(&self, owner: &str, account: &str, key: &str) -> String {
        let input = json!({
            "accountId": account, "items": [{ "planId": self.provider.hosting_id }],
            "idempotencyKey": format!("order-{key}"),
        });
        let placed = self.app.done(owner, "placeOrder", input, "order { lines { products { id } } }").await;
        text(&placed["order"]["lines"][0]["products"][0]["id"])
    }

    /// Everybody who is about to lose something, with the call by which.
    async fn holders(&self) -> Vec<Holder> {
        let stays = self.client("stays", Value::Null).await;
        let (ended, narrowed) = (self.client("ended", Value::Null).await, self.client("narrowed", Value::Null).await);
        let (frozen, expired) = (self.claimed().await, self.client("expired", json!("2026-11-21T10:00:00Z")).await);
        let vi = self.app.member(&self.acme, "vi@acme.example", "ADMIN", Value::Null).await;
        let input = json!({ "accountId": self.acme.account_id, "name": "deploy",
            "permissions": ["VIEW_PRODUCTS", "MANAGE_PRODUCTS"] });
        let key = self.app.done(&self.acme.token, "createApiKey", input, "secret apiKey { id }").await;
        let sign_in = "mutation($input: SignInInput!) { signIn(input: $input) { accessToken userErrors { code } } }";
        let input = json!({ "input": { "email": self.acme.email, "password": PASSWORD } });
        let again = text(&self.app.ask(sign_in, input).await.ok()["signIn"]["accessToken"]);

        let mut all = Vec::new();
        let mut add = |end, token: &str, of: &Client, call: Option<(&str, &'static str, Value)>| {
            let Client { owner, account, product, .. } = of;
            let call = call.map(|(by, mutation, input)| (by.to_owned(), mutation, input));
            let (token, account, product, owner) = (token.to_owned(), account.clone(), product.clone(), owner.clone());
            all.push(Holder { end, token, account, product, owner, call });
        };
        let own = &self.acme.token;
        let end = json!({ "partnershipId": ended.partnership });
        add(End::Ended, own, &ended, Some((&ended.owner, "endPartnership", end)));
        let narrow = json!({ "partnershipId": narrowed.partnership, "accessLevel": "PARTIAL",
            "permissions": ["CONTACT_SUPPORT"] });
        add(End::Narrowed, own, &narrowed, Some((&narrowed.owner, "updatePartnershipAccess", narrow)));
        let remove = json!({ "membershipId": vi.membership_id });
        add(End::Removed, &vi.token, &stays, Some((own, "removeMember", remove)));
        let revoke = json!({ "apiKeyId": key["apiKey"]["id"] });
        add(End::KeyRevoked, &text(&key["secret"]), &stays, Some((own, "revokeApiKey", revoke)));
        add(End::SignedOut, &again, &stays, Some((&again, "signOut", Value::Null)));
        let dispute = json!({ "partnershipId": frozen.partnership, "confirm": false });
        add(End::Frozen, own, &frozen, Some((&frozen.owner, "answerPowerOfAttorney", dispute)));
        add(End::Expired, own, &expired, None);
        all
    }

    /// Ends the right by a call to the first gateway, or by the clock of all.
    async fn end(&self, holder: &Holder) {
        match &holder.call {
            None => self.app.set_clock("2026-11-21T10:00:00Z").await,
            Some((by, "signOut", _)) => {
                let mutation = "mutation { signOut { userErrors { code } } }";
                self.gateways[0].send(by, &json!({ "query": mutation })).await.ok();
            }
            Some((by, mutation, input)) => {
                let capital = format!("{}{}Input", mutation[..1].to_uppercase(), &mutation[1..]);
                let query =
                    format!("mutation($input: {capital}!) {{ {mutation}(input: $input) {{ userErrors {{ code }} }} }}");
                self.gateways[0].send(by, &json!({ "query": query, "variables": { "input": input } })).await.ok();
            }
        }
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}")).to_owned()
}

impl Holder {
    fn read(&self) -> Value {
        json!({ "query": READ, "variables": { "account": self.account, "product": self.product } })
    }

    fn write(&self, label: &str) -> Value {
        json!({ "query": WRITE, "variables": { "input": { "productId": self.product, "label": label } } })
    }

    /// Whether an answer, or a message of a socket, is what is answered to who has nothing there.
    fn is_nothing(&self, answer: &Value) -> bool {
        let code = &answer["errors"][0]["extensions"]["code"];
        if matches!(self.end, End::KeyRevoked | End::SignedOut) {
            return code == "UNAUTHENTICATED" && answer["data"].is_null();
        }
        if !code.is_null() {
            return false;
        }
        if let Some(payload) = answer["data"].get("updateProduct") {
            return payload["product"].is_null() && payload["userErrors"][0]["code"] == "NOT_FOUND";
        }
        let account = &answer["data"]["account"];
        let left = if self.end == End::Narrowed { json!(["CONTACT_SUPPORT"]) } else { json!([]) };
        let is_empty = account["viewerPermissions"] == left && account["products"]["totalCount"] == 0;
        answer["data"]["node"].is_null() && (account.is_null() || (is_empty && account["activity"]["totalCount"] == 0))
    }

    /// Everything at once, on both gateways, in the moment after the answer.
    async fn asks(&self, gateways: &[Gateway; 2]) {
        let asked = (0..TRIES).map(|n| async move {
            let body = if n % 4 < 2 { self.read() } else { self.write("taken back") };
            (n, gateways[n % 2].send(&self.token, &body).await)
        });
        for (n, answer) in join_all(asked).await {
            let Reply { body, .. } = answer;
            assert!(self.is_nothing(&body), "{:?}, request {n}: {body}", self.end);
        }
    }
}

/// What somebody listens to at the second gateway: an event stream and a socket, behind all that was told so far.
async fn listen(gateway: &Gateway, holder: &Holder) -> (Events, Socket) {
    let seen = gateway.send(&holder.token, &holder.read()).await;
    let told = seen.ok()["account"]["activity"]["totalCount"].as_u64().expect("a feed");
    assert!(told > 0, "a stream that says nothing may not have begun");
    let from_the_first = json!({ "of": holder.account, "after": "MA" });
    let mut stream = events(gateway, &holder.token, &from_the_first).await;
    let mut socket = socket(gateway, &holder.token, &from_the_first).await;
    for _ in 0..told {
        assert!(stream.until("\n\n").await.contains("event: next"));
        assert_eq!(next(&mut socket).await["type"], "next");
    }
    (stream, socket)
}

/// What an operation over a socket that is open already is answered.
async fn over(socket: &mut Socket, id: &str, payload: Value) -> Value {
    let subscribe = json!({ "type": "subscribe", "id": id, "payload": payload });
    socket.send(Message::text(subscribe.to_string())).await.expect("to be heard");
    let message = next(socket).await;
    assert_eq!(message["id"], id, "{message}");
    if message["type"] == "next" {
        let end = next(socket).await;
        assert_eq!((&end["type"], &end["id"]), (&json!("complete"), &json!(id)));
        return message["payload"].clone();
    }
    json!({ "data": null, "errors": message["payload"] })
}

/// A2, R20: seven ways to lose a right, each by a call to one gateway: from its answer on, both refuse reads and writes, over HTTP and
/// over a socket that was open before; streams at the other one tell nothing more, and have ended within a second.
#[rstest]
#[case(true)]
#[case(false)]
#[tokio::test(flavor = "multi_thread")]
async fn what_is_taken_away_at_one_gateway_is_gone_at_the_other(#[case] has_redis: bool) {
    let url = has_redis.then(redis_url);
    let scene = Scene::set(url.as_deref()).await;
    for holder in scene.holders().await {
        let what = holder.end;
        for gateway in &scene.gateways {
            assert_eq!(gateway.send(&holder.token, &holder.read()).await.ok()["node"]["id"], json!(holder.product));
            gateway.send(&holder.token, &holder.write("while I may")).await.ok();
        }
        let (mut stream, mut socket) = listen(&scene.gateways[1], &holder).await;

        scene.end(&holder).await;
        let told_at = Instant::now();
        let reader = async {
            if what != End::Narrowed {
                let rest = stream.until("event: complete").await;
                assert!(!rest.contains("event: next"), "{what:?}: {rest}");
                let end = next(&mut socket).await;
                assert_eq!(end["type"], "complete", "{what:?}: {end}");
            }
            told_at.elapsed()
        };
        let key = format!("after-{what:?}");
        let reader = timeout(PATIENCE, reader);
        let (took, _) = tokio::join!(reader, scene.order(&holder.owner, &holder.account, &key));
        let took = took.unwrap_or_else(|_| panic!("{what:?}: the streams go on"));
        println!("{what:?}: the streams ended after {took:?}");
        holder.asks(&scene.gateways).await;
        let read = over(&mut socket, "2", holder.read()).await;
        assert!(holder.is_nothing(&read), "{what:?}, over the socket: {read}");
        let write = over(&mut socket, "3", holder.write("taken back")).await;
        assert!(holder.is_nothing(&write), "{what:?}, over the socket: {write}");
        if what == End::Narrowed {
            let input = json!({ "partnershipId": holder.call.as_ref().expect("a call").2["partnershipId"] });
            scene.app.done(&holder.owner, "endPartnership", input, "partnership { id }").await;
            let rest = stream.until("event: complete").await;
            assert!(!rest.contains("event: next"), "{what:?}: {rest}");
            assert_eq!(next(&mut socket).await["type"], "complete");
        }
        let label = scene
            .app
            .ask_as(
                &holder.owner,
                "query($id: ID!) { node(id: $id) { ... on Product { label } } }",
                json!({ "id": holder.product }),
            )
            .await;
        assert_eq!(label.ok()["node"]["label"], "while I may", "{what:?}");
    }
    scene.app.run_jobs().await;
}
