//! Payouts of what a partner has earned.

use domain::permission::Permission::ManageBilling;
use serde_json::{Value, json};

use super::billing::with_money_in_its_wallet;
use crate::sweep::row::{Again, Row, Way, ready, row};
use crate::sweep::scene::{Scene, text};
use crate::sweep::world::Company;

const BILLING: Way = Way::Member(Company::Acme, &[ManageBilling]);

pub fn rows() -> Vec<Row> {
    vec![
        row("savePayoutMethod", &[BILLING], |s| {
            ready(json!({
                "accountId": s.account(Company::Acme), "holder": "Acme Studio", "iban": "DE89 3704 0044 0532 0130 00",
            }))
        })
        .about("accountId")
        .again(Again::Same)
        .unshown(&["iban"])
        .wrong("no IBAN", "INVALID_INPUT", |_, input| {
            input["iban"] = json!("DE88 3704 0044 0532 0130 00");
            Box::pin(async {})
        }),
        row("requestPayout", &[BILLING], |s| Box::pin(request(s)))
            .about("accountId")
            .again(Again::Refused(&["CONFLICT"]))
            .wrong("more than the wallet holds", "INSUFFICIENT_BALANCE", |_, input| {
                input["amount"]["amount"] = json!("9999.00");
                Box::pin(async {})
            })
            .wrong("nothing", "INVALID_INPUT", |_, input| {
                input["amount"]["amount"] = json!("0.00");
                Box::pin(async {})
            }),
        row("answerPayout", &[Way::Staff], |s| {
            Box::pin(async {
                let input = request(s).await;
                let payout = s.done(Company::Acme, "requestPayout", input, "payout { id }").await;
                json!({ "payoutId": payout["payout"]["id"], "status": "APPROVED" })
            })
        })
        .about("payoutId")
        .again(Again::Refused(&["CONFLICT"]))
        .wrong("paid before it is approved", "CONFLICT", |_, input| {
            input["status"] = json!("PAID");
            Box::pin(async {})
        })
        .wrong("no answer", "INVALID_INPUT", |_, input| {
            input["status"] = json!("REQUESTED");
            Box::pin(async {})
        }),
    ]
}

/// A request of Acme's for a cent, with nothing in its way.
async fn request(s: &Scene) -> Value {
    with_money_in_its_wallet(s).await;
    let staff = &s.world().provider.staff;
    let query = "{ provider { payouts(first: 100) { nodes { id status } } } }";
    let reply = s.app.ask_as(staff, query, json!({})).await;
    for payout in reply.ok()["provider"]["payouts"]["nodes"].as_array().expect("payouts") {
        if ["REQUESTED", "APPROVED"].contains(&text(&payout["status"]).as_str()) {
            let input = json!({ "payoutId": payout["id"], "status": "REJECTED" });
            s.app.done(staff, "answerPayout", input, "payout { id }").await;
        }
    }
    let input = json!({
        "id": s.world().provider.programme_id, "name": "Agency", "rateBps": 2000, "contactEmail": "partners@provider.example",
        "minimumPayout": { "amount": "0.01", "currencyCode": "EUR" },
    });
    s.app.done(staff, "saveProgramme", input, "programme { id }").await;
    let account = s.account(Company::Acme);
    let input = json!({ "accountId": account, "holder": "Acme Studio", "iban": "DE89370400440532013000" });
    s.done(Company::Acme, "savePayoutMethod", input, "payoutMethod { holder }").await;
    json!({ "accountId": account, "amount": { "amount": "0.01", "currencyCode": "EUR" }, "idempotencyKey": s.key() })
}
