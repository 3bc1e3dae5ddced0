//! The audit log: all of it, and each account's own.

use async_graphql::ID;
use domain::audit::queries::{self, Filter};
use domain::page::{ById, Page};
use domain::{Error, Reader};
use entities::audit_entry;
use entities::id::AccountId;
use uuid::Uuid;

use crate::id::{Kind, row_of};
use crate::list::{Counts, List, Pages, Whole};

/// The log of an account.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Log;

impl List for Log {
    type Parent = AccountId;
    type Row = audit_entry::Model;
    type Key = Uuid;

    fn key(row: &audit_entry::Model) -> Uuid {
        row.id.0
    }

    async fn pages(&self, reader: &Reader, accounts: &[AccountId], page: &ById) -> Pages<Self> {
        queries::of_accounts(reader, accounts, page).await
    }

    async fn counts(&self, reader: &Reader, accounts: &[AccountId]) -> Counts<Self> {
        queries::count_of_accounts(reader, accounts).await
    }
}

/// A part of the whole log; none where an id names nothing.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct WholeLog(Option<Filter>);

impl WholeLog {
    /// Of this account and this person, where they are given.
    pub fn of(account_id: Option<&ID>, actor_id: Option<&ID>) -> Self {
        let filter = || -> Result<Filter, Error> {
            Ok(Filter {
                account_id: account_id.map(|id| row_of(Kind::Account, id)).transpose()?,
                actor_id: actor_id.map(|id| row_of(Kind::User, id)).transpose()?,
            })
        };
        Self(filter().ok())
    }
}

impl Whole for WholeLog {
    type Row = audit_entry::Model;
    type Key = Uuid;

    fn key(row: &audit_entry::Model) -> Uuid {
        row.id.0
    }

    async fn page(&self, reader: &Reader, page: &ById) -> Result<Page<audit_entry::Model>, Error> {
        let Some(filter) = self.0 else { return Ok(Page::empty()) };
        queries::all(reader, filter, page).await
    }

    async fn count(&self, reader: &Reader) -> Result<i64, Error> {
        let Some(filter) = self.0 else { return Ok(0) };
        queries::count_all(reader, filter).await
    }
}
