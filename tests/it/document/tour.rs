//! `docs/api.md` against a fresh demo, operation by operation.

use std::time::Duration;

use futures::StreamExt as _;
use serde_json::{Value, json};
use tempfile::TempDir;
use tests::client::Reply;

use super::{blocks, read};
use crate::demo::Demo;

/// Somebody who follows the tour: what they have learned so far, and as whom they ask.
struct Tourist {
    site: String,
    token: Option<String>,
    /// Values of the operations' variables, by name.
    learned: serde_json::Map<String, Value>,
}

impl Tourist {
    fn request(&self, path: &str, operation: &str) -> reqwest::RequestBuilder {
        let body = json!({ "query": operation, "variables": self.variables(operation) });
        let request = tests::client::http().post(format!("{}{path}", self.site)).json(&body);
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    /// Those that the operation declares, and no others.
    fn variables(&self, operation: &str) -> Value {
        let declared = self.learned.iter().filter(|(name, _)| {
            operation.contains(&format!("(${name}:")) || operation.contains(&format!(", ${name}:"))
        });
        declared.map(|(name, value)| (name.clone(), value.clone())).collect::<serde_json::Map<_, _>>().into()
    }

    async fn ask(&self, operation: &str) -> Value {
        Reply::to(self.request("/graphql", operation)).await.ok().clone()
    }

    fn learn(&mut self, name: &str, value: &Value) {
        assert!(!value.is_null(), "nothing for ${name}");
        self.learned.insert(name.to_owned(), value.clone());
    }

    /// The first event of a subscription, as `text/event-stream`.
    async fn first_event(&self, operation: &str) -> Value {
        let request = self.request("/graphql/stream", operation).header("accept", "text/event-stream");
        let mut bytes = request.send().await.expect("an answer").bytes_stream();
        let mut text = String::new();
        while let Some(part) = bytes.next().await {
            text.push_str(&String::from_utf8_lossy(&part.expect("a part")));
            if let Some(data) = text.lines().find_map(|line| line.strip_prefix("data: {")) {
                return serde_json::from_str(&format!("{{{data}")).expect("JSON");
            }
        }
        panic!("the stream ended: {text}");
    }
}

/// Each operation does what the text around it says. One that is new in the document fails here until it is shown.
#[tokio::test(flavor = "multi_thread")]
async fn the_tour_of_the_api_can_be_followed() {
    let folder = TempDir::new().unwrap();
    let demo = Demo::start(&folder, &[]);
    let mut tourist = Tourist { site: demo.site.clone(), token: None, learned: serde_json::Map::new() };
    let document = read("docs/api.md");
    let operations = blocks(&document, "graphql");
    assert!(operations.len() > 10, "only {} operations were found", operations.len());
    for operation in operations {
        follow(&mut tourist, operation).await;
    }
}

async fn follow(t: &mut Tourist, operation: &str) {
    let name = operation.split(['(', ' ', '{']).nth(1).expect("a name");
    match name {
        "SignIn" => {
            let token = t.ask(operation).await["signIn"]["accessToken"].as_str().expect("a token").to_owned();
            t.token = Some(token);
        }
        "Accounts" => {
            let membership = t.ask(operation).await["viewer"]["memberships"]["nodes"][0].clone();
            assert_eq!(membership["role"], "OWNER");
            assert_eq!(membership["account"]["programme"]["name"], "Agency");
            t.learn("account", &membership["account"]["id"]);
        }
        "Overview" => {
            let clients = t.ask(operation).await["account"]["clients"].clone();
            assert_eq!(clients["totalCount"], 6);
            let nodes = clients["nodes"].as_array().expect("clients");
            let named = |name: &str| nodes.iter().find(|client| client["name"] == name).expect(name);
            let product = |name: &str| &named(name)["products"]["nodes"][0];
            let invoices = |name: &str| product(name)["invoices"]["nodes"].as_array().expect("invoices").len();
            // one pays itself, for the other the partner does
            assert_eq!((invoices("Bäckerei Morgenrot"), invoices("Café Nordwind")), (0, 1));
            t.learn("client", &named("Bäckerei Morgenrot")["id"]);
            t.learn("product", &product("Bäckerei Morgenrot")["id"]);
        }
        "OneProduct" => {
            let product = t.ask(operation).await["node"].clone();
            assert_eq!(product["managedBy"]["partner"]["name"], "Pixelwerk");
        }
        "Why" => {
            let why = t.ask(operation).await["viewer"]["permission"].clone();
            assert_eq!(why["allowed"], true);
            let kinds: Vec<_> =
                why["paths"][0]["steps"].as_array().expect("steps").iter().map(|step| &step["kind"]).collect();
            assert_eq!(kinds, ["MEMBERSHIP", "PARTNERSHIP"]);
        }
        "Catalogue" => {
            let offerings = t.ask(operation).await["offerings"]["nodes"].clone();
            let hosting = offerings.as_array().expect("offerings").iter().find(|one| one["kind"] == "HOSTING");
            t.learn("plan", &hosting.expect("hosting")["plans"][0]["id"]);
        }
        "NewCart" => {
            let cart = t.ask(operation).await["createCart"]["cart"]["id"].clone();
            t.learn("cart", &cart);
        }
        "AddItem" => {
            let cart = t.ask(operation).await["addCartItem"]["cart"].clone();
            // two years of hosting at 106.80, of which the partner earns a fifth
            assert_eq!(cart["subtotal"]["amount"], "213.60");
            let options = cart["checkoutOptions"].as_array().expect("options");
            let option = options.iter().find(|option| option["method"] == "CLIENT_CARD").expect("the client's card");
            assert_eq!(option["available"], true, "{option:#}");
            assert_eq!(option["cashback"]["amount"], "42.72");
            t.learn("method", &option["method"]);
        }
        "Pay" => {
            let order = t.ask(operation).await["checkoutCart"]["order"].clone();
            assert_eq!(order["status"], "PAID");
            assert_eq!(t.ask(operation).await["checkoutCart"]["order"], order, "asked twice, done once");
        }
        "Preview" => {
            let sign_in = "mutation { signIn(input: { email: \"bea@baeckerei.example\", password: \"demo demo demo\" }) { accessToken } }";
            let token = t.ask(sign_in).await["signIn"]["accessToken"].as_str().expect("a token").to_owned();
            t.token = Some(token);
            let own = t.ask("{ viewer { memberships { nodes { account { id } } } } }").await;
            t.learn("client", &own["viewer"]["memberships"]["nodes"][0]["account"]["id"]);
            let partnership = t.ask(operation).await["account"]["partnershipsAsClient"]["nodes"][0].clone();
            assert_eq!(partnership["payer"], "CLIENT");
            assert_eq!(partnership["payerChangePreview"]["invoicesVisibleTo"]["name"], "Pixelwerk");
            t.learn("partnership", &partnership["id"]);
        }
        "LetThePartnerPay" => {
            let partnership = t.ask(operation).await["changePayer"]["partnership"].clone();
            assert_eq!(partnership["payer"], "PARTNER");
            assert_eq!(partnership["payerChanges"], json!([{ "from": "CLIENT", "to": "PARTNER" }]));
            let own = t.learned["client"].clone();
            t.learn("account", &own);
        }
        "Feed" => {
            let events = t.ask(operation).await["account"]["activity"]["nodes"].clone();
            assert_eq!(events[0]["kind"], "PAYER_CHANGED", "{events:#}");
            t.learn("cursor", &events[1]["cursor"]);
        }
        "Follow" => {
            let event =
                tokio::time::timeout(Duration::from_secs(30), t.first_event(operation)).await.expect("an event");
            assert_eq!(event["data"]["activityAdded"]["kind"], "PAYER_CHANGED", "{event:#}");
        }
        other => panic!("the operation {other} of docs/api.md is not shown"),
    }
}
