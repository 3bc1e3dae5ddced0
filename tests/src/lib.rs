//! What the tests share: databases and servers of their own, the running application, and whatever plays the outside world.

// The futures of all mutations are one type; an optimised build looks at it as a whole.
#![recursion_limit = "256"]

pub mod app;
pub mod auditor;
pub mod client;
pub mod crowd;
pub mod database;
pub mod hooks;
pub mod installation;
pub mod mail;
pub mod mailbox;
pub mod members;
pub mod partners;
pub mod plans;
pub mod renewals;
pub mod rows;
pub mod scans;
pub mod server;
pub mod smtp;
pub mod stripe;
pub mod world;
