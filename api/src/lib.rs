//! The edge: GraphQL over HTTP, server-sent events and WebSocket. No storage here; whatever decides lives in `domain`.

pub mod cursor;
pub mod error;
pub mod guard;
pub mod id;
pub mod scalar;
