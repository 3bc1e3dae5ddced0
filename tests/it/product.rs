//! Products, their renewals and the test clock, through the API alone.

use domain::account::commands::{AddStaff, add_staff};
use domain::actor::{Actor, System};
use domain::store::Statements;
use rstest::rstest;
use serde_json::{Value, json};
use tests::app::TestApp;
use tests::client::Reply;
use tests::database::Db;
use tests::world::{PASSWORD, Signed};

/// Acme is a partner of 20 %, Bolt its client with full access; a plan costs 99.00 a year, 250.00 for three.
struct World {
    app: TestApp,
    staff: String,
    acme: Signed,
    bolt: Signed,
    plan: String,
    partnership: String,
    client: String,
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}")).to_owned()
}

impl World {
    async fn start(db: Db, payer: &str) -> Self {
        let app = TestApp::start(db).await;
        let staff = staff(&app).await;
        let (acme, bolt) =
            (app.sign_up("ann@acme.example", "Acme").await, app.sign_up("jo@bolt.example", "Bolt").await);
        let offering = "mutation { saveOffering(input: { sku: \"web\", name: \"Web\", kind: HOSTING }) {
            offering { id } userErrors { code message } } }";
        let offering = text(&app.ask_as(&staff, offering, json!({})).await.ok()["saveOffering"]["offering"]["id"]);
        let prices = json!([
            { "termMonths": 12, "price": { "amount": "99.00", "currencyCode": "EUR" } },
            { "termMonths": 36, "price": { "amount": "250.00", "currencyCode": "EUR" } },
        ]);
        let plan =
            "mutation($input: SavePlanInput!) { savePlan(input: $input) { plan { id } userErrors { code message } } }";
        let input =
            json!({ "input": { "offeringId": offering, "name": "L", "defaultTermMonths": 12, "prices": prices } });
        let plan = text(&app.ask_as(&staff, plan, input).await.ok()["savePlan"]["plan"]["id"]);
        let mut world = Self { app, staff, acme, bolt, plan, partnership: String::new(), client: String::new() };
        world.enrol().await;
        for who in [&world.acme, &world.bolt] {
            world.card(who, "tok_visa").await;
        }
        let offer = json!({ "accessLevel": "FULL", "payer": payer });
        (world.client, world.partnership) = world.let_in(&world.bolt, offer).await;
        world
    }

    async fn enrol(&self) {
        let programme = "mutation { saveProgramme(input: { name: \"Agency\", rateBps: 2000, contactEmail: \"team@provider.example\",
            minimumPayout: { amount: \"50.00\", currencyCode: \"EUR\" } }) { programme { id } userErrors { code message } } }";
        let saved = self.app.ask_as(&self.staff, programme, json!({})).await;
        let enrol = "mutation($account: ID!, $programme: ID!) {
            enrolAsPartner(input: { accountId: $account, programmeId: $programme }) { userErrors { code message } }
            savePartnerProfile(input: { accountId: $account, slug: \"acme\", headline: \"We build\", description: \"sites\",
                services: [], published: true }) { userErrors { code message field } } }";
        let programme = &saved.ok()["saveProgramme"]["programme"]["id"];
        let variables = json!({ "account": self.acme.account_id, "programme": programme });
        self.app.ask_as(&self.acme.token, enrol, variables).await.ok();
    }

    async fn card(&self, who: &Signed, token: &str) {
        let add = "mutation($account: ID!, $token: String!) { addPaymentMethod(input: { accountId: $account, token: $token }) {
            paymentMethod { id } userErrors { code message } } }";
        self.app.ask_as(&who.token, add, json!({ "account": who.account_id, "token": token })).await.ok();
    }

    /// Somebody offers Acme access and is connected: the record, and the partnership.
    async fn let_in(&self, who: &Signed, mut offer: Value) -> (String, String) {
        let send = "mutation($input: SendInvitationInput!) { sendInvitation(input: $input) {
            invitation { id } userErrors { code message field } } }";
        offer["accountId"] = json!(who.account_id);
        offer["partnerProfileSlug"] = json!("acme");
        let sent = self.app.ask_as(&who.token, send, json!({ "input": offer })).await;
        let connect = "mutation($id: ID!) { connectClient(input: { invitationId: $id }) {
            client { id } partnership { id } userErrors { code message } } }";
        let id = &sent.ok()["sendInvitation"]["invitation"]["id"];
        let reply = self.app.ask_as(&self.acme.token, connect, json!({ "id": id })).await;
        let done = &reply.ok()["connectClient"];
        (text(&done["client"]["id"]), text(&done["partnership"]["id"]))
    }

    /// Acme orders for a client record by its own card; the product.
    async fn order_for(&self, client: &str, key: &str) -> String {
        let acme = &self.acme.token;
        let create =
            "mutation($id: ID!) { createCart(input: { clientId: $id }) { cart { id } userErrors { code message } } }";
        let reply = self.app.ask_as(acme, create, json!({ "id": client })).await;
        let cart = text(&reply.ok()["createCart"]["cart"]["id"]);
        let fill = "mutation($cart: ID!, $plan: ID!, $key: String!) {
            addCartItem(input: { cartId: $cart, planId: $plan, termMonths: 12 }) { userErrors { code message } }
            checkoutCart(input: { cartId: $cart, method: PARTNER_CARD, idempotencyKey: $key }) {
                order { lines { products { id label } } } userErrors { code message } } }";
        let variables = json!({ "cart": cart, "plan": self.plan, "key": key });
        let reply = self.app.ask_as(acme, fill, variables).await;
        text(&reply.ok()["checkoutCart"]["order"]["lines"][0]["products"][0]["id"])
    }

    /// An account orders for itself; the product.
    async fn order(&self, who: &Signed, key: &str) -> String {
        let place = "mutation($account: ID!, $plan: ID!, $key: String!) { placeOrder(input: { accountId: $account,
            items: [{ planId: $plan, termMonths: 12 }], idempotencyKey: $key }) {
                order { lines { products { id } } } userErrors { code message } } }";
        let variables = json!({ "account": who.account_id, "plan": self.plan, "key": key });
        let reply = self.app.ask_as(&who.token, place, variables).await;
        text(&reply.ok()["placeOrder"]["order"]["lines"][0]["products"][0]["id"])
    }

    async fn update(&self, who: &Signed, product: &str, mut input: Value) -> Reply {
        let update = "mutation($input: UpdateProductInput!) { updateProduct(input: $input) {
            product { label autoRenew termMonths nextRenewal { on publicPrice { amount } } } userErrors { code message field } } }";
        input["productId"] = json!(product);
        self.app.ask_as(&who.token, update, json!({ "input": input })).await
    }

    /// What an account is billed, newest first: kind, status, discount, tax, total, and the products of the lines.
    async fn invoices(&self, who: &Signed) -> Vec<Value> {
        let query = "query($id: ID!) { account(id: $id) { invoices(first: 50) { totalCount nodes { kind status discount { amount }
            tax { amount } total { amount } lines { product { id } periodStart } } } } }";
        let reply = self.app.ask_as(&who.token, query, json!({ "id": who.account_id })).await;
        reply.ok()["account"]["invoices"]["nodes"].as_array().unwrap().clone()
    }

    async fn done(&self) {
        self.app.run_jobs().await;
        self.app.check_books().await;
    }
}

/// Someone of the provider's, signed in.
async fn staff(app: &TestApp) -> String {
    let new = AddStaff::prepare("staff@provider.example", &PASSWORD.into()).await.unwrap();
    let add = app.store.write(Actor::System(System::Operator), Statements::default(), move |work| {
        let new = new.clone();
        Box::pin(async move { add_staff(work, new).await })
    });
    add.await.unwrap();
    let sign_in =
        "mutation($password: String!) { signIn(input: { email: \"staff@provider.example\", password: $password }) {
        accessToken userErrors { code message } } }";
    text(&app.ask(sign_in, json!({ "password": PASSWORD })).await.ok()["signIn"]["accessToken"])
}

const NESTED: &str = "query($id: ID!) { account(id: $id) { clients(first: 100) { totalCount nodes {
    name account { name } partnership { payer products { id } }
    products(first: 5, filter: { status: [ACTIVE], search: \"\" }) { totalCount nodes {
        label status startedOn renewsOn termMonths autoRenew renewalBilling account { name } client { name } payer { name }
        plan { name offering { kind } } managedBy { payer }
        nextRenewal { on billedTo { name } publicPrice { amount currencyCode } discount { amount } tax { amount } total { amount }
            cashback { amount } } } } } } } }";

/// S4.10, A1: account → clients → products → next renewal is a statement a level, for one client as for thirty.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_nested_read_takes_as_many_statements_for_thirty_clients_as_for_one(
    #[values(Db::Sqlite, Db::Postgres)] db: Db,
) {
    let w = World::start(db, "PARTNER").await;
    w.order_for(&w.client, "for-bolt").await;
    let variables = json!({ "id": w.acme.account_id });
    let one = w.app.ask_as(&w.acme.token, NESTED, variables.clone()).await;
    let node = &one.ok()["account"]["clients"]["nodes"][0];
    assert_eq!((&node["account"]["name"], &node["partnership"]["payer"]), (&json!("Bolt"), &json!("PARTNER")));
    assert_eq!(node["products"]["totalCount"], 1);
    let product = &node["products"]["nodes"][0];
    assert_eq!((&product["startedOn"], &product["renewsOn"]), (&json!("2026-11-21"), &json!("2027-11-21")));
    assert_eq!((&product["account"]["name"], &product["payer"]["name"]), (&json!("Bolt"), &json!("Acme")));
    assert_eq!((&product["renewalBilling"], &product["plan"]["name"]), (&json!("PARTNERSHIP"), &json!("L")));
    let quote = json!({
        "on": "2027-11-21", "billedTo": { "name": "Acme" }, "publicPrice": { "amount": "99.00", "currencyCode": "EUR" },
        "discount": { "amount": "19.80" }, "tax": { "amount": "15.05" }, "total": { "amount": "94.25" },
        "cashback": { "amount": "0.00" },
    });
    assert_eq!(product["nextRenewal"], quote);

    // what the others are does not change how many levels there are, so each has a record of its own kind
    for n in 1..30 {
        let create = "mutation($input: CreateClientInput!) { createClient(input: $input) { client { id } userErrors { code message } } }";
        let input = json!({ "partnerId": w.acme.account_id, "client": { "name": format!("Client {n}") } });
        let reply = w.app.ask_as(&w.acme.token, create, json!({ "input": input })).await;
        let client = text(&reply.ok()["createClient"]["client"]["id"]);
        w.order_for(&client, &format!("for-client-{n}")).await;
    }
    // the records that are assigned to are one more level; it is there from the first of them on
    let few = w.app.ask_as(&w.acme.token, &NESTED.replace("first: 100", "first: 2"), variables.clone()).await;
    let all = w.app.ask_as(&w.acme.token, NESTED, variables).await;
    assert_eq!(all.ok()["account"]["clients"]["nodes"].as_array().unwrap().len(), 30);
    assert_eq!(few.ok()["account"]["clients"]["nodes"].as_array().unwrap().len(), 2);
    assert!(all.ok()["account"]["clients"]["nodes"][29]["products"]["nodes"][0]["client"]["name"].is_string());
    assert_eq!(all.statements(), few.statements());
    assert!(all.statements() <= one.statements() + 1, "{} and {}", all.statements(), one.statements());
    w.done().await;
}

/// Label and term are refused as what is wrong with them says; who sees the product is told that they may not, all others that
/// there is none.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn an_update_is_refused_for_its_reason(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let w = World::start(db, "CLIENT").await;
    let bob = w.app.sign_up("bob@nut.example", "Nut").await;
    w.card(&bob, "tok_visa").await;
    let product = w.order(&bob, "by-bob-01").await;
    w.let_in(&bob, json!({ "accessLevel": "PARTIAL", "permissions": ["VIEW_PRODUCTS"] })).await;

    let reply = w.update(&bob, &product, json!({ "termMonths": 5 })).await;
    assert_eq!((reply.user_error(), reply.user_error_field().as_str()), ("TERM_NOT_OFFERED", "termMonths"));
    let reply = w.update(&bob, &product, json!({ "label": " " })).await;
    assert_eq!((reply.user_error(), reply.user_error_field().as_str()), ("INVALID_INPUT", "label"));
    assert_eq!(w.update(&w.acme, &product, json!({ "label": "Mine" })).await.user_error(), "PERMISSION_DENIED");
    assert_eq!(w.update(&w.bolt, &product, json!({ "label": "Mine" })).await.user_error(), "NOT_FOUND");
    assert_eq!(w.update(&bob, &w.client, json!({ "label": "Mine" })).await.user_error(), "NOT_FOUND");
    let nobody =
        "mutation($id: ID!) { updateProduct(input: { productId: $id, label: \"x\" }) { userErrors { code } } }";
    assert_eq!(w.app.ask(nobody, json!({ "id": product })).await.error(), "UNAUTHENTICATED");

    let reply = w.update(&bob, &product, json!({ "label": "Shop", "termMonths": 36 })).await;
    let expected = json!({ "label": "Shop", "autoRenew": true, "termMonths": 36,
        "nextRenewal": { "on": "2027-11-21", "publicPrice": { "amount": "250.00" } } });
    assert_eq!(reply.ok()["updateProduct"]["product"], expected);
    let reply = w.update(&bob, &product, json!({ "autoRenew": false })).await;
    assert_eq!(reply.ok()["updateProduct"]["product"]["nextRenewal"], json!(null));

    let node = "query($id: ID!) { node(id: $id) { ... on Product { label } } }";
    let seen = w.app.ask_as(&w.acme.token, node, json!({ "id": product })).await;
    assert_eq!(seen.ok()["node"]["label"], "Shop");
    assert_eq!(w.app.ask_as(&w.bolt.token, node, json!({ "id": product })).await.ok()["node"], json!(null));
    w.done().await;
}

/// S2.13b, S2.14b: a year later the partner is billed 94.25 for what it ordered, and the client nothing.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_year_later_the_paying_partner_is_billed(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let w = World::start(db, "PARTNER").await;
    let product = w.order_for(&w.client, "for-bolt").await;
    let unsigned = "mutation { advanceTestClock(input: { to: \"2027-01-01T00:00:00Z\" }) { now } }";
    assert_eq!(w.app.ask(unsigned, json!({})).await.error(), "UNAUTHENTICATED");
    let back = w.app.advance_to(&w.bolt.token, "2026-11-20T00:00:00Z").await;
    assert_eq!((back.user_error(), back.user_error_field().as_str()), ("INVALID_INPUT", "to"));

    let reply = w.app.advance_to(&w.bolt.token, "2027-11-22T09:00:00Z").await;
    assert_eq!(reply.ok()["advanceTestClock"]["now"], "2027-11-22T09:00:00Z");
    let billed = w.invoices(&w.acme).await;
    assert_eq!(billed.len(), 2, "{billed:#?}");
    let expected = json!({
        "kind": "RENEWAL", "status": "PAID", "discount": { "amount": "19.80" }, "tax": { "amount": "15.05" },
        "total": { "amount": "94.25" }, "lines": [{ "product": { "id": product }, "periodStart": "2027-11-21" }],
    });
    assert_eq!(billed[0], expected);
    assert!(w.invoices(&w.bolt).await.is_empty());
    let node = "query($id: ID!) { node(id: $id) { ... on Product { renewsOn status nextRenewal { on total { amount } }
        invoices(first: 5) { totalCount } } } }";
    let seen = |token: String| {
        let (app, product) = (&w.app, &product);
        async move { app.ask_as(&token, node, json!({ "id": product })).await.ok()["node"].clone() }
    };
    let held = json!({ "renewsOn": "2028-11-21", "status": "ACTIVE",
        "nextRenewal": { "on": "2028-11-21", "total": null }, "invoices": { "totalCount": 0 } });
    assert_eq!(seen(w.bolt.token.clone()).await, held, "the holder sees when, and not how much");
    let paid = seen(w.acme.token.clone()).await;
    assert_eq!(
        (&paid["nextRenewal"]["total"]["amount"], &paid["invoices"]["totalCount"]),
        (&json!("94.25"), &json!(2))
    );

    let provider =
        "{ provider { renewalRuns(first: 5) { totalCount nodes { id due renewed declined failed finishedAt } }
        trialBalance { ledgerAccount debit { amount } credit { amount } } programmes { name } } }";
    let reply = w.app.ask_as(&w.staff, provider, json!({})).await;
    let run = &reply.ok()["provider"]["renewalRuns"]["nodes"][0];
    assert_eq!((&run["due"], &run["renewed"], &run["failed"]), (&json!(1), &json!(1), &json!(0)));
    assert!(run["finishedAt"].is_string());
    let rows = reply.ok()["provider"]["trialBalance"].as_array().unwrap();
    let revenue = rows.iter().find(|row| row["ledgerAccount"] == "revenue").unwrap();
    assert_eq!(revenue["credit"]["amount"], "158.40");
    assert_eq!(w.app.ask_as(&w.acme.token, provider, json!({})).await.ok()["provider"], json!(null));
    let node = "query($id: ID!) { node(id: $id) { ... on RenewalRun { dryRun } } }";
    let of_run = json!({ "id": run["id"] });
    assert_eq!(w.app.ask_as(&w.staff, node, of_run.clone()).await.ok()["node"]["dryRun"], false);
    assert_eq!(w.app.ask_as(&w.acme.token, node, of_run).await.ok()["node"], json!(null));
    let count = "mutation { runRenewals(input: { dryRun: true, asOf: \"2028-12-01T00:00:00Z\" }) {
        renewalRun { dryRun due renewed } userErrors { code } } }";
    let counted = w.app.ask_as(&w.staff, count, json!({})).await;
    assert_eq!(counted.ok()["runRenewals"]["renewalRun"], json!({ "dryRun": true, "due": 1, "renewed": 0 }));
    assert_eq!(w.app.ask_as(&w.acme.token, count, json!({})).await.user_error(), "PERMISSION_DENIED");
    w.done().await;
}

/// R10: what the preview says is what is billed after the change, to the cent; each side sees its own figures.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_payer_change_does_what_its_preview_says(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let w = World::start(db, "CLIENT").await;
    let product = w.order(&w.bolt, "by-bolt-1").await;
    let preview = "query($id: ID!, $products: [ID!]) { node(id: $id) { ... on Partnership {
        payerChangePreview(payer: PARTNER, productIds: $products) { invoicesVisibleTo { name } renewals(first: 10) { totalCount
            nodes { product { id } before { billedTo { name } total { amount } cashback { amount } }
                after { billedTo { name } total { amount } discount { amount } cashback { amount } } } } } } } }";
    let variables = json!({ "id": w.partnership, "products": [product] });
    let none = w.app.ask_as(&w.bolt.token, preview, json!({ "id": w.partnership })).await;
    assert_eq!(none.ok()["node"]["payerChangePreview"]["renewals"]["totalCount"], 0, "it was ordered by the client");
    let of_bolt = w.app.ask_as(&w.bolt.token, preview, variables.clone()).await;
    let expected = json!({ "invoicesVisibleTo": { "name": "Acme" }, "renewals": { "totalCount": 1, "nodes": [{
        "product": { "id": product },
        "before": { "billedTo": { "name": "Bolt" }, "total": { "amount": "117.81" }, "cashback": null },
        "after": { "billedTo": { "name": "Acme" }, "total": null, "discount": null, "cashback": null },
    }] } });
    assert_eq!(of_bolt.ok()["node"]["payerChangePreview"], expected);
    let of_acme = w.app.ask_as(&w.acme.token, preview, variables).await;
    let change = &of_acme.ok()["node"]["payerChangePreview"]["renewals"]["nodes"][0];
    assert_eq!((&change["before"]["total"], &change["before"]["cashback"]["amount"]), (&json!(null), &json!("19.80")));

    let change_payer = "mutation($id: ID!, $products: [ID!]) { changePayer(input: { partnershipId: $id, payer: PARTNER,
        productIds: $products, idempotencyKey: \"change-1\" }) { partnership { payer products { id } } userErrors { code message } } }";
    let variables = json!({ "id": w.partnership, "products": [product] });
    let changed = w.app.ask_as(&w.bolt.token, change_payer, variables).await;
    assert_eq!(changed.ok()["changePayer"]["partnership"], json!({ "payer": "PARTNER", "products": null }));
    w.app.advance_to(&w.acme.token, "2027-11-22T00:00:00Z").await.ok();
    let billed = w.invoices(&w.acme).await;
    assert_eq!(billed.len(), 1);
    assert_eq!(
        (&billed[0]["total"], &billed[0]["discount"]),
        (&change["after"]["total"], &change["after"]["discount"])
    );
    assert_eq!(w.invoices(&w.bolt).await.len(), 1, "the order's alone");
    w.done().await;
}

/// By hand, one more period; the same again is not charged again, and a declined payment is told beside its invoice.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_product_is_renewed_by_hand(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let w = World::start(db, "CLIENT").await;
    let product = w.order(&w.bolt, "by-bolt-1").await;
    let renew = "mutation($id: ID!, $start: Date, $key: String!) { renewProduct(input: { productId: $id, periodStart: $start,
        idempotencyKey: $key }) { product { renewsOn } invoice { status total { amount } } userErrors { code field } } }";
    let ask = async |who: &Signed, start: &str, key: &str| {
        w.app.ask_as(&who.token, renew, json!({ "id": product, "start": start, "key": key })).await
    };
    let paid = json!({ "product": { "renewsOn": "2028-11-21" },
        "invoice": { "status": "PAID", "total": { "amount": "117.81" } }, "userErrors": [] });
    for _ in 0..2 {
        assert_eq!(ask(&w.bolt, "2027-11-21", "renew-01").await.ok()["renewProduct"], paid);
    }
    assert_eq!(ask(&w.bolt, "2027-11-21", "renew-02").await.user_error(), "CONFLICT");
    w.card(&w.bolt, "tok_declined").await;
    let declined = ask(&w.bolt, "2028-11-21", "renew-03").await;
    assert_eq!(declined.user_error(), "PAYMENT_DECLINED");
    assert_eq!(declined.data()["renewProduct"]["invoice"]["status"], "OPEN");
    let eve = w.app.sign_up("eve@else.example", "Else").await;
    assert_eq!(ask(&eve, "2028-11-21", "renew-04").await.user_error(), "NOT_FOUND");
    w.done().await;
}

/// A clock that cannot be moved is not in the schema.
#[test]
fn only_a_test_clock_can_be_advanced() {
    let (with, without) = (api::schema::sdl(true), api::schema::sdl(false));
    assert!(with.contains("advanceTestClock(") && !without.contains("AdvanceTestClock"));
    assert!(with.contains("signUp(") && without.contains("signUp("));
    assert!(!with.contains("Mutations") && !with.contains("WithClock"));
}
