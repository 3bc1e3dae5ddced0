//! What the provider's staff do, and the test clock.

use api::id::{Kind, encode};
use domain::permission::Permission::{self, ContactSupport};
use domain::sql::insert;
use entities::id::JobId;
use entities::job::{self, JobState};
use serde_json::json;
use uuid::Uuid;

use crate::sweep::row::{Again, Row, Way, ready, row};
use crate::sweep::scene::{Scene, text};
use crate::sweep::world::{Company, execute, row as row_id};

const SUPPORT: &[Permission] = &[ContactSupport];

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
        row("setProgramme", &[Way::Staff], |s| {
            ready(json!({ "accountId": s.account(Company::Acme), "programmeId": s.world().provider.programme_id }))
        })
        .about("accountId")
        .wrong("a partner that has clients", "CONFLICT", |_, input| {
            input["programmeId"] = json!(null);
            Box::pin(async {})
        }),
        row("retryDeadJob", &[Way::Staff], |s| Box::pin(async { json!({ "deadJobId": dead_job(s).await }) }))
            .about("deadJobId")
            .again(Again::Refused(&["CONFLICT"]))
            .wrong("one that is not dead", "CONFLICT", |s, input| {
                let id = row_id(input["deadJobId"].as_str().expect("an id"));
                Box::pin(async move { execute(&s.app, "UPDATE job SET state = 'done' WHERE id = ?", id).await })
            })
            .needs_worker(),
        row("contactSupport", &[Way::Member(Company::Bolt, SUPPORT), Way::Through(SUPPORT)], |s| {
            ready(json!({ "accountId": s.account(Company::Bolt), "subject": "Name servers", "message": "Which ones?" }))
        })
        .or(|s| {
            Box::pin(async {
                let product = s.product(Company::Bolt).await;
                let account = s.account(Company::Bolt);
                json!({ "accountId": account, "productId": product, "subject": "It is slow", "message": "Why?" })
            })
        })
        .about("accountId")
        .unshown(&["subject", "message"])
        .again(Again::Another)
        .wrong("another's product", "NOT_FOUND", |s, input| {
            Box::pin(async { input["productId"] = json!(s.product(Company::Solo).await) })
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

/// Work that was given up.
async fn dead_job(s: &Scene) -> String {
    let id = JobId(Uuid::from_u128((7 << 64) + u128::from(s.number())));
    let job = job::Model {
        id,
        kind: "reconcile".to_owned(),
        class: "fast".to_owned(),
        payload: json!({ "payment_ids": [] }),
        priority: 1,
        unique_key: None,
        run_at: 0,
        state: JobState::Dead,
        attempts: 5,
        max_attempts: 5,
        lease: None,
        lease_until: None,
        last_error: Some("no answer".to_owned()),
        changed_at: 0,
    };
    insert::<job::Entity>(s.app.db(), &[job]).await.expect("a job");
    encode(Kind::DeadJob, id.into()).to_string()
}
