//! Programmes and profiles, one statement a level.

use domain::page::{Page, PageRequest};
use domain::programme::queries;
use domain::{Error, Reader};
use entities::id::{AccountId, ProgrammeId};
use entities::{partner_profile, programme, programme_kind_rate};

use crate::list::Whole;
use crate::loader::loaders;

loaders! {
    /// A programme. Public.
    ProgrammeById(ProgrammeId) -> programme::Model = queries::programmes_by_id;
    /// The rates of a programme that differ.
    KindRatesOf(ProgrammeId) -> Vec<programme_kind_rate::Model> = queries::kind_rates;
    /// The profile of an account, as far as the viewer sees it.
    ProfileOf(AccountId) -> partner_profile::Model = queries::profiles_of;
}

/// The published profiles.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Profiles {
    pub search: Option<String>,
}

impl Whole for Profiles {
    type Row = partner_profile::Model;
    type Key = String;

    fn key(row: &partner_profile::Model) -> String {
        row.slug.clone()
    }

    async fn page(&self, reader: &Reader, page: &PageRequest<String>) -> Result<Page<partner_profile::Model>, Error> {
        queries::profiles(reader, self.search.as_deref(), page).await
    }

    async fn count(&self, reader: &Reader) -> Result<i64, Error> {
        queries::count_profiles(reader, self.search.as_deref()).await
    }
}
