//! The top-level errors of the contract: what a developer or an operator can mend. What a user can mend is a `userErrors` entry.

use std::{borrow::Cow, time::Duration};

use async_graphql::{ErrorExtensionValues, Response, ServerError};
use axum::http::StatusCode;
use uuid::Uuid;

/// `extensions.code` of a top-level error; the contract knows no others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Code {
    Unauthenticated,
    Forbidden,
    BadUserInput,
    RateLimited,
    QueryTooComplex,
    QueryTooDeep,
    QueryTooLarge,
    PersistedQueryNotFound,
    Unavailable,
    Internal,
}

impl Code {
    const ALL: [Self; 10] = [
        Self::Unauthenticated,
        Self::Forbidden,
        Self::BadUserInput,
        Self::RateLimited,
        Self::QueryTooComplex,
        Self::QueryTooDeep,
        Self::QueryTooLarge,
        Self::PersistedQueryNotFound,
        Self::Unavailable,
        Self::Internal,
    ];

    /// The name in the contract.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unauthenticated => "UNAUTHENTICATED",
            Self::Forbidden => "FORBIDDEN",
            Self::BadUserInput => "BAD_USER_INPUT",
            Self::RateLimited => "RATE_LIMITED",
            Self::QueryTooComplex => "QUERY_TOO_COMPLEX",
            Self::QueryTooDeep => "QUERY_TOO_DEEP",
            Self::QueryTooLarge => "QUERY_TOO_LARGE",
            Self::PersistedQueryNotFound => "PERSISTED_QUERY_NOT_FOUND",
            Self::Unavailable => "UNAVAILABLE",
            Self::Internal => "INTERNAL",
        }
    }

    /// The code of an error that already carries one.
    pub fn of(error: &ServerError) -> Option<Self> {
        let Some(async_graphql::Value::String(code)) = error.extensions.as_ref()?.get("code") else { return None };
        Self::ALL.into_iter().find(|known| known.as_str() == code)
    }
}

/// A refusal at the edge, with what the transport needs to tell it.
///
/// It has no `Display` on purpose: with one, async-graphql would turn it into an error without a code behind our back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EdgeError {
    pub code: Code,
    /// Shown to the client as it is, so never text from below (SQL, paths, names of ours).
    pub message: Cow<'static, str>,
    /// When to come back, with `RateLimited` and `Unavailable`.
    pub retry_after: Option<Duration>,
    /// The HTTP status whatever the media type, where the request was refused as HTTP (413, 415, 405, 406).
    pub status: Option<StatusCode>,
}

impl EdgeError {
    pub fn new(code: Code, message: impl Into<Cow<'static, str>>) -> Self {
        Self { code, message: message.into(), retry_after: None, status: None }
    }

    pub fn bad_input(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Code::BadUserInput, message)
    }

    /// What the client cannot help and need not know; the cause belongs into the log.
    pub fn internal() -> Self {
        Self::new(Code::Internal, "Internal error. Tell us the requestId if it persists.")
    }

    /// Something we need is away; worth another try after `retry_after`.
    pub fn unavailable(retry_after: Duration) -> Self {
        let mut error = Self::new(Code::Unavailable, "The service is not available right now.");
        error.retry_after = Some(retry_after);
        error
    }

    pub fn rate_limited(retry_after: Duration) -> Self {
        let mut error = Self::new(Code::RateLimited, "Too many requests.");
        error.retry_after = Some(retry_after);
        error
    }

    #[must_use]
    pub fn with_status(mut self, status: StatusCode) -> Self {
        self.status = Some(status);
        self
    }

    fn extensions(&self) -> ErrorExtensionValues {
        let mut values = ErrorExtensionValues::default();
        values.set("code", self.code.as_str());
        if let Some(wait) = self.retry_after {
            values.set("retryAfterMs", u64::try_from(wait.as_millis()).unwrap_or(u64::MAX));
        }
        values
    }

    pub fn into_server_error(self) -> ServerError {
        let extensions = Some(self.extensions());
        let mut error = ServerError::new(self.message, None);
        error.extensions = extensions;
        error
    }
}

impl From<EdgeError> for async_graphql::Error {
    fn from(error: EdgeError) -> Self {
        let extensions = Some(error.extensions());
        let mut mapped = Self::new(error.message);
        mapped.extensions = extensions;
        mapped
    }
}

/// The name of one request in logs, in `INTERNAL` errors and in the header `x-request-id`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RequestId(Uuid);

impl RequestId {
    /// A fresh one; what the client sends as its own is not taken over, so that nobody can forge a line in our log.
    #[expect(clippy::disallowed_methods, reason = "names a request, not a row: the test clock has no say in it")]
    pub fn generate() -> Self {
        Self(Uuid::now_v7())
    }
}

impl std::fmt::Display for RequestId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.simple().fmt(f)
    }
}

/// A client needs the first few errors, and a hostile document can cause thousands.
const MAX_ERRORS: usize = 20;

/// Gives every error of a response one of the contract's codes, and replaces what nobody meant for the client.
///
/// An error without a code comes either from async-graphql, about the document or an argument (`BAD_USER_INPUT`), or from
/// a resolver that let a fault slip through (`INTERNAL`, logged here with the request's id).
pub fn mask(response: &mut Response, request: RequestId) {
    response.errors.truncate(MAX_ERRORS);
    for error in &mut response.errors {
        match Code::of(error) {
            Some(Code::Internal) => hide(error, request),
            Some(_) => {}
            None if is_about_input(error) => {
                error.extensions.get_or_insert_default().set("code", Code::BadUserInput.as_str());
            }
            None => hide(error, request),
        }
    }
}

fn hide(error: &mut ServerError, request: RequestId) {
    tracing::error!(request.id = %request, error = %error.message, path = ?error.path, "a resolver failed");
    let masked = EdgeError::internal().into_server_error();
    error.message = masked.message;
    error.source = None;
    error.extensions = masked.extensions;
    if let Some(extensions) = &mut error.extensions {
        extensions.set("requestId", request.to_string());
    }
}

/// Document errors have no path; an argument that a scalar refuses is met while its field resolves, so it has one.
fn is_about_input(error: &ServerError) -> bool {
    let about_an_argument = ["Failed to parse \"", "Expected input type \"", "Invalid value for argument \""];
    error.source.is_none()
        && (error.path.is_empty() || about_an_argument.iter().any(|prefix| error.message.starts_with(prefix)))
}

/// The response to a request that was refused as a whole.
pub fn refused(error: EdgeError, request: RequestId) -> Response {
    let mut error = error.into_server_error();
    if Code::of(&error) == Some(Code::Internal)
        && let Some(extensions) = &mut error.extensions
    {
        extensions.set("requestId", request.to_string());
    }
    Response::from_errors(vec![error])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_is_replaced_and_named_by_the_request() {
        let request = RequestId::generate();
        let mut fault = ServerError::new("relation \"invoice\" does not exist", None);
        fault.path = vec![async_graphql::PathSegment::Field("viewer".into())];
        let mut response = Response::from_errors(vec![fault]);
        mask(&mut response, request);
        let json = serde_json::to_string(&response).unwrap();
        assert!(!json.contains("relation"), "{json}");
        assert!(json.contains(&request.to_string()) && json.contains("INTERNAL"), "{json}");
    }

    #[test]
    fn a_known_code_passes_and_a_document_error_is_the_clients() {
        let limited = EdgeError::rate_limited(Duration::from_millis(1500)).into_server_error();
        let mut response = Response::from_errors(vec![limited, ServerError::new("Unknown field", None)]);
        mask(&mut response, RequestId::generate());
        let json = serde_json::to_value(&response.errors).unwrap();
        assert_eq!(json[0]["extensions"], serde_json::json!({ "code": "RATE_LIMITED", "retryAfterMs": 1500 }));
        assert_eq!(json[1]["extensions"]["code"], "BAD_USER_INPUT");
    }
}
