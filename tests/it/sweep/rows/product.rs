//! Products in use.

use domain::permission::Permission::{ManageProducts, Purchase};
use serde_json::json;

use crate::sweep::family::contributor;
use crate::sweep::row::{Again, Row, Spoil, Way, ready, row};
use crate::sweep::scene::{Scene, text};
use crate::sweep::world::Company;

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
        row("changePlan", &[Way::Through(&[Purchase]), Way::Member(Company::Bolt, &[Purchase])], |s| {
            Box::pin(async {
                let (plan, product) = (bigger_plan(s).await, s.product(Company::Bolt).await);
                json!({
                    "productId": product, "planId": plan, "termMonths": 12, "atPeriodEnd": false, "idempotencyKey": s.key(),
                })
            })
        })
        .about("productId")
        .again(Again::Refused(&["INVALID_INPUT", "PAYMENT_PENDING"]))
        .wrong("cancelled", "PRODUCT_NOT_RENEWABLE", CANCELLED)
        .wrong("a term that is not offered", "TERM_NOT_OFFERED", |_, input| {
            input["termMonths"] = json!(7);
            Box::pin(async {})
        }),
        row("changePlan", &[Way::Member(Company::Bolt, &[Purchase])], |s| {
            Box::pin(async {
                let (plan, product) = (bigger_plan(s).await, s.product(Company::Bolt).await);
                json!({
                    "productId": product, "planId": plan, "termMonths": 12, "atPeriodEnd": false,
                    "paymentMethodId": s.world().ours.payment_method, "idempotencyKey": s.key(),
                })
            })
        })
        .case("by a card")
        .about("productId")
        .apart(Way::Through(&[Purchase]))
        .again(Again::Refused(&["INVALID_INPUT", "PAYMENT_PENDING"])),
        row("cancelProduct", &[Way::Through(&[ManageProducts]), Way::Member(Company::Bolt, &[ManageProducts])], |s| {
            Box::pin(async { json!({ "productId": s.product(Company::Bolt).await, "atPeriodEnd": true }) })
        })
        .about("productId")
        .wrong("cancelled", "CONFLICT", CANCELLED),
        row("cancelProduct", &[Way::Member(Company::Bolt, &[ManageProducts])], |s| {
            Box::pin(async { json!({ "productId": s.product(Company::Bolt).await, "atPeriodEnd": false }) })
        })
        .case("at once")
        .about("productId")
        .again(Again::Refused(&["CONFLICT"])),
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
        row("createContact", MANAGERS, |s| {
            ready(json!({
                "accountId": s.account(Company::Bolt), "name": "Kim", "organization": "Kiosk", "email": "kim@kiosk.example",
                "phone": "+49 40 1", "street": "Weg 1", "postalCode": "20457", "city": "Hamburg", "country": "DE",
            }))
        })
        .about("accountId")
        .again(Again::Another),
    ]
}

/// A plan beside the one that everybody has: 198.00 a year.
async fn bigger_plan(s: &Scene) -> String {
    let staff = &s.world().provider.staff;
    let sku = json!({ "sku": format!("big-{}", s.number()), "name": "Big", "kind": "HOSTING" });
    let offering = s.app.done(staff, "saveOffering", sku, "offering { id }").await;
    let price = json!({ "termMonths": 12, "price": { "amount": "198.00", "currencyCode": "EUR" } });
    let input = json!({
        "offeringId": offering["offering"]["id"], "name": "L", "defaultTermMonths": 12, "prices": [price],
    });
    text(&s.app.done(staff, "savePlan", input, "plan { id }").await["plan"]["id"])
}

const CANCELLED: Spoil = |s, input| {
    let input = json!({ "productId": input["productId"], "atPeriodEnd": false });
    Box::pin(async { drop(s.done(Company::Bolt, "cancelProduct", input, "product { id }").await) })
};
