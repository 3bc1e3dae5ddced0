//! Contributors of products, and who they are: one statement a level.

use std::collections::HashMap;
use std::sync::Arc;

use domain::Error;
use domain::account::queries::verified_users;
use domain::contributor::queries::of_products;
use entities::id::ProductId;
use entities::{contributor, user};

use crate::batch::Loader;
use crate::context::Loads;
use crate::loader::loaders;

loaders! {
    /// The contributors to a product that the viewer sees.
    ContributorsTo(ProductId) -> Vec<contributor::Model> = of_products;
}

/// Who has shown that this address is theirs, for a viewer who sees what is offered to it.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct OfAddress(pub String);

impl Loader<OfAddress> for Loads {
    type Value = user::Model;

    async fn load(&self, keys: &[OfAddress]) -> Result<HashMap<OfAddress, user::Model>, Arc<Error>> {
        let addresses: Vec<_> = keys.iter().map(|key| key.0.clone()).collect();
        let found = verified_users(&self.reader(), &addresses).await?;
        Ok(found.into_iter().map(|(address, user)| (OfAddress(address), user)).collect())
    }
}
