//! Feeds of accounts, one statement a level.

use domain::Reader;
use domain::activity::{ActivityKind, queries};
use domain::page::PageRequest;
use entities::activity;
use entities::id::{AccountId, ActivityId};

use crate::list::{Counts, List, Pages};
use crate::loader::loaders;

loaders! {
    /// Events of which the viewer is told who did it.
    WithPeople(ActivityId) -> bool = queries::with_people;
}

/// The feed of an account.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Feed {
    /// None given is all.
    pub kinds: Vec<ActivityKind>,
}

impl List for Feed {
    type Parent = AccountId;
    type Row = activity::Model;
    type Key = i64;

    fn key(row: &activity::Model) -> i64 {
        row.position
    }

    async fn pages(&self, reader: &Reader, accounts: &[AccountId], page: &PageRequest<i64>) -> Pages<Self> {
        queries::pages(reader, accounts, &self.kinds, page).await
    }

    async fn counts(&self, reader: &Reader, accounts: &[AccountId]) -> Counts<Self> {
        queries::counts(reader, accounts, &self.kinds).await
    }
}
