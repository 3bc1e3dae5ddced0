//! Programmes and profiles, one statement a level.

use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::dataloader::Loader;
use domain::Error;
use domain::programme::queries;
use entities::id::{AccountId, ProgrammeId};
use entities::{partner_profile, programme, programme_kind_rate};

use crate::context::Loads;

/// A programme. Public.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct ProgrammeById(pub ProgrammeId);

/// The rates of a programme that differ.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct KindRatesOf(pub ProgrammeId);

/// The profile of an account, as far as the viewer sees it.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct ProfileOf(pub AccountId);

impl Loader<ProgrammeById> for Loads {
    type Value = programme::Model;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[ProgrammeById]) -> Result<HashMap<ProgrammeById, programme::Model>, Arc<Error>> {
        let ids: Vec<_> = keys.iter().map(|key| key.0).collect();
        let rows = queries::programmes_by_id(&self.reader(), &ids).await?;
        Ok(rows.into_iter().map(|row| (ProgrammeById(row.id), row)).collect())
    }
}

impl Loader<KindRatesOf> for Loads {
    type Value = Vec<programme_kind_rate::Model>;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[KindRatesOf]) -> Result<HashMap<KindRatesOf, Self::Value>, Arc<Error>> {
        let ids: Vec<_> = keys.iter().map(|key| key.0).collect();
        let mut found: HashMap<KindRatesOf, Self::Value> = HashMap::new();
        for row in queries::kind_rates(&self.reader(), &ids).await? {
            found.entry(KindRatesOf(row.programme_id)).or_default().push(row);
        }
        Ok(found)
    }
}

impl Loader<ProfileOf> for Loads {
    type Value = partner_profile::Model;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[ProfileOf]) -> Result<HashMap<ProfileOf, partner_profile::Model>, Arc<Error>> {
        let ids: Vec<_> = keys.iter().map(|key| key.0).collect();
        let rows = queries::profiles_of(&self.reader(), &ids).await?;
        Ok(rows.into_iter().map(|row| (ProfileOf(row.account_id), row)).collect())
    }
}
