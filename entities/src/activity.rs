//! Something that happened in an account. `required` is the permission bit that a reader needs.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::id::{AccountId, ActivityId, ProductId, UserId};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "activity")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ActivityId,
    pub position: i64,
    pub account_id: AccountId,
    pub kind: String,
    pub required: i32,
    pub product_id: Option<ProductId>,
    pub subject_type: Option<String>,
    pub subject_id: Option<Uuid>,
    pub actor_id: Option<UserId>,
    pub acting_for_id: Option<AccountId>,
    pub data: Json,
    pub occurred_at: DateTimeUtc,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
