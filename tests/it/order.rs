//! The catalogue, carts and orders: who pays how much, who earns, where products are installed. On both databases.

mod cart;
mod checkout;
mod crowd;
mod harness;
mod payer;
