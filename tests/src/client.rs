//! A GraphQL client as a developer of a portal would write one.

use reqwest::{Client, ClientBuilder};
use serde_json::Value;
use tokio_rustls::rustls::crypto::ring;

/// A client for plain HTTP.
///
/// # Panics
/// When it cannot be made.
pub fn http() -> Client {
    http_builder().build().expect("a client")
}

/// The same, to be set up further. Of the implementations of TLS the product has one, which reqwest does not choose by itself.
pub fn http_builder() -> ClientBuilder {
    // a second call finds it there
    let _ = ring::default_provider().install_default();
    Client::builder()
}

/// What came back.
#[derive(Debug, Clone)]
pub struct Reply {
    pub status: u16,
    pub headers: http::HeaderMap,
    pub body: Value,
}

impl Reply {
    /// The answer to a request that goes over the network.
    ///
    /// # Panics
    /// When there is none, or it is no JSON.
    pub async fn to(request: reqwest::RequestBuilder) -> Self {
        let answer = request.send().await.expect("an answer");
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        Self { status, headers, body: answer.json().await.expect("JSON") }
    }

    /// The data, when there were neither errors nor user errors anywhere in it.
    ///
    /// # Panics
    /// With the whole answer when there were.
    #[track_caller]
    pub fn ok(&self) -> &Value {
        assert!(self.body.get("errors").is_none(), "errors: {:#}", self.body);
        let refused = find_user_errors(&self.body["data"]);
        assert!(refused.is_none(), "user errors: {:#}", self.body);
        &self.body["data"]
    }

    /// The data, which may hold user errors.
    #[track_caller]
    pub fn data(&self) -> &Value {
        assert!(self.body.get("errors").is_none(), "errors: {:#}", self.body);
        &self.body["data"]
    }

    /// The code of the first user error.
    #[track_caller]
    pub fn user_error(&self) -> &str {
        let found = find_user_errors(&self.body["data"]).and_then(|errors| errors[0]["code"].as_str());
        found.unwrap_or_else(|| panic!("no user error: {:#}", self.body))
    }

    /// The path of the first user error, joined by dots.
    #[track_caller]
    pub fn user_error_field(&self) -> String {
        let found = find_user_errors(&self.body["data"]).and_then(|errors| errors[0]["field"].as_array());
        let path = found.unwrap_or_else(|| panic!("no field: {:#}", self.body));
        path.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(".")
    }

    /// The code of the first top-level error.
    #[track_caller]
    pub fn error(&self) -> &str {
        self.body["errors"][0]["extensions"]["code"].as_str().unwrap_or_else(|| panic!("no error: {:#}", self.body))
    }

    /// How many statements its resolvers sent, as the gateway itself tells.
    #[track_caller]
    pub fn statements(&self) -> u64 {
        self.body["extensions"]["cost"]["statements"].as_u64().unwrap_or_else(|| panic!("no count: {:#}", self.body))
    }
}

/// The first `userErrors` that is not empty, wherever it stands.
fn find_user_errors(data: &Value) -> Option<&Vec<Value>> {
    match data {
        Value::Object(fields) => fields.iter().find_map(|(name, value)| {
            let here = value.as_array().filter(|errors| name == "userErrors" && !errors.is_empty());
            here.or_else(|| find_user_errors(value))
        }),
        Value::Array(items) => items.iter().find_map(find_user_errors),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
    }
}
