//! Signing up, in and out, links in mails, accounts, programmes and profiles, on both databases.

mod account;
mod harness;
mod mailed_link;
mod programme;
mod sign_in;
