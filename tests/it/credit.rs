//! Credit notes: what staff give back of an invoice.

mod harness;
mod money;
mod once;
