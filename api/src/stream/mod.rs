//! Streams: server-sent events ([`sse`]) and WebSocket ([`ws`]), both through the same guard, sign-in and buckets as a POST.

pub(crate) mod sse;
#[cfg(test)]
mod tests;
pub(crate) mod ws;
