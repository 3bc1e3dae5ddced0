//! The edge: GraphQL over HTTP, server-sent events and WebSocket. No storage here; whatever decides lives in `domain`.
//!
//! [`http::router`] puts the transports together. A request passes, in this order: origin, media type, size and bracket
//! depth of the bytes ([`guard`]), parser, shape and cost of the document, sign-in ([`http::Edge`]), the caller's bucket
//! ([`limits`]), the schema, and on its way out [`error::mask`], which lets nothing unknown through.

pub mod account;
pub mod activity;
pub mod affiliate;
pub mod answer;
pub mod api_key;
pub mod app;
pub mod audit;
pub mod auth;
pub mod batch;
pub mod billing;
pub mod catalogue;
pub mod client;
pub mod clock;
pub mod connection;
pub mod contact;
pub mod context;
pub mod contributor;
pub mod cursor;
pub mod error;
mod file;
pub mod guard;
pub mod http;
pub mod id;
pub mod inquiry;
pub mod limits;
pub mod list;
pub mod loader;
mod mailbox;
pub mod membership;
pub mod node;
pub mod order;
pub mod page;
pub mod partnership;
pub mod payout;
pub mod product;
pub mod programme;
pub mod provider;
pub mod renewal;
pub mod rounds;
pub mod scalar;
pub mod schema;
pub mod sentence;
pub mod stream;
pub mod support;
pub mod task;
pub mod transfer;
pub mod webhook;
