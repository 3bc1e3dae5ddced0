//! When the end of a partnership is announced next; a row for each whose access ends by itself.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::id::PartnershipId;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "access_reminder")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub partnership_id: PartnershipId,
    pub due_at: DateTimeUtc,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
