//! Background work: nothing lost, nothing done twice, whatever dies.

mod bridge;
mod delivery;
mod harness;
mod lease;
mod mail;
mod running;
mod schedule;
