//! What runs: whose request it is, what it may ask for, how it fails, and who hangs up.

use std::sync::atomic::Ordering;
use std::time::Duration;

use axum::body::Body;
use axum::http::{StatusCode, header};
use serde_json::json;

use crate::limits::{Limiter, Rate};

use super::harness::{app, post};

/// A8: a panic and a fault show a code and the request's id; the process and the next request do not notice.
#[tokio::test]
async fn faults_tell_nothing() {
    let app = app(|_| {});
    for query in ["{ boom }", "{ fault }"] {
        let reply = app.query(query).await;
        let error = &reply.body["errors"][0];
        assert_eq!(error["extensions"]["code"], "INTERNAL");
        assert_eq!(error["extensions"]["requestId"], reply.headers["x-request-id"].to_str().unwrap());
        let text = reply.body.to_string();
        assert!(!text.contains("secret") && !text.contains("bug"), "{text}");
        app.is_alive().await;
    }
    assert_eq!(app.query("{ boom }").await.status, StatusCode::INTERNAL_SERVER_ERROR);
    let reply = app.query("{ hell }").await;
    assert!(!reply.body.to_string().contains("hello"), "no suggestions: {}", reply.body);
    assert_eq!(app.query("{ due(on: \"2027-02-30\") }").await.code(), "BAD_USER_INPUT");
}

#[tokio::test]
async fn who_calls_is_found_out_for_each_request() {
    let app = app(|_| {});
    let body = json!({ "query": "{ viewer }" });
    let as_user = |token: &'static str| {
        app.send(
            post("/graphql", &body).header(header::AUTHORIZATION, token).body(Body::from(body.to_string())).unwrap(),
        )
    };
    assert_eq!(as_user("Bearer ann").await.body["data"]["viewer"], "ann");
    assert_eq!(app.post(&body).await.body["data"]["viewer"], "anonymous");
    let reply = as_user("Bearer expired").await;
    assert_eq!((reply.status.as_u16(), reply.code()), (401, "UNAUTHENTICATED"));
}

#[tokio::test]
async fn a_caller_pays_from_their_own_bucket() {
    let app = app(|settings| settings.limiter = Limiter::memory(Rate { capacity: 100, per_second: 1 }));
    let body = json!({ "query": "{ clients(first: 60) { nodes } }" });
    let as_user = |token: &'static str| {
        app.send(
            post("/graphql", &body).header(header::AUTHORIZATION, token).body(Body::from(body.to_string())).unwrap(),
        )
    };
    assert_eq!(as_user("Bearer ann").await.code(), "none");
    let reply = as_user("Bearer ann").await;
    assert_eq!((reply.status.as_u16(), reply.code()), (429, "RATE_LIMITED"));
    let wait = reply.body["errors"][0]["extensions"]["retryAfterMs"].as_u64().unwrap();
    assert!((19_000..=20_000).contains(&wait), "{wait}");
    assert_eq!(reply.headers[header::RETRY_AFTER], wait.div_ceil(1_000).to_string().as_str());
    assert_eq!(as_user("Bearer bob").await.code(), "none");
}

/// R4: who hangs up does not cancel what they began.
#[tokio::test]
async fn a_mutation_outlives_its_client() {
    let app = app(|_| {});
    let body = json!({ "query": "mutation { add(afterMs: 200) }" });
    let request = app.post(&body);
    assert!(tokio::time::timeout(Duration::from_millis(50), request).await.is_err());
    assert_eq!(app.seen.added.load(Ordering::SeqCst), 0);
    tokio::time::sleep(Duration::from_millis(400)).await;
    assert_eq!(app.seen.added.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn overload_is_told_at_once() {
    let app = app(|settings| settings.max_at_work = 1);
    let slow = json!({ "query": "mutation { add(afterMs: 200) }" });
    let (first, second) = tokio::join!(app.post(&slow), async {
        tokio::time::sleep(Duration::from_millis(50)).await;
        app.query("{ hello }").await
    });
    assert_eq!((first.code(), second.code(), second.status.as_u16()), ("none", "UNAVAILABLE", 503));
    assert_eq!(second.headers[header::RETRY_AFTER], "1");
    app.is_alive().await;
}
