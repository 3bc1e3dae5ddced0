//! Inquiries of partners and of client records, one statement a level.

use domain::Reader;
use domain::client::queries::KeptBy;
use domain::inquiry::queries::{self, Wanted};
use domain::page::ById;
use entities::inquiry;
use uuid::Uuid;

use crate::list::{Counts, List, Pages};

/// The inquiries of a partner, or those that are assigned to a client record.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Inquiries {
    pub of: KeptBy,
    pub wanted: Wanted,
}

impl List for Inquiries {
    type Parent = Uuid;
    type Row = inquiry::Model;
    type Key = Uuid;

    fn key(row: &inquiry::Model) -> Uuid {
        row.id.0
    }

    async fn pages(&self, reader: &Reader, parents: &[Uuid], page: &ById) -> Pages<Self> {
        queries::pages(reader, self.of, parents, self.wanted, page).await
    }

    async fn counts(&self, reader: &Reader, parents: &[Uuid]) -> Counts<Self> {
        queries::counts(reader, self.of, parents, self.wanted).await
    }
}
