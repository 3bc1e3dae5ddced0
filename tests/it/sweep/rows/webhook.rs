//! Programs that are told what happens: the owner's and the admins' affair.

use serde_json::json;

use crate::sweep::family::endpoint;
use crate::sweep::row::{Again, Row, Way, ready, row};
use crate::sweep::scene::Scene;
use crate::sweep::world::Company;

const ADMIN: &[Way] = &[Way::Admin(Company::Bolt)];

pub fn rows() -> Vec<Row> {
    vec![
        row("saveWebhookEndpoint", ADMIN, |s| {
            ready(json!({
                "accountId": s.account(Company::Bolt), "url": "https://hooks.example/new", "events": ["PRODUCT_RENEWED"],
            }))
        })
        .or(|s| {
            Box::pin(async {
                json!({
                    "id": bolts(s).await, "accountId": s.account(Company::Bolt), "url": "https://hooks.example/changed",
                    "events": ["PRODUCT_RENEWED"], "enabled": false, "forProvider": false,
                })
            })
        })
        .about("accountId")
        .again(Again::Another)
        .wrong("no https", "INVALID_INPUT", |_, input| {
            input["url"] = json!("http://hooks.example/");
            Box::pin(async {})
        })
        .wrong("a private address", "INVALID_INPUT", |_, input| {
            input["url"] = json!("https://127.1/");
            Box::pin(async {})
        })
        .wrong("the provider's own, by nobody of its staff", "PERMISSION_DENIED", |_, input| {
            input["forProvider"] = json!(true);
            Box::pin(async {})
        }),
        row("deleteWebhookEndpoint", ADMIN, |s| Box::pin(async { json!({ "webhookEndpointId": bolts(s).await }) }))
            .about("webhookEndpointId")
            .again(Again::Refused(&["NOT_FOUND"])),
        row("rotateWebhookSecret", ADMIN, |s| Box::pin(async { json!({ "webhookEndpointId": bolts(s).await }) }))
            .about("webhookEndpointId")
            .again(Again::Another),
        row("replayWebhooks", ADMIN, |s| {
            Box::pin(async {
                json!({
                    "webhookEndpointId": bolts(s).await, "from": "2026-11-01T00:00:00Z", "to": "2026-11-01T01:00:00Z",
                })
            })
        })
        .about("webhookEndpointId")
        .again(Again::Same)
        .wrong("a time that ends before it begins", "INVALID_INPUT", |_, input| {
            input["to"] = json!("2026-10-01T00:00:00Z");
            Box::pin(async {})
        })
        .wrong("one that is switched off", "CONFLICT", |s, input| {
            input["webhookEndpointId"] = json!(s.world().ours.endpoint);
            Box::pin(async {})
        }),
    ]
}

/// An endpoint of Bolt's that is there for this call alone.
async fn bolts(scene: &Scene) -> String {
    endpoint(&scene.app, scene.world().owner(Company::Bolt), &format!("hook-{}", scene.number())).await
}
