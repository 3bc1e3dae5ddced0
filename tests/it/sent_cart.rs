//! Carts that are sent to clients, who complete them. On both databases, through the router.

use api::account::tries::Tries;
use axum::body::Body;
use axum::http::Request;
use rstest::rstest;
use serde_json::{Value, json};
use tests::app::TestApp;
use tests::client::Reply;
use tests::database::Db;
use tests::world::{Provider, Signed};

const JO: &str = "jo@bakery.example";

struct World {
    app: TestApp,
    provider: Provider,
    acme: Signed,
}

impl World {
    async fn start(db: Db) -> Self {
        Self::of(TestApp::start(db).await).await
    }

    async fn of(app: TestApp) -> Self {
        let provider = app.provider().await;
        let acme = app.partner(&provider, "acme").await;
        Self { app, provider, acme }
    }

    /// Acme's record of somebody who has no account.
    async fn record(&self) -> Value {
        let client = json!({ "name": "Bakery", "email": JO });
        let input = json!({ "partnerId": self.acme.account_id, "client": client });
        self.app.done(&self.acme.token, "createClient", input, "client { id }").await["client"]["id"].clone()
    }

    /// A cart of one plan of 99.00 EUR a year.
    async fn cart(&self, record: &Value) -> Value {
        let cart = self.app.done(&self.acme.token, "createCart", json!({ "clientId": record }), "cart { id }").await;
        let item = json!({ "cartId": cart["cart"]["id"], "planId": self.provider.hosting_id });
        self.app.done(&self.acme.token, "addCartItem", item, "cart { id }").await;
        cart["cart"]["id"].clone()
    }

    async fn send(&self, cart: &Value) -> Reply {
        let input = json!({ "cartId": cart, "message": "Let us <begin>." });
        self.app.run(&self.acme.token, "sendCart", input, "cart { status sentAt message }").await
    }

    /// A cart that is with the client, and the link in its mail.
    async fn sent(&self, record: &Value, address: &str) -> (Value, String) {
        let cart = self.cart(record).await;
        self.send(&cart).await.ok();
        (cart, self.link(address).await)
    }

    /// The link of the last mail about a cart.
    async fn link(&self, address: &str) -> String {
        self.app.run_jobs().await;
        let mails = self.app.mails_to(address);
        mails.iter().rfind(|mail| mail.text.contains("/cart?token=")).expect("a cart").token().to_owned()
    }

    async fn recall(&self, cart: &Value) -> Reply {
        self.app.run(&self.acme.token, "recallCart", json!({ "cartId": cart }), "cart { status }").await
    }

    async fn status(&self, cart: &Value) -> Value {
        let query = "query($id: ID!) { node(id: $id) { ... on Cart { status } } }";
        self.app.ask_as(&self.acme.token, query, json!({ "id": cart })).await.ok()["node"]["status"].clone()
    }

    /// What whoever has the link sees.
    async fn opened(&self, link: &str) -> Value {
        let query = "query($token: String!) { sentCart(token: $token) {
            recipientName status message client { id } partner { name } items { termMonths price { amount } }
            subtotal { amount } discount { amount } tax { amount } total { amount } order { id }
            checkoutOptions { available total { amount } cashback { amount } } } }";
        self.app.ask(query, json!({ "token": link })).await.ok()["sentCart"].clone()
    }

    async fn complete(&self, who: &Signed, link: &str, key: &str) -> Reply {
        let query = "query($id: ID!) { account(id: $id) { paymentMethods { id isDefault } } }";
        let reply = self.app.ask_as(&who.token, query, json!({ "id": who.account_id })).await;
        let methods = reply.ok()["account"]["paymentMethods"].as_array().unwrap().clone();
        let method = methods.iter().find(|method| method["isDefault"] == true).expect("a way to pay")["id"].clone();
        let input = json!({
            "token": link, "accountId": who.account_id, "paymentMethodId": method, "idempotencyKey": key,
        });
        let selection = "order { id status total { amount } placedFrom { name } billedTo { name }
            lines { products { id label } } invoice { number } }
            accessNeeded accessRequest { id direction status accessLevel }";
        self.app.run(&who.token, "completeSentCart", input, selection).await
    }

    /// The kinds in a feed, newest first.
    async fn told(&self, who: &Signed, kinds: &str) -> Value {
        let query =
            format!("query($id: ID!) {{ account(id: $id) {{ activity(kinds: [{kinds}]) {{ nodes {{ kind }} }} }} }}");
        let reply = self.app.ask_as(&who.token, &query, json!({ "id": who.account_id })).await;
        reply.ok()["account"]["activity"]["nodes"].clone()
    }

    /// The pending cashback of Acme.
    async fn pending(&self) -> Value {
        let query = "query($id: ID!) { account(id: $id) { wallets { pending { amount } } } }";
        let reply = self.app.ask_as(&self.acme.token, query, json!({ "id": self.acme.account_id })).await;
        reply.ok()["account"]["wallets"].clone()
    }

    async fn newcomer(&self) -> Signed {
        let jo = self.app.sign_up(JO, "Bakery").await;
        self.app.add_card(&jo, "tok_visa").await;
        jo
    }
}

/// S4.13, S4.14, S4.15, S4.16, S4.17, S4.18: a cart goes to a client without any permission of it, waits, and is completed by the
/// client, in whose account the products are; the partner is mailed, and its feed says so.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_client_completes_what_it_was_sent(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let world = World::start(db).await;
    let (cart, link) = world.sent(&world.record().await, JO).await;
    assert_eq!(world.status(&cart).await, "SENT");
    let mail = world.app.mails_to(JO).pop().unwrap();
    for said in ["acme has put products together for you", "1 × Hosting Business", "€99.00", "> Let us <begin>."] {
        assert!(mail.text.contains(said), "{said:?} in {}", mail.text);
    }
    let item = json!({ "cartId": cart, "planId": world.provider.hosting_id });
    let edited = world.app.run(&world.acme.token, "addCartItem", item, "cart { id }").await;
    assert_eq!(edited.user_error(), "CART_CLOSED", "nobody edits what is with the client");

    let amount = |amount: &str| json!({ "amount": amount });
    let closed = json!({ "available": false, "total": null, "cashback": null });
    let expected = json!({
        "recipientName": "Bakery", "status": "SENT", "message": "Let us <begin>.", "client": null,
        "partner": { "name": "acme" }, "items": [{ "termMonths": 12, "price": amount("99.00") }],
        "subtotal": amount("99.00"), "discount": null, "tax": amount("18.81"), "total": amount("117.81"), "order": null,
        "checkoutOptions": [closed, closed, closed],
    });
    assert_eq!(world.opened(&link).await, expected);
    assert_eq!(world.opened("a-link-that-nobody-got").await, Value::Null);

    let jo = world.newcomer().await;
    let reply = world.complete(&jo, &link, "bakery-1").await;
    let order = &reply.ok()["completeSentCart"]["order"];
    assert_eq!((&order["status"], &order["total"]), (&json!("PAID"), &amount("117.81")));
    assert_eq!(
        (&order["placedFrom"], &order["billedTo"]),
        (&json!({ "name": "Bakery" }), &json!({ "name": "Bakery" }))
    );
    assert!(order["invoice"]["number"].is_string());
    assert_eq!(world.complete(&jo, &link, "bakery-1").await.ok()["completeSentCart"]["order"]["id"], order["id"]);
    assert_eq!(world.complete(&jo, &link, "bakery-2").await.user_error(), "CART_CLOSED");
    assert_eq!(world.status(&cart).await, "COMPLETED");
    assert_eq!(world.pending().await, json!([]), "nobody earns where no partnership covers the line");

    world.app.run_jobs().await;
    let told = world.app.mails_to(&world.acme.email).into_iter().map(|mail| mail.subject).collect::<Vec<_>>();
    assert_eq!(told.iter().filter(|subject| *subject == "Bakery has completed your cart").count(), 1, "{told:?}");
    let kinds = world.told(&world.acme, "CART_SENT, CART_COMPLETED").await;
    assert_eq!(kinds, json!([{ "kind": "CART_COMPLETED" }, { "kind": "CART_SENT" }]));
    let seen = world
        .app
        .ask_as(&world.acme.token, "query($id: ID!) { node(id: $id) { id } }", json!({ "id": order["id"] }))
        .await;
    assert_eq!(seen.ok()["node"], Value::Null, "the order is the client's own");
}

/// S4.19: the sender has no access: the answer, the confirmation and the feed say so, and lead to a request for full access; granted,
/// the record is the client's.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn without_access_it_is_asked_for(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let world = World::start(db).await;
    let record = world.record().await;
    let (_, link) = world.sent(&record, JO).await;
    let jo = world.newcomer().await;
    let reply = world.complete(&jo, &link, "bakery-1").await;
    let done = &reply.ok()["completeSentCart"];
    assert_eq!(done["accessNeeded"], true);
    let request = &done["accessRequest"];
    let (direction, status, level) = (&request["direction"], &request["status"], &request["accessLevel"]);
    assert_eq!([direction, status, level], ["PARTNER_TO_CLIENT", "PENDING", "FULL"]);
    assert_eq!(world.told(&jo, "ACCESS_NEEDED").await, json!([{ "kind": "ACCESS_NEEDED" }]));

    world.app.run_jobs().await;
    let mails = world.app.mails_to(JO);
    let confirmation = mails.iter().find(|mail| mail.subject.starts_with("Order confirmation")).unwrap();
    assert!(confirmation.text.contains("acme needs access to look after these products"), "{}", confirmation.text);
    assert!(confirmation.text.contains("Set access level:"), "{}", confirmation.text);
    assert!(confirmation.text.contains("/access?token="), "{}", confirmation.text);
    assert!(!mails.iter().any(|mail| mail.subject == "acme needs access to your account"), "said once");

    // the link outlives the request, and then stands for a fresh one
    world.app.set_clock("2027-03-01T00:00:00Z").await;
    let query = "query($id: ID!) { account(id: $id) { receivedInvitations { nodes { status } } } }";
    let waiting = world.app.ask_as(&jo.token, query, json!({ "id": jo.account_id })).await;
    assert_eq!(waiting.ok()["account"]["receivedInvitations"]["nodes"], json!([{ "status": "EXPIRED" }]));
    let (_, link) = world.sent(&record, JO).await;
    let again = world.complete(&jo, &link, "bakery-2").await;
    let fresh = &again.ok()["completeSentCart"]["accessRequest"]["id"];
    assert_ne!(fresh, &request["id"]);
    let input = json!({ "invitationId": fresh, "accountId": jo.account_id, "accessLevel": "FULL", "payer": "CLIENT" });
    world.app.done(&jo.token, "grantAccess", input, "partnership { id }").await;
    let query = "query($id: ID!) { node(id: $id) { ... on Client { account { name } products { totalCount } } } }";
    let seen = world.app.ask_as(&world.acme.token, query, json!({ "id": record })).await;
    assert_eq!(seen.ok()["node"], json!({ "account": { "name": "Bakery" }, "products": { "totalCount": 2 } }));
}

/// S4.19c, S4.10: with access, neither is said; the client pays, whoever pays in the partnership, and the partner earns its rate.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn with_access_nothing_is_asked_for(
    #[values(Db::Sqlite, Db::Postgres)] db: Db,
    #[values("CLIENT", "PARTNER")] payer: &str,
) {
    let world = World::start(db).await;
    let (bolt, record, _) = world.app.client_of("acme", &world.acme, "bolt", payer).await;
    let (cart, link) = world.sent(&json!(record), &bolt.email).await;
    assert_eq!(world.told(&bolt, "CART_SENT").await, json!([{ "kind": "CART_SENT" }]));
    let reply = world.complete(&bolt, &link, "bolt-one").await;
    let done = &reply.ok()["completeSentCart"];
    assert_eq!((&done["accessNeeded"], &done["accessRequest"]), (&json!(false), &Value::Null));
    assert_eq!(done["order"]["total"], json!({ "amount": "117.81" }));
    assert_eq!(world.pending().await, json!([{ "pending": { "amount": "19.80" } }]));
    assert_eq!(world.status(&cart).await, "COMPLETED");
    world.app.run_jobs().await;
    assert!(!world.app.mails_to(&bolt.email).iter().any(|mail| mail.text.contains("needs access")));
    let query =
        "query($id: ID!) { node(id: $id) { ... on Product { managedBy { id } nextRenewal { billedTo { name } } } } }";
    let product = &done["order"]["lines"][0]["products"][0]["id"];
    let shown = world.app.ask_as(&bolt.token, query, json!({ "id": product })).await;
    assert!(shown.ok()["node"]["managedBy"]["id"].is_string(), "its sender looks after it");
    assert_eq!(shown.ok()["node"]["nextRenewal"]["billedTo"], json!({ "name": "bolt" }), "as what the client ordered");
}

/// A cart that was taken back can be edited, and its link opens nothing until it is sent again.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_sent_cart_can_be_taken_back(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let world = World::start(db).await;
    let (cart, link) = world.sent(&world.record().await, JO).await;
    let jo = world.newcomer().await;
    assert_eq!(world.recall(&cart).await.ok()["recallCart"]["cart"]["status"], "OPEN");
    assert_eq!(world.recall(&cart).await.user_error(), "CART_CLOSED");
    assert_eq!(world.opened(&link).await, Value::Null);
    assert_eq!(world.complete(&jo, &link, "bakery-1").await.user_error(), "CART_CLOSED");
    let item = json!({ "cartId": cart, "planId": world.provider.hosting_id });
    world.app.done(&world.acme.token, "addCartItem", item, "cart { id }").await;
    assert_eq!(world.send(&cart).await.ok()["sendCart"]["cart"]["status"], "SENT");
    assert_eq!(world.send(&cart).await.user_error(), "CART_CLOSED");
    let again = world.link(JO).await;
    assert_ne!(again, link);
    assert_eq!(world.opened(&again).await["total"], json!({ "amount": "235.62" }));
    let done = world.complete(&jo, &link, "bakery-3").await;
    assert_eq!(
        done.ok()["completeSentCart"]["order"]["total"],
        json!({ "amount": "235.62" }),
        "both links are its own"
    );
}

/// A cart that waits is called to mind after a week, once, and given up after thirty days. Source: rules §5.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_sent_cart_does_not_wait_for_ever(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let world = World::start(db).await;
    world.app.set_clock("2027-01-01T10:00:00Z").await;
    let (cart, first) = world.sent(&world.record().await, JO).await;
    let mails = || world.app.mails_to(JO).into_iter().map(|mail| mail.subject).collect::<Vec<_>>();
    let sent = "acme has put a cart together for you";
    world.app.advance_to(&world.provider.staff, "2027-01-08T09:59:59Z").await.ok();
    assert_eq!(mails(), [sent]);
    world.app.advance_to(&world.provider.staff, "2027-01-31T09:59:59Z").await.ok();
    assert_eq!(mails(), [sent, "The cart from acme is waiting for you"]);
    let reminder = world.link(JO).await;
    assert_eq!(world.opened(&first).await["status"], "SENT");
    world.app.advance_to(&world.provider.staff, "2027-01-31T10:00:00Z").await.ok();
    assert_eq!(world.status(&cart).await, "ABANDONED");
    assert_eq!((world.opened(&first).await, world.opened(&reminder).await), (Value::Null, Value::Null));
    let jo = world.newcomer().await;
    assert_eq!(world.complete(&jo, &first, "bakery-1").await.user_error(), "TOKEN_EXPIRED");
    assert_eq!(world.complete(&jo, &reminder, "bakery-2").await.user_error(), "CART_CLOSED");
    assert_eq!(world.recall(&cart).await.user_error(), "CART_CLOSED");
}

/// What cannot be sent, and what cannot be completed: nothing is done, and the cart waits on.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_sent_cart_is_refused(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let world = World::start(db).await;
    let input = json!({ "partnerId": world.acme.account_id, "client": { "name": "Nobody" } });
    let silent = world.app.done(&world.acme.token, "createClient", input, "client { id }").await;
    let cart = world.cart(&silent["client"]["id"]).await;
    let reply = world.send(&cart).await;
    assert_eq!((reply.user_error(), reply.user_error_field().as_str()), ("INVALID_INPUT", "cartId"), "no address");

    let (cart, link) = world.sent(&world.record().await, JO).await;
    let swiss = world.app.sign_up_in("al@alp.example", "Alp", "CH", "CHF", "en").await;
    world.app.add_card(&swiss, "tok_visa").await;
    assert_eq!(world.complete(&swiss, &link, "alp-first").await.user_error(), "CURRENCY_MISMATCH");
    let jo = world.newcomer().await;
    world.app.add_card(&jo, "tok_declined").await;
    assert_eq!(world.complete(&jo, &link, "declined").await.user_error(), "PAYMENT_DECLINED");
    assert_eq!(world.status(&cart).await, "SENT", "it waits on");
    world.app.add_card(&jo, "tok_visa").await;
    assert_eq!(world.complete(&jo, &link, "accepted").await.ok()["completeSentCart"]["order"]["status"], "PAID");

    let (bolt, record, _) = world.app.client_of("acme", &world.acme, "bolt", "CLIENT").await;
    let (connected, link) = world.sent(&json!(record), &bolt.email).await;
    let elsewhere = world.complete(&jo, &link, "elsewhere").await;
    assert_eq!((elsewhere.user_error(), elsewhere.user_error_field().as_str()), ("INVALID_INPUT", "accountId"));
    let ends = futures::future::join_all((0..20).map(|n| {
        let (world, bolt, link) = (&world, &bolt, &link);
        async move { world.complete(bolt, link, &format!("at-once-{n}")).await }
    }))
    .await;
    let done = ends.iter().filter(|end| end.data()["completeSentCart"]["order"]["status"] == "PAID").count();
    assert_eq!(done, 1, "pressed twenty times, bought once");
    assert_eq!(world.status(&connected).await, "COMPLETED");
}

async fn page(app: &TestApp, token: &str) -> (u16, String) {
    let reply = app.request(Request::get(format!("/cart?token={token}")).body(Body::empty()).unwrap()).await;
    (reply.status, reply.body.as_str().unwrap().to_owned())
}

async fn post(app: &TestApp, token: &str, rest: &str) -> (u16, String) {
    let request = Request::post("/cart").header("content-type", "application/x-www-form-urlencoded");
    let form = format!("token={token}&password=correct+horse+battery&{rest}");
    let reply = app.request(request.body(Body::from(form)).unwrap()).await;
    (reply.status, reply.body.as_str().unwrap().to_owned())
}

/// S4.14: somebody new opens an account on the page behind the link, and buys; what goes wrong leaves the cart as it was.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn somebody_new_buys_on_the_page(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let world = World::start(db).await;
    let (cart, link) = world.sent(&world.record().await, JO).await;
    let (status, shown) = page(&world.app, &link).await;
    assert_eq!(status, 200);
    for said in [
        "acme has put this together",
        "1 × Hosting Business, 12 months: €99.00",
        "Total: €117.81",
        "Let us &lt;begin&gt;.",
    ] {
        assert!(shown.contains(said), "{said:?} in {shown}");
    }
    assert_eq!(page(&world.app, "nobody-was-sent-this").await.0, 404);

    let new = format!("email={JO}&name=Jo&company=Bakery&country=de");
    let (status, said) =
        post(&world.app, &link, &format!("email={JO}&name=Jo&company=Bakery&country=xx&card=tok_visa")).await;
    assert!(status == 422 && said.contains("Please fill in every field"), "{said}");
    let (status, said) = post(&world.app, &link, &new).await;
    assert!(status == 422 && said.contains("There is no payment method on file"), "{said}");
    assert!(!said.contains("If you are new here, open an account"), "there is one now: {said}");
    let known = format!("email={JO}");
    let (status, said) = post(&world.app, &link, &format!("{known}&card=tok_declined")).await;
    assert!(status == 422 && said.contains("The payment was declined"), "{said}");
    let (status, said) = post(&world.app, &link, &format!("{known}&card=4111111111111111")).await;
    assert!(status == 422 && said.contains("Please fill in every field"), "{said}");
    assert_eq!(world.status(&cart).await, "SENT");
    let (status, said) = post(&world.app, &link, &format!("{known}&card=tok_visa")).await;
    assert!(status == 200 && said.contains("it is bought and paid"), "{said}");
    assert_eq!(world.status(&cart).await, "COMPLETED");
    let (status, said) = page(&world.app, &link).await;
    assert!(status == 200 && said.contains("This cart has been bought") && !said.contains("<form"), "{said}");
    let (status, _) = post(&world.app, &link, &known).await;
    assert_eq!(status, 404, "once");
}

/// Whoever holds the link buys for an account of theirs: the page asks which, after their password alone.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn whoever_holds_the_link_buys_on_the_page(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let world = World::start(db).await;
    let (cart, link) = world.sent(&world.record().await, JO).await;
    let al = world.app.sign_up("al@forge.example", "Forge").await;
    let other = world.app.sign_up("mo@mill.example", "Mill").await;
    world.app.add_card(&other, "tok_visa").await;
    let invitation = world.app.invite(&other.token, &other.account_id, &al.email, "ADMIN", Value::Null).await;
    world.app.join_as(&al.token, &invitation).await.ok();
    let (status, said) = post(&world.app, &link, "email=al@forge.example").await;
    assert!(status == 200 && said.contains("Forge") && said.contains("Mill"), "{said}");
    let (status, said) = post(&world.app, &link, &format!("email={}", "nobody@forge.example")).await;
    assert!(status == 422 && said.contains("This is not the password") && !said.contains("Forge"), "{said}");
    let (_, said) = post(&world.app, &link, &format!("email={}&account={}", al.email, world.acme.account_id)).await;
    assert!(said.contains("Please choose one of your accounts"), "{said}");
    assert_eq!(world.status(&cart).await, "SENT");
    let (status, said) = post(&world.app, &link, &format!("email={}&account={}", al.email, other.account_id)).await;
    assert!(status == 200 && said.contains("it is bought and paid"), "{said}");
    let query = "query($id: ID!) { account(id: $id) { products { totalCount } } }";
    let held = world.app.ask_as(&other.token, query, json!({ "id": other.account_id })).await;
    assert_eq!(held.ok()["account"]["products"]["totalCount"], 1);
}

/// A link is no further door to somebody's password: tries on the page and at the sign-in count together, whatever the link.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_link_gives_no_more_tries(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let world = World::of(TestApp::start_with(db, |setup| setup.tries = Tries::memory()).await).await;
    let record = world.record().await;
    let al = world.app.sign_up("al@forge.example", "Forge").await;
    let guess = |link: String, email: &'static str| {
        let request = Request::post("/cart").header("content-type", "application/x-www-form-urlencoded");
        let form = format!("token={link}&email={email}&password=a+wrong+guess");
        let app = &world.app;
        async move { app.request(request.body(Body::from(form)).unwrap()).await.status }
    };
    let mut ends = Vec::new();
    for email in ["al@forge.example", "AL%40Forge.example", "al@forge.example"] {
        let (_, link) = world.sent(&record, JO).await;
        for _ in 0..4 {
            ends.push(guess(link.clone(), email).await);
        }
    }
    assert_eq!(ends, [vec![422; 10], vec![429; 2]].concat());
    let sign_in = "mutation($input: SignInInput!) { signIn(input: $input) { accessToken } }";
    let input = json!({ "email": al.email, "password": "correct horse battery" });
    let reply = world.app.ask(sign_in, json!({ "input": input })).await;
    assert_eq!(reply.error(), "RATE_LIMITED", "the right one is not looked at, either");
}
