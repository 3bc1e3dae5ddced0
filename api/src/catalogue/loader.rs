//! Plans and prices, one statement a level.

use domain::catalogue::queries;
use domain::page::{ById, Page};
use domain::{Error, Reader};
use entities::id::{OfferingId, PlanId};
use entities::offering::{self, ProductKind};
use entities::{plan, price};
use uuid::Uuid;

use crate::list::Whole;
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

impl Whole for Offerings {
    type Row = offering::Model;
    type Key = Uuid;

    fn key(row: &offering::Model) -> Uuid {
        row.id.0
    }

    async fn page(&self, reader: &Reader, page: &ById) -> Result<Page<offering::Model>, Error> {
        queries::offerings(reader, self.kind, page).await
    }

    async fn count(&self, reader: &Reader) -> Result<i64, Error> {
        queries::count_offerings(reader, self.kind).await
    }
}
