//! Credit notes: what staff give back of an invoice.

mod guards;
mod harness;
mod money;
mod once;
