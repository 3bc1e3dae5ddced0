//! Ways to pay, and invoices paid by hand, as clients see them: GraphQL over HTTP.

use domain::billing::reconcile;
use entities::payment;
use rstest::rstest;
use sea_orm::EntityTrait as _;
use serde_json::{Value, json};
use tests::app::TestApp;
use tests::database::Db;
use tests::world::{Provider, Signed};

const PAID: &str = "invoice { status amountDue { amount } payments { status amount { amount } failureCode } }";

/// A partner with 19.80 EUR of available cashback, and an open invoice of its own over 0.95 EUR, which its card declined.
struct Owing {
    app: TestApp,
    partner: Signed,
    invoice: String,
    /// The plan of 1.00 EUR a month.
    notes: String,
}

impl Owing {
    async fn start(db: Db) -> Self {
        let app = TestApp::start(db).await;
        let provider = app.provider().await;
        let partner = app.partner(&provider, "acme").await;
        let (client, _, _) = app.client_of("acme", &partner, "bolt", "CLIENT").await;
        let items = json!([{ "planId": provider.hosting_id }]);
        let input = json!({ "accountId": client.account_id, "items": items, "idempotencyKey": "bolt-orders-hosting" });
        app.done(&client.token, "placeOrder", input, "order { status }").await;
        // 20 % of 99.00, held for thirty days
        app.advance_to(&provider.staff, "2026-12-22T09:00:00Z").await.ok();

        let notes = order_notes(&app, &provider, &partner).await;
        let input = json!({ "accountId": partner.account_id, "token": "tok_declined" });
        app.done(&partner.token, "addPaymentMethod", input, "paymentMethod { id }").await;
        app.advance_to(&provider.staff, "2027-01-23T09:00:00Z").await.ok();
        let query = "query($id: ID!) { account(id: $id) { wallets { balance { amount } }
            invoices(first: 1, filter: { status: OPEN }) { nodes { id total { amount } } } } }";
        let reply = app.ask_as(&partner.token, query, json!({ "id": partner.account_id })).await;
        let account = &reply.ok()["account"];
        assert_eq!(account["wallets"], json!([{ "balance": { "amount": "19.80" } }]));
        let invoice = &account["invoices"]["nodes"][0];
        assert_eq!(invoice["total"]["amount"], "0.95");
        let invoice = invoice["id"].as_str().expect("an id").to_owned();
        Self { app, partner, invoice, notes }
    }

    async fn pay(&self, key: &str, wallet: Value, method: Option<&str>) -> tests::client::Reply {
        let input = json!({
            "invoiceId": self.invoice, "idempotencyKey": key, "walletAmount": wallet, "paymentMethodId": method,
        });
        self.app.run(&self.partner.token, "payInvoice", input, PAID).await
    }

    async fn method(&self, token: &str) -> String {
        let input = json!({ "accountId": self.partner.account_id, "token": token, "makeDefault": false });
        let added = self.app.done(&self.partner.token, "addPaymentMethod", input, "paymentMethod { id }").await;
        added["paymentMethod"]["id"].as_str().expect("an id").to_owned()
    }

    async fn wallet(&self) -> Value {
        let query = "query($id: ID!) { account(id: $id) { wallets { balance { amount } } } }";
        let reply = self.app.ask_as(&self.partner.token, query, json!({ "id": self.partner.account_id })).await;
        reply.ok()["account"]["wallets"][0]["balance"]["amount"].clone()
    }
}

/// A product for 1.00 EUR a month: 0.80 for the partner, and 0.15 tax. Its plan.
async fn order_notes(app: &TestApp, provider: &Provider, partner: &Signed) -> String {
    let input = json!({ "sku": "notes", "name": "Notes", "kind": "EMAIL" });
    let offering = app.done(&provider.staff, "saveOffering", input, "offering { id }").await;
    let input = json!({
        "offeringId": offering["offering"]["id"], "name": "Small", "defaultTermMonths": 1,
        "prices": [{ "termMonths": 1, "price": eur("1.00") }],
    });
    let plan = app.done(&provider.staff, "savePlan", input, "plan { id }").await;
    let items = json!([{ "planId": plan["plan"]["id"] }]);
    let input = json!({ "accountId": partner.account_id, "items": items, "idempotencyKey": "acme-orders-notes" });
    app.done(&partner.token, "placeOrder", input, "order { status }").await;
    plan["plan"]["id"].as_str().expect("an id").to_owned()
}

fn eur(amount: &str) -> Value {
    json!({ "amount": amount, "currencyCode": "EUR" })
}

/// A part from the wallet, the rest by card; what the card declines stays due, and what the wallet gave stays given. Asked again
/// with the same key, it takes nothing twice.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn an_invoice_is_paid_from_wallet_and_card(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let owing = Owing::start(db).await;
    for (amount, code) in [
        (eur("0.96"), "INVALID_INPUT"),
        (eur("0.00"), "INVALID_INPUT"),
        (eur("-0.50"), "INVALID_INPUT"),
        (json!({ "amount": "0.50", "currencyCode": "USD" }), "CURRENCY_MISMATCH"),
    ] {
        let refused = owing.pay("from-the-wallet-refused", amount.clone(), None).await;
        assert_eq!(refused.user_error(), code, "{amount}");
    }
    assert_eq!(owing.wallet().await, "19.80");

    for _ in 0..2 {
        let declined = owing.pay("half-from-the-wallet", eur("0.50"), None).await;
        assert_eq!(declined.user_error(), "PAYMENT_DECLINED");
        let invoice = &declined.data()["payInvoice"]["invoice"];
        assert_eq!((&invoice["status"], &invoice["amountDue"]["amount"]), (&json!("OPEN"), &json!("0.45")));
        assert_eq!(owing.wallet().await, "19.30");
    }
    let other = owing.pay("half-from-the-wallet", eur("0.45"), None).await;
    assert_eq!(other.user_error(), "IDEMPOTENCY_KEY_REUSED");

    let visa = owing.method("tok_visa").await;
    let paid = owing.pay("rest-from-a-card", Value::Null, Some(&visa)).await;
    let invoice = &paid.ok()["payInvoice"]["invoice"];
    assert_eq!((&invoice["status"], &invoice["amountDue"]["amount"]), (&json!("PAID"), &json!("0.00")));
    let charged = invoice["payments"].as_array().expect("a list");
    let charged: Vec<_> = charged.iter().map(|payment| (&payment["status"], &payment["amount"]["amount"])).collect();
    assert!(charged.contains(&(&json!("SUCCEEDED"), &json!("0.45"))), "{charged:?}");
    assert_eq!(owing.wallet().await, "19.30");
    let again = owing.pay("paid-once-more", Value::Null, Some(&visa)).await;
    assert_eq!(again.user_error(), "CONFLICT");
    owing.app.run_jobs().await;
    owing.app.check_books().await;
}

/// While it is not known how a charge ended, the wallet pays nothing either: the invoice would be paid twice.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_paid_beside_a_charge_in_flight(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let owing = Owing::start(db).await;
    let silent = owing.method("tok_timeout").await;
    let unknown = owing.pay("a-card-that-is-silent", Value::Null, Some(&silent)).await;
    assert_eq!(unknown.user_error(), "PAYMENT_PENDING");
    for (key, amount) in [("all-from-the-wallet", eur("0.95")), ("some-from-the-wallet", eur("0.10"))] {
        let refused = owing.pay(key, amount, None).await;
        assert_eq!(refused.user_error(), "PAYMENT_PENDING");
    }
    assert_eq!(owing.wallet().await, "19.80");

    // the gateway's book says that it had succeeded
    let open: Vec<_> = payment::Entity::find().all(owing.app.db()).await.expect("payments");
    let open: Vec<_> = open.into_iter().map(|payment| payment.id).collect();
    assert_eq!(reconcile(&owing.app.store, &open).await.expect("the gateway"), 0);
    let late = owing.pay("late-from-the-wallet", eur("0.95"), None).await;
    assert_eq!(late.user_error(), "CONFLICT");
    assert_eq!(owing.wallet().await, "19.80");
    owing.app.run_jobs().await;
    owing.app.check_books().await;
}

/// All of it from the wallet, by ten at once with keys of their own: one of them pays.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_wallet_pays_an_invoice_once(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let owing = Owing::start(db).await;
    let keys: Vec<String> = (0..10).map(|number| format!("wallet-race-{number}")).collect();
    let replies = futures::future::join_all(keys.iter().map(|key| owing.pay(key, eur("0.95"), None))).await;
    let paid = replies.iter().filter(|reply| reply.data()["payInvoice"]["userErrors"] == json!([])).count();
    assert_eq!(paid, 1);
    assert!(replies.iter().all(|reply| {
        let errors = &reply.data()["payInvoice"]["userErrors"];
        errors == &json!([]) || errors[0]["code"] == "CONFLICT"
    }));
    assert_eq!(owing.wallet().await, "18.85");
    owing.app.run_jobs().await;
    owing.app.check_books().await;
}

/// R13: fifty spend 0.95 of a wallet of 19.80 at once, each for an invoice of its own: twenty get it, thirty are refused, and it is never
/// below zero.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn fifty_spend_one_wallet(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let owing = Owing::start(db).await;
    let Owing { app, partner, notes, .. } = &owing;
    app.add_card(partner, "tok_visa").await;
    let items = json!([{ "planId": notes, "quantity": 50 }]);
    let input = json!({ "accountId": partner.account_id, "items": items, "idempotencyKey": "fifty-more-notes" });
    let order = app.done(&partner.token, "placeOrder", input, "order { lines { products { id } } }").await;
    app.add_card(partner, "tok_declined").await;
    let mut invoices = Vec::new();
    for product in order["order"]["lines"][0]["products"].as_array().expect("products") {
        let key = format!("renew {}", product["id"].as_str().expect("an id"));
        let input = json!({ "productId": product["id"], "idempotencyKey": key });
        let declined = app.run(&partner.token, "renewProduct", input, "invoice { id }").await;
        assert_eq!(declined.user_error(), "PAYMENT_DECLINED");
        invoices.push(declined.data()["renewProduct"]["invoice"]["id"].clone());
    }
    let ends = futures::future::join_all(invoices.iter().map(|invoice| {
        let key = format!("pay {}", invoice.as_str().expect("an id"));
        let input = json!({ "invoiceId": invoice, "idempotencyKey": key, "walletAmount": eur("0.95") });
        app.run(&partner.token, "payInvoice", input, PAID)
    }))
    .await;
    let paid = ends.iter().filter(|end| end.data()["payInvoice"]["userErrors"] == json!([]));
    assert!(paid.clone().all(|end| end.data()["payInvoice"]["invoice"]["status"] == "PAID"));
    assert_eq!((ends.len(), paid.count()), (50, 20));
    let mut refused = ends.iter().filter(|end| end.data()["payInvoice"]["userErrors"] != json!([]));
    assert!(refused.all(|end| end.user_error() == "INSUFFICIENT_BALANCE"));
    assert_eq!(owing.wallet().await, "0.80");
    app.run_jobs().await;
    app.check_books().await;
}

/// S5.9: ways to pay are added, made the default and removed by those who may, and what they are is never a card's number.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn ways_to_pay_are_kept(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let app = TestApp::start(db).await;
    let who = app.sign_up("owner@bolt.example", "Bolt").await;
    let add = |token: &'static str, default: bool| {
        let input = json!({ "accountId": who.account_id, "token": token, "makeDefault": default });
        app.run(&who.token, "addPaymentMethod", input, "paymentMethod { id brand last4 isDefault }")
    };
    for token in ["4242 4242 4242 4242", "tok_unknown", ""] {
        assert_eq!(add(token, true).await.user_error(), "INVALID_INPUT", "{token}");
    }
    let mut ids = Vec::new();
    for (token, default) in [("tok_visa", false), ("tok_declined", false), ("tok_slow", true)] {
        let added = add(token, default).await;
        let method = added.ok()["addPaymentMethod"]["paymentMethod"].clone();
        assert_eq!(method["isDefault"], token != "tok_declined", "the first is the default in any case");
        ids.push(method["id"].as_str().expect("an id").to_owned());
    }
    let listed = || async {
        let query = "query($id: ID!) { account(id: $id) { paymentMethods { id isDefault } } }";
        let reply = app.ask_as(&who.token, query, json!({ "id": who.account_id })).await;
        let methods = reply.ok()["account"]["paymentMethods"].as_array().expect("a list").clone();
        let default = methods.iter().find(|method| method["isDefault"] == true).map(|method| method["id"].clone());
        assert!(methods.iter().filter(|method| method["isDefault"] == true).count() <= 1);
        (methods.len(), default)
    };
    assert_eq!(listed().await, (3, Some(json!(ids[2]))));

    let input = json!({ "paymentMethodId": ids[0] });
    app.done(&who.token, "setDefaultPaymentMethod", input, "paymentMethod { isDefault }").await;
    assert_eq!(listed().await, (3, Some(json!(ids[0]))));
    // of those that are left, the newest
    app.done(&who.token, "removePaymentMethod", json!({ "paymentMethodId": ids[0] }), "deletedId").await;
    assert_eq!(listed().await, (2, Some(json!(ids[2]))));
    for mutation in ["removePaymentMethod", "setDefaultPaymentMethod"] {
        let selection = if mutation == "removePaymentMethod" { "deletedId" } else { "paymentMethod { id }" };
        let gone = app.run(&who.token, mutation, json!({ "paymentMethodId": ids[0] }), selection).await;
        assert_eq!(gone.user_error(), "NOT_FOUND", "{mutation}");
    }
    for id in &ids[1..] {
        app.done(&who.token, "removePaymentMethod", json!({ "paymentMethodId": id }), "deletedId").await;
    }
    assert_eq!(listed().await, (0, None));
}
