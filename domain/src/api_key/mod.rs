//! API keys: what programs sign in with.
//!
//! - A key acts for one account, with the permissions that it was given and no others, until it expires or is revoked; by the
//!   product's clock. It reaches the clients of its account through their partnerships, as a membership does.
//! - It is no way of holding anything (rules §2 knows four, and "nothing else"): it is its creator with less. It carries what its
//!   creator still holds by the way by which it was made, so it never outlives that: a creator who is removed takes their keys along.
//! - One that was made through a partnership acts in the client's account alone, and ends with the partnership.
//! - It has no role and is nobody in person: it opens no account, changes no profile, hands over nothing, and makes no further keys,
//!   which could outlive it.
//! - Only the hash of its secret is stored. A use is written down at most once a minute.

pub(crate) mod actions;
pub mod commands;
pub mod queries;
pub(crate) mod subject;
