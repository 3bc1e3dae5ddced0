//! Partner programmes, and how partners show themselves to the public.

pub mod loader;
pub mod mutation;
pub mod object;
pub mod query;
