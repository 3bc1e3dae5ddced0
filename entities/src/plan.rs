//! A variant of an offering.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::id::{OfferingId, PlanId};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "plan")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: PlanId,
    pub offering_id: OfferingId,
    pub name: String,
    pub default_term_months: i32,
    pub created_at: DateTimeUtc,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
