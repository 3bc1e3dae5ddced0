//! Partner programmes: the terms of a kind of partner, who is enrolled, and how partners show themselves to the public.
//!
//! - Rates are in basis points of the public net price. A programme's terms hold from the moment that they are saved; what was
//!   credited before stays.
//! - An account enrols itself, once; only the provider moves it to another programme or ends its being a partner.
//! - A profile belongs to a partner's account, at most one each. Its name in addresses is of small ASCII letters, digits and
//!   hyphens, and no two read alike: `0` counts as `o`, `1` as `l`, hyphens not at all.

pub(crate) mod actions;
pub mod commands;
pub mod queries;
pub mod rules;
mod store;
pub(crate) mod subject;
