//! Every scenario in one binary: it links once.

mod architecture;
mod connection;
mod database;
