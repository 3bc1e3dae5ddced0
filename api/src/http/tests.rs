//! The edge from outside, on the real router, with a small schema of its own: what a client can send, and what comes back.

pub(crate) mod harness;
mod hostile;
mod running;
mod transport;
