//! Every scenario in one binary: it links once.

mod architecture;
mod billing;
mod client;
mod clock;
mod compose;
mod connection;
mod database;
mod demo;
mod drill;
mod gateway;
mod identity;
mod identity_edge;
mod invitation;
mod mail_transport;
mod mails;
mod nested_read;
mod order;
mod order_edge;
mod partnership;
mod partnership_edge;
mod product;
mod queue;
mod renewal;
mod seed;
mod server;
mod visibility;
