//! People and accounts to begin a scenario with, made through the API as anybody would make them.

use domain::Actor;
use domain::account::commands::{AddStaff, add_staff};
use domain::actor::System;
use domain::store::Statements;
use serde_json::{Value, json};

use crate::app::TestApp;
use crate::client::Reply;

/// Somebody who has signed up, with the account they opened.
#[derive(Debug, Clone)]
pub struct Signed {
    pub email: String,
    pub token: String,
    pub user_id: String,
    pub account_id: String,
}

/// Good for everybody here.
pub const PASSWORD: &str = "correct horse battery";

const SIGN_UP: &str = "mutation($input: SignUpInput!) { signUp(input: $input) {
    accessToken user { id } account { id } userErrors { code message field } } }";

impl TestApp {
    /// Signs somebody up with a German account that pays in EUR.
    pub async fn sign_up(&self, email: &str, account: &str) -> Signed {
        self.sign_up_in(email, account, "DE", "EUR", "en").await
    }

    /// Signs somebody up.
    pub async fn sign_up_in(&self, email: &str, account: &str, country: &str, currency: &str, locale: &str) -> Signed {
        let input = json!({
            "email": email, "password": PASSWORD, "name": format!("{account}'s owner"), "locale": locale,
            "account": { "name": account, "country": country, "currencyCode": currency },
        });
        let reply = self.ask(SIGN_UP, json!({ "input": input })).await;
        let done = &reply.ok()["signUp"];
        Signed {
            email: email.to_owned(),
            token: text(&done["accessToken"]),
            user_id: text(&done["user"]["id"]),
            account_id: text(&done["account"]["id"]),
        }
    }
}

impl TestApp {
    /// Follows the link by which somebody shows that their address is theirs.
    ///
    /// # Panics
    /// When none was mailed, or it does not do that.
    pub async fn verify(&self, who: &Signed) {
        self.run_jobs().await;
        let mails = self.mails_to(&who.email);
        let mail = mails.iter().find(|mail| mail.text.contains("/verify?token=")).expect("a mail with a link");
        let follow = "mutation($token: String!) { verifyEmail(input: { token: $token }) {
            user { emailVerified } userErrors { code } } }";
        let reply = self.ask(follow, json!({ "token": mail.token() })).await;
        assert_eq!(reply.ok()["verifyEmail"]["user"]["emailVerified"], true);
    }
}

/// A provider that sells: its staff, one programme and one plan.
#[derive(Debug, Clone)]
pub struct Provider {
    pub staff: String,
    pub programme_id: String,
    pub hosting_id: String,
}

/// The document of one mutation, with `selection` asked back.
///
/// # Panics
/// When it has no name.
pub fn document(mutation: &str, selection: &str) -> String {
    let mut letters = mutation.chars();
    let capital = letters.next().expect("a name").to_ascii_uppercase();
    format!(
        "mutation($input: {capital}{}Input!) {{ {mutation}(input: $input) {{ {selection} userErrors {{ code message field }} }} }}",
        letters.as_str()
    )
}

impl TestApp {
    /// Runs one mutation, with `selection` asked back, and answers with what came.
    pub async fn run(&self, token: &str, mutation: &str, input: Value, selection: &str) -> Reply {
        let query = document(mutation, selection);
        self.ask_as(token, &query, json!({ "input": input })).await
    }

    /// The same, for what must succeed: its payload.
    ///
    /// # Panics
    /// With the whole answer when it does not.
    pub async fn done(&self, token: &str, mutation: &str, input: Value, selection: &str) -> Value {
        self.run(token, mutation, input, selection).await.ok()[mutation].clone()
    }

    /// Staff, a programme of 20 % and a plan of 99.00 EUR a year.
    pub async fn provider(&self) -> Provider {
        let email = "staff@provider.example";
        let new = AddStaff::prepare(email, &PASSWORD.into()).await.expect("a member of the staff");
        let operator = Actor::System(System::Operator);
        let added =
            self.store.write(operator, Statements::default(), move |work| Box::pin(add_staff(work, new.clone())));
        added.await.expect("a member of the staff");
        let sign_in = "mutation($input: SignInInput!) { signIn(input: $input) { accessToken userErrors { code } } }";
        let reply = self.ask(sign_in, json!({ "input": { "email": email, "password": PASSWORD } })).await;
        let staff = text(&reply.ok()["signIn"]["accessToken"]);

        let input = json!({
            "name": "Agency", "rateBps": 2000, "contactEmail": "partners@provider.example",
            "minimumPayout": { "amount": "50.00", "currencyCode": "EUR" },
        });
        let programme = self.done(&staff, "saveProgramme", input, "programme { id }").await;
        let input = json!({ "sku": "hosting", "name": "Hosting", "kind": "HOSTING" });
        let offering = self.done(&staff, "saveOffering", input, "offering { id }").await;
        let price = json!({ "termMonths": 12, "price": { "amount": "99.00", "currencyCode": "EUR" } });
        let input = json!({
            "offeringId": offering["offering"]["id"], "name": "Business", "defaultTermMonths": 12, "prices": [price],
        });
        let plan = self.done(&staff, "savePlan", input, "plan { id }").await;
        Provider { staff, programme_id: text(&programme["programme"]["id"]), hosting_id: text(&plan["plan"]["id"]) }
    }

    /// Somebody with a card who is enrolled and has published a profile under `slug`.
    pub async fn partner(&self, provider: &Provider, slug: &str) -> Signed {
        let partner = self.sign_up(&format!("owner@{slug}.example"), slug).await;
        let input = json!({ "accountId": partner.account_id, "programmeId": provider.programme_id });
        self.done(&partner.token, "enrolAsPartner", input, "account { id }").await;
        let input = json!({
            "accountId": partner.account_id, "slug": slug, "headline": slug, "description": "", "services": [],
            "published": true,
        });
        self.done(&partner.token, "savePartnerProfile", input, "partnerProfile { id }").await;
        self.add_card(&partner, "tok_visa").await;
        partner
    }

    /// Keeps a payment method at the test gateway.
    pub async fn add_card(&self, who: &Signed, token: &str) {
        let input = json!({ "accountId": who.account_id, "token": token });
        self.done(&who.token, "addPaymentMethod", input, "paymentMethod { id }").await;
    }

    /// A client with a card that has given a partner full access; the id of the partner's record, and of the partnership.
    pub async fn client_of(&self, slug: &str, partner: &Signed, name: &str, payer: &str) -> (Signed, String, String) {
        let client = self.sign_up(&format!("owner@{name}.example"), name).await;
        self.add_card(&client, "tok_visa").await;
        let input = json!({
            "accountId": client.account_id, "partnerProfileSlug": slug, "accessLevel": "FULL", "payer": payer,
        });
        let offer = self.done(&client.token, "sendInvitation", input, "invitation { id }").await;
        let input = json!({ "invitationId": offer["invitation"]["id"] });
        let connected = self.done(&partner.token, "connectClient", input, "client { id } partnership { id }").await;
        (client, text(&connected["client"]["id"]), text(&connected["partnership"]["id"]))
    }

    /// A cart of one hosting plan for that client record, checked out by the partner; the payload.
    pub async fn buy_for(&self, provider: &Provider, partner: &Signed, record: &str, method: &str) -> Value {
        let cart = self.done(&partner.token, "createCart", json!({ "clientId": record }), "cart { id }").await;
        let cart = &cart["cart"]["id"];
        let item = json!({ "cartId": cart, "planId": provider.hosting_id });
        self.done(&partner.token, "addCartItem", item, "cart { id }").await;
        let input = json!({ "cartId": cart, "method": method, "idempotencyKey": format!("key-of-{}", text(cart)) });
        self.done(&partner.token, "checkoutCart", input, "order { id status total { amount } }").await
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}")).to_owned()
}
