//! The access matrix. `rules` fixes who holds, sees and does what, as a table to be read beside rules §2; `worlds` holds lists, the
//! rule and the rule written a second time by hand against each other in generated worlds.

mod by_hand;
mod resources;
mod rules;
mod scene;
mod worlds;
