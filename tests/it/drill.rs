//! Drills: the built binary on real servers, killed, cut off and flooded; what `docs/promises.md` demands, at the size for CI.
//! Each prints its figures; `--nocapture` shows them.

mod cancelled;
mod clicks;
mod fleet;
mod handover;
mod hostile;
mod killed;
mod outage;
mod rows;
mod stopped;
mod writers;
