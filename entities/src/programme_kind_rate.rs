//! The rate of a programme for one kind of product, where it differs.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::id::ProgrammeId;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "programme_kind_rate")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub programme_id: ProgrammeId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub kind: super::offering::ProductKind,
    pub rate_bps: i32,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
