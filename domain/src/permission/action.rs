//! What use cases ask leave for. Each area keeps its list in `actions.rs`; `crate::access` gathers them for the access matrix.

use futures::future::BoxFuture;
use uuid::Uuid;

use super::rules::{Need, Reach};
use super::{Grant, Subject, Target, permit};
use crate::actor::System;
use crate::error::Error;
use crate::work::Work;

/// What a use case asks leave for. Made by [`actions!`] alone, so that none is missing from the access matrix.
pub trait Action: Send {
    /// What it is done to.
    type Row: Subject;
    /// What it takes.
    const NEED: Need;
    /// Whether a partnership can carry it.
    const REACH: Reach;
    /// How the row is locked.
    const LOCK: &'static str = <Self::Row as Subject>::LOCK;
    /// The parts of the product that may do it by themselves.
    const SYSTEMS: &'static [System] = &[];
    /// The account or product on which it must be held.
    fn target(row: &Self::Row) -> Target;
}

/// Any action, for whoever asks about all of them.
#[derive(Debug, Clone, Copy)]
pub struct AnyAction {
    /// With the path of its module.
    pub name: &'static str,
    /// The table of its row.
    pub table: &'static str,
    /// What it takes.
    pub need: Need,
    /// Whether a partnership can carry it.
    pub reach: Reach,
    permit: fn(&mut Work, Uuid) -> BoxFuture<'_, Result<Grant, Error>>,
}

impl AnyAction {
    pub(crate) const fn of<A: Action + 'static>(name: &'static str) -> Self {
        Self { name, table: A::Row::TABLE, need: A::NEED, reach: A::REACH, permit: ask::<A> }
    }

    /// Asks leave to do it to the row with this id.
    /// # Errors
    /// As for [`permit()`].
    pub async fn permit(&self, work: &mut Work, id: Uuid) -> Result<Grant, Error> {
        (self.permit)(work, id).await
    }
}

fn ask<A: Action + 'static>(work: &mut Work, id: Uuid) -> BoxFuture<'_, Result<Grant, Error>> {
    Box::pin(async move { permit::<A>(work, id.into()).await.map(|permit| permit.grant) })
}

/// An area's actions, a line each, to be compared with rules §2:
/// `Name on table needs Permission by Reach: |row| target;`, where the need may also be `Admin`, `Owner` or `Staff`. A lock after the
/// table is one that differs from the table's own.
macro_rules! actions {
    ($($(#[$doc:meta])* $name:ident on $entity:ident $($lock:literal)? needs $need:ident by $reach:ident:
        |$row:ident| $target:expr;)*) => {
        $(
            $(#[$doc])*
            #[derive(Debug)]
            pub(super) struct $name;

            impl $crate::permission::Action for $name {
                type Row = entities::$entity::Model;
                const NEED: $crate::permission::rules::Need = $crate::permission::actions!(@need $need);
                const REACH: $crate::permission::rules::Reach = $crate::permission::rules::Reach::$reach;
                $(const LOCK: &'static str = $lock;)?

                fn target($row: &Self::Row) -> $crate::permission::Target {
                    $target
                }
            }
        )*

        /// Each of them.
        pub(crate) const ACTIONS: &[$crate::permission::AnyAction] =
            &[$($crate::permission::AnyAction::of::<$name>(concat!(module_path!(), "::", stringify!($name)))),*];
    };
    (@need Admin) => { $crate::permission::rules::Need::Admin };
    (@need Owner) => { $crate::permission::rules::Need::Owner };
    (@need Staff) => { $crate::permission::rules::Need::Staff };
    (@need $permission:ident) => {
        $crate::permission::rules::Need::Permission($crate::permission::Permission::$permission)
    };
}
pub(crate) use actions;
