//! People and accounts to begin a scenario with, made through the API as anybody would make them.

use serde_json::{Value, json};

use crate::app::TestApp;

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
        let text = |value: &Value| value.as_str().expect("text").to_owned();
        Signed {
            email: email.to_owned(),
            token: text(&done["accessToken"]),
            user_id: text(&done["user"]["id"]),
            account_id: text(&done["account"]["id"]),
        }
    }
}
