//! How far the reminders of renewals have come: one row.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::id::ProductId;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "reminder_sweep")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i32,
    /// All that was to be told by then is told.
    pub swept_until: DateTimeUtc,
    /// A sweep is under way, of what is to be told by then.
    pub until: Option<DateTimeUtc>,
    /// That sweep has come to this product.
    pub after_id: Option<ProductId>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
