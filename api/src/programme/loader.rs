//! Programmes and profiles, one statement a level.

use std::collections::HashMap;

use domain::Reader;
use domain::page::PageRequest;
use domain::programme::queries;
use entities::id::{AccountId, ProgrammeId};
use entities::{partner_profile, programme, programme_kind_rate};

use crate::list::{Counts, List, Pages};
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

impl List for Profiles {
    type Parent = ();
    type Row = partner_profile::Model;
    type Key = String;

    fn key(row: &partner_profile::Model) -> String {
        row.slug.clone()
    }

    async fn pages(&self, reader: &Reader, _: &[()], page: &PageRequest<String>) -> Pages<Self> {
        Ok(HashMap::from([((), queries::profiles(reader, self.search.as_deref(), page).await?)]))
    }

    async fn counts(&self, reader: &Reader, _: &[()]) -> Counts<Self> {
        Ok(HashMap::from([((), queries::count_profiles(reader, self.search.as_deref()).await?)]))
    }
}
