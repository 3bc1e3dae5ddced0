//! What only staff has lists of.

use domain::account::queries as account_queries;
use domain::job::dead;
use domain::notification::queries as mail;
use domain::page::{ById, Page};
use domain::{Error, Reader};
use entities::{account, job, notification};
use uuid::Uuid;

use crate::list::Whole;

/// All accounts, or those that are searched for.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Accounts {
    /// None given is all.
    pub search: Option<String>,
}

impl Whole for Accounts {
    type Row = account::Model;
    type Key = Uuid;

    fn key(row: &account::Model) -> Uuid {
        row.id.0
    }

    async fn page(&self, reader: &Reader, page: &ById) -> Result<Page<account::Model>, Error> {
        account_queries::all(reader, self.search.as_deref(), page).await
    }

    async fn count(&self, reader: &Reader) -> Result<i64, Error> {
        account_queries::count_all(reader, self.search.as_deref()).await
    }
}

/// Work that was given up.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct DeadJobs;

impl Whole for DeadJobs {
    type Row = job::Model;
    type Key = Uuid;

    fn key(row: &job::Model) -> Uuid {
        row.id.0
    }

    async fn page(&self, reader: &Reader, page: &ById) -> Result<Page<job::Model>, Error> {
        dead::page(reader, page).await
    }

    async fn count(&self, reader: &Reader) -> Result<i64, Error> {
        dead::count(reader).await
    }
}

/// Mails that were given up.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct FailedMails;

impl Whole for FailedMails {
    type Row = notification::Model;
    type Key = Uuid;

    fn key(row: &notification::Model) -> Uuid {
        row.id.0
    }

    async fn page(&self, reader: &Reader, page: &ById) -> Result<Page<notification::Model>, Error> {
        mail::failed(reader, page).await
    }

    async fn count(&self, reader: &Reader) -> Result<i64, Error> {
        mail::count_failed(reader).await
    }
}
