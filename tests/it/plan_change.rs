//! S5.9b: another plan or term of a product, and its end.

mod at_end;
mod cancel;
mod charge;
mod harness;
mod model;
mod once;
