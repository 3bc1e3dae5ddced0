//! What stands before the parser and before the executor, because neither defends itself:
//!
//! - async-graphql's parser recurses over brackets and overflows the stack, which ends the process (F1): [`bytes`] counts
//!   them on the raw text, and refuses before the parser sees it.
//! - its checks walk fragments again at every spread, so that doubling fragments take exponential time (F2): [`document`]
//!   counts over the fragment graph, each fragment once, before any of its checks run.
//! - nothing in it knows what a document will load: [`cost`] multiplies the page sizes.
//!
//! Nothing is exempt by name, introspection included. There is no file upload and no batch, so there is nothing to limit
//! about them.

pub mod bytes;
pub mod cost;
pub mod document;

use async_graphql::parser::{parse_query, types::ExecutableDocument};
use serde::Deserialize;

use crate::error::EdgeError;

/// The body of a request, a WebSocket message, or the query part of a GET.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Payload {
    pub query: Option<String>,
    pub operation_name: Option<String>,
    pub variables: Option<serde_json::Map<String, serde_json::Value>>,
    pub extensions: Option<serde_json::Map<String, serde_json::Value>>,
}

/// JSON text to a payload, unless it is too large, too deep, a batch or malformed.
pub fn payload(body: &[u8]) -> Result<Payload, EdgeError> {
    bytes::check_json(body)?;
    if body.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'[') {
        return Err(EdgeError::bad_input("Batches are not supported: send one operation per request."));
    }
    serde_json::from_slice(body).map_err(|_| {
        EdgeError::bad_input("The request is not a JSON object with query, operationName, variables, extensions.")
    })
}

/// Query text to a document of bounded shape, ready to be handed on with `Request::set_parsed_query`.
pub fn parse(query: &str) -> Result<ExecutableDocument, EdgeError> {
    bytes::check_query(query)?;
    // The parser's message quotes the document only, and says where in it.
    let document = parse_query(query).map_err(|error| EdgeError::bad_input(error.to_string()))?;
    document::check(&document)?;
    Ok(document)
}

/// Fuzz target: any bytes, as a body and as query text. Must neither panic nor overflow nor take long.
pub fn fuzz(data: &[u8]) {
    let from_body = payload(data).ok().and_then(|payload| payload.query);
    for query in [from_body, std::str::from_utf8(data).ok().map(ToOwned::to_owned)].into_iter().flatten() {
        if let Ok(document) = parse(&query) {
            for (name, _) in document.operations.iter() {
                let _ =
                    cost::of(&document, name.map(async_graphql::Name::as_str), &async_graphql::Variables::default());
            }
        }
    }
}
