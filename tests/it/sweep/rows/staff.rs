//! What the provider's staff do, and the test clock.

use serde_json::json;

use crate::sweep::row::{Again, Row, Way, ready, row};
use crate::sweep::scene::text;

pub fn rows() -> Vec<Row> {
    vec![
        row("saveOffering", &[Way::Staff], |s| {
            Box::pin(async {
                let input = json!({ "sku": format!("mail-{}", s.number()), "name": "Mail", "kind": "EMAIL" });
                let staff = &s.world().provider.staff;
                let saved = s.app.done(staff, "saveOffering", input.clone(), "offering { id }").await;
                json!({ "id": saved["offering"]["id"], "sku": input["sku"], "name": "Mailbox", "kind": "EMAIL" })
            })
        }),
        row("savePlan", &[Way::Staff], |s| {
            Box::pin(async {
                let staff = &s.world().provider.staff;
                let sku = json!({ "sku": format!("cloud-{}", s.number()), "name": "Cloud", "kind": "CLOUD" });
                let offering = s.app.done(staff, "saveOffering", sku, "offering { id }").await;
                let price = json!({
                    "termMonths": 36, "price": { "amount": "99.00", "currencyCode": "EUR" }, "validFrom": "2026-12-01",
                });
                let mut input = json!({
                    "offeringId": offering["offering"]["id"], "name": "S", "defaultTermMonths": 36, "prices": [price],
                });
                let saved = s.app.done(staff, "savePlan", input.clone(), "plan { id }").await;
                input["id"] = json!(text(&saved["plan"]["id"]));
                input
            })
        }),
        row("saveProgramme", &[Way::Staff], |s| {
            ready(json!({
                "id": s.world().provider.programme_id, "name": "Agency", "rateBps": 2000,
                "kindRates": [{ "kind": "DOMAIN", "rateBps": 500 }], "contactEmail": "partners@provider.example",
                "acceptsAccessOffers": true, "cashbackHoldDays": 30,
                "minimumPayout": { "amount": "50.00", "currencyCode": "EUR" },
            }))
        }),
        row("runRenewals", &[Way::Staff], |_| ready(json!({ "asOf": "2026-11-21T10:00:00Z", "dryRun": true })))
            .again(Again::Another),
        row("advanceTestClock", &[Way::SignedIn], |s| {
            Box::pin(async {
                let now = s.app.store.now().await.expect("the time").now;
                json!({ "to": (now + chrono::TimeDelta::minutes(1)).to_rfc3339() })
            })
        })
        .needs_worker(),
    ]
}
