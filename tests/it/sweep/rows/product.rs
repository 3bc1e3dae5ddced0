//! Products in use.

use domain::permission::Permission::{ManageProducts, Purchase};
use serde_json::json;

use crate::sweep::family::contributor;
use crate::sweep::row::{Again, Row, Spoil, Way, ready, row};
use crate::sweep::world::{Company, execute, row as row_id};

pub fn rows() -> Vec<Row> {
    const BOTH: &[domain::permission::Permission] = &[ManageProducts, Purchase];
    vec![
        row("updateProduct", &[Way::Through(BOTH), Way::Member(Company::Bolt, BOTH)], |s| {
            Box::pin(async {
                let product = s.product(Company::Bolt).await;
                json!({ "productId": product, "label": "Shop", "autoRenew": false, "termMonths": 12 })
            })
        })
        .about("productId"),
        row(
            "updateProduct",
            &[Way::Editor, Way::Through(&[ManageProducts]), Way::Member(Company::Bolt, &[ManageProducts])],
            |s| ready(json!({ "productId": s.world().ours.product, "label": "Shop" })),
        )
        .case("its content")
        .about("productId"),
        row("renewProduct", &[Way::Through(&[Purchase]), Way::Member(Company::Bolt, &[Purchase])], |s| {
            Box::pin(async {
                json!({
                    "productId": s.product(Company::Bolt).await, "termMonths": 12, "periodStart": "2027-11-21",
                    "idempotencyKey": s.key(),
                })
            })
        })
        .about("productId")
        .again(Again::Refused(&["CONFLICT", "PAYMENT_PENDING"]))
        .wrong("cancelled", "PRODUCT_NOT_RENEWABLE", CANCELLED)
        .wrong("a period that is renewed", "CONFLICT", |_, input| {
            input["periodStart"] = json!("2026-11-21");
            Box::pin(async {})
        }),
    ]
    .into_iter()
    .chain(contributors())
    .collect()
}

fn contributors() -> Vec<Row> {
    const MANAGERS: &[Way] = &[Way::Through(&[ManageProducts]), Way::Member(Company::Bolt, &[ManageProducts])];
    vec![
        row("inviteContributor", MANAGERS, |s| {
            ready(json!({
                "productId": s.world().ours.own_product, "email": format!("nut{}@people.example", s.number()),
                "role": "EDITOR",
            }))
        })
        .about("productId")
        .again(Again::Refused(&["ALREADY_EXISTS"]))
        .wrong("somebody who contributes", "ALREADY_EXISTS", |_, input| {
            input["email"] = json!("looks.bolt@people.example");
            Box::pin(async {})
        }),
        row("removeContributor", MANAGERS, |s| {
            Box::pin(async {
                let email = format!("nut{}@people.example", s.number());
                let bolt = s.owner(Company::Bolt);
                let new = contributor(&s.app, bolt, &s.world().ours.own_product, (&email, "VIEWER")).await;
                json!({ "contributorId": new })
            })
        })
        .about("contributorId")
        .again(Again::Refused(&["NOT_FOUND"])),
    ]
}

/// As long as no mutation cancels one.
const CANCELLED: Spoil = |s, input| {
    let product = row_id(input["productId"].as_str().expect("an id"));
    Box::pin(execute(&s.app, "UPDATE product SET status = 'CANCELLED' WHERE id = ?", product))
};
