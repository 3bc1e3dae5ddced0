//! Drills: the built binary on real servers, killed, cut off and flooded; what `docs/promises.md` demands, at the size for CI.
//! Each prints its figures; `--nocapture` shows them.

mod cancelled;
mod clicks;
mod cut;
mod fleet;
mod handover;
mod hook;
mod hostile;
mod killed;
mod night;
mod outage;
mod payers;
mod rows;
mod shaken;
mod stopped;
mod writers;
