//! Payouts, by the gateway: of what is available, one at a time, with staff's approval.

use futures::future::join_all;
use rstest::rstest;
use serde_json::{Value, json};
use tests::app::TestApp;
use tests::client::Reply;
use tests::database::Db;
use tests::world::{Provider, Signed};

struct World {
    app: TestApp,
    provider: Provider,
    acme: Signed,
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}")).to_owned()
}

fn eur(amount: &str) -> Value {
    json!({ "amount": amount, "currencyCode": "EUR" })
}

impl World {
    /// A partner with four times 19.80 of cashback available, 79.20; the minimum is 50.00.
    async fn start(db: Db) -> Self {
        let app = TestApp::start(db).await;
        let provider = app.provider().await;
        let acme = app.partner(&provider, "acme").await;
        let (_, record, _) = app.client_of("acme", &acme, "bolt", "CLIENT").await;
        for _ in 0..4 {
            app.buy_for(&provider, &acme, &record, "CLIENT_CARD").await;
        }
        app.advance_to(&acme.token, "2027-01-15T09:00:00Z").await.ok();
        Self { app, provider, acme }
    }

    async fn with_method(db: Db) -> Self {
        let w = Self::start(db).await;
        let input =
            json!({ "accountId": w.acme.account_id, "holder": "Acme Studio", "iban": "DE89 3704 0044 0532 0130 00" });
        let saved = w.app.done(&w.acme.token, "savePayoutMethod", input, "payoutMethod { holder ibanLast4 }").await;
        assert_eq!(saved["payoutMethod"], json!({ "holder": "Acme Studio", "ibanLast4": "3000" }));
        w
    }

    async fn request(&self, amount: &str, key: &str) -> Reply {
        let input = json!({ "accountId": self.acme.account_id, "amount": eur(amount), "idempotencyKey": key });
        let selection = "payout { id status amount { amount } iban ibanLast4 }";
        self.app.run(&self.acme.token, "requestPayout", input, selection).await
    }

    async fn answer(&self, payout: &str, status: &str) -> Reply {
        let input = json!({ "payoutId": payout, "status": status });
        self.app.run(&self.provider.staff, "answerPayout", input, "payout { id status iban paidAt }").await
    }

    /// Available cashback, the newest entries, and the payouts as their account sees them.
    async fn wallet(&self) -> (String, Vec<String>, Vec<String>) {
        let query = "query($id: ID!) { account(id: $id) { payoutMethod { ibanLast4 } wallet { balance { amount }
            entries(first: 2) { nodes { kind amount { amount } } } payouts { status amount { amount } iban } } } }";
        let reply = self.app.ask_as(&self.acme.token, query, json!({ "id": self.acme.account_id })).await;
        let wallet = &reply.ok()["account"]["wallet"];
        let list = |rows: &Value, name: &str| -> Vec<String> {
            let rows = rows.as_array().unwrap().iter();
            rows.map(|row| format!("{} {}", text(&row[name]), text(&row["amount"]["amount"]))).collect()
        };
        for payout in wallet["payouts"].as_array().unwrap() {
            assert_eq!(payout["iban"], json!(null), "the whole number is for staff");
        }
        let entries = list(&wallet["entries"]["nodes"], "kind");
        (text(&wallet["balance"]["amount"]), entries, list(&wallet["payouts"], "status"))
    }

    async fn books_are_right(&self) {
        self.app.run_jobs().await;
        self.app.check_books().await;
        let now = self.app.store.now().await.unwrap().now;
        let operator = domain::Actor::System(domain::actor::System::Operator);
        let reader = self.app.store.reader(operator, now, domain::store::Statements::default());
        let findings = domain::check::check(&self.app.store, &reader).await.unwrap();
        assert!(findings.is_empty(), "{findings:#?}");
    }
}

/// Requested, approved, paid: the amount leaves the wallet with the request, and the partner is mailed when it is transferred.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn what_is_available_is_paid_out(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let w = World::with_method(db).await;
    let reply = w.request("50.00", "payout-1").await;
    let payout = reply.ok()["requestPayout"]["payout"].clone();
    assert_eq!(
        (text(&payout["status"]), text(&payout["ibanLast4"]), &payout["iban"]),
        ("REQUESTED".into(), "3000".into(), &json!(null))
    );
    let id = text(&payout["id"]);
    let left = |status: &str| {
        (
            "29.20".to_owned(),
            vec!["PAYOUT -50.00".to_owned(), "CASHBACK 19.80".to_owned()],
            vec![format!("{status} 50.00")],
        )
    };
    assert_eq!(w.wallet().await, left("REQUESTED"));
    assert_eq!(text(&w.request("50.00", "payout-1").await.ok()["requestPayout"]["payout"]["id"]), id, "the same key");
    assert_eq!(w.wallet().await, left("REQUESTED"));

    assert_eq!(w.answer(&id, "PAID").await.user_error(), "CONFLICT");
    assert_eq!(w.answer(&id, "REQUESTED").await.user_error(), "INVALID_INPUT");
    w.answer(&id, "APPROVED").await.ok();
    assert_eq!(w.answer(&id, "APPROVED").await.user_error(), "CONFLICT");
    let paid = w.answer(&id, "PAID").await;
    let paid = &paid.ok()["answerPayout"]["payout"];
    assert_eq!((text(&paid["status"]), text(&paid["iban"])), ("PAID".into(), "DE89370400440532013000".into()));
    assert!(paid["paidAt"].is_string());
    assert_eq!(w.answer(&id, "REJECTED").await.user_error(), "CONFLICT");
    assert_eq!(w.wallet().await, left("PAID"));
    w.books_are_right().await;
    let mails = w.app.mails_to("owner@acme.example");
    assert!(
        mails.iter().any(|mail| mail.subject == "€50.00 was paid out"),
        "{:#?}",
        mails.iter().map(|m| &m.subject).collect::<Vec<_>>()
    );

    let query =
        "query($id: ID!) { node(id: $id) { id } provider { payouts(status: PAID) { totalCount nodes { id } } } }";
    let seen = w.app.ask_as(&w.provider.staff, query, json!({ "id": id })).await;
    assert_eq!(
        (text(&seen.ok()["node"]["id"]), seen.ok()["provider"]["payouts"]["totalCount"].as_i64()),
        (id.clone(), Some(1))
    );
    let bolt = w.app.sign_up("eve@else.example", "Else").await;
    let hidden = w.app.ask_as(&bolt.token, query, json!({ "id": id })).await;
    assert_eq!((&hidden.ok()["node"], &hidden.ok()["provider"]), (&json!(null), &json!(null)));
}

/// A rejection gives it back, before or after the approval, and another one can be asked for.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_rejection_gives_it_back(
    #[values(Db::Sqlite, Db::Postgres)] db: Db,
    #[values(false, true)] is_approved: bool,
) {
    let w = World::with_method(db).await;
    let id = text(&w.request("79.20", "payout-1").await.ok()["requestPayout"]["payout"]["id"]);
    assert_eq!(w.request("50.00", "payout-2").await.user_error(), "CONFLICT");
    if is_approved {
        w.answer(&id, "APPROVED").await.ok();
        assert_eq!(w.request("50.00", "payout-3").await.user_error(), "CONFLICT");
    }
    w.answer(&id, "REJECTED").await.ok();
    let entries = vec!["PAYOUT 79.20".to_owned(), "PAYOUT -79.20".to_owned()];
    assert_eq!(w.wallet().await, ("79.20".to_owned(), entries, vec!["REJECTED 79.20".to_owned()]));
    w.request("50.00", "payout-4").await.ok();
    w.books_are_right().await;
}

/// Not without an account to pay to, below the minimum, beyond the balance or in a currency that nothing was earned in; and by staff
/// alone answered.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_paid_out_is_refused(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let w = World::start(db).await;
    assert_eq!(w.request("50.00", "payout-1").await.user_error(), "PAYMENT_METHOD_REQUIRED");
    for iban in ["DE88 3704 0044 0532 0130 00", "4111 1111 1111 1111"] {
        let input = json!({ "accountId": w.acme.account_id, "holder": "Acme", "iban": iban });
        let reply = w.app.run(&w.acme.token, "savePayoutMethod", input, "payoutMethod { holder }").await;
        assert_eq!(reply.user_error(), "INVALID_INPUT", "{iban}");
    }
    let input = json!({ "accountId": w.acme.account_id, "holder": "Acme", "iban": "NO9386011117947" });
    w.app.done(&w.acme.token, "savePayoutMethod", input, "payoutMethod { holder }").await;
    for (amount, code) in [("49.99", "INVALID_INPUT"), ("79.21", "INSUFFICIENT_BALANCE"), ("0.00", "INVALID_INPUT")] {
        assert_eq!(w.request(amount, &format!("payout-{amount}")).await.user_error(), code, "{amount}");
    }
    let input = json!({
        "accountId": w.acme.account_id, "amount": { "amount": "50.00", "currencyCode": "CHF" }, "idempotencyKey": "payout-chf",
    });
    let reply = w.app.run(&w.acme.token, "requestPayout", input, "payout { id }").await;
    assert_eq!(reply.user_error(), "INSUFFICIENT_BALANCE");
    let id = text(&w.request("50.00", "payout-ok").await.ok()["requestPayout"]["payout"]["id"]);
    let input = json!({ "payoutId": id, "status": "APPROVED" });
    let reply = w.app.run(&w.acme.token, "answerPayout", input, "payout { id }").await;
    assert_eq!(reply.user_error(), "PERMISSION_DENIED");
    w.books_are_right().await;
}

/// R13: of fifty requests at once, one is taken, and the wallet is never below zero.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn fifty_requests_at_once_give_one(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let w = World::with_method(db).await;
    let replies = join_all((0..50).map(|n| {
        let w = &w;
        async move { w.request("50.00", &format!("payout-{n:04}")).await }
    }));
    let replies = replies.await;
    let taken = replies.iter().filter(|reply| reply.data()["requestPayout"]["payout"].is_object()).count();
    let refused = replies.iter().filter(|reply| reply.data()["requestPayout"]["payout"].is_null());
    let codes: Vec<_> = refused.map(|reply| reply.user_error().to_owned()).collect();
    assert_eq!((taken, codes.len()), (1, 49));
    assert!(codes.iter().all(|code| code == "CONFLICT"), "{codes:?}");
    assert_eq!(w.wallet().await.0, "29.20");
    w.books_are_right().await;
}
