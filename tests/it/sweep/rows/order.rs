//! Carts and orders.

use domain::account::token::{NewToken, mint};
use domain::actor::{Actor, System};
use domain::permission::Permission::{ManageClients, Purchase};
use domain::store::Statements;
use entities::mailed_token::MailedTokenKind;
use serde_json::{Value, json};

use crate::sweep::row::{Again, Row, Spoil, Way, ready, row};
use crate::sweep::scene::Scene;
use crate::sweep::world::{Company, row as row_id};

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
        .or(|s| Box::pin(async { domain(s, &s.cart().await.0) }))
        .about("cartId")
        .again(Again::Another)
        .wrong("checked out", "CART_CLOSED", CHECKED_OUT),
        row("updateCartItem", &[CLIENTS], |s| {
            Box::pin(async {
                let (cart, item) = s.cart().await;
                json!({ "cartId": cart, "itemId": item, "termMonths": 12, "quantity": 3 })
            })
        })
        .or(|s| {
            Box::pin(async {
                let cart = s.cart().await.0;
                let added = s.done(Company::Acme, "addCartItem", domain(s, &cart), "cart { items { id } }").await;
                let item = added["cart"]["items"][1]["id"].clone();
                json!({ "cartId": cart, "itemId": item, "termMonths": 12, "registrantId": s.world().acmes_contact })
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
        row("sendCart", &[CLIENTS], |s| {
            Box::pin(async { json!({ "cartId": s.cart().await.0, "message": "Let us begin." }) })
        })
        .about("cartId")
        .again(Again::Refused(&["CART_CLOSED"]))
        .wrong("checked out", "CART_CLOSED", CHECKED_OUT),
        row("recallCart", &[CLIENTS], |s| Box::pin(async { json!({ "cartId": sent(s).await }) }))
            .about("cartId")
            .again(Again::Refused(&["CART_CLOSED"]))
            .wrong("never sent", "CART_CLOSED", |s, input| {
                Box::pin(async { input["cartId"] = json!(s.cart().await.0) })
            }),
        row("completeSentCart", &[Way::Member(Company::Bolt, &[Purchase])], |s| {
            Box::pin(async {
                json!({
                    "token": link(s, &sent(s).await).await, "accountId": s.account(Company::Bolt),
                    "paymentMethodId": s.world().ours.payment_method, "idempotencyKey": s.key(),
                })
            })
        })
        .about("accountId")
        .again(Again::Refused(&["CART_CLOSED", "PAYMENT_PENDING"]))
        .unshown(&["token"])
        .wrong("taken back", "CART_CLOSED", |s, input| {
            Box::pin(async {
                let cart = sent(s).await;
                input["token"] = json!(link(s, &cart).await);
                s.done(Company::Acme, "recallCart", json!({ "cartId": cart }), "cart { id }").await;
            })
        })
        .wrong("no link", "TOKEN_INVALID", |_, input| Box::pin(async { input["token"] = json!("nobody-was-sent-this") })),
        row("placeOrder", &[Way::Member(Company::Bolt, &[Purchase])], |s| {
            let mut input = order(s);
            input["paymentMethodId"] = json!(s.world().ours.payment_method);
            ready(input)
        })
        .or(|s| {
            let mut input = order(s);
            input["items"][0] = json!({
                "planId": s.world().domain_id, "termMonths": 12, "quantity": 1, "domainName": "nut.example",
                "registrantId": s.world().ours.contact,
            });
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

/// A domain for a client of Acme's, in its name.
fn domain(scene: &Scene, cart: &str) -> Value {
    json!({
        "cartId": cart, "planId": scene.world().domain_id, "termMonths": 12, "quantity": 1, "domainName": "bolt.example",
        "registrantId": scene.world().acmes_contact,
    })
}

/// A cart that is with Bolt.
async fn sent(scene: &Scene) -> String {
    let cart = scene.cart().await.0;
    scene.done(Company::Acme, "sendCart", json!({ "cartId": cart }), "cart { id }").await;
    cart
}

/// What the mail about it holds.
async fn link(scene: &Scene, cart: &str) -> String {
    let email = "somebody@bolt.example".to_owned();
    let new = NewToken { kind: MailedTokenKind::Cart, user_id: None, email, subject_id: Some(row_id(cart)) };
    let minting = scene
        .app
        .store
        .write(Actor::System(System::Mail), Statements::default(), move |work| Box::pin(mint(work, new.clone())));
    minting.await.expect("a token")
}
