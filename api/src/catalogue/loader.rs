//! Plans and prices, one statement a level.

use std::collections::HashMap;

use domain::Reader;
use domain::catalogue::queries;
use domain::page::ById;
use entities::id::{OfferingId, PlanId};
use entities::offering::{self, ProductKind};
use entities::{plan, price};
use uuid::Uuid;

use crate::list::{Counts, List, Pages};
use crate::loader::loaders;

loaders! {
    /// The plans of an offering.
    PlansOf(OfferingId) -> Vec<plan::Model> = queries::plans_of;
    /// What a plan costs today.
    PricesOf(PlanId) -> Vec<price::Model> = queries::prices_of;
}

/// The catalogue.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Offerings {
    pub kind: Option<ProductKind>,
}

impl List for Offerings {
    type Parent = ();
    type Row = offering::Model;
    type Key = Uuid;

    fn key(row: &offering::Model) -> Uuid {
        row.id.0
    }

    async fn pages(&self, reader: &Reader, _: &[()], page: &ById) -> Pages<Self> {
        Ok(HashMap::from([((), queries::offerings(reader, self.kind, page).await?)]))
    }

    async fn counts(&self, reader: &Reader, _: &[()]) -> Counts<Self> {
        Ok(HashMap::from([((), queries::count_offerings(reader, self.kind).await?)]))
    }
}
