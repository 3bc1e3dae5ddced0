//! The history of who pays.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::id::{PartnershipId, PayerChangeId, UserId};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "payer_change")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: PayerChangeId,
    pub partnership_id: PartnershipId,
    pub from_payer: super::partnership::PayerKind,
    pub to_payer: super::partnership::PayerKind,
    pub changed_by_id: Option<UserId>,
    pub changed_at: DateTimeUtc,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
