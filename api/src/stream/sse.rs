//! graphql-sse, distinct connections: one operation per request, answered with `next` events and a `complete`.
//!
//! An event's id is its cursor, so a client that comes back with `Last-Event-ID` misses nothing ([`crate::http::Resume`]).

use std::{convert::Infallible, sync::Arc, time::Duration};

use async_graphql::{Executor, parser::types::OperationType};
use axum::{
    body::Body,
    extract::{RawQuery, Request, State},
    http::{HeaderMap, header},
    response::{IntoResponse, Response},
};
use futures::{Stream, StreamExt, stream};
use tokio::time::timeout;

use crate::{
    error::{EdgeError, RequestId},
    guard::Payload,
    http::{
        Edge, Gateway, Incoming, MediaType, Peer, answer_refusal, ip, negotiate, read_json, read_query, with_request_id,
    },
};

/// Below the idle time of common proxies.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

pub(crate) async fn by_get<X: Executor, E: Edge>(
    State(gateway): State<Arc<Gateway<X, E>>>,
    peer: Peer,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Response {
    let id = RequestId::generate();
    let payload = may_ask(&gateway, &headers).and_then(|()| read_query(query.as_deref()));
    answer(&gateway, payload, &headers, &peer, id, &[OperationType::Query, OperationType::Subscription]).await
}

pub(crate) async fn by_post<X: Executor, E: Edge>(
    State(gateway): State<Arc<Gateway<X, E>>>,
    peer: Peer,
    request: Request,
) -> Response {
    let id = RequestId::generate();
    let (parts, body) = request.into_parts();
    let payload = match may_ask(&gateway, &parts.headers) {
        Ok(()) => read_json(&parts.headers, body).await,
        Err(error) => Err(error),
    };
    let allowed = [OperationType::Query, OperationType::Mutation, OperationType::Subscription];
    answer(&gateway, payload, &parts.headers, &peer, id, &allowed).await
}

fn may_ask<X: Executor, E: Edge>(gateway: &Gateway<X, E>, headers: &HeaderMap) -> Result<(), EdgeError> {
    negotiate::same_site(headers, &gateway.settings.origins)?;
    negotiate::takes_events(headers)
}

async fn answer<X: Executor, E: Edge>(
    gateway: &Arc<Gateway<X, E>>,
    payload: Result<Payload, EdgeError>,
    headers: &HeaderMap,
    peer: &Peer,
    id: RequestId,
    allowed: &[OperationType],
) -> Response {
    let incoming = Incoming { headers, peer: ip(peer), connection_init: None, request_id: id };
    let ready = match payload {
        Ok(payload) => gateway.prepare(payload, &incoming, allowed).await,
        Err(error) => Err(error),
    };
    match ready {
        Ok(ready) if ready.is_subscription() => events(gateway.subscribe(ready, id), id),
        Ok(ready) => events(stream::iter([(gateway.execute(ready, id).await, None)]), id),
        // Refused before there is a stream: an ordinary answer, with a status.
        Err(error) => answer_refusal(error, id, MediaType::GraphqlResponse),
    }
}

/// Written by hand: axum leaves an empty `data:` line away, without which a browser does not dispatch `complete`.
fn events(
    responses: impl Stream<Item = (async_graphql::Response, Option<String>)> + Send + 'static,
    id: RequestId,
) -> Response {
    let complete = stream::once(async { "event: complete\ndata: \n\n".to_owned() });
    let frames = Box::pin(responses.map(|(response, event_id)| next(&response, event_id.as_deref())).chain(complete));
    let kept_alive = stream::unfold(frames, async |mut frames| match timeout(KEEP_ALIVE, frames.next()).await {
        Ok(frame) => frame.map(|frame| (Ok::<_, Infallible>(frame), frames)),
        Err(_) => Some((Ok(":\n\n".to_owned()), frames)),
    });
    let headers = [(header::CONTENT_TYPE, "text/event-stream"), (header::CACHE_CONTROL, "no-store")];
    with_request_id((headers, Body::from_stream(kept_alive)).into_response(), id)
}

fn next(response: &async_graphql::Response, event_id: Option<&str>) -> String {
    // Compact JSON is one line. A response of ours always is JSON; were it not, the client sees an empty event.
    let json = serde_json::to_string(response).unwrap_or_default();
    match event_id.filter(|id| !id.contains(['\n', '\r', '\0'])) {
        Some(event_id) => format!("event: next\nid: {event_id}\ndata: {json}\n\n"),
        None => format!("event: next\ndata: {json}\n\n"),
    }
}
