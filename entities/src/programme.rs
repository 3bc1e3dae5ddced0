//! An account's partner programme: the terms of a kind of partner.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::id::ProgrammeId;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "programme")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ProgrammeId,
    pub name: String,
    pub rate_bps: i32,
    pub contact_email: String,
    pub accepts_access_offers: bool,
    pub hold_days: i32,
    pub minimum_payout_minor: i64,
    pub currency: String,
    pub created_at: DateTimeUtc,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
