//! People with access to the content of one product, and to nothing else.

mod content;
mod end;
mod harness;
mod invitation;
