//! The contacts of accounts, one statement a level.

use domain::Reader;
use domain::contact::queries;
use domain::page::ById;
use entities::contact;
use entities::id::AccountId;
use uuid::Uuid;

use crate::list::{Counts, List, Pages};

/// The contacts that an account keeps.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Contacts;

impl List for Contacts {
    type Parent = AccountId;
    type Row = contact::Model;
    type Key = Uuid;

    fn key(row: &contact::Model) -> Uuid {
        row.id.0
    }

    async fn pages(&self, reader: &Reader, parents: &[AccountId], page: &ById) -> Pages<Self> {
        queries::pages(reader, parents, page).await
    }

    async fn counts(&self, reader: &Reader, parents: &[AccountId]) -> Counts<Self> {
        queries::counts(reader, parents).await
    }
}
