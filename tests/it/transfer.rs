//! Products that change hands: from a partner that has built a site to its client, and between any two others.

mod addresses;
mod answers;
mod ends;
mod handover;
mod harness;
mod money;
mod page;
mod race;
mod refusals;
