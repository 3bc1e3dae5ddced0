//! Ways to pay, and paying.

use domain::actor::{Actor, System};
use domain::cashback::release;
use domain::permission::Permission::{ManageBilling, ViewInvoices};
use domain::store::Statements;
use serde_json::json;

use crate::sweep::row::{Again, Row, Spoil, Way, ready, row};
use crate::sweep::scene::{Scene, text};
use crate::sweep::world::Company;

const BILLING: Way = Way::Member(Company::Bolt, &[ManageBilling]);

pub fn rows() -> Vec<Row> {
    vec![
        row("addPaymentMethod", &[BILLING], |s| {
            ready(json!({ "accountId": s.account(Company::Bolt), "token": "tok_visa", "makeDefault": true }))
        })
        .about("accountId")
        .again(Again::Another)
        .unshown(&["token"])
        .wrong("the number of a card", "INVALID_INPUT", |_, input| {
            input["token"] = json!("4111 1111 1111 1111");
            Box::pin(async {})
        }),
        row("removePaymentMethod", &[BILLING], |s| Box::pin(async { json!({ "paymentMethodId": s.method().await }) }))
            .about("paymentMethodId")
            .again(Again::Refused(&["NOT_FOUND"])),
        row("setDefaultPaymentMethod", &[BILLING], |s| {
            Box::pin(async { json!({ "paymentMethodId": s.method().await }) })
        })
        .about("paymentMethodId")
        .wrong("removed", "NOT_FOUND", |s, input| {
            let input = input.clone();
            Box::pin(async { drop(s.done(Company::Bolt, "removePaymentMethod", input, "deletedId").await) })
        }),
        row("exportInvoices", &[Way::Member(Company::Bolt, &[ViewInvoices])], |s| {
            ready(json!({ "accountId": s.account(Company::Bolt), "format": "CSV", "filter": { "status": ["PAID"] } }))
        })
        .or(|s| {
            let filter = json!({ "kind": ["ORDER"], "issuedFrom": "2026-01-01", "issuedTo": "2026-12-31" });
            ready(json!({ "accountId": s.account(Company::Bolt), "format": "XML", "filter": filter }))
        })
        .about("accountId"),
        row("payInvoice", &[BILLING], |s| {
            Box::pin(async {
                json!({
                    "invoiceId": s.open_invoice(Company::Bolt).await, "paymentMethodId": s.world().ours.payment_method,
                    "idempotencyKey": s.key(),
                })
            })
        })
        .about("invoiceId")
        .again(Again::Refused(&["CONFLICT", "PAYMENT_PENDING"]))
        .wrong("paid", "CONFLICT", PAID)
        .wrong("more from the wallet than there is", "INSUFFICIENT_BALANCE", |_, input| {
            input["walletAmount"] = json!({ "amount": "1.00", "currencyCode": "EUR" });
            Box::pin(async {})
        }),
        row("issueCreditNote", &[Way::Staff], |s| {
            Box::pin(async {
                let (invoice, line) = paid_invoice(s).await;
                json!({
                    "invoiceId": invoice, "amount": { "amount": "99.00", "currencyCode": "EUR" }, "lineIds": [line],
                    "reason": "It never worked.", "idempotencyKey": s.key(),
                })
            })
        })
        .about("invoiceId")
        .again(Again::Refused(&["CONFLICT"]))
        .unshown(&["reason", "amount"])
        .wrong("more than is left", "CONFLICT", |_, input| {
            input["amount"]["amount"] = json!("99.01");
            Box::pin(async {})
        })
        .wrong("in another currency", "CURRENCY_MISMATCH", |_, input| {
            input["amount"]["currencyCode"] = json!("CHF");
            Box::pin(async {})
        })
        .wrong("a line of another invoice", "NOT_FOUND", |s, input| {
            Box::pin(async { input["lineIds"] = json!([paid_invoice(s).await.1]) })
        }),
        row("payInvoice", &[Way::Member(Company::Acme, &[ManageBilling])], |s| {
            Box::pin(async {
                with_money_in_its_wallet(s).await;
                json!({
                    "invoiceId": s.open_invoice(Company::Acme).await, "idempotencyKey": s.key(),
                    "paymentMethodId": s.world().ours.partner_method,
                    "walletAmount": { "amount": "0.01", "currencyCode": "EUR" },
                })
            })
        })
        .case("from the wallet")
        .about("invoiceId")
        .again(Again::Refused(&["CONFLICT", "PAYMENT_PENDING"])),
    ]
}

/// What Acme earned on what it sold to Bolt becomes available after 30 days.
pub async fn with_money_in_its_wallet(scene: &Scene) {
    scene.app.set_clock("2026-12-22T10:00:00Z").await;
    let cashback = Actor::System(System::Cashback);
    let released = scene.app.store.write(cashback, Statements::default(), |work| Box::pin(release(work)));
    released.await.expect("a release");
}

/// An invoice of Bolt's that is paid, over 99.00 net: its id, and its line's.
async fn paid_invoice(scene: &Scene) -> (String, String) {
    let input = json!({
        "accountId": scene.account(Company::Bolt), "items": [{ "planId": scene.world().provider.hosting_id }],
        "idempotencyKey": scene.key(),
    });
    let placed = scene.done(Company::Bolt, "placeOrder", input, "order { invoice { id lines { id } } }").await;
    let invoice = &placed["order"]["invoice"];
    (text(&invoice["id"]), text(&invoice["lines"][0]["id"]))
}

const PAID: Spoil = |s, input| {
    let input = json!({ "invoiceId": input["invoiceId"], "idempotencyKey": s.key() });
    Box::pin(async { drop(s.done(Company::Bolt, "payInvoice", input, "invoice { id }").await) })
};
