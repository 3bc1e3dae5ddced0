//! Every scenario in one binary: it links once.

mod architecture;
mod compose;
mod connection;
mod database;
mod identity;
mod mail_transport;
mod mails;
mod server;
