//! Accounts that are opened under a power of attorney.

use domain::Actor;
use domain::account::token::{NewToken, mint};
use domain::actor::System;
use domain::permission::Permission::ManageClients;
use domain::store::Statements;
use entities::mailed_token::MailedTokenKind;
use serde_json::{Value, json};

use super::partnership::of_solo;
use crate::sweep::row::{Again, Row, Way, row};
use crate::sweep::scene::{Scene, rows_of, text};
use crate::sweep::world::{Company, execute, row as row_id};

const OWNER: Way = Way::Owner(Company::Solo);

pub fn rows() -> Vec<Row> {
    vec![
        row("createAccountOnBehalf", &[Way::Member(Company::Acme, &[ManageClients])], |s| {
            Box::pin(async {
                let mut input = on_behalf(s);
                input["accessLevel"] = json!("FULL");
                input["payer"] = json!("CLIENT");
                input
            })
        })
        .or(|s| {
            Box::pin(async {
                let mut input = on_behalf(s);
                input["accessLevel"] = json!("PARTIAL");
                input["permissions"] = json!(["VIEW_PRODUCTS"]);
                input
            })
        })
        .about("partnerId")
        .unshown(&["owner/name"])
        .again(Again::Refused(&["EMAIL_ALREADY_REGISTERED"]))
        .wrong("an address that is registered", "EMAIL_ALREADY_REGISTERED", |_, input| {
            input["owner"]["email"] = json!("owner@bolt.example");
            Box::pin(async {})
        })
        .wrong("signed tomorrow", "INVALID_INPUT", |_, input| {
            input["powerOfAttorney"]["signedOn"] = json!("2026-11-23");
            Box::pin(async {})
        }),
        row("claimAccount", &[Way::Anyone], |s| {
            Box::pin(async { json!({ "token": claim(s).await, "password": "a good first one" }) })
        })
        .again(Again::Refused(&["TOKEN_INVALID"]))
        .costly()
        .unshown(&["token", "password"])
        .wrong("a link of the week before", "TOKEN_EXPIRED", |s, _| Box::pin(s.app.set_clock("2026-11-29T10:00:00Z")))
        .wrong("a link for something else", "TOKEN_INVALID", |s, input| {
            Box::pin(async {
                let (_, user_id) = rows_of(s.owner(Company::Solo));
                let new = NewToken {
                    kind: MailedTokenKind::ResetPassword,
                    user_id: Some(user_id),
                    email: s.owner(Company::Solo).email.clone(),
                    subject_id: None,
                };
                input["token"] = json!(minted(s, new).await);
            })
        }),
        row("answerPowerOfAttorney", &[OWNER], |s| {
            Box::pin(async { json!({ "partnershipId": mandated(s).await, "confirm": true }) })
        })
        .or(|s| Box::pin(async { json!({ "partnershipId": mandated(s).await, "confirm": false }) }))
        .about("partnershipId")
        .again(Again::Refused(&["CONFLICT"]))
        .wrong("one that needed none", "CONFLICT", |s, input| {
            Box::pin(async { input["partnershipId"] = json!(of_solo(s).await) })
        })
        .wrong("disputed", "CONFLICT", |s, input| {
            let partnership = input["partnershipId"].clone();
            Box::pin(async move { dispute(s, &partnership).await })
        }),
        row("decidePowerOfAttorney", &[Way::Staff], |s| {
            Box::pin(async { json!({ "partnershipId": disputed(s).await, "uphold": true }) })
        })
        .or(|s| Box::pin(async { json!({ "partnershipId": disputed(s).await, "uphold": false }) }))
        .about("partnershipId")
        .again(Again::Refused(&["CONFLICT"]))
        .wrong("not disputed", "CONFLICT", |s, input| {
            Box::pin(async { input["partnershipId"] = json!(mandated(s).await) })
        }),
    ]
}

/// Without what differs by the level of access.
fn on_behalf(scene: &Scene) -> Value {
    json!({
        "partnerId": scene.account(Company::Acme),
        "owner": { "email": format!("new{}@people.example", scene.number()), "name": "Ann", "locale": "de" },
        "account": {
            "name": "New GmbH", "country": "DE", "currencyCode": "EUR", "timeZone": "Europe/Berlin",
            "vatId": "DE123456789",
            "billingAddress": {
                "name": "New GmbH", "street": "Am Wall 1", "postalCode": "10115", "city": "Berlin", "country": "DE",
            },
        },
        "powerOfAttorney": {
            "signedOn": "2026-11-20", "reference": "VM 17",
            "documentSha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        },
    })
}

/// The link to an account that Acme has just opened for somebody.
async fn claim(scene: &Scene) -> String {
    let mut input = on_behalf(scene);
    input["accessLevel"] = json!("FULL");
    input["payer"] = json!("CLIENT");
    let opened = "account { owner { id email } } partnership { id }";
    let opened = scene.done(Company::Acme, "createAccountOnBehalf", input, opened).await;
    let owner = &opened["account"]["owner"];
    let new = NewToken {
        kind: MailedTokenKind::ClaimAccount,
        user_id: Some(row_id(&text(&owner["id"])).into()),
        email: text(&owner["email"]),
        subject_id: Some(row_id(&text(&opened["partnership"]["id"]))),
    };
    minted(scene, new).await
}

async fn minted(scene: &Scene, new: NewToken) -> String {
    let minting = scene
        .app
        .store
        .write(Actor::System(System::Mail), Statements::default(), move |work| Box::pin(mint(work, new.clone())));
    minting.await.expect("a token")
}

/// One that came with a power of attorney.
async fn mandated(scene: &Scene) -> String {
    let id = of_solo(scene).await;
    let statement = "INSERT INTO power_of_attorney (partnership_id, signed_on, reference, used_by_id, used_at)
        SELECT s.id, '2026-11-20', 'VM 17', m.user_id, s.created_at FROM partnership s
        JOIN membership m ON m.account_id = s.partner_id AND m.role = 'OWNER' WHERE s.id = ?";
    execute(&scene.app, statement, row_id(&id)).await;
    id
}

async fn disputed(scene: &Scene) -> String {
    let id = mandated(scene).await;
    dispute(scene, &json!(id)).await;
    id
}

async fn dispute(scene: &Scene, partnership: &Value) {
    let input = json!({ "partnershipId": partnership, "confirm": false });
    scene.done(Company::Solo, "answerPowerOfAttorney", input, "partnership { id }").await;
}
