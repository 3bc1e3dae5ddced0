//! GraphQL over HTTP: media types, statuses, origins, persisted queries.

use std::sync::atomic::Ordering;

use axum::body::Body;
use axum::http::{Request, header};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::harness::{app, post};

/// GraphQL over HTTP: the client's media type, the status that goes with it, a request id, nothing cached.
#[tokio::test]
async fn both_media_types_have_their_statuses() {
    let app = app(|_| {});
    let send = |accept: &'static str, query: &'static str| {
        let body = json!({ "query": query });
        app.send(post("/graphql", &body).header(header::ACCEPT, accept).body(Body::from(body.to_string())).unwrap())
    };
    let (new, old) = ("application/graphql-response+json", "application/json");
    for (accept, query, status) in [
        (new, "{ hello }", 200),
        (old, "{ hello }", 200),
        (new, "{ nothing }", 400),
        (old, "{ nothing }", 200),
        (new, "{ hello", 400),
        (old, "{ hello", 200),
        (new, "{ fault }", 200),
        (new, "{ away }", 503),
        (old, "{ away }", 503),
        ("text/html", "{ hello }", 406),
    ] {
        let reply = send(accept, query).await;
        assert_eq!(reply.status.as_u16(), status, "{accept} {query} {}", reply.body);
        let media = reply.headers[header::CONTENT_TYPE].to_str().unwrap().to_owned();
        let expected = if accept == "text/html" { new } else { accept };
        assert_eq!(media, format!("{expected}; charset=utf-8"));
        assert!(reply.headers.contains_key("x-request-id"));
        assert_eq!(reply.headers[header::CACHE_CONTROL], "no-store");
        assert_eq!(reply.headers.get(header::RETRY_AFTER).is_some_and(|seconds| seconds == "3"), status == 503);
        if query == "{ nothing }" {
            assert!(reply.body.get("data").is_none(), "no data key without execution: {}", reply.body);
            assert_eq!(reply.code(), "BAD_USER_INPUT");
        }
    }
    assert_eq!(
        app.query("{ hello }").await.body,
        json!({ "data": { "hello": "hello you" }, "extensions": { "cost": { "nodes": 0, "limit": 10_000, "statements": 0 } } })
    );
}

/// A7: nothing that a foreign page can send without asking is taken, and it is refused before it is parsed.
#[tokio::test]
async fn foreign_pages_cannot_ask() {
    let app = app(|_| {});
    let body = || Body::from(r#"{"query":"mutation { add }"}"#);
    for kind in [
        "application/x-www-form-urlencoded",
        "text/plain",
        "multipart/form-data; boundary=x",
        "application/json; charset=utf-16",
        "",
    ] {
        let reply = app.send(Request::post("/graphql").header(header::CONTENT_TYPE, kind).body(body()).unwrap()).await;
        assert_eq!((reply.status.as_u16(), reply.code()), (415, "BAD_USER_INPUT"), "{kind}");
    }
    for (name, value, status) in [
        ("origin", "https://evil.example", 403),
        ("origin", "null", 403),
        ("sec-fetch-site", "cross-site", 403),
        ("origin", "https://api.example", 200),
    ] {
        let reply = app.send(post("/graphql", &Value::Null).header(name, value).body(body()).unwrap()).await;
        assert_eq!(reply.status.as_u16(), status, "{name}: {value}");
    }
    let reply = app.get("query=mutation%20%7B%20add%20%7D").await;
    assert_eq!((reply.status.as_u16(), reply.headers[header::ALLOW].to_str().unwrap()), (405, "POST"));
    assert_eq!(app.seen.added.load(Ordering::SeqCst), 1, "only our own page's mutation ran");
}

#[tokio::test]
async fn queries_may_come_by_get() {
    let app = app(|_| {});
    let reply = app
        .get("query=query%20A(%24n:String)%7Bhello(name:%24n)%7D&variables=%7B%22n%22:%22B%26B%22%7D&operationName=A")
        .await;
    assert_eq!(reply.body["data"]["hello"], "hello B&B", "{}", reply.body);
    for query in ["", "query=", "query=%7Bhello%7D&variables=%5B%5D", "query=%FF", "query=%7Bhello%7D&variables=%7B"] {
        let reply = app.get(query).await;
        assert_eq!((reply.status.as_u16(), reply.code()), (400, "BAD_USER_INPUT"), "{query}");
    }
    let deep = format!("query=%7Bhello%7D&variables=%7B%22a%22:{}{}%7D", "[".repeat(80), "]".repeat(80));
    assert_eq!(app.get(&deep.replace('[', "%5B").replace(']', "%5D")).await.code(), "QUERY_TOO_DEEP");
}

/// Apollo's protocol: ask by hash, be told it is unknown, send both, ask by hash again.
#[tokio::test]
async fn queries_can_be_persisted() {
    let app = app(|_| {});
    let hash = |text: &str| Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let persisted = |hash: String| json!({ "persistedQuery": { "version": 1, "sha256Hash": hash } });
    let by_hash = |text: &str| json!({ "extensions": persisted(hash(text)) });
    let with_text = |text: &str, hash: String| json!({ "query": text, "extensions": persisted(hash) });

    let query = "{ hello(name: \"APQ\") }";
    let unknown = app.post(&by_hash(query)).await;
    assert_eq!(
        (unknown.code(), unknown.body["errors"][0]["message"].as_str()),
        ("PERSISTED_QUERY_NOT_FOUND", Some("PersistedQueryNotFound"))
    );
    assert_eq!(app.post(&with_text(query, hash("{ other }"))).await.code(), "BAD_USER_INPUT");
    assert_eq!(app.post(&by_hash(query)).await.code(), "PERSISTED_QUERY_NOT_FOUND");
    assert_eq!(app.post(&with_text(query, hash(query))).await.code(), "none");
    assert_eq!(app.post(&by_hash(query)).await.body["data"]["hello"], "hello APQ");

    let hostile = format!("{{ size(tree: {}{}) }}", "[".repeat(2_000), "]".repeat(2_000));
    assert_eq!(app.post(&with_text(&hostile, hash(&hostile))).await.code(), "QUERY_TOO_DEEP");
    assert_eq!(
        app.post(&by_hash(&hostile)).await.code(),
        "PERSISTED_QUERY_NOT_FOUND",
        "what the guard refuses is not kept"
    );
    for malformed in [
        json!({ "version": 2, "sha256Hash": "a".repeat(64) }),
        json!({ "version": 1, "sha256Hash": "é".repeat(32) }),
        json!(true),
    ] {
        assert_eq!(app.post(&json!({ "extensions": { "persistedQuery": malformed } })).await.code(), "BAD_USER_INPUT");
    }
}

#[tokio::test]
async fn the_explorer_may_introspect_but_not_in_circles() {
    let app = app(|settings| settings.introspection = true);
    let explorer = include_str!("../../../fuzz/corpus/introspection.graphql");
    let reply = app.query(explorer).await;
    assert_eq!(reply.code(), "none", "{}", reply.body);
    let circles = format!("{{ __schema {{ types {{ {} name {} }} }} }}", "fields { type {".repeat(3), "}}".repeat(3));
    assert_eq!(app.query(&circles).await.code(), "QUERY_TOO_COMPLEX");
}
