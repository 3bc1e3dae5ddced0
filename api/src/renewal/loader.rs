//! The runs of the renewals.

use domain::page::{ById, Page};
use domain::renewal::forecast::{ForecastMonth, ForecastOf, forecasts};
use domain::renewal::queries;
use domain::{Error, Reader};
use entities::renewal_run;
use uuid::Uuid;

use crate::list::Whole;
use crate::loader::loaders;

loaders! {
    /// What renewals will cost an account, and earn it.
    ForecastIn(ForecastOf) -> Vec<ForecastMonth> = forecasts;
}

/// All runs.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct RenewalRuns;

impl Whole for RenewalRuns {
    type Row = renewal_run::Model;
    type Key = Uuid;

    fn key(row: &renewal_run::Model) -> Uuid {
        row.id.0
    }

    async fn page(&self, reader: &Reader, page: &ById) -> Result<Page<renewal_run::Model>, Error> {
        queries::runs(reader, page).await
    }

    async fn count(&self, reader: &Reader) -> Result<i64, Error> {
        queries::count_runs(reader).await
    }
}
