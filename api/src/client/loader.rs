//! Client records of partners, one statement a level.

use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::dataloader::Loader;
use domain::Error;
use domain::client::queries;
use domain::page::{ById, Page};
use entities::client;
use entities::id::AccountId;

use crate::context::Loads;

/// A page of a partner's records.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct ClientsOf {
    pub partner_id: AccountId,
    pub search: Option<String>,
    pub page: ById,
}

/// How many records of a partner the viewer sees.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct CountClientsOf {
    pub partner_id: AccountId,
    pub search: Option<String>,
}

impl Loader<ClientsOf> for Loads {
    type Value = Page<client::Model>;
    type Error = Arc<Error>;

    /// One statement for each page that is asked for: aliases may ask for several.
    async fn load(&self, keys: &[ClientsOf]) -> Result<HashMap<ClientsOf, Page<client::Model>>, Arc<Error>> {
        let mut pages: HashMap<(&Option<String>, &ById), Vec<AccountId>> = HashMap::new();
        for ClientsOf { partner_id, search, page } in keys {
            pages.entry((search, page)).or_default().push(*partner_id);
        }
        let mut found = HashMap::with_capacity(keys.len());
        for ((search, page), ids) in pages {
            let of = queries::of_partners(&self.reader(), &ids, search.as_deref(), page).await?;
            found.extend(of.into_iter().map(|(id, rows)| {
                (ClientsOf { partner_id: id.into(), search: search.clone(), page: page.clone() }, rows)
            }));
        }
        Ok(found)
    }
}

impl Loader<CountClientsOf> for Loads {
    type Value = i64;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[CountClientsOf]) -> Result<HashMap<CountClientsOf, i64>, Arc<Error>> {
        let mut searches: HashMap<&Option<String>, Vec<AccountId>> = HashMap::new();
        for CountClientsOf { partner_id, search } in keys {
            searches.entry(search).or_default().push(*partner_id);
        }
        let mut found = HashMap::with_capacity(keys.len());
        for (search, ids) in searches {
            let of = queries::count(&self.reader(), &ids, search.as_deref()).await?;
            found.extend(
                of.into_iter().map(|(id, n)| (CountClientsOf { partner_id: id.into(), search: search.clone() }, n)),
            );
        }
        Ok(found)
    }
}
