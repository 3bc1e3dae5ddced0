//! Carts and orders.

use domain::permission::Permission::{ManageClients, Purchase};
use serde_json::{Value, json};

use crate::sweep::row::{Again, Row, Spoil, Way, ready, row};
use crate::sweep::scene::Scene;
use crate::sweep::world::Company;

const CLIENTS: Way = Way::Member(Company::Acme, &[ManageClients]);

pub fn rows() -> Vec<Row> {
    vec![
        row("createCart", &[CLIENTS], |s| ready(json!({ "clientId": s.world().ours.record })))
            .about("clientId")
            .again(Again::Another),
        row("addCartItem", &[CLIENTS], |s| {
            Box::pin(async {
                let plan = &s.world().provider.hosting_id;
                json!({ "cartId": s.cart().await.0, "planId": plan, "termMonths": 12, "quantity": 2, "domainName": "bolt.example" })
            })
        })
        .about("cartId")
        .again(Again::Another)
        .wrong("checked out", "CART_CLOSED", CHECKED_OUT),
        row("updateCartItem", &[CLIENTS], |s| {
            Box::pin(async {
                let (cart, item) = s.cart().await;
                json!({ "cartId": cart, "itemId": item, "termMonths": 12, "quantity": 3 })
            })
        })
        .about("cartId")
        .wrong("checked out", "CART_CLOSED", CHECKED_OUT),
        row("removeCartItem", &[CLIENTS], |s| {
            Box::pin(async {
                let (cart, item) = s.cart().await;
                json!({ "cartId": cart, "itemId": item })
            })
        })
        .about("cartId")
        .again(Again::Refused(&["NOT_FOUND"]))
        .wrong("checked out", "CART_CLOSED", CHECKED_OUT),
        row("checkoutCart", &[Way::Member(Company::Acme, &[ManageClients, Purchase])], |s| {
            Box::pin(async {
                json!({
                    "cartId": s.cart().await.0, "method": "PARTNER_CARD",
                    "paymentMethodId": s.world().ours.partner_method, "idempotencyKey": s.key(),
                })
            })
        })
        .about("cartId")
        .again(Again::Refused(&["CART_CLOSED", "PAYMENT_PENDING"]))
        .wrong("checked out", "CART_CLOSED", CHECKED_OUT)
        .wrong("empty", "CART_EMPTY", |s, input| {
            Box::pin(async {
                let cart = json!({ "clientId": s.world().ours.record });
                let cart = s.done(Company::Acme, "createCart", cart, "cart { id }").await;
                input["cartId"] = cart["cart"]["id"].clone();
            })
        }),
        row("placeOrder", &[Way::Member(Company::Bolt, &[Purchase])], |s| {
            let mut input = order(s);
            input["paymentMethodId"] = json!(s.world().ours.payment_method);
            ready(input)
        })
        .about("accountId")
        .apart(Way::Through(&[Purchase]))
        .again(Again::Another)
        .wrong("a term that is not offered", "TERM_NOT_OFFERED", |_, input| {
            input["items"][0]["termMonths"] = json!(7);
            Box::pin(async {})
        }),
        row("placeOrder", &[Way::Through(&[Purchase]), Way::Member(Company::Bolt, &[Purchase])], |s| ready(order(s)))
            .case("for a client")
            .about("accountId")
            .again(Again::Another),
    ]
}

const CHECKED_OUT: Spoil = |s, input| {
    let input = json!({ "cartId": input["cartId"], "method": "PARTNER_CARD", "idempotencyKey": s.key() });
    Box::pin(async { drop(s.done(Company::Acme, "checkoutCart", input, "order { id }").await) })
};

fn order(scene: &Scene) -> Value {
    let item = json!({
        "planId": scene.world().provider.hosting_id, "termMonths": 12, "quantity": 2, "domainName": "bolt.example",
    });
    json!({ "accountId": scene.account(Company::Bolt), "items": [item], "idempotencyKey": scene.key() })
}
