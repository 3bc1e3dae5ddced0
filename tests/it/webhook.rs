//! Webhooks: what happens, told to other people's programs.

mod address;
mod delivery;
mod document;
mod ends;
mod reach;
mod retry;
mod speed;
