//! `POST /gateway/events`: what the payment gateway tells by itself, signed.

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use domain::actor::{Actor, System};
use domain::billing::take_event;
use domain::gateway::BadEvent;
use domain::store::Statements;
use domain::{Error, Store};

/// More than any event holds.
const MAX_EVENT: usize = 256 * 1024;

/// The route.
pub(crate) fn router(store: Store) -> Router {
    Router::new().route("/gateway/events", post(take)).layer(DefaultBodyLimit::max(MAX_EVENT)).with_state(store)
}

/// 200 once it is written down, so that the gateway does not send it again; 400 for what it did not sign. Whatever else happens, it
/// is to send it again.
async fn take(State(store): State<Store>, headers: HeaderMap, body: Bytes) -> StatusCode {
    match accept(&store, &headers, &body).await {
        Ok(Ok(())) => StatusCode::OK,
        Ok(Err(bad)) => {
            tracing::warn!(%bad, "an event of the payment gateway is refused");
            StatusCode::BAD_REQUEST
        }
        Err(error) => {
            tracing::error!(?error, "an event of the payment gateway waits");
            StatusCode::SERVICE_UNAVAILABLE
        }
    }
}

async fn accept(store: &Store, headers: &HeaderMap, body: &[u8]) -> Result<Result<(), BadEvent>, Error> {
    let gateway = &store.settings().gateway;
    let given = headers.get(gateway.signature_header()).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let event = match gateway.event(given, body, store.now().await?.real_now) {
        Ok(event) => event,
        Err(bad) => return Ok(Err(bad)),
    };
    let act = store.write(Actor::System(System::Renewals), Statements::default(), move |work| {
        let event = event.clone();
        Box::pin(take_event(work, event))
    });
    act.await.map(Ok)
}
