//! Client records of partners, one statement a level.

use domain::Reader;
use domain::client::queries;
use domain::page::ById;
use entities::client;
use entities::id::AccountId;
use uuid::Uuid;

use crate::list::{Counts, List, Pages};

/// The records of a partner.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Clients {
    pub search: Option<String>,
}

impl List for Clients {
    type Parent = AccountId;
    type Row = client::Model;
    type Key = Uuid;

    fn key(row: &client::Model) -> Uuid {
        row.id.0
    }

    async fn pages(&self, reader: &Reader, partners: &[AccountId], page: &ById) -> Pages<Self> {
        queries::of_partners(reader, partners, self.search.as_deref(), page).await
    }

    async fn counts(&self, reader: &Reader, partners: &[AccountId]) -> Counts<Self> {
        queries::count(reader, partners, self.search.as_deref()).await
    }
}
