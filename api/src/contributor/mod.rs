//! People with access to the content of one product, and to nothing else.

pub mod loader;
pub mod mutation;
pub mod object;
