//! The runs of the renewals.

use std::collections::HashMap;

use domain::Reader;
use domain::page::ById;
use domain::renewal::queries;
use entities::renewal_run;
use uuid::Uuid;

use crate::list::{Counts, List, Pages};

/// All runs.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct RenewalRuns;

impl List for RenewalRuns {
    type Parent = ();
    type Row = renewal_run::Model;
    type Key = Uuid;

    fn key(row: &renewal_run::Model) -> Uuid {
        row.id.0
    }

    async fn pages(&self, reader: &Reader, _: &[()], page: &ById) -> Pages<Self> {
        Ok(HashMap::from([((), queries::runs(reader, page).await?)]))
    }

    async fn counts(&self, reader: &Reader, _: &[()]) -> Counts<Self> {
        Ok(HashMap::from([((), queries::count_runs(reader).await?)]))
    }
}
