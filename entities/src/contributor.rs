//! Somebody with access to the content of one product: whoever has the address, or the members of an account.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::id::{AccountId, ContributorId, PartnershipId, ProductId};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ContributorRole {
    Viewer,
    Editor,
}

#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "contributor")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ContributorId,
    pub product_id: ProductId,
    pub email: String,
    pub account_id: Option<AccountId>,
    pub role: ContributorRole,
    pub partnership_id: Option<PartnershipId>,
    pub created_at: DateTimeUtc,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
