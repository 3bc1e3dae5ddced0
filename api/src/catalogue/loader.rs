//! Plans and prices, one statement a level.

use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::dataloader::Loader;
use domain::Error;
use domain::catalogue::queries;
use entities::id::{OfferingId, PlanId};
use entities::{plan, price};

use crate::context::Loads;

/// The plans of an offering.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct PlansOf(pub OfferingId);

/// What a plan costs today.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct PricesOf(pub PlanId);

impl Loader<PlansOf> for Loads {
    type Value = Vec<plan::Model>;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[PlansOf]) -> Result<HashMap<PlansOf, Self::Value>, Arc<Error>> {
        let ids: Vec<_> = keys.iter().map(|key| key.0).collect();
        let plans = queries::plans_of(&self.reader(), &ids).await?;
        Ok(plans.into_iter().map(|(id, rows)| (PlansOf(id), rows)).collect())
    }
}

impl Loader<PricesOf> for Loads {
    type Value = Vec<price::Model>;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[PricesOf]) -> Result<HashMap<PricesOf, Self::Value>, Arc<Error>> {
        let ids: Vec<_> = keys.iter().map(|key| key.0).collect();
        let prices = queries::prices_of(&self.reader(), &ids).await?;
        Ok(prices.into_iter().map(|(id, rows)| (PricesOf(id), rows)).collect())
    }
}
