//! The access matrix. `rules` fixes who holds, sees and does what, as a table to be read beside rules §2; `worlds` holds lists, the
//! rule and the rule written a second time by hand against each other in generated worlds; `questions` does the same at the gateway,
//! for what stands in its lists and for what it explains.

mod by_hand;
mod places;
mod questions;
mod resources;
mod rules;
mod scene;
mod told;
mod worlds;
