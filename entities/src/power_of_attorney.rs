//! The mandate under which a partner opened its client's account, and what became of it.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::id::{PartnershipId, UserId};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "power_of_attorney")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub partnership_id: PartnershipId,
    pub signed_on: Date,
    pub reference: String,
    pub document_sha256: Option<String>,
    pub used_by_id: UserId,
    pub used_at: DateTimeUtc,
    pub confirmed_at: Option<DateTimeUtc>,
    pub disputed_at: Option<DateTimeUtc>,
    pub decided_at: Option<DateTimeUtc>,
    pub decided_by_id: Option<UserId>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
