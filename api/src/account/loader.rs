//! What hangs on accounts, one statement a level.

use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::dataloader::Loader;
use domain::Error;
use domain::account::queries;
use domain::page::{ById, Page};
use domain::permission::Permissions;
use entities::id::AccountId;
use entities::membership;

use crate::context::Loads;

/// What the viewer may do in an account, all ways together.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Held(pub AccountId);

/// Who owns an account.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct OwnerOf(pub AccountId);

/// A page of an account's memberships.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct MembersOf(pub AccountId, pub ById);

/// How many memberships of an account the viewer sees.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct CountMembersOf(pub AccountId);

impl Loader<Held> for Loads {
    type Value = Permissions;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[Held]) -> Result<HashMap<Held, Permissions>, Arc<Error>> {
        let ids: Vec<_> = keys.iter().map(|key| key.0).collect();
        let held = queries::held(&self.reader(), &ids).await?;
        Ok(held.into_iter().map(|(id, held)| (Held(id), held)).collect())
    }
}

impl Loader<OwnerOf> for Loads {
    type Value = membership::Model;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[OwnerOf]) -> Result<HashMap<OwnerOf, membership::Model>, Arc<Error>> {
        let ids: Vec<_> = keys.iter().map(|key| key.0).collect();
        let owners = queries::owners(&self.reader(), &ids).await?;
        Ok(owners.into_iter().map(|row| (OwnerOf(row.account_id), row)).collect())
    }
}

impl Loader<MembersOf> for Loads {
    type Value = Page<membership::Model>;
    type Error = Arc<Error>;

    /// One statement for each page that is asked for: aliases may ask for several.
    async fn load(&self, keys: &[MembersOf]) -> Result<HashMap<MembersOf, Page<membership::Model>>, Arc<Error>> {
        let mut pages: HashMap<&ById, Vec<AccountId>> = HashMap::new();
        for MembersOf(id, page) in keys {
            pages.entry(page).or_default().push(*id);
        }
        let mut found = HashMap::with_capacity(keys.len());
        for (page, ids) in pages {
            let of = queries::members(&self.reader(), &ids, page).await?;
            found.extend(of.into_iter().map(|(id, rows)| (MembersOf(id, page.clone()), rows)));
        }
        Ok(found)
    }
}

impl Loader<CountMembersOf> for Loads {
    type Value = i64;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[CountMembersOf]) -> Result<HashMap<CountMembersOf, i64>, Arc<Error>> {
        let ids: Vec<_> = keys.iter().map(|key| key.0).collect();
        let counts = queries::count_members(&self.reader(), &ids).await?;
        Ok(counts.into_iter().map(|(id, count)| (CountMembersOf(id), count)).collect())
    }
}
