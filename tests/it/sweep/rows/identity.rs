//! Signing up and in, and one's own data.

use domain::Actor;
use domain::account::token::{NewToken, mint};
use domain::actor::System;
use domain::store::Statements;
use entities::mailed_token::MailedTokenKind;
use serde_json::{Value, json};

use crate::sweep::row::{Again, Row, Way, ready, row};
use crate::sweep::scene::{Scene, rows_of};
use crate::sweep::world::{Company, SECRET};

pub fn rows() -> Vec<Row> {
    vec![
        row("signUp", &[Way::Anyone], |s| ready(sign_up(&format!("new{}@people.example", s.number()))))
            .again(Again::Refused(&["EMAIL_ALREADY_REGISTERED"]))
            .costly()
            .unshown(&["password", "referralCode"])
            .wrong("an address that is registered", "EMAIL_ALREADY_REGISTERED", |_, input| {
                input["email"] = json!("owner@bolt.example");
                Box::pin(async {})
            }),
        row("signIn", &[Way::Anyone], |_| ready(json!({ "email": "owner@bolt.example", "password": SECRET })))
            .again(Again::Another)
            .costly()
            .unshown(&["password"])
            .wrong("another password", "INVALID_CREDENTIALS", |_, input| {
                input["password"] = json!("another password");
                Box::pin(async {})
            })
            .wrong("an address that nobody has", "INVALID_CREDENTIALS", |_, input| {
                input["email"] = json!("nobody@people.example");
                Box::pin(async {})
            }),
        row("signOut", &[Way::SignedIn], |_| ready(Value::Null)).ends_sign_in(),
        row("verifyEmail", &[Way::Anyone], |s| Box::pin(token_input(s, MailedTokenKind::VerifyEmail, json!({}))))
            .again(Again::Refused(&["TOKEN_INVALID"]))
            .unshown(&["token"])
            .wrong("a token of the week before", "TOKEN_EXPIRED", |s, _| {
                Box::pin(s.app.set_clock("2026-11-29T10:00:00Z"))
            }),
        row("requestPasswordReset", &[Way::Anyone], |_| ready(json!({ "email": "owner@bolt.example" })))
            .again(Again::Another)
            .unshown(&["email"]),
        row("resetPassword", &[Way::Anyone], |s| {
            Box::pin(token_input(s, MailedTokenKind::ResetPassword, json!({ "password": "another good one" })))
        })
        .again(Again::Refused(&["TOKEN_INVALID"]))
        .costly()
        .unshown(&["token", "password"])
        .wrong("a token of two hours ago", "TOKEN_EXPIRED", |s, _| Box::pin(s.app.set_clock("2026-11-21T12:00:00Z"))),
        row("updateNotificationPreferences", &[Way::SignedIn], |_| {
            ready(json!({ "preferences": [{ "kind": "PRODUCT_RENEWED", "email": false }] }))
        })
        .wrong("what must be told", "INVALID_INPUT", |_, input| {
            input["preferences"][0]["kind"] = json!("INVOICE_ISSUED");
            Box::pin(async {})
        }),
        row("updateUser", &[Way::SignedIn], |_| ready(json!({ "name": "Ann Other", "locale": "fr" }))),
        row("updateAccount", &[Way::Admin(Company::Bolt)], |s| {
            ready(json!({
                "accountId": s.account(Company::Bolt), "name": "Bolt GmbH", "country": "DE", "locale": "de",
                "timeZone": "Europe/Berlin", "vatId": "DE123456789", "billingAddress": address(),
            }))
        })
        .about("accountId"),
    ]
}

fn address() -> Value {
    json!({ "name": "Bolt GmbH", "street": "Am Wall 1", "postalCode": "10115", "city": "Berlin", "country": "DE" })
}

fn sign_up(email: &str) -> Value {
    json!({
        "email": email, "password": SECRET, "name": "Ann", "locale": "de", "referralCode": "none-of-them",
        "account": {
            "name": "New GmbH", "country": "DE", "currencyCode": "EUR", "timeZone": "Europe/Berlin",
            "vatId": "DE123456789", "billingAddress": address(),
        },
    })
}

/// A token for a person of its own, as a mail would hold it.
async fn token_input(scene: &Scene, kind: MailedTokenKind, mut input: Value) -> Value {
    let who = scene.newcomer().await;
    let new = NewToken { kind, user_id: Some(rows_of(&who).1), email: who.email, subject_id: None };
    let minting = scene
        .app
        .store
        .write(Actor::System(System::Mail), Statements::default(), move |work| Box::pin(mint(work, new.clone())));
    input["token"] = json!(minting.await.expect("a token"));
    input
}
