//! A run of renewals.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::id::RenewalRunId;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "renewal_run")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: RenewalRunId,
    pub as_of: DateTimeUtc,
    pub started_at: DateTimeUtc,
    pub finished_at: Option<DateTimeUtc>,
    pub is_dry_run: bool,
    pub due: i32,
    pub renewed: i32,
    pub declined: i32,
    pub failed: i32,
    pub open_lanes: i32,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
