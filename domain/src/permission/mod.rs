//! Who may do what: one rule, two doors.
//!
//! `rules` decides from facts; `visible` is the same rule as SQL, the door of every read; `permit` locks a row and asks the
//! rule, the door of every write. There is no third way: a permission is held by membership, by membership of a partner
//! with an active partnership (then both must carry it), as a contributor, or as the provider's staff. Knowing an id is
//! never a right, and a partnership never carries invoices, billing or the client's partners.
//!
//! What somebody grants who acts through a partnership stays within it: a membership that was granted so is in force as long as
//! the partnership, carries what both carry, and leads to no other account. An API key is its creator with less: it narrows the
//! way by which it was made, and ends with it.

mod action;
mod explain;
mod facts;
mod permit;
pub mod rules;
mod set;
mod staff;
mod subject;
pub mod visible;

pub(crate) use action::actions;
pub use action::{Action, AnyAction};
pub use explain::{Path, Step, explain};
pub(crate) use facts::ways_of;
pub use facts::{Facts, Grant, Standing, Target, held};
pub(crate) use permit::hold;
pub use permit::{Permit, permit};
pub use set::{Permission, Permissions};
pub use staff::{permit_staff, permit_staff_on};
pub(crate) use subject::subjects;
pub use subject::{AnySubject, Subject, reached, seen};
