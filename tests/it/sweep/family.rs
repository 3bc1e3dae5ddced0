//! A partner and its client, with one of everything on both sides, and what they write that others must not read.

use serde_json::json;
use tests::app::TestApp;
use tests::world::{Provider, Signed};

use super::scene::text;

/// What a family has, by the ids that its own people see.
#[derive(Debug, Clone)]
pub struct Family {
    pub record: String,
    pub partnership: String,
    /// Ordered by the partner, paid by the client.
    pub product: String,
    /// Ordered by the client.
    pub own_product: String,
    /// A waiting offer to Mute.
    pub invitation: String,
    /// From the partner's public profile, and assigned to nobody.
    pub inquiry: String,
    /// The partner's own, for the client.
    pub task: String,
    /// Whom the client lets see its own product.
    pub contributor: String,
    /// To whom a domain of the client's may be registered.
    pub contact: String,
    /// An offer of the client's own product.
    pub transfer: String,
    pub cart: String,
    pub cart_item: String,
    pub order: String,
    pub order_line: String,
    pub payment_method: String,
    pub partner_method: String,
    pub invoice: String,
    pub membership: String,
    pub user: String,
    /// Made by the client's owner.
    pub api_key: String,
    /// Of the client's.
    pub endpoint: String,
}

/// A client of a partner, with one of everything on both sides.
pub async fn family(app: &TestApp, provider: &Provider, partner: (&str, &Signed), name: &str) -> (Signed, Family) {
    let (slug, partner) = partner;
    let (client, record, partnership) = app.client_of(slug, partner, name, "CLIENT").await;
    let of_order = "order { id lines { id products { id } } invoice { id } }";
    let bought = app.buy_for(provider, partner, &record, "CLIENT_CARD").await;
    let order = app
        .ask_as(
            &client.token,
            &format!(
                "query($id: ID!) {{ node(id: $id) {{ ... on Order {{ {} }} }} }}",
                "id lines { id products { id } } invoice { id }"
            ),
            json!({ "id": bought["order"]["id"] }),
        )
        .await;
    let order = order.ok()["node"].clone();
    let input = json!({
        "accountId": client.account_id, "items": [{ "planId": provider.hosting_id }], "idempotencyKey": "the-own-order",
    });
    let own = app.done(&client.token, "placeOrder", input, of_order).await;
    let own_product = text(&own["order"]["lines"][0]["products"][0]["id"]);
    let cart = app.done(&partner.token, "createCart", json!({ "clientId": record }), "cart { id }").await;
    let cart = text(&cart["cart"]["id"]);
    let item = json!({ "cartId": cart, "planId": provider.hosting_id });
    let item = app.done(&partner.token, "addCartItem", item, "cart { items { id } }").await;
    let offer = json!({
        "accountId": client.account_id, "partnerProfileSlug": "mute", "accessLevel": "FULL", "payer": "CLIENT",
        "message": secret_of(name),
    });
    let offer = app.done(&client.token, "sendInvitation", offer, "invitation { id }").await;
    open_invoice(app, &client, &own_product).await;
    keep_secrets(app, &client, partner, name, (&record, &own_product)).await;
    let family = Family {
        payment_method: first_method(app, &client).await,
        partner_method: first_method(app, partner).await,
        membership: first_membership(app, &client).await,
        api_key: api_key(app, &client).await,
        endpoint: endpoint(app, &client, &secret_of(name).replace(' ', "-")).await,
        inquiry: inquiry(app, partner, (slug, "lea@lead.example"), &secret_of(name)).await,
        task: task(app, partner, &record, &secret_of(name)).await,
        contributor: contributor(app, &client, &own_product, (&format!("looks.{name}@people.example"), "VIEWER")).await,
        contact: contact(app, &client, name).await,
        transfer: transfer(app, &client, &own_product, &format!("takes.{name}@people.example")).await,
        user: client.user_id.clone(),
        own_product,
        record,
        partnership,
        product: text(&order["lines"][0]["products"][0]["id"]),
        invitation: text(&offer["invitation"]["id"]),
        cart,
        cart_item: text(&item["cart"]["items"][0]["id"]),
        order: text(&order["id"]),
        order_line: text(&order["lines"][0]["id"]),
        invoice: text(&order["invoice"]["id"]),
    };
    (client, family)
}

/// What a family writes where others must not read it.
pub fn secret_of(name: &str) -> String {
    format!("a secret of {name}")
}

async fn keep_secrets(app: &TestApp, client: &Signed, partner: &Signed, name: &str, (record, product): (&str, &str)) {
    let secret = secret_of(name);
    let input = json!({ "clientId": record, "company": secret, "phone": secret, "notes": secret });
    app.done(&partner.token, "updateClient", input, "client { id }").await;
    let input = json!({ "productId": product, "label": secret });
    app.done(&client.token, "updateProduct", input, "product { id }").await;
}

/// What is printed on invoices, and is for nobody else to read.
pub async fn keep_tax_data(app: &TestApp, who: &Signed) {
    let address = json!({
        "name": who.email, "street": "Hafenstraße 12", "postalCode": "20457", "city": "Hamburg", "country": "DE",
    });
    let input = json!({ "accountId": who.account_id, "vatId": "DE123456789", "billingAddress": address });
    app.done(&who.token, "updateAccount", input, "account { id }").await;
}

async fn first_method(app: &TestApp, who: &Signed) -> String {
    let query = "query($id: ID!) { account(id: $id) { paymentMethods { id } } }";
    let reply = app.ask_as(&who.token, query, json!({ "id": who.account_id })).await;
    text(&reply.ok()["account"]["paymentMethods"][0]["id"])
}

async fn api_key(app: &TestApp, who: &Signed) -> String {
    let input = json!({ "accountId": who.account_id, "name": "Build", "permissions": ["VIEW_PRODUCTS"] });
    text(&app.done(&who.token, "createApiKey", input, "apiKey { id }").await["apiKey"]["id"])
}

/// Where a program of the client's is told what happens.
pub async fn endpoint(app: &TestApp, who: &Signed, path: &str) -> String {
    let url = format!("https://hooks.example/{path}");
    let input = json!({ "accountId": who.account_id, "url": url, "events": [] });
    let saved = app.done(&who.token, "saveWebhookEndpoint", input, "webhookEndpoint { id }").await;
    text(&saved["webhookEndpoint"]["id"])
}

/// An inquiry that a stranger has just written to a partner.
pub async fn inquiry(app: &TestApp, partner: &Signed, (slug, email): (&str, &str), message: &str) -> String {
    let submit =
        "mutation($input: SubmitInquiryInput!) { submitInquiry(input: $input) { accepted userErrors { code } } }";
    let input = json!({ "profileSlug": slug, "name": "Lea", "email": email, "message": message });
    let reply = app.ask(submit, json!({ "input": input })).await;
    assert_eq!(reply.ok()["submitInquiry"]["accepted"], true, "{:#}", reply.body);
    let newest = "query($id: ID!) { account(id: $id) { inquiries(first: 1) { nodes { id } } } }";
    let reply = app.ask_as(&partner.token, newest, json!({ "id": partner.account_id })).await;
    text(&reply.ok()["account"]["inquiries"]["nodes"][0]["id"])
}

/// A task for a client, of its partner's owner.
pub async fn task(app: &TestApp, partner: &Signed, record: &str, title: &str) -> String {
    let input = json!({ "clientId": record, "title": title, "assigneeId": partner.user_id });
    text(&app.done(&partner.token, "createTask", input, "task { id }").await["task"]["id"])
}

/// Lets somebody contribute to a product, as an owner.
pub async fn contributor(app: &TestApp, owner: &Signed, product: &str, (email, role): (&str, &str)) -> String {
    let input = json!({ "productId": product, "email": email, "role": role });
    text(&app.done(&owner.token, "inviteContributor", input, "contributor { id }").await["contributor"]["id"])
}

/// Keeps somebody to whom domains are registered, as an owner.
pub async fn contact(app: &TestApp, owner: &Signed, name: &str) -> String {
    let input = json!({
        "accountId": owner.account_id, "name": secret_of(name), "organization": "Kiosk", "email": "kim@kiosk.example", "phone": "+49 40 1",
        "street": "Weg 1", "postalCode": "20457", "city": "Hamburg", "country": "DE",
    });
    text(&app.done(&owner.token, "createContact", input, "contact { id }").await["contact"]["id"])
}

/// A plan of a domain, 12.00 EUR a year.
pub async fn domain_plan(app: &TestApp, provider: &Provider) -> String {
    let input = json!({ "sku": "domain", "name": "Domain", "kind": "DOMAIN" });
    let offering = app.done(&provider.staff, "saveOffering", input, "offering { id }").await;
    let price = json!({ "termMonths": 12, "price": { "amount": "12.00", "currencyCode": "EUR" } });
    let input = json!({
        "offeringId": offering["offering"]["id"], "name": "example", "defaultTermMonths": 12, "prices": [price],
    });
    text(&app.done(&provider.staff, "savePlan", input, "plan { id }").await["plan"]["id"])
}

/// Offers a product to an address, as its owner.
pub async fn transfer(app: &TestApp, owner: &Signed, product: &str, email: &str) -> String {
    let input = json!({ "productId": product, "toEmail": email });
    text(&app.done(&owner.token, "offerTransfer", input, "transfer { id }").await["transfer"]["id"])
}

async fn first_membership(app: &TestApp, who: &Signed) -> String {
    let query = "{ viewer { memberships { nodes { id } } } }";
    text(&app.ask_as(&who.token, query, json!({})).await.ok()["viewer"]["memberships"]["nodes"][0]["id"])
}

/// An invoice of a renewal that the account's card did not pay. Its usual card is its default again afterwards.
pub async fn open_invoice(app: &TestApp, who: &Signed, product: &str) -> String {
    let usual = default_method(app, who).await;
    app.add_card(who, "tok_declined").await;
    let key = format!("declined-{product}");
    let input = json!({ "productId": product, "idempotencyKey": key });
    let reply = app.run(&who.token, "renewProduct", input, "invoice { id status }").await;
    let invoice = &reply.data()["renewProduct"]["invoice"];
    assert_eq!(invoice["status"], "OPEN", "{:#}", reply.body);
    let input = json!({ "paymentMethodId": usual });
    app.done(&who.token, "setDefaultPaymentMethod", input, "paymentMethod { id }").await;
    text(&invoice["id"])
}

async fn default_method(app: &TestApp, who: &Signed) -> String {
    let query = "query($id: ID!) { account(id: $id) { paymentMethods { id isDefault } } }";
    let reply = app.ask_as(&who.token, query, json!({ "id": who.account_id })).await;
    let methods = reply.ok()["account"]["paymentMethods"].as_array().expect("methods").clone();
    text(&methods.iter().find(|method| method["isDefault"] == true).expect("a default")["id"])
}
