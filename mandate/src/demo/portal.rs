//! The demo's data are made as a portal would make them: through the GraphQL API, in process.

use anyhow::{Context as _, bail};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::Request;
use serde_json::{Value, json};
use tower::ServiceExt as _;

/// A client of the API.
#[derive(Clone)]
pub(super) struct Portal {
    router: Router,
    token: Option<String>,
}

impl Portal {
    pub(super) fn new(router: Router) -> Self {
        Self { router, token: None }
    }

    /// The same for somebody who is signed in.
    pub(super) fn signed_in(&self, token: &str) -> Self {
        Self { router: self.router.clone(), token: Some(token.to_owned()) }
    }

    /// Runs one mutation and answers with its payload. `selection` is what is asked back.
    pub(super) async fn run(&self, mutation: &str, input: Value, selection: &str) -> anyhow::Result<Value> {
        let mut letters = mutation.chars();
        let capital = letters.next().map(|first| first.to_ascii_uppercase()).unwrap_or_default();
        let query = format!(
            "mutation($input: {capital}{}Input!) {{ {mutation}(input: $input) {{ {selection} userErrors {{ code message field }} }} }}",
            letters.as_str()
        );
        let mut data =
            self.ask(&query, json!({ "input": input })).await.with_context(|| format!("{mutation} {input}"))?;
        let payload = data[mutation].take();
        match payload["userErrors"].as_array() {
            Some(errors) if errors.is_empty() => Ok(payload),
            _ => bail!("{mutation} {input}: {}", payload["userErrors"]),
        }
    }

    /// Sends a document and answers with its data.
    pub(super) async fn ask(&self, query: &str, variables: Value) -> anyhow::Result<Value> {
        let mut request = Request::post("/graphql").header("content-type", "application/json");
        if let Some(token) = &self.token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        let body = json!({ "query": query, "variables": variables }).to_string();
        let response = self.router.clone().oneshot(request.body(Body::from(body))?).await?;
        let bytes = to_bytes(response.into_body(), usize::MAX).await?;
        let mut answer: Value = serde_json::from_slice(&bytes)?;
        if !answer["errors"].is_null() {
            bail!("{}", answer["errors"]);
        }
        Ok(answer["data"].take())
    }
}

/// The id in a payload, by its path.
pub(super) fn id(payload: &Value, path: &str) -> anyhow::Result<String> {
    text(payload, &format!("{path}/id"))
}

/// A text in a payload, by its path.
pub(super) fn text(payload: &Value, path: &str) -> anyhow::Result<String> {
    let found = payload.pointer(&format!("/{path}")).and_then(Value::as_str);
    found.map(str::to_owned).with_context(|| format!("no {path} in {payload}"))
}
