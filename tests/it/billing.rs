//! Money: invoices, payments, the book, cashback. Through the domain's own functions, on both databases.

mod books;
mod harness;
mod invoice;
mod payment;
