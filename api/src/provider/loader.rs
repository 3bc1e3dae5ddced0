//! What only staff has lists of.

use std::collections::HashMap;

use domain::Reader;
use domain::account::queries as account_queries;
use domain::job::dead;
use domain::notification::queries as mail;
use domain::page::ById;
use entities::{account, job, notification};
use uuid::Uuid;

use crate::list::{Counts, List, Pages};

/// All accounts, or those that are searched for.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Accounts {
    /// None given is all.
    pub search: Option<String>,
}

impl List for Accounts {
    type Parent = ();
    type Row = account::Model;
    type Key = Uuid;

    fn key(row: &account::Model) -> Uuid {
        row.id.0
    }

    async fn pages(&self, reader: &Reader, _: &[()], page: &ById) -> Pages<Self> {
        Ok(HashMap::from([((), account_queries::all(reader, self.search.as_deref(), page).await?)]))
    }

    async fn counts(&self, reader: &Reader, _: &[()]) -> Counts<Self> {
        Ok(HashMap::from([((), account_queries::count_all(reader, self.search.as_deref()).await?)]))
    }
}

/// Work that was given up.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct DeadJobs;

impl List for DeadJobs {
    type Parent = ();
    type Row = job::Model;
    type Key = Uuid;

    fn key(row: &job::Model) -> Uuid {
        row.id.0
    }

    async fn pages(&self, reader: &Reader, _: &[()], page: &ById) -> Pages<Self> {
        Ok(HashMap::from([((), dead::page(reader, page).await?)]))
    }

    async fn counts(&self, reader: &Reader, _: &[()]) -> Counts<Self> {
        Ok(HashMap::from([((), dead::count(reader).await?)]))
    }
}

/// Mails that were given up.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct FailedMails;

impl List for FailedMails {
    type Parent = ();
    type Row = notification::Model;
    type Key = Uuid;

    fn key(row: &notification::Model) -> Uuid {
        row.id.0
    }

    async fn pages(&self, reader: &Reader, _: &[()], page: &ById) -> Pages<Self> {
        Ok(HashMap::from([((), mail::failed(reader, page).await?)]))
    }

    async fn counts(&self, reader: &Reader, _: &[()]) -> Counts<Self> {
        Ok(HashMap::from([((), mail::count_failed(reader).await?)]))
    }
}
