//! The public net price of a whole term in one currency, from a date on.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::id::{PlanId, PriceId};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "price")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: PriceId,
    pub plan_id: PlanId,
    pub currency: String,
    pub term_months: i32,
    pub amount_minor: i64,
    pub valid_from: Date,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
