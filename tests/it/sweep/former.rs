//! What was once somebody's: those who have left, whom they left things behind with, and partners whose access is over.

use domain::permission::Permission;
use entities::membership::Role;
use serde_json::{Value, json};
use tests::app::TestApp;
use tests::world::{Provider, Signed};

use super::scene::text;
use super::world::{Company, execute, person, row, user_of};

/// Bolt's earlier partners: one was ended, one ran out, one is frozen. Each has ordered while it could: Gone with Bolt's card,
/// into Bolt's account; Late with its own, into its own. Late does not show itself to the public any more.
pub async fn partners(app: &TestApp, provider: &Provider, bolt: &Signed, of: impl Fn(Company) -> Signed) {
    let mut partnerships = Vec::new();
    for (company, slug, until, method) in [
        (Company::Gone, "gone", Value::Null, Some("CLIENT_CARD")),
        (Company::Late, "late", json!("2026-11-21T09:30:00Z"), Some("PARTNER_CARD")),
        (Company::Cold, "cold", Value::Null, None),
    ] {
        let partner = of(company);
        let (record, partnership) = connect(app, bolt, &partner, slug, ("CLIENT", until)).await;
        if let Some(method) = method {
            app.buy_for(provider, &partner, &record, method).await;
        }
        partnerships.push(partnership);
    }
    let input = json!({ "partnershipId": partnerships[0] });
    app.done(&bolt.token, "endPartnership", input, "partnership { id }").await;
    app.set_clock("2026-11-21T10:00:00Z").await;
    execute(app, "UPDATE partnership SET status = 'FROZEN' WHERE id = ?", row(&partnerships[2])).await;
    let late = of(Company::Late);
    let input = json!({
        "accountId": late.account_id, "slug": "late", "headline": "late", "description": "", "services": [],
        "published": false,
    });
    app.done(&late.token, "savePartnerProfile", input, "partnerProfile { id }").await;
}

/// A partner that pays what it orders for its client: the product is the client's, the invoice its own.
pub async fn paying_partner(app: &TestApp, provider: &Provider, client: &Signed, partner: &Signed) {
    let (record, _) = connect(app, client, partner, "pays", ("PARTNER", Value::Null)).await;
    app.buy_for(provider, partner, &record, "PARTNER_CARD").await;
}

/// A partner for one product of the client's.
pub async fn partner_in_part(app: &TestApp, client: &Signed, part: &Signed, product: &str, permissions: &[Permission]) {
    let names: Vec<_> = permissions.iter().map(|permission| permission.name()).collect();
    let offer = json!({
        "accountId": client.account_id, "partnerProfileSlug": "part", "accessLevel": "PARTIAL", "permissions": names,
        "productIds": [product],
    });
    let offer = app.done(&client.token, "sendInvitation", offer, "invitation { id }").await;
    let input = json!({ "invitationId": offer["invitation"]["id"] });
    app.done(&part.token, "connectClient", input, "partnership { id }").await;
}

/// Full access, given and taken: the partner's record, and the partnership.
async fn connect(
    app: &TestApp,
    client: &Signed,
    partner: &Signed,
    slug: &str,
    (payer, until): (&str, Value),
) -> (String, String) {
    let offer = json!({
        "accountId": client.account_id, "partnerProfileSlug": slug, "accessLevel": "FULL", "payer": payer,
        "accessExpiresAt": until,
    });
    let offer = app.done(&client.token, "sendInvitation", offer, "invitation { id }").await;
    let input = json!({ "invitationId": offer["invitation"]["id"] });
    let made = app.done(&partner.token, "connectClient", input, "client { id } partnership { id }").await;
    (text(&made["client"]["id"]), text(&made["partnership"]["id"]))
}

/// Somebody who was an admin, did something in the account's name, and is not a member any more: their token.
pub async fn member(app: &TestApp, provider: &Provider, company: Company, account: &Signed, record: &str) -> String {
    let name = format!("left {company:?}").to_lowercase();
    let (user_id, token) = person(app, &name, Some((row(&account.account_id).into(), Role::Admin))).await;
    if company == Company::Acme {
        app.done(&token, "createCart", json!({ "clientId": record }), "cart { id }").await;
    } else {
        let input = json!({
            "accountId": account.account_id, "items": [{ "planId": provider.hosting_id }], "idempotencyKey": name,
        });
        app.done(&token, "placeOrder", input, "order { id }").await;
    }
    execute(app, "DELETE FROM membership WHERE user_id = ?", user_id.0).await;
    token
}

/// Two without an account whom a partner has asked for access by their address: it is verified, and it is not. Their tokens.
pub async fn asked(app: &TestApp, partner: &Signed) -> [String; 2] {
    let mut tokens = Vec::new();
    for name in ["asked", "unproven"] {
        let (_, token) = person(app, name, None).await;
        let client = json!({ "name": name, "email": format!("{name}@people.example") });
        let input = json!({ "partnerId": partner.account_id, "client": client });
        let record = app.done(&partner.token, "createClient", input, "client { id }").await;
        let input = json!({ "clientId": record["client"]["id"], "accessLevel": "FULL", "payer": "CLIENT" });
        app.done(&partner.token, "requestAccess", input, "invitation { id }").await;
        tokens.push(token);
    }
    let unproven = user_of(app, &tokens[1]).await;
    execute(app, r#"UPDATE "user" SET email_verified_at = NULL WHERE id = ?"#, unproven.0).await;
    tokens.try_into().expect("two of them")
}
