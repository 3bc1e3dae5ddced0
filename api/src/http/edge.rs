//! What the transports ask of sign-in.

use std::net::IpAddr;

use async_graphql::Data;
use async_graphql::parser::types::OperationType;
use axum::http::HeaderMap;
use domain::store::Statements;

use crate::error::{EdgeError, RequestId};
use crate::rounds::Rounds;

/// What is known of a caller before anybody has looked at it.
pub struct Incoming<'a> {
    /// Of the request, or of the WebSocket's handshake.
    pub headers: &'a HeaderMap,
    /// The other end of the connection; a proxy's, where there is one. Only a trusted proxy's `X-Forwarded-For` counts.
    pub peer: Option<IpAddr>,
    /// The payload of a WebSocket's `connection_init`, of JSON that anybody may have written.
    pub connection_init: Option<&'a serde_json::Value>,
    pub request_id: RequestId,
}

/// A caller who was let in, for one operation.
pub struct Session {
    /// What resolvers find in their context: actor and fresh loaders. [`RequestId`] is added by the edge.
    pub data: Data,
    /// Whose bucket pays: the user's or API key's, else the address.
    pub bucket: String,
    /// Counts what the operation sends to the database.
    pub statements: Statements,
    /// Runs what the loaders in `data` load.
    pub rounds: Rounds,
}

/// Sign-in, as the transports see it.
pub trait Edge: Send + Sync + 'static {
    /// Finds out who calls, for an operation of this kind. Without credentials that is somebody anonymous; wrong or expired ones are `UNAUTHENTICATED`.
    ///
    /// It is asked anew for every operation, also for those of an open WebSocket, so that a token that was taken back
    /// opens nothing. It comes after the guard: a document that is refused causes no statement.
    fn open(
        &self,
        incoming: &Incoming<'_>,
        kind: OperationType,
    ) -> impl Future<Output = Result<Session, EdgeError>> + Send;
}

impl<E: Edge> Edge for std::sync::Arc<E> {
    async fn open(&self, incoming: &Incoming<'_>, kind: OperationType) -> Result<Session, EdgeError> {
        E::open(self, incoming, kind).await
    }
}
