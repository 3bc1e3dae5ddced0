//! GraphQL over HTTP: `POST /graphql` for everything but streams, `GET /graphql` for queries.
//!
//! JSON in, JSON out. There are no forms, no uploads and no batches: nothing that a foreign page could send without asking.

mod edge;
pub(crate) mod event;
pub(crate) mod gateway;
pub(crate) mod negotiate;
mod persisted;
#[cfg(test)]
pub(crate) mod tests;

use std::{net::SocketAddr, sync::Arc, time::Duration};

use async_graphql::{Executor, parser::types::OperationType};
use axum::{
    Router,
    body::{Body, to_bytes},
    extract::{ConnectInfo, RawQuery, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use futures::StreamExt as _;

pub use self::{
    edge::{Edge, Incoming, Session},
    gateway::{Gateway, Resume, Settings},
    negotiate::MediaType,
    persisted::PersistedQueries,
};
use crate::{
    error::{Code, EdgeError, RequestId, refused},
    guard::{self, Payload, bytes::MAX_BODY},
    stream,
};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// `/graphql`, `/graphql/stream` and `/graphql/ws`. Serve it with `into_make_service_with_connect_info::<SocketAddr>()`, so
/// that the edge knows who calls.
pub fn router<X: Executor, E: Edge>(gateway: Arc<Gateway<X, E>>) -> Router {
    Router::new()
        .route("/graphql", get(by_get::<X, E>).post(by_post::<X, E>))
        .route("/graphql/stream", get(stream::sse::by_get::<X, E>).post(stream::sse::by_post::<X, E>))
        .route("/graphql/ws", get(stream::ws::upgrade::<X, E>))
        .with_state(gateway)
}

/// The address of the client's end of the connection, which may be a proxy's. Unknown only in tests without a listener.
pub(crate) type Peer = Option<axum::Extension<ConnectInfo<SocketAddr>>>;

pub(crate) fn ip(peer: &Peer) -> Option<std::net::IpAddr> {
    peer.as_ref().map(|peer| peer.0.0.ip())
}

async fn by_post<X: Executor, E: Edge>(
    State(gateway): State<Arc<Gateway<X, E>>>,
    peer: Peer,
    request: Request,
) -> Response {
    let id = RequestId::generate();
    let (parts, body) = request.into_parts();
    let media = match negotiate::answer_type(&parts.headers) {
        Ok(media) => media,
        Err(error) => return answer_refusal(error, id, MediaType::GraphqlResponse),
    };
    let payload = async {
        negotiate::same_site(&parts.headers, &gateway.settings.origins)?;
        read_json(&parts.headers, body).await
    };
    match payload.await {
        Ok(payload) => {
            answer(
                &gateway,
                payload,
                &parts.headers,
                &peer,
                id,
                media,
                &[OperationType::Query, OperationType::Mutation],
            )
            .await
        }
        Err(error) => answer_refusal(error, id, media),
    }
}

async fn by_get<X: Executor, E: Edge>(
    State(gateway): State<Arc<Gateway<X, E>>>,
    peer: Peer,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Response {
    let id = RequestId::generate();
    let media = match negotiate::answer_type(&headers) {
        Ok(media) => media,
        Err(error) => return answer_refusal(error, id, MediaType::GraphqlResponse),
    };
    let payload = negotiate::same_site(&headers, &gateway.settings.origins).and_then(|()| read_query(query.as_deref()));
    match payload {
        Ok(payload) => answer(&gateway, payload, &headers, &peer, id, media, &[OperationType::Query]).await,
        Err(error) => answer_refusal(error, id, media),
    }
}

/// The body of a POST, of JSON alone, and no more of it than is allowed.
pub(crate) async fn read_json(headers: &HeaderMap, body: Body) -> Result<Payload, EdgeError> {
    negotiate::is_json(headers)?;
    let announced = headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    if announced.is_some_and(|length| length > MAX_BODY) {
        discard(body).await;
        return Err(guard::bytes::too_large());
    }
    // It fails on too long a body, and on a client that stopped sending, who will not read the answer anyway.
    let body = to_bytes(body, MAX_BODY).await.map_err(|_| guard::bytes::too_large())?;
    guard::payload(&body)
}

/// Takes in what nobody will look at, some of it and for a moment: a connection that is closed while its client still sends takes
/// the answer with it.
async fn discard(body: Body) {
    const SOME: usize = 4 << 20;
    let mut parts = body.into_data_stream();
    let reading = async {
        let mut read = 0;
        while let Some(Ok(part)) = parts.next().await {
            read += part.len();
            if read > SOME {
                break;
            }
        }
    };
    // whoever sends more, or slowly, does without an answer
    let _ = tokio::time::timeout(Duration::from_secs(1), reading).await;
}

/// The parameters of a GET: `query`, `operationName`, and as JSON text `variables` and `extensions`.
pub(crate) fn read_query(query: Option<&str>) -> Result<Payload, EdgeError> {
    let query = query.unwrap_or_default();
    if query.len() > MAX_BODY {
        return Err(guard::bytes::too_large());
    }
    let parameters: Vec<(String, String)> =
        axum::extract::Query::try_from_uri(&format!("/?{query}").parse().map_err(|_| malformed_parameters())?)
            .map_err(|_| malformed_parameters())?
            .0;
    let mut payload = Payload::default();
    for (name, value) in parameters {
        match name.as_str() {
            "query" => payload.query = Some(value),
            "operationName" => payload.operation_name = Some(value),
            "variables" => payload.variables = json_parameter(&value)?,
            "extensions" => payload.extensions = json_parameter(&value)?,
            _ => {}
        }
    }
    Ok(payload)
}

fn json_parameter(value: &str) -> Result<Option<serde_json::Map<String, serde_json::Value>>, EdgeError> {
    guard::bytes::check_json(value.as_bytes())?;
    serde_json::from_str(value).map_err(|_| EdgeError::bad_input("`variables` and `extensions` must be JSON objects."))
}

fn malformed_parameters() -> EdgeError {
    EdgeError::bad_input("The parameters of the URL are malformed.")
}

async fn answer<X: Executor, E: Edge>(
    gateway: &Arc<Gateway<X, E>>,
    payload: Payload,
    headers: &HeaderMap,
    peer: &Peer,
    id: RequestId,
    media: MediaType,
    allowed: &[OperationType],
) -> Response {
    let incoming = Incoming { headers, peer: ip(peer), connection_init: None, request_id: id };
    match gateway.prepare(payload, &incoming, allowed).await {
        Ok(ready) => answer_with(&gateway.execute(ready, id).await, id, media, None),
        Err(error) => answer_refusal(error, id, media),
    }
}

pub(crate) fn answer_refusal(error: EdgeError, id: RequestId, media: MediaType) -> Response {
    let status = error.status;
    answer_with(&refused(error, id), id, media, status)
}

/// The response as the media type has it: with `application/json` what was understood as GraphQL is 200, with
/// `application/graphql-response+json` a request that was not executed is 400. Where HTTP itself has a word for it (who
/// are you, not now, too large), that goes for both.
fn answer_with(
    response: &async_graphql::Response,
    id: RequestId,
    media: MediaType,
    status: Option<StatusCode>,
) -> Response {
    // Then the specification wants no `data` key.
    let not_executed = gateway::was_not_executed(response);
    let nothing = response.data == async_graphql::Value::Null;
    let code = response.errors.iter().find_map(Code::of).filter(|_| nothing);
    let status = status.unwrap_or(match code {
        Some(Code::Unavailable) => StatusCode::SERVICE_UNAVAILABLE,
        Some(Code::RateLimited) => StatusCode::TOO_MANY_REQUESTS,
        Some(Code::Unauthenticated) if not_executed => StatusCode::UNAUTHORIZED,
        Some(Code::Forbidden) if not_executed => StatusCode::FORBIDDEN,
        Some(Code::Internal) if not_executed => StatusCode::INTERNAL_SERVER_ERROR,
        Some(Code::QueryTooLarge) if media == MediaType::GraphqlResponse => StatusCode::PAYLOAD_TOO_LARGE,
        Some(_) if not_executed && media == MediaType::GraphqlResponse => StatusCode::BAD_REQUEST,
        _ => StatusCode::OK,
    });
    let is_for_now = matches!(status, StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS);
    let retry_after = is_for_now.then(|| retry_after(response));
    let headers = response.http_headers.clone();
    let Ok(json) = to_json(response, not_executed) else {
        return (StatusCode::INTERNAL_SERVER_ERROR, [(REQUEST_ID, id.to_string())]).into_response();
    };
    let mut http = (status, json).into_response();
    http.headers_mut().extend(headers);
    http.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(media.content_type()));
    http.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if status == StatusCode::METHOD_NOT_ALLOWED {
        http.headers_mut().insert(header::ALLOW, HeaderValue::from_static("POST"));
    }
    if let Some(seconds) = retry_after {
        http.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    with_request_id(http, id)
}

fn to_json(response: &async_graphql::Response, not_executed: bool) -> serde_json::Result<String> {
    #[derive(serde::Serialize)]
    struct WithoutData<'a> {
        errors: &'a [async_graphql::ServerError],
    }
    if not_executed {
        serde_json::to_string(&WithoutData { errors: &response.errors })
    } else {
        serde_json::to_string(response)
    }
}

/// Whole seconds until another try makes sense, from the first error that says so.
fn retry_after(response: &async_graphql::Response) -> u64 {
    let after = |error: &async_graphql::ServerError| {
        let async_graphql::Value::Number(ms) = error.extensions.as_ref()?.get("retryAfterMs")? else { return None };
        ms.as_u64()
    };
    let ms = response.errors.iter().find_map(after).unwrap_or(1_000);
    ms.div_ceil(1_000).max(1)
}

pub(crate) fn with_request_id(mut response: Response, id: RequestId) -> Response {
    if let Ok(value) = HeaderValue::from_str(&id.to_string()) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    response
}
