//! Tasks of partners and of client records, one statement a level.

use domain::Reader;
use domain::client::queries::KeptBy;
use domain::page::ById;
use domain::task::queries;
use entities::task;
use uuid::Uuid;

use crate::list::{Counts, List, Pages};

/// The tasks of a partner for all its clients, or for one.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Tasks {
    pub of: KeptBy,
    pub done: Option<bool>,
}

impl List for Tasks {
    type Parent = Uuid;
    type Row = task::Model;
    type Key = Uuid;

    fn key(row: &task::Model) -> Uuid {
        row.id.0
    }

    async fn pages(&self, reader: &Reader, parents: &[Uuid], page: &ById) -> Pages<Self> {
        queries::pages(reader, self.of, parents, self.done, page).await
    }

    async fn counts(&self, reader: &Reader, parents: &[Uuid]) -> Counts<Self> {
        queries::counts(reader, self.of, parents, self.done).await
    }
}
