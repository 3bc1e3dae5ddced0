//! Renewals: who is billed what, once for each period, by the run and by hand.

mod by_hand;
mod dry_run;
mod dunning;
mod forecast;
mod harness;
mod product;
mod quote;
mod remind;
mod run;
mod take_over;
